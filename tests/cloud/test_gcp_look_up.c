/* What a network of Google Cloud is like, and which rights are missing there. */
#include "cloud/gcp_look_up.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/http/fake_server.h"

enum { MEMORY = 4 << 20, MOST_STEPS = 12 };

#define REFUSED(status, reason)                                                                    \
	FAKE_HEAD(status)                                                                          \
	"\r\n{\"error\":{\"code\":1,\"message\":\"said by "                                        \
	"Google\",\"errors\":[{\"reason\":\"" reason "\"}]}}"
#define LINK "https://www.googleapis.com/compute/v1/projects/"
#define NETWORK                                                                                    \
	"{\"name\":\"n\",\"id\":\"7\",\"selfLink\":\"" LINK "p/global/networks/n\",\"peerings\":[" \
	"{\"name\":\"cm-1\",\"network\":\"" LINK "q/global/networks/m\",\"state\":\"ACTIVE\"},"    \
	"{\"name\":\"cm-2\",\"network\":\"" LINK "r/global/networks/m\",\"state\":\"INACTIVE\"}]}"
#define OF_N "\"network\":\"" LINK "p/global/networks/n\""
#define SUBNETWORKS                                                                                \
	"{\"items\":{\"regions/a\":{\"subnetworks\":[{\"name\":\"s\"," OF_N                        \
	",\"ipCidrRange\":\"10.0.0.0/20\",\"secondaryIpRanges\":[{\"rangeName\":\"pods\","         \
	"\"ipCidrRange\":\"10.8.0.0/14\"}]}]},\"regions/"                                          \
	"b\":{\"subnetworks\":[{\"name\":\"t\"," OF_N                                              \
	",\"ipCidrRange\":\"10.1.0.0/20\",\"internalIpv6Prefix\":\"fd20:1::/64\"}]}}}"
#define TAGS                                                                                       \
	"{\"effectiveTags\":[{\"namespacedTagKey\":\"123/c-1\",\"namespacedTagValue\":"            \
	"\"123/c-1/None\"},{\"namespacedTagKey\":\"p/env\",\"namespacedTagValue\":\"p/env/test\"," \
	"\"inherited\":true}]}"
#define RIGHT(name) "\"compute." name "\""
#define READING                                                                                    \
	RIGHT("networks.get")                                                                      \
	"," RIGHT("networks.listEffectiveTags") "," RIGHT("subnetworks.list") "," RIGHT(           \
		"globalOperations.get")
#define ALL                                                                                        \
	"{\"permissions\":[" READING "," RIGHT("networks.addPeering") "," RIGHT(                   \
		"networks.updatePeering") "," RIGHT("networks.removePeering") "]}"

static const struct remote remote = {
	.provider = PROVIDER_GCP, .account = "p", .region = "", .id = "n"};
static const struct fake_step network_step = {
	"GET /compute/v1/projects/p/global/networks/n ", FAKE_OK NETWORK, FAKE_CLOSE, false};
static const struct fake_step subnetworks_step = {
	"GET /compute/v1/projects/p/aggregated/subnetworks?", FAKE_OK SUBNETWORKS, FAKE_CLOSE,
	false};
static const struct fake_step tags_step = {"networks%2F7&", FAKE_OK TAGS, FAKE_CLOSE, false};
static const struct fake_step rights_step = {
	"POST /v3/projects/p:testIamPermissions ", FAKE_OK ALL, FAKE_CLOSE, false};

static struct scene {
	struct fake_step steps[MOST_STEPS];
	struct fake_server server;
	struct arena *arena;
	struct gcp_token *token;
	struct gcp_access access;
	struct cloud_network network;
	struct cloud_fault fault;
} scene;

static bool
give(void *context, struct grant *grant, struct error *error)
{
	(void)context;
	(void)error;
	*grant = (struct grant){memory_text("t"), 3600};
	return true;
}

static int
set_up(void **state)
{
	const struct gcp_token_settings token = {.fetch = give};
	struct gcp_client_settings settings = {0};

	(void)state;
	scene = (struct scene){.steps = {network_step, subnetworks_step, tags_step, rights_step}};
	fake_server_start(&scene.server, scene.steps);
	scene.arena = arena_new(MEMORY);
	scene.token = gcp_token_new(&token);
	settings.token = scene.token;
	settings.compute_url = settings.tags_url = scene.server.url;
	scene.access = (struct gcp_access){.client = gcp_client_new(&settings),
		.local_project = "",
		.local_network = "",
		.patience = 1};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fake_server_stop(&scene.server);
	gcp_client_free(scene.access.client);
	gcp_token_free(scene.token);
	arena_free(scene.arena);
	return scene.server.unexpected;
}

