#include "cloud/azure_client.h"

#include "base/clock.h"
#include "tests/cloud/azure_setup.h"

#define VNET_ID    AZURE_VNET("v1")
#define PEERING_ID AZURE_PEERING_ID("p1")
#define LINK_ID    AZURE_ZONE_ID "/virtualNetworkLinks/l1"
#define RULE_LINK  AZURE_RULESET_ID "/virtualNetworkLinks/l1"
#define GET_VNET   "GET " VNET_ID "?api-version=2024-05-01 HTTP/1.1\r\n"
#define VNET                                                                                       \
	"{\"id\":\"" VNET_ID "\",\"name\":\"v1\",\"properties\":{\"addressSpace\":"                \
	"{\"addressPrefixes\":[\"10.0.0.0/16\"]}}}"
#define CONNECTED            AZURE_PEERING_BODY("p1", "Succeeded", "Connected", "FullyInSync")
#define UPDATING             AZURE_PEERING_BODY("p1", "Updating", "Initiated", "RemoteNotInSync")
#define STEP(expects, reply) ENTRA_STEP(expects, reply)
#define ASYNC(path)          "Azure-AsyncOperation: @" path "\r\n"
#define PLACE(path)          "Location: @" path "\r\n"
#define RUNNING              "\r\n{\"status\":\"InProgress\"}"
#define SUCCEEDED            FAKE_OK "{\"status\":\"Succeeded\"}"

static const struct azure_peering_wish peering_wish = {
	.remote = AZURE_VNET("v2"), .options = {true, true, false, false}};

static bool
get_vnet(struct azure_setup *setup, struct azure_vnet *vnet)
{
	return azure_client_vnet(
		setup->arena, setup->client, &setup->place, VNET_ID, vnet, &setup->fault);
}

static bool
put_peering(struct azure_setup *setup, struct azure_put_peering *put)
{
	return azure_client_put_peering(setup->arena, setup->client, &setup->place, PEERING_ID,
		&peering_wish, put, &setup->fault);
}

static bool
put_link(struct azure_setup *setup, const struct azure_link_wish *wish, struct azure_put_link *put)
{
	return azure_client_put_link(
		setup->arena, setup->client, &setup->place, LINK_ID, wish, put, &setup->fault);
}

static bool
delete_peering(struct azure_setup *setup, struct azure_progress *progress)
{
	return azure_client_delete(setup->arena, setup->client, &setup->place, PEERING_ID, NULL,
		progress, &setup->fault);
}

static void
expect_sent(const struct azure_setup *setup, const char *part)
{
	if (!strstr(setup->server.last, part))
		fail_msg("%s is not in %s", part, setup->server.last);
}

static void
a_virtual_network_is_asked_for_with_a_token(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP(GET_VNET, FAKE_OK VNET), {0}};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	if (!get_vnet(&setup, &vnet))
		fail_msg("%s", setup.fault.message);
	assert_string_equal(vnet.name, "v1");
	azure_setup_stop(&setup);
	expect_sent(&setup, "\r\nAuthorization: Bearer own\r\n");
	expect_sent(&setup, "\r\nx-ms-client-request-id: ");
	assert_null(strstr(setup.server.last, "auxiliary"));
}

static void
names_of_ids_are_encoded(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("GET /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
		     "g%28%C3%A4%29/providers/Microsoft.Network/privateDnsZones/a.b?api-version="
		     "2020-06-01 HTTP",
			FAKE_OK "{\"id\":\"i\",\"name\":\"a.b\"}"),
		{0}};
	struct azure_setup setup;
	struct azure_zone zone;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(azure_client_zone(setup.arena, setup.client, &setup.place,
		"/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/resourcegroups/g(\xC3\xA4)/"
		"providers/microsoft.network/privatednszones/a.b",
		&zone, &setup.fault));
	assert_string_equal(zone.name, "a.b");
	azure_setup_stop(&setup);
}

