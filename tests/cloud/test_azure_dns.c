#include "cloud/azure_dns.h"

#include "tests/cloud/azure_answers.h"
#include "tests/support/arena_limit.h"

static void
a_zone_is_read_with_its_counts(void **state)
{
	struct azure_zone zone;

	assert_true(azure_dns_read_zone(*state,
		azure_answer(*state,
			"{\"id\":\"\\/subscriptions\\/x\",\"name\":\"a.example\",\"etag\":\"g\","
			"\"tags\":{\"k\":\"v\"},\"properties\":{\"provisioningState\":"
			"\"Succeeded\",\"numberOfVirtualNetworkLinks\":3,"
			"\"maxNumberOfVirtualNetworkLinks\":1000,"
			"\"maxNumberOfVirtualNetworkLinksWithRegistration\":-5}}"),
		&zone, NULL));
	assert_string_equal(zone.id, "/subscriptions/x");
	assert_string_equal(zone.etag, "g");
	assert_int_equal(zone.links, 3);
	assert_int_equal(zone.most_links, 1000);
	assert_int_equal(zone.registering_links, -1);
	assert_int_equal(zone.most_registering_links, -1);
	assert_string_equal(azure_read_tag(&zone.tags, "k"), "v");
}

static void
a_ruleset_is_read(void **state)
{
	struct azure_ruleset ruleset;

	assert_true(azure_dns_read_ruleset(*state,
		azure_answer(*state,
			"{\"id\":\"" AZURE_RULESET_ID "\",\"name\":\"r1\",\"location\":\"westus\","
			"\"tags\":{\"k\":\"v\"},\"properties\":{\"provisioningState\":"
			"\"Succeeded\"}}"),
		&ruleset, NULL));
	assert_string_equal(ruleset.location, "westus");
	assert_int_equal(ruleset.provisioning, AZURE_PROVISIONING_SUCCEEDED);
	assert_int_equal(ruleset.tags.count, 1);
	assert_false(azure_dns_read_ruleset(
		*state, azure_answer(*state, "{\"id\":\"x\"}"), &ruleset, NULL));
}

static void
a_link_is_ready_when_it_is_completed(void **state)
{
	static const struct {
		const char *body, *state;
		bool ready;
	} rows[] = {
		{AZURE_LINK_BODY("Succeeded", "Completed"), "Completed", true},
		{AZURE_LINK_BODY("Succeeded", "InProgress"), "InProgress", false},
		{AZURE_LINK_BODY("Updating", "Completed"), "Completed", false},
		{AZURE_LINK_BODY("Succeeded", ""), "Succeeded", true}, /* of a ruleset */
	};
	struct azure_link link;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(azure_dns_read_link(
			*state, azure_answer(*state, rows[i].body), &link, NULL));
		assert_string_equal(link.id, AZURE_ZONE_ID "/virtualNetworkLinks/l1");
		assert_string_equal(link.etag, "\"5000\"");
		assert_string_equal(link.state_text, rows[i].state);
		assert_string_equal(link.network, AZURE_VNET("v1"));
		assert_string_equal(link.resolution, "");
		assert_true(link.registers);
		assert_true(link.ready == rows[i].ready);
	}
}

static void
a_link_without_a_network_is_refused(void **state)
{
	struct azure_link link;
	struct error error = {0};

	assert_false(azure_dns_read_link(*state,
		azure_answer(*state, "{\"id\":\"i\",\"name\":\"n\",\"properties\":{}}"), &link,
		&error));
	assert_string_equal(error.message, "virtualNetwork has no id in the answer");
}

static void
the_metadata_of_a_rulesets_link_stands_for_tags(void **state)
{
	struct azure_link link;

	assert_true(azure_dns_read_link(*state,
		azure_answer(*state,
			"{\"id\":\"i\",\"name\":\"n\",\"properties\":{\"virtualNetwork\":{\"id\":"
			"\"v\"},\"metadata\":{\"k\":\"v\",\"n\":null}}}"),
		&link, NULL));
	assert_int_equal(link.tags.count, 2);
	assert_string_equal(azure_read_tag(&link.tags, "k"), "v");
	assert_string_equal(azure_read_tag(&link.tags, "n"), "");
}

static void
links_are_read_as_a_page(void **state)
{
	struct azure_links links;
	struct error error = {0};

	assert_true(azure_dns_read_links(*state,
		azure_answer(*state, "{\"value\":[" AZURE_LINK_BODY("Succeeded",
					     "Completed") "," AZURE_LINK_BODY("Updating",
					     "") "],\"nextLink\":\"https:\\/\\/x\"}"),
		&links, NULL));
	assert_int_equal(links.count, 2);
	assert_true(links.items[0].ready && !links.items[1].ready);
	assert_string_equal(links.next, "https://x");
	assert_true(
		azure_dns_read_links(*state, azure_answer(*state, "{\"value\":[]}"), &links, NULL));
	assert_int_equal(links.count, 0);
	assert_string_equal(links.next, "");
	assert_false(azure_dns_read_links(*state, azure_answer(*state, "{}"), &links, &error));
	assert_string_equal(error.message, "value is missing in the answer");
	assert_false(azure_dns_read_links(
		*state, azure_answer(*state, "{\"value\":[{}]}"), &links, NULL));
}

