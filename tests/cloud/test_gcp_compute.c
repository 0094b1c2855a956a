#include "cloud/gcp_compute.h"

#include <string.h>

#include "base/cleanup.h"
#include "tests/support/arena_limit.h"
#include "tests/support/cloud_examples.h"

enum { MEMORY = 4 << 20 };

#define SELF                                                                                       \
	"\"name\":\"n\",\"selfLink\":\"https://www.googleapis.com/compute/v1/projects/p/global/"   \
	"networks/n\""
#define PEERING(members)                                                                           \
	"{" SELF ",\"peerings\":[{\"name\":\"a\",\"state\":\"INACTIVE\",\"network\":"              \
	"\"projects/q/global/networks/m\"" members "}]}"
#define SUBNETWORK(members)                                                                        \
	"{\"items\":{\"regions/europe-west3\":{\"subnetworks\":[{\"name\":\"s\",\"network\":"      \
	"\"https://compute.googleapis.com/compute/v1/projects/p/global/networks/n\","              \
	"\"region\":\"https://www.googleapis.com/compute/v1/projects/p/regions/"                   \
	"europe-west3\"" members "}]}}}"

static const struct json *
parse(struct arena *arena, const char *text)
{
	struct error error = {0};
	const struct json *root = gcp_compute_parse(arena, text, strlen(text), &error);

	if (!root)
		fail_msg("%s", error.message);
	return root;
}

static void
only_the_path_of_a_network_counts(void **state)
{
	static const char *const same[] = {
		"https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
		"https://compute.googleapis.com/compute/beta/projects/p/global/networks/n",
		"projects/p/global/networks/n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_string_equal(gcp_compute_path(same[i]), "projects/p/global/networks/n");
	assert_null(gcp_compute_path(NULL));
	assert_null(gcp_compute_path("networks/n"));
	assert_null(gcp_compute_path("https://x/myprojects/p"));
	assert_null(gcp_compute_path("projects/p'; x"));
	assert_null(gcp_compute_path("projects/p\n"));
}

static void
a_network_is_read_with_its_peerings(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_network network;
	struct error error = {0};

	(void)state;
	assert_true(gcp_compute_read_network(arena,
		parse(arena, PEERING(",\"importCustomRoutes\":true,\"exchangeSubnetRoutes\":true,"
				     "\"stateDetails\":\"Waiting for peer network to connect.\","
				     "\"stackType\":\"IPV4_ONLY\",\"peerMtu\":1460")),
		&network, &error));
	assert_string_equal(network.path, "projects/p/global/networks/n");
	assert_string_equal(network.path_with_id, "");
	assert_int_equal(network.peering_count, 1);
	assert_string_equal(network.peerings[0].network, "projects/q/global/networks/m");
	assert_string_equal(network.peerings[0].state, "INACTIVE");
	assert_string_equal(
		network.peerings[0].state_details, "Waiting for peer network to connect.");
	assert_true(network.peerings[0].exchange_subnet_routes);
	assert_true(network.peerings[0].import_custom_routes);
	assert_false(network.peerings[0].export_custom_routes);
	assert_false(network.peerings[0].import_public_ranges);
	assert_true(network.peerings[0].export_public_ranges);
	assert_int_equal(network.peerings[0].peer_mtu, 1460);
}

static void
a_path_with_the_number_is_made_where_google_does_not_tell_it(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_network network;
	struct error error = {0};

	(void)state;
	assert_true(gcp_compute_read_network(arena,
		parse(arena, "{" SELF ",\"id\":\"18446744073709551615\"}"), &network, &error));
	assert_string_equal(
		network.path_with_id, "projects/p/global/networks/18446744073709551615");
	assert_int_equal(network.peering_count, 0);
	assert_true(gcp_compute_read_network(arena,
		parse(arena, "{" SELF ",\"id\":\"1\",\"selfLinkWithId\":\"https://www.googleapis."
			     "com/compute/v1/projects/p/global/networks/2\"}"),
		&network, &error));
	assert_string_equal(network.path_with_id, "projects/p/global/networks/2");
}

static void
the_ranges_of_a_subnetwork_are_all_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_subnetworks read = {0};
	struct error error = {0};
	const char *next;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	assert_true(gcp_compute_read_subnetworks(arena,
		parse(arena, SUBNETWORK(",\"ipCidrRange\":\"10.0.0.0/20\",\"ipv6CidrRange\":"
					"\"fd20::/64\",\"internalIpv6Prefix\":\"fd20::/64\","
					"\"secondaryIpRanges\":[{\"rangeName\":\"pods\","
					"\"ipCidrRange\":\"10.4.0.0/14\"}]")),
		&read, &next, &error));
	assert_true(gcp_compute_read_subnetworks(arena,
		parse(arena,
			"{\"nextPageToken\":\"t\",\"items\":{\"regions/a\":{\"warning\":{\"code\":"
			"\"NO_RESULTS_ON_PAGE\"}},\"regions/b\":{\"subnetworks\":[{\"name\":\"z\","
			"\"network\":\"projects/p/global/networks/n\",\"ipv6CidrRange\":"
			"\"2600::/64\"}]}}}"),
		&read, &next, &error));
	assert_string_equal(next, "t");
	assert_false(read.incomplete);
	assert_int_equal(read.count, 2);
	assert_string_equal(read.items[0].region, "europe-west3");
	assert_string_equal(read.items[0].network, "projects/p/global/networks/n");
	assert_int_equal(read.items[0].range_count, 3);
	assert_string_equal(prefix_format(&read.items[0].ranges[0].prefix, text), "10.0.0.0/20");
	assert_string_equal(prefix_format(&read.items[0].ranges[1].prefix, text), "fd20::/64");
	assert_string_equal(prefix_format(&read.items[0].ranges[2].prefix, text), "10.4.0.0/14");
	assert_string_equal(read.items[0].ranges[2].name, "pods");
	assert_int_equal(read.items[1].range_count, 1);
}