static void
each_kind_of_resource_is_read(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("GET " PEERING_ID "?api-version=2024-05-01 ", FAKE_OK CONNECTED),
		STEP("GET " AZURE_RULESET_ID "?api-version=2022-07-01 ",
			FAKE_OK "{\"id\":\"i\",\"name\":\"r1\"}"),
		STEP("GET " LINK_ID "?api-version=2020-06-01 ",
			FAKE_OK AZURE_LINK_BODY("Succeeded", "Completed")),
		STEP("GET " RULE_LINK "?api-version=2022-07-01 ",
			FAKE_OK AZURE_LINK_BODY("Succeeded", "")),
		{0}};
	struct azure_setup setup;
	struct azure_peering peering;
	struct azure_ruleset ruleset;
	struct azure_link link;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(azure_client_peering(
		setup.arena, setup.client, &setup.place, PEERING_ID, &peering, &setup.fault));
	assert_int_equal(peering.state, AZURE_PEERING_CONNECTED);
	assert_true(azure_client_ruleset(
		setup.arena, setup.client, &setup.place, AZURE_RULESET_ID, &ruleset, &setup.fault));
	assert_true(azure_client_link(
		setup.arena, setup.client, &setup.place, LINK_ID, &link, &setup.fault));
	assert_true(azure_client_link(
		setup.arena, setup.client, &setup.place, RULE_LINK, &link, &setup.fault));
	assert_true(link.ready);
	azure_setup_stop(&setup);
}

static void
an_id_of_another_kind_sends_nothing(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct azure_setup setup;
	struct azure_vnet vnet;
	struct azure_put_peering peering;
	struct azure_put_link link;
	struct azure_progress progress;
	const struct azure_link_wish wish = {.network = VNET_ID};

	(void)state;
	azure_setup_start(&setup, steps);
	assert_false(azure_client_vnet(
		setup.arena, setup.client, &setup.place, PEERING_ID, &vnet, &setup.fault));
	assert_int_equal(setup.fault.failure, CLOUD_PERMANENT);
	assert_int_equal(setup.fault.status, 0);
	assert_false(azure_client_put_peering(setup.arena, setup.client, &setup.place, LINK_ID,
		&peering_wish, &peering, &setup.fault));
	assert_false(azure_client_put_link(
		setup.arena, setup.client, &setup.place, PEERING_ID, &wish, &link, &setup.fault));
	assert_false(azure_client_delete(
		setup.arena, setup.client, &setup.place, VNET_ID, NULL, &progress, &setup.fault));
	assert_false(azure_client_vnet(
		setup.arena, setup.client, &setup.place, NULL, &vnet, &setup.fault));
	azure_setup_stop(&setup);
}

static void
all_pages_of_a_list_come_as_one(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("GET " VNET_ID "/virtualNetworkPeerings?api-version=2024-05-01 ",
			FAKE_OK "{\"value\":[" AZURE_PEERING_BODY("a", "Succeeded", "Connected",
				"FullyInSync") "],\"nextLink\":\"@/next?a=1\"}"),
		STEP("GET /next?a=1 HTTP", FAKE_OK "{\"value\":[],\"nextLink\":\"@/last\"}"),
		STEP("GET /last HTTP", FAKE_OK "{\"value\":[" CONNECTED "]}"),
		STEP("GET " VNET_ID, FAKE_OK "{\"value\":[],\"nextLink\":\"https://x.example/\"}"),
		{0}};
	struct azure_setup setup;
	struct azure_peerings peerings;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(azure_client_peerings(
		setup.arena, setup.client, &setup.place, VNET_ID, &peerings, &setup.fault));
	assert_int_equal(peerings.count, 2);
	assert_string_equal(peerings.items[0].name, "a");
	assert_string_equal(peerings.items[1].name, "p1");
	assert_false(azure_client_peerings(
		setup.arena, setup.client, &setup.place, VNET_ID, &peerings, &setup.fault));
	assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
	azure_setup_stop(&setup);
}