static bool
read_all(struct arena *arena, void *text, struct error *error)
{
	const struct json *root = azure_read_object(arena, text, strlen(text), error);
	struct azure_link link;
	struct azure_zone zone;
	struct azure_ruleset ruleset;

	return root && azure_dns_read_link(arena, root, &link, error) &&
	       azure_dns_read_zone(arena, root, &zone, error) &&
	       azure_dns_read_ruleset(arena, root, &ruleset, error);
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	char body[] = AZURE_LINK_BODY("Succeeded", "Completed");

	(void)state;
	assert_in_range(arena_limit_walk(read_all, body), 256, 1 << 16);
}

static bool
read_page(struct arena *arena, void *text, struct error *error)
{
	const struct json *root = azure_read_object(arena, text, strlen(text), error);
	struct azure_links links;

	return root && azure_dns_read_links(arena, root, &links, error);
}

static void
every_shortage_of_memory_of_a_page_is_a_clean_failure(void **state)
{
	char body[] = "{\"value\":[" AZURE_LINK_BODY("Succeeded", "Completed") "]}";

	(void)state;
	assert_in_range(arena_limit_walk(read_page, body), 256, 1 << 16);
}

static void
a_link_is_written_as_its_kind_is(void **state)
{
	static const struct tag tags[] = {{"a", "1"}, {"b\"", ""}};
	const struct azure_link_wish wish = {.network = "/v", .tags = {tags, 2}};
	const struct azure_link_wish plain = {.network = "/v", .registers = true};
	struct buffer body;

	(void)state;
	buffer_init(&body, 4096);
	azure_dns_write_link(&body, ARM_ZONE, &wish);
	assert_string_equal(buffer_text(&body),
		"{\"location\":\"global\",\"properties\":{\"registrationEnabled\":false,"
		"\"virtualNetwork\":{\"id\":\"/v\"}},\"tags\":{\"a\":\"1\",\"b\\\"\":\"\"}}");
	buffer_clear(&body);
	azure_dns_write_link(&body, ARM_ZONE, &plain);
	assert_string_equal(buffer_text(&body),
		"{\"location\":\"global\",\"properties\":{\"registrationEnabled\":true,"
		"\"virtualNetwork\":{\"id\":\"/v\"}}}");
	buffer_clear(&body);
	azure_dns_write_link(&body, ARM_RULESET, &wish);
	assert_string_equal(buffer_text(&body),
		"{\"properties\":{\"virtualNetwork\":{\"id\":\"/v\"},\"metadata\":{\"a\":\"1\","
		"\"b\\\"\":\"\"}}}");
	buffer_clear(&body);
	azure_dns_write_link(&body, ARM_RULESET, &plain);
	assert_string_equal(
		buffer_text(&body), "{\"properties\":{\"virtualNetwork\":{\"id\":\"/v\"}}}");
	buffer_dispose(&body);
}

static void
recorded_zones_and_links_are_read(void **state)
{
	struct azure_zone zone;
	struct azure_link link;

	assert_true(azure_dns_read_zone(*state,
		azure_recorded(*state, "recorded/privatedns_zone_and_missing_link.json",
			"exchanges[3].response.body"),
		&zone, NULL));
	assert_int_equal(zone.links, 0);
	assert_int_equal(zone.most_links, 1000);
	assert_int_equal(zone.most_registering_links, 100);
	assert_true(azure_dns_read_link(*state,
		azure_recorded(*state, "recorded/privatedns_link_create_and_etag_failure.json",
			"exchanges[3].response.body"),
		&link, NULL));
	assert_true(link.ready);
	assert_string_equal(link.etag, "\"5000344e-0000-0500-0000-5d8410f50000\"");
	assert_true(azure_dns_read_link(*state,
		azure_recorded(*state, "constructed/link_completed.json", ""), &link, NULL));
	assert_true(link.ready && !link.registers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AZURE_TEST(a_zone_is_read_with_its_counts),
		AZURE_TEST(a_ruleset_is_read),
		AZURE_TEST(a_link_is_ready_when_it_is_completed),
		AZURE_TEST(a_link_without_a_network_is_refused),
		AZURE_TEST(the_metadata_of_a_rulesets_link_stands_for_tags),
		AZURE_TEST(links_are_read_as_a_page),
		AZURE_TEST(every_shortage_of_memory_of_a_page_is_a_clean_failure),
		AZURE_TEST(every_shortage_of_memory_is_a_clean_failure),
		AZURE_TEST(a_link_is_written_as_its_kind_is),
		AZURE_TEST(recorded_zones_and_links_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