static void
a_region_that_does_not_answer_is_seen(void **state)
{
	static const char *const texts[] = {
		"{\"items\":{\"regions/a\":{\"warning\":{\"code\":\"UNREACHABLE\"}}}}",
		"{\"unreachables\":[\"regions/a\"]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		struct gcp_subnetworks read = {0};
		struct error error = {0};
		const char *next;

		assert_true(gcp_compute_read_subnetworks(
			arena, parse(arena, texts[i]), &read, &next, &error));
		assert_true(read.incomplete);
	}
}

static void
routes_are_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_routes routes = {0};
	struct error error = {0};
	const char *next;

	(void)state;
	assert_true(gcp_compute_read_routes(arena,
		parse(arena, "{\"items\":[{\"destRange\":\"10.8.0.0/20\",\"type\":"
			     "\"SUBNET_PEERING_ROUTE\",\"nextHopRegion\":\"europe-west3\","
			     "\"priority\":7,\"imported\":true}]}"),
		&routes, &next, &error));
	assert_int_equal(routes.count, 1);
	assert_string_equal(routes.items[0].type, "SUBNET_PEERING_ROUTE");
	assert_string_equal(routes.items[0].region, "europe-west3");
	assert_int_equal(routes.items[0].priority, 7);
	assert_true(routes.items[0].imported);
	assert_string_equal(next, "");
}