static void
all_links_of_a_zone_or_ruleset_come_as_one(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("GET " AZURE_ZONE_ID "/virtualNetworkLinks?api-version=2020-06-01 ",
			FAKE_OK "{\"value\":[" AZURE_LINK_BODY(
				"Succeeded", "Completed") "],\"nextLink\":\"@/next?a=1\"}"),
		STEP("GET /next?a=1 HTTP",
			FAKE_OK "{\"value\":[" AZURE_LINK_BODY("Updating", "InProgress") "]}"),
		STEP("GET " AZURE_RULESET_ID "/virtualNetworkLinks?api-version=2022-07-01 ",
			FAKE_OK "{\"value\":[]}"),
		STEP("GET " AZURE_ZONE_ID "/virtualNetworkLinks",
			AZURE_ERROR("404 No", "", "ParentResourceNotFound", "no zone")),
		{0}};
	struct azure_setup setup;
	struct azure_links links;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(azure_client_links(
		setup.arena, setup.client, &setup.place, AZURE_ZONE_ID, &links, &setup.fault));
	assert_int_equal(links.count, 2);
	assert_true(links.items[0].ready && !links.items[1].ready);
	assert_string_equal(links.next, "");
	assert_true(azure_client_links(
		setup.arena, setup.client, &setup.place, AZURE_RULESET_ID, &links, &setup.fault));
	assert_int_equal(links.count, 0);
	assert_false(azure_client_links(
		setup.arena, setup.client, &setup.place, AZURE_ZONE_ID, &links, &setup.fault));
	assert_int_equal(setup.fault.failure, CLOUD_GONE);
	assert_false(azure_client_links(
		setup.arena, setup.client, &setup.place, VNET_ID, &links, &setup.fault));
	assert_int_equal(setup.fault.failure, CLOUD_PERMANENT);
	azure_setup_stop(&setup);
}

static void
a_peering_is_put_and_its_operation_followed_by_the_newest_url(void **state)
{
	static char reply[6000];
	static char long_path[4200];
	const struct fake_step steps[] = {AZURE_OWN,
		STEP("PUT " PEERING_ID "?api-version=2024-05-01 HTTP",
			FAKE_HEAD("201 Created") ASYNC("/op/1") PLACE("/never") "\r\n" UPDATING),
		STEP("GET /op/1 HTTP", reply),
		STEP(long_path, FAKE_OK "{\"status\":\"InProgress\"}"), STEP(long_path, SUCCEEDED),
		STEP("GET " PEERING_ID "?api-version=2024-05-01 HTTP", FAKE_OK CONNECTED), {0}};
	struct azure_setup setup;
	struct azure_put_peering put;
	char query[4001];

	(void)state;
	memset(query, 'x', sizeof query - 1);
	query[sizeof query - 1] = '\0';
	snprintf(long_path, sizeof long_path, "GET /op/2?t=%s HTTP", query);
	snprintf(reply, sizeof reply,
		FAKE_HEAD("202 Accepted") "Azure-AsyncOperation: @/op/2?t=%s\r\n" RUNNING, query);
	azure_setup_start(&setup, steps);
	if (!put_peering(&setup, &put))
		fail_msg("%s", setup.fault.message);
	assert_false(put.progress.running);
	assert_int_equal(put.peering.state, AZURE_PEERING_CONNECTED);
	azure_setup_stop(&setup);
}

static void
an_operation_without_a_status_url_is_followed_by_its_location(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("PUT ", FAKE_HEAD("202 Accepted") PLACE("/result") "\r\n"),
		STEP("GET /result HTTP", FAKE_HEAD("202 Accepted") "\r\n"),
		STEP("GET /result HTTP", FAKE_HEAD("204 No Content") "\r\n"),
		STEP("GET " PEERING_ID, FAKE_OK CONNECTED), {0}};
	struct azure_setup setup;
	struct azure_put_peering put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(put_peering(&setup, &put));
	assert_string_equal(put.peering.name, "p1");
	azure_setup_stop(&setup);
}