static void
answer(int step, const char *reply)
{
	scene.steps[step].reply = reply;
}

static bool
look_up(void)
{
	return gcp_look_up(scene.arena, &scene.access, &remote, &scene.network, &scene.fault);
}

static void
assert_found(void)
{
	if (!look_up())
		fail_msg("%s", scene.fault.message);
}

static const char *
ranges(void)
{
	const char *text = "";

	for (size_t i = 0; i < scene.network.range_count; i++) {
		char range[PREFIX_TEXT_SIZE];

		text = arena_printf(
			scene.arena, "%s%s ", text, prefix_format(&scene.network.ranges[i], range));
	}
	return text;
}

static const char *
rights(void)
{
	const char *text = "";

	for (size_t i = 0; i < scene.network.missing_right_count; i++)
		text = arena_printf(scene.arena, "%s%s ", text, scene.network.missing_rights[i]);
	return text;
}

static void
a_network_is_told_with_the_ranges_of_all_its_regions(void **state)
{
	const struct cloud_network *network = &scene.network;

	(void)state;
	assert_found();
	assert_string_equal(network->owner, "p");
	assert_string_equal(network->region, "");
	assert_string_equal(ranges(), "10.0.0.0/20 10.8.0.0/14 10.1.0.0/20 fd20:1::/64 ");
	assert_false(network->ranges_hidden);
	assert_false(network->tables_known);
	assert_int_equal(network->table_count, 0);
	assert_int_equal(network->most_peerings, 0);
	assert_string_equal(rights(), "");
	assert_true(network->rights_known);
}

static void
its_tags_have_their_whole_keys_and_the_names_of_their_values(void **state)
{
	const struct cloud_network *network = &scene.network;

	(void)state;
	assert_found();
	assert_int_equal(network->tag_count, 2);
	assert_string_equal(network->tags[0].key, "123/c-1");
	assert_string_equal(network->tags[0].value, "None");
	assert_string_equal(network->tags[1].key, "p/env");
	assert_string_equal(network->tags[1].value, "test");
	assert_false(network->tags_hidden);
}

static void
its_peerings_have_the_paths_of_the_other_networks(void **state)
{
	const struct cloud_network *network = &scene.network;

	(void)state;
	assert_found();
	assert_int_equal(network->peering_count, 2);
	assert_string_equal(network->peerings[0].name, "cm-1");
	assert_string_equal(network->peerings[0].network, "projects/q/global/networks/m");
	assert_string_equal(network->peerings[0].state, "ACTIVE");
	assert_string_equal(network->peerings[1].state, "INACTIVE");
}

static void
rights_that_are_not_granted_are_missing(void **state)
{
	(void)state;
	answer(3, FAKE_OK "{\"permissions\":[" READING "]}");
	assert_found();
	assert_string_equal(rights(), "compute.networks.addPeering "
				      "compute.networks.updatePeering "
				      "compute.networks.removePeering ");
	assert_true(scene.network.rights_known);
}

static void
ranges_that_may_not_be_read_are_hidden_and_not_none(void **state)
{
	(void)state;
	answer(1, REFUSED("403 No", "forbidden"));
	answer(3, FAKE_OK "{\"permissions\":[" RIGHT("networks.get") "]}");
	assert_found();
	assert_true(scene.network.ranges_hidden);
	assert_int_equal(scene.network.range_count, 0);
	assert_int_equal(scene.network.tag_count, 2);
	assert_string_equal(rights(), "compute.subnetworks.list "
				      "compute.networks.listEffectiveTags "
				      "compute.networks.addPeering "
				      "compute.networks.updatePeering "
				      "compute.networks.removePeering "
				      "compute.globalOperations.get ");
}

static void
tags_that_may_not_be_read_are_hidden_and_not_none(void **state)
{
	(void)state;
	answer(2, REFUSED("403 No", "PERMISSION_DENIED"));
	assert_found();
	assert_true(scene.network.tags_hidden);
	assert_int_equal(scene.network.tag_count, 0);
	assert_int_equal(scene.network.range_count, 4);
	assert_string_equal(rights(), "compute.networks.listEffectiveTags ");
}

