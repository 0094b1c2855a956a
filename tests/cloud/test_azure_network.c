#include "cloud/azure_network.h"

#include "base/text.h"
#include "tests/cloud/azure_answers.h"
#include "tests/support/arena_limit.h"

static void
check_range(const struct azure_ranges *ranges, size_t at, const char *text)
{
	char written[PREFIX_TEXT_SIZE];

	assert_true(at < ranges->count);
	assert_string_equal(prefix_format(&ranges->items[at], written), text);
}

static void
a_virtual_network_is_read_with_its_ranges_tags_and_peerings(void **state)
{
	struct azure_vnet vnet;
	struct error error = {0};
	const struct json *root = azure_answer(*state,
		"{\"id\":\"" AZURE_VNET(
			"v1") "\",\"name\":\"v1\",\"location\":\"westeurope\","
			      "\"tags\":{\"shoot--kyma--c\":\"\",\"k\":\"v\",\"n\":7},"
			      "\"properties\":{"
			      "\"provisioningState\":\"succeeded\",\"addressSpace\":{"
			      "\"addressPrefixes\":["
			      "\"10.0.0.0/16\",\"fd00::/"
			      "48\"]},\"virtualNetworkPeerings\":[" AZURE_PEERING_BODY(
				      "p1", "Succeeded", "Connected", "FullyInSync") "]}}");

	assert_true(azure_network_read_vnet(*state, root, &vnet, &error));
	assert_string_equal(vnet.name, "v1");
	assert_string_equal(vnet.location, "westeurope");
	assert_int_equal(vnet.provisioning, AZURE_PROVISIONING_SUCCEEDED);
	assert_int_equal(vnet.ranges.count, 2);
	check_range(&vnet.ranges, 0, "10.0.0.0/16");
	check_range(&vnet.ranges, 1, "fd00::/48");
	assert_string_equal(azure_read_tag(&vnet.tags, "shoot--kyma--c"), "");
	assert_string_equal(azure_read_tag(&vnet.tags, "k"), "v");
	assert_null(azure_read_tag(&vnet.tags, "K"));
	assert_int_equal(vnet.peerings.count, 1);
	assert_string_equal(vnet.peerings.items[0].name, "p1");
	assert_string_equal(vnet.guid, "");
}

static void
a_peering_is_read_in_each_state(void **state)
{
	static const struct {
		const char *body;
		enum azure_provisioning provisioning;
		enum azure_peering_state state;
		enum azure_sync sync;
	} rows[] = {
		{AZURE_PEERING_BODY("p", "Updating", "Initiated", "RemoteNotInSync"),
			AZURE_PROVISIONING_UPDATING, AZURE_PEERING_INITIATED,
			AZURE_SYNC_REMOTE_MISSES},
		{AZURE_PEERING_BODY("p", "Succeeded", "Connected", "FullyInSync"),
			AZURE_PROVISIONING_SUCCEEDED, AZURE_PEERING_CONNECTED, AZURE_SYNC_FULL},
		{AZURE_PEERING_BODY("p", "Failed", "Disconnected", "LocalNotInSync"),
			AZURE_PROVISIONING_FAILED, AZURE_PEERING_DISCONNECTED,
			AZURE_SYNC_LOCAL_MISSES},
		{AZURE_PEERING_BODY("p", "Deleting", "New", "LocalAndRemoteNotInSync"),
			AZURE_PROVISIONING_DELETING, AZURE_PEERING_OTHER, AZURE_SYNC_BOTH_MISS},
		{AZURE_PEERING_BODY("p", "Creating", "", "?"), AZURE_PROVISIONING_OTHER,
			AZURE_PEERING_OTHER, AZURE_SYNC_OTHER},
	};
	struct azure_peering peering;
	struct error error = {0};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(azure_network_read_peering(
			*state, azure_answer(*state, rows[i].body), &peering, &error));
		assert_int_equal(peering.provisioning, rows[i].provisioning);
		assert_int_equal(peering.state, rows[i].state);
		assert_int_equal(peering.sync, rows[i].sync);
		assert_string_equal(peering.etag, "W/\"e-1\"");
		assert_string_equal(peering.remote, AZURE_VNET("v2"));
		assert_true(peering.options.allows_access && peering.options.allows_forwarded);
		assert_false(peering.options.allows_gateway_transit ||
			     peering.options.uses_remote_gateways);
		assert_true(peering.covers_whole_vnets);
		assert_int_equal(peering.known_ranges.count, 1);
		assert_int_equal(peering.remote_ranges.count, 2);
		check_range(&peering.remote_ranges, 1, "fd00:2::/48");
	}
}