static void
a_peering_that_is_there_at_once_is_read(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("&syncRemoteAddressSpace=true HTTP", FAKE_OK CONNECTED),
		STEP("GET " PEERING_ID, FAKE_OK CONNECTED), {0}};
	const struct azure_peering_wish wish = {.remote = AZURE_VNET("v2"), .synchronizes = true};
	struct azure_setup setup;
	struct azure_put_peering put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(azure_client_put_peering(
		setup.arena, setup.client, &setup.place, PEERING_ID, &wish, &put, &setup.fault));
	assert_false(put.progress.running);
	azure_setup_stop(&setup);
}

static void
an_operation_beyond_the_deadline_is_left_alone(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("PUT ",
			FAKE_HEAD("201 Created") ASYNC("/op") "Retry-After: 60\r\n\r\n" UPDATING),
		STEP("PUT ", FAKE_HEAD("201 Created") "Azure-AsyncOperation: https://x.example/\r\n"
						      "\r\n" UPDATING),
		{0}};
	struct azure_setup setup;
	struct azure_put_peering put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(put_peering(&setup, &put));
	assert_true(put.progress.running);
	assert_int_equal(put.progress.after, 60 * CLOCK_SECOND);
	assert_null(put.peering.id);
	assert_true(put_peering(&setup, &put)); /* and one that cannot be followed */
	assert_true(put.progress.running);
	azure_setup_stop(&setup);
}

static void
a_failure_that_comes_with_status_200_is_told(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("PUT " LINK_ID "?api-version=2020-06-01 HTTP",
			FAKE_HEAD("202 Accepted") ASYNC("/op") PLACE("/never") "\r\n{}"),
		STEP("GET /op HTTP",
			FAKE_HEAD("200 OK") "x-ms-request-id: r-1\r\n\r\n"
					    "{\"error\":{\"code\":\"PreconditionFailed\","
					    "\"message\":\"exists already\"},\"status\":"
					    "\"Failed\"}"),
		STEP("PUT ", FAKE_HEAD("202 Accepted") ASYNC("/op") "\r\n{}"),
		STEP("GET /op HTTP", FAKE_OK "{\"status\":\"Canceled\"}"), {0}};
	const struct azure_link_wish wish = {.network = VNET_ID, .only_new = true};
	struct azure_setup setup;
	struct azure_put_link put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_false(put_link(&setup, &wish, &put));
	assert_int_equal(setup.fault.failure, CLOUD_CONFLICT);
	assert_int_equal(setup.fault.status, 200);
	assert_string_equal(setup.fault.code, "PreconditionFailed");
	assert_string_equal(setup.fault.request_id, "r-1");
	assert_false(put_link(&setup, &wish, &put));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(setup.fault.message, "does not say why"));
	azure_setup_stop(&setup);
}

static void
a_link_is_put_under_its_conditions(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("\r\nIf-None-Match: *\r\n", FAKE_OK AZURE_LINK_BODY("Succeeded", "Completed")),
		STEP("GET " LINK_ID, FAKE_OK AZURE_LINK_BODY("Succeeded", "Completed")),
		STEP("\r\nIf-Match: \"5000\"\r\n",
			AZURE_ERROR("412 No", "", "PreconditionFailed", "etag mismatch")),
		{0}};
	const struct azure_link_wish made = {.network = VNET_ID, .only_new = true};
	const struct azure_link_wish changed = {.network = VNET_ID, .etag = "\"5000\""};
	const struct azure_link_wish broken = {.network = VNET_ID, .etag = "a\r\nb"};
	struct azure_setup setup;
	struct azure_put_link put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_true(put_link(&setup, &made, &put));
	assert_true(put.link.ready);
	assert_false(put_link(&setup, &changed, &put));
	assert_int_equal(setup.fault.failure, CLOUD_CONFLICT);
	assert_false(put_link(&setup, &broken, &put));
	assert_int_equal(setup.fault.failure, CLOUD_PERMANENT);
	azure_setup_stop(&setup);
}

