#include "cloud/gcp_request.h"

#include <string.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "tests/support/cloud_examples.h"

enum { MEMORY = 1 << 20 };

static void
every_name_in_a_target_is_encoded(void **state)
{
	CLEANUP(buffer_dispose) struct buffer target;

	(void)state;
	buffer_init(&target, MEMORY);
	gcp_request_network(&target, "example.com:p", "n/../x", "addPeering");
	gcp_request_add(&target, "requestId", "1");
	gcp_request_add(&target, "pageToken", "a&b");
	gcp_request_add(&target, "nothing", "");
	gcp_request_add(&target, "nothing", NULL);
	assert_string_equal(buffer_text(&target),
		"/compute/v1/projects/example.com%3Ap/global/networks/n%2F..%2Fx/addPeering"
		"?requestId=1&pageToken=a%26b");
}

static void
targets_are_those_of_the_reference(void **state)
{
	static const struct gcp_route_question question = {"cm-p1", "europe-west3", true};
	CLEANUP(buffer_dispose) struct buffer target;

	(void)state;
	buffer_init(&target, MEMORY);
	gcp_request_operation(&target, "p", "operation-1");
	assert_string_equal(
		buffer_text(&target), "/compute/v1/projects/p/global/operations/operation-1");
	buffer_clear(&target);
	gcp_request_subnetworks(&target, "p", "n");
	assert_string_equal(buffer_text(&target),
		"/compute/v1/projects/p/aggregated/subnetworks"
		"?filter=network%20eq%20%22.%2A%2Fnetworks%2Fn%22&maxResults=500");
	buffer_clear(&target);
	gcp_request_routes(&target, "p", "n", &question);
	assert_string_equal(buffer_text(&target),
		"/compute/v1/projects/p/global/networks/n/listPeeringRoutes"
		"?direction=OUTGOING&peeringName=cm-p1&region=europe-west3&maxResults=500");
	buffer_clear(&target);
	gcp_request_tags(&target, "projects/p/global/networks/1");
	assert_string_equal(buffer_text(&target),
		"/v3/effectiveTags?parent=%2F%2Fcompute.googleapis.com%2Fprojects%2Fp%2Fglobal%2F"
		"networks%2F1&pageSize=300");
	buffer_clear(&target);
	gcp_request_rights(&target, "p");
	assert_string_equal(buffer_text(&target), "/v3/projects/p:testIamPermissions");
}

static void
only_what_is_wished_is_sent(void **state)
{
	const struct gcp_peering_wish wish = {.name = "a\"b",
		.network = "projects/q/global/networks/m",
		.import_custom_routes = GCP_ON,
		.export_public_ranges = GCP_OFF,
		.stack_type = "IPV4_IPV6"};
	CLEANUP(buffer_dispose) struct buffer body;

	(void)state;
	buffer_init(&body, MEMORY);
	gcp_request_add_peering(&body, &wish);
	assert_string_equal(buffer_text(&body),
		"{\"networkPeering\":{\"name\":\"a\\\"b\",\"network\":"
		"\"projects/q/global/networks/m\",\"exchangeSubnetRoutes\":true,"
		"\"importCustomRoutes\":true,\"exportSubnetRoutesWithPublicIp\":false,"
		"\"stackType\":\"IPV4_IPV6\"}}");
	buffer_clear(&body);
	gcp_request_update_peering(
		&body, &(struct gcp_peering_wish){.name = "a", .export_custom_routes = GCP_OFF});
	assert_string_equal(buffer_text(&body),
		"{\"networkPeering\":{\"name\":\"a\",\"exportCustomRoutes\":false}}");
	buffer_clear(&body);
	gcp_request_remove_peering(&body, "a");
	assert_string_equal(buffer_text(&body), "{\"name\":\"a\"}");
	buffer_clear(&body);
	gcp_request_test_rights(&body, (const char *const[]){"a.b", "c", NULL});
	assert_string_equal(buffer_text(&body), "{\"permissions\":[\"a.b\",\"c\"]}");
}

static void
a_request_id_is_a_version_4_uuid_and_never_the_same(void **state)
{
	char one[GCP_REQUEST_ID_SIZE], other[GCP_REQUEST_ID_SIZE];

	(void)state;
	for (int turn = 0; turn < 100; turn++) {
		gcp_request_id(one);
		gcp_request_id(other);
		assert_int_equal(strlen(one), 36);
		assert_int_equal(strspn(one, "0123456789abcdef-"), 36);
		assert_true(one[8] == '-' && one[13] == '-' && one[18] == '-' && one[23] == '-');
		assert_int_equal(one[14], '4');
		assert_non_null(strchr("89ab", one[19]));
		assert_string_not_equal(one, other);
	}
}

static const struct json *
parse(struct arena *arena, const char *text)
{
	const struct json *json = json_parse(arena, text, strlen(text), &json_request_limits, NULL);

	assert_non_null(json);
	return json;
}

/* The same as gcloud sends, and as the example has it. */
static void
bodies_are_those_of_others(void **state)
{
	const struct gcp_peering_wish wish = {.name = "cm-p1",
		.network = "projects/proj-b/global/networks/default",
		.import_custom_routes = GCP_ON};
	const struct gcp_peering_wish example = {.name = "cm-4b1f",
		.network = "https://www.googleapis.com/compute/v1/projects/remote-project/global/"
			   "networks/default",
		.import_custom_routes = GCP_OFF,
		.export_custom_routes = GCP_OFF};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(buffer_dispose) struct buffer body, text;

	(void)state;
	buffer_init(&body, MEMORY);
	buffer_init(&text, MEMORY);
	gcp_request_add_peering(&body, &wish);
	assert_true(json_equal(parse(arena, buffer_text(&body)),
		parse(arena, "{\"networkPeering\": {\"exchangeSubnetRoutes\": true, "
			     "\"importCustomRoutes\": true, \"name\": \"cm-p1\", \"network\": "
			     "\"projects/proj-b/global/networks/default\"}}")));
	cloud_examples_read("gcp/constructed/addPeering_request.json", &text);
	buffer_clear(&body);
	gcp_request_add_peering(&body, &example);
	assert_true(json_equal(parse(arena, buffer_text(&body)), parse(arena, buffer_text(&text))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_in_a_target_is_encoded),
		cmocka_unit_test(targets_are_those_of_the_reference),
		cmocka_unit_test(only_what_is_wished_is_sent),
		cmocka_unit_test(a_request_id_is_a_version_4_uuid_and_never_the_same),
		cmocka_unit_test(bodies_are_those_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