static void
an_answer_that_is_not_what_it_should_be_is_refused(void **state)
{
	static const char *const networks[] = {
		"{}",
		"{\"name\":\"n\"}",
		"{" SELF ",\"peerings\":[{}]}",
		"{" SELF ",\"peerings\":[7]}",
	};
	static const char *const lists[] = {
		"{\"items\":[]}",
		"{\"items\":{\"a\":{\"subnetworks\":[{}]}}}",
		SUBNETWORK(",\"ipCidrRange\":\"10.0.0.0/33\""),
		SUBNETWORK(",\"secondaryIpRanges\":[{\"ipCidrRange\":\"x\"}]"),
	};
	static const char *const routes[] = {
		"{\"items\":{}}",
		"{\"items\":[{}]}",
		"{\"items\":[{\"destRange\":\"x\"}]}",
	};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_operation operation;
	struct gcp_network network;
	struct error error;
	const char *next;

	(void)state;
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
		assert_false(gcp_compute_read_network(
			arena, parse(arena, networks[i]), &network, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct gcp_subnetworks read = {0};

		assert_false(gcp_compute_read_subnetworks(
			arena, parse(arena, lists[i]), &read, &next, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		struct gcp_routes read = {0};

		assert_false(gcp_compute_read_routes(
			arena, parse(arena, routes[i]), &read, &next, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	assert_false(gcp_compute_read_operation(
		arena, parse(arena, "{\"name\":\"o\"}"), &operation, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_null(gcp_compute_parse(arena, "[]", 2, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static bool
say_exhausted(const struct arena *arena, bool good, struct error *error)
{
	return !arena_exhausted(arena) ? good : error_set(error, ERROR_EXHAUSTED, "beyond the cap");
}

static bool
attempt_network(struct arena *arena, void *context, struct error *error)
{
	struct gcp_network network;

	return say_exhausted(
		arena, gcp_compute_read_network(arena, context, &network, error), error);
}

static bool
attempt_lists(struct arena *arena, void *context, struct error *error)
{
	struct gcp_subnetworks subnetworks = {0};
	const char *next;
	bool good = gcp_compute_read_subnetworks(arena, context, &subnetworks, &next, error) &&
		    gcp_compute_read_subnetworks(arena, context, &subnetworks, &next, error);

	return say_exhausted(arena, good, error);
}

static bool
attempt_routes(struct arena *arena, void *context, struct error *error)
{
	struct gcp_routes routes = {0};
	const char *next;

	return say_exhausted(
		arena, gcp_compute_read_routes(arena, context, &routes, &next, error), error);
}

static void
an_arena_that_is_too_small_is_said(void **state)
{
	static const struct {
		arena_limit_attempt *attempt;
		const char *text;
	} rows[] = {
		{attempt_network, PEERING("")},
		{attempt_lists, SUBNETWORK(",\"ipCidrRange\":\"10.0.0.0/20\"")},
		{attempt_routes, "{\"items\":[{\"destRange\":\"10.8.0.0/20\",\"type\":\"t\"}]}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		const struct json *root = parse(arena, rows[i].text);
		void *context;

		memcpy(&context, &root, sizeof context);
		assert_true(arena_limit_walk(rows[i].attempt, context) > 50);
	}
}

static const struct json *
parse_example(struct arena *arena, const char *name, const char *begins)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct error error = {0};
	const struct json *root;
	const char *at, *end;

	buffer_init(&text, MEMORY);
	cloud_examples_read(name, &text);
	at = begins ? strstr(buffer_text(&text), begins) : buffer_text(&text);
	assert_non_null(at);
	at = strchr(at, '{');
	end = strstr(at, "\n---");
	at = arena_text_part(arena, at, end ? (size_t)(end - at) : strlen(at));
	root = gcp_compute_parse(arena, at, strlen(at), &error);
	if (!root)
		fail_msg("%s: %s", name, error.message);
	return root;
}

static void
a_recorded_network_with_an_active_peering_is_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_network network;
	struct error error = {0};
	CLEANUP(buffer_dispose) struct buffer text;
	char *at;

	(void)state;
	buffer_init(&text, MEMORY);
	cloud_examples_read("gcp/real/kcc_network_get_with_active_peering.json", &text);
	for (at = text.data; *at; at++) /* names that were taken out of the recording */
		if (strchr("$", *at))
			*at = 'x';
	assert_true(gcp_compute_read_network(
		arena, parse(arena, buffer_text(&text)), &network, &error));
	assert_int_equal(network.peering_count, 1);
	assert_string_equal(network.peerings[0].name, "servicenetworking-googleapis-com");
	assert_string_equal(network.peerings[0].network,
		"projects/zf6836615480e5edfp-tp/global/networks/servicenetworking");
	assert_string_equal(network.peerings[0].state, "ACTIVE");
	assert_string_equal(network.peerings[0].update_strategy, "INDEPENDENT");
	assert_false(network.peerings[0].export_public_ranges);
}

static void
a_recorded_network_of_a_project_is_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const struct json *root =
		parse_example(arena, "gcp/real/custodian_network_get_default.json", NULL);
	struct gcp_network network;
	struct error error = {0};

	(void)state;
	assert_true(gcp_compute_read_network(arena, json_member(root, "body"), &network, &error));
	assert_string_equal(network.name, "default");
	assert_string_equal(network.path_with_id,
		"projects/cloud-custodian/global/networks/6962489933903903064");
	assert_true(network.auto_subnetworks);
}

static void
recorded_operations_are_read(void **state)
{
	static const struct {
		const char *name;
		const char *begins;
		bool done;
		const char *code;
		enum cloud_failure failure;
	} rows[] = {
		{"gcp/constructed/addPeering_operation_running.json", NULL, false, NULL, 0},
		{"gcp/constructed/addPeering_operation_quota_error.json", NULL, true,
			"QUOTA_EXCEEDED", CLOUD_WAIT_FOR_USER},
		{"gcp/real/kcc_operation_done_with_error.http", "\n\n{", true,
			"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", CLOUD_WAIT_FOR_USER},
		{"gcp/real/kcc_removePeering_and_operation.http", "Options: nosniff", false, NULL,
			0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		const struct json *root = parse_example(arena, rows[i].name, rows[i].begins);
		struct gcp_operation operation;
		struct error error = {0};

		assert_true(gcp_compute_read_operation(arena, root, &operation, &error));
		assert_int_equal(operation.done, rows[i].done);
		assert_int_equal(operation.failed, rows[i].code != NULL);
		if (rows[i].code) {
			assert_string_equal(operation.error.code, rows[i].code);
			assert_int_equal(operation.error.failure, rows[i].failure);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_path_of_a_network_counts),
		cmocka_unit_test(a_network_is_read_with_its_peerings),
		cmocka_unit_test(a_path_with_the_number_is_made_where_google_does_not_tell_it),
		cmocka_unit_test(the_ranges_of_a_subnetwork_are_all_read),
		cmocka_unit_test(a_region_that_does_not_answer_is_seen),
		cmocka_unit_test(routes_are_read),
		cmocka_unit_test(an_answer_that_is_not_what_it_should_be_is_refused),
		cmocka_unit_test(an_arena_that_is_too_small_is_said),
		cmocka_unit_test(a_recorded_network_with_an_active_peering_is_read),
		cmocka_unit_test(a_recorded_network_of_a_project_is_read),
		cmocka_unit_test(recorded_operations_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