static void
rights_that_cannot_be_told_are_no_failure(void **state)
{
	(void)state;
	answer(2, REFUSED("403 No", "PERMISSION_DENIED"));
	answer(3, REFUSED("400 No", "badRequest"));
	assert_found();
	assert_string_equal(rights(), "compute.networks.listEffectiveTags ");
	assert_false(scene.network.rights_known);
}

/* What the answer would have been is not known, so nothing is told. */
static void
another_failure_of_reading_is_a_failure(void **state)
{
	(void)state;
	answer(2, REFUSED("400 No", "badRequest"));
	assert_false(look_up());
	assert_string_equal(scene.fault.action, "compute.networks.listEffectiveTags");
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	for (int i = 0; i < 3; i++)
		scene.steps[3 + i] = scene.steps[i];
	answer(4, REFUSED("400 No", "invalid"));
	assert_false(look_up());
	assert_string_equal(scene.fault.action, "compute.subnetworks.list");
}

static void
an_api_that_is_switched_off_is_a_failure_with_the_way_out(void **state)
{
	(void)state;
	answer(2, REFUSED("403 No", "accessNotConfigured"));
	assert_false(look_up());
	assert_non_null(strstr(scene.fault.hint, "gcloud services enable"));
}

static void
a_network_that_is_not_there_is_gone(void **state)
{
	(void)state;
	answer(0, REFUSED("404 No", "notFound"));
	scene.steps[1] = network_step;
	answer(1, REFUSED("403 No", "forbidden"));
	assert_false(look_up());
	assert_int_equal(scene.fault.failure, CLOUD_GONE);
	assert_string_equal(scene.fault.message, "in project p: said by Google");
	assert_false(look_up());
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(scene.fault.hint, "compute.networks.get"));
}

/* The patience is for changes. */
static void
reading_goes_on_beyond_the_patience_with_a_busy_network(void **state)
{
	(void)state;
	for (int i = 4; i > 0; i--)
		scene.steps[i] = scene.steps[i - 1];
	answer(0, REFUSED("503 No", "backendError"));
	assert_found();
}

static void
the_owner_is_told_by_its_id_where_the_number_was_asked_for(void **state)
{
	const struct remote numbered = {
		.provider = PROVIDER_GCP, .account = "42", .region = "", .id = "n"};

	(void)state;
	scene.steps[0].expects = "GET /compute/v1/projects/42/global/networks/n ";
	scene.steps[1].expects = "GET /compute/v1/projects/42/aggregated/subnetworks?";
	scene.steps[3].expects = "POST /v3/projects/42:testIamPermissions ";
	assert_true(
		gcp_look_up(scene.arena, &scene.access, &numbered, &scene.network, &scene.fault));
	assert_string_equal(scene.network.owner, "p");
}

static void
what_does_not_fit_into_memory_is_not_told(void **state)
{
#define FOUR(text)    text "," text "," text "," text
#define SIXTEEN(text) FOUR(text) "," FOUR(text) "," FOUR(text) "," FOUR(text)
	(void)state;
	answer(3, FAKE_OK "{\"permissions\":[" SIXTEEN(FOUR(RIGHT("a"))) "]}");
	for (int i = 0; i < 4; i++)
		scene.steps[4 + i] = scene.steps[i];
	scene.steps[8] = network_step;
	assert_found();
	arena_set_cap(scene.arena, arena_used(scene.arena) / 10 * 9); /* not all rights */
	arena_reset(scene.arena);
	assert_false(look_up());
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	arena_set_cap(scene.arena, 1); /* not even the network */
	arena_reset(scene.arena);
	assert_false(look_up());
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_network_is_told_with_the_ranges_of_all_its_regions),
		test(its_tags_have_their_whole_keys_and_the_names_of_their_values),
		test(its_peerings_have_the_paths_of_the_other_networks),
		test(rights_that_are_not_granted_are_missing),
		test(ranges_that_may_not_be_read_are_hidden_and_not_none),
		test(tags_that_may_not_be_read_are_hidden_and_not_none),
		test(rights_that_cannot_be_told_are_no_failure),
		test(another_failure_of_reading_is_a_failure),
		test(an_api_that_is_switched_off_is_a_failure_with_the_way_out),
		test(a_network_that_is_not_there_is_gone),
		test(reading_goes_on_beyond_the_patience_with_a_busy_network),
		test(the_owner_is_told_by_its_id_where_the_number_was_asked_for),
		test(what_does_not_fit_into_memory_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