static void
what_a_put_builds_on_has_to_be_there(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("PUT ", AZURE_ERROR("404 No", "", "ParentResourceNotFound", "no VNet")), {0}};
	struct azure_setup setup;
	struct azure_put_peering put;

	(void)state;
	azure_setup_start(&setup, steps);
	assert_false(put_peering(&setup, &put));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(setup.fault.code, "ParentResourceNotFound");
	azure_setup_stop(&setup);
}

static void
a_deletion_is_followed_and_nothing_to_delete_is_no_fault(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP("DELETE " PEERING_ID "?api-version=2024-05-01 HTTP",
			FAKE_HEAD("202 Accepted") ASYNC("/op") PLACE("/never") "\r\n"),
		STEP("GET /op HTTP", SUCCEEDED),
		STEP("DELETE ", FAKE_HEAD("204 No Content") "\r\n"),
		STEP("DELETE ", AZURE_ERROR("404 No", "", "NotFound", "gone")),
		STEP("DELETE ", FAKE_HEAD("202 Accepted") PLACE("/result") "\r\n"),
		STEP("GET /result HTTP", AZURE_ERROR("404 No", "", "NotFound", "gone")),
		STEP("DELETE ", AZURE_ERROR("409 No", "", "ScopeLocked", "locked")), {0}};
	struct azure_setup setup;
	struct azure_progress progress;

	(void)state;
	azure_setup_start(&setup, steps);
	for (int i = 0; i < 4; i++) {
		assert_true(delete_peering(&setup, &progress));
		assert_false(progress.running);
	}
	assert_false(delete_peering(&setup, &progress));
	assert_int_equal(setup.fault.failure, CLOUD_WAIT_FOR_USER);
	azure_setup_stop(&setup);
}

static void
an_answer_that_cannot_be_read_is_doubted(void **state)
{
	static const struct fake_step steps[] = {
		AZURE_OWN, STEP(GET_VNET, FAKE_OK "{\"a\":"), STEP(GET_VNET, FAKE_OK "{}"), {0}};
	struct azure_setup setup;
	struct azure_vnet vnet;

	(void)state;
	azure_setup_start(&setup, steps);
	for (int i = 0; i < 2; i++) {
		assert_false(get_vnet(&setup, &vnet));
		assert_int_equal(setup.fault.failure, CLOUD_BACK_OFF);
		assert_int_equal(setup.fault.status, 0);
		assert_non_null(strstr(setup.fault.message, "GET virtualNetworks: "));
	}
	azure_setup_stop(&setup);
}

static void
settings_that_are_wrong_make_no_client(void **state)
{
	static const char *const environment[] = {"SSL_CERT_FILE=/none", NULL};
	struct azure_client_settings settings = {
		.environment = environment, .manager = "http://management.example"};
	struct error error = {0};

	(void)state;
	assert_null(azure_client_new(&settings, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	settings.environment = environment + 1;
	assert_null(azure_client_new(&settings, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_virtual_network_is_asked_for_with_a_token),
		cmocka_unit_test(names_of_ids_are_encoded),
		cmocka_unit_test(each_kind_of_resource_is_read),
		cmocka_unit_test(an_id_of_another_kind_sends_nothing),
		cmocka_unit_test(all_pages_of_a_list_come_as_one),
		cmocka_unit_test(all_links_of_a_zone_or_ruleset_come_as_one),
		cmocka_unit_test(a_peering_is_put_and_its_operation_followed_by_the_newest_url),
		cmocka_unit_test(an_operation_without_a_status_url_is_followed_by_its_location),
		cmocka_unit_test(a_peering_that_is_there_at_once_is_read),
		cmocka_unit_test(an_operation_beyond_the_deadline_is_left_alone),
		cmocka_unit_test(a_failure_that_comes_with_status_200_is_told),
		cmocka_unit_test(a_link_is_put_under_its_conditions),
		cmocka_unit_test(what_a_put_builds_on_has_to_be_there),
		cmocka_unit_test(a_deletion_is_followed_and_nothing_to_delete_is_no_fault),
		cmocka_unit_test(an_answer_that_cannot_be_read_is_doubted),
		cmocka_unit_test(settings_that_are_wrong_make_no_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