static void
a_page_of_peerings_names_the_next(void **state)
{
	struct azure_peerings peerings;
	struct error error = {0};

	assert_true(azure_network_read_peerings(*state,
		azure_answer(*state,
			"{\"value\":[" AZURE_PEERING_BODY("a", "Succeeded", "Connected",
				"FullyInSync") "," AZURE_PEERING_BODY("b", "Succeeded", "Initiated",
				"RemoteNotInSync") "],\"nextLink\":\"https://x/y\"}"),
		&peerings, &error));
	assert_int_equal(peerings.count, 2);
	assert_string_equal(peerings.items[1].name, "b");
	assert_string_equal(peerings.next, "https://x/y");
	assert_true(azure_network_read_peerings(
		*state, azure_answer(*state, "{\"value\":[]}"), &peerings, &error));
	assert_int_equal(peerings.count, 0);
	assert_string_equal(peerings.next, "");
}

static void
what_is_missing_or_wrong_is_told(void **state)
{
	static const struct {
		const char *body, *message;
	} rows[] = {
		{"{}", "id is missing in the answer"},
		{"{\"id\":\"i\"}", "name is missing in the answer"},
		{"{\"id\":\"i\",\"name\":\"n\"}", "remoteVirtualNetwork has no id in the answer"},
		{"{\"id\":\"i\",\"name\":\"n\",\"properties\":{\"remoteVirtualNetwork\":{\"id\":"
		 "\"v\"},\"remoteAddressSpace\":{\"addressPrefixes\":[\"10.0.0.1/33\"]}}}",
			"10.0.0.1/33 is no range of addresses"},
		{"{\"id\":\"i\",\"name\":\"n\",\"properties\":{\"remoteVirtualNetwork\":{\"id\":"
		 "\"v\"},\"remoteAddressSpace\":{\"addressPrefixes\":[7]}}}",
			"a prefix is no range of addresses"},
	};
	struct azure_peering peering;
	struct azure_peerings peerings;
	struct azure_vnet vnet;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error error = {0};

		assert_false(azure_network_read_peering(
			*state, azure_answer(*state, rows[i].body), &peering, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_string_equal(error.message, rows[i].message);
	}
	assert_false(azure_network_read_peerings(
		*state, azure_answer(*state, "{\"value\":{}}"), &peerings, NULL));
	assert_false(azure_network_read_vnet(
		*state, azure_answer(*state, "{\"id\":\"i\",\"name\":\"n\"}"), &vnet, NULL));
	assert_null(azure_read_object(*state, "[]", 2, NULL));
}

static void
an_answer_without_enough_memory_is_refused(void **state)
{
	struct azure_peerings peerings;
	struct error error = {0};
	const struct json *root =
		azure_answer(*state, "{\"value\":[" AZURE_PEERING_BODY(
					     "a", "Succeeded", "Connected", "FullyInSync") "]}");

	arena_set_cap(*state, arena_used(*state));
	assert_false(azure_network_read_peerings(*state, root, &peerings, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
}

static bool
read_vnet(struct arena *arena, void *text, struct error *error)
{
	const struct json *root = azure_read_object(arena, text, strlen(text), error);
	struct azure_vnet vnet;

	return root && azure_network_read_vnet(arena, root, &vnet, error);
}

static bool
read_peerings(struct arena *arena, void *text, struct error *error)
{
	const struct json *root = azure_read_object(arena, text, strlen(text), error);
	struct azure_peerings peerings;

	return root && azure_network_read_peerings(arena, root, &peerings, error);
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	char page[] = "{\"value\":[" AZURE_PEERING_BODY(
		"a", "Succeeded", "Connected", "FullyInSync") "]}";
	char vnet[] = "{\"id\":\"i\",\"name\":\"n\",\"tags\":{\"a\":\"b\"},\"properties\":{"
		      "\"addressSpace\":{\"addressPrefixes\":[\"10.0.0.0/16\"]}}}";

	(void)state;
	assert_in_range(arena_limit_walk(read_peerings, page), 256, 1 << 16);
	assert_in_range(arena_limit_walk(read_vnet, vnet), 256, 1 << 16);
}

static void
a_peering_is_written_as_azure_reads_it(void **state)
{
	const struct azure_peering_wish wish = {
		.remote = AZURE_VNET("v2"), .options = {true, false, true, false}};
	struct buffer body;

	(void)state;
	buffer_init(&body, 4096);
	azure_network_write_peering(&body, &wish);
	assert_string_equal(buffer_text(&body),
		"{\"properties\":{\"allowVirtualNetworkAccess\":true,\"allowForwardedTraffic\":"
		"false,\"allowGatewayTransit\":true,\"useRemoteGateways\":false,"
		"\"remoteVirtualNetwork\":{\"id\":\"" AZURE_VNET("v2") "\"}}}");
	buffer_dispose(&body);
}

static void
a_recorded_peering_is_read_in_each_step(void **state)
{
	static const struct {
		size_t exchange;
		enum azure_provisioning provisioning;
		enum azure_peering_state state;
		enum azure_sync sync;
	} rows[] = {
		{1, AZURE_PROVISIONING_SUCCEEDED, AZURE_PEERING_INITIATED,
			AZURE_SYNC_REMOTE_MISSES},
		{2, AZURE_PROVISIONING_UPDATING, AZURE_PEERING_CONNECTED, AZURE_SYNC_FULL},
		{5, AZURE_PROVISIONING_SUCCEEDED, AZURE_PEERING_CONNECTED, AZURE_SYNC_FULL},
	};
	struct azure_peering peering;
	struct azure_peerings peerings;
	struct error error = {0};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path =
			arena_printf(*state, "exchanges[%zu].response.body", rows[i].exchange);

		if (!azure_network_read_peering(*state,
			    azure_recorded(*state, "recorded/vnet_peering.json", path), &peering,
			    &error))
			fail_msg("%s", error.message);
		assert_int_equal(peering.provisioning, rows[i].provisioning);
		assert_int_equal(peering.state, rows[i].state);
		assert_int_equal(peering.sync, rows[i].sync);
		assert_int_equal(peering.remote_ranges.count, 1);
	}
	assert_true(peering.options.uses_remote_gateways);
	assert_true(azure_network_read_peerings(*state,
		azure_recorded(*state, "recorded/vnet_peering.json", "exchanges[6].response.body"),
		&peerings, &error));
	assert_int_equal(peerings.count, 1);
	assert_string_equal(peerings.items[0].name, "peering2");
	assert_string_equal(peerings.next, "");
}

static void
a_recorded_virtual_network_is_read(void **state)
{
	struct azure_vnet vnet;

	assert_true(azure_network_read_vnet(
		*state, azure_recorded(*state, "constructed/vnet_get.json", ""), &vnet, NULL));
	check_range(&vnet.ranges, 0, "10.0.0.0/16");
	assert_string_equal(azure_read_tag(&vnet.tags, "shoot--kyma--c-123"), "");
	assert_int_equal(vnet.peerings.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AZURE_TEST(a_virtual_network_is_read_with_its_ranges_tags_and_peerings),
		AZURE_TEST(a_peering_is_read_in_each_state),
		AZURE_TEST(a_page_of_peerings_names_the_next),
		AZURE_TEST(what_is_missing_or_wrong_is_told),
		AZURE_TEST(an_answer_without_enough_memory_is_refused),
		AZURE_TEST(every_shortage_of_memory_is_a_clean_failure),
		AZURE_TEST(a_peering_is_written_as_azure_reads_it),
		AZURE_TEST(a_recorded_peering_is_read_in_each_step),
		AZURE_TEST(a_recorded_virtual_network_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
