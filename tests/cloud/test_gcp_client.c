#include "cloud/gcp_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/thread.h"
#include "tests/http/fake_server.h"

enum { MEMORY = 4 << 20, MINUTE = 60 };

#define NETWORK_TARGET "/compute/v1/projects/p/global/networks/n"
#define NETWORK                                                                                    \
	"{\"name\":\"n\",\"id\":\"1\",\"selfLink\":"                                               \
	"\"https://www.googleapis.com/compute/v1/projects/p/global/networks/n\"}"
#define OPERATION(status)                                                                          \
	"{\"kind\":\"compute#operation\",\"name\":\"operation-1\",\"operationType\":"              \
	"\"addPeering\",\"status\":\"" status "\"}"
#define FAILED_OPERATION(code, status, message)                                                    \
	"{\"name\":\"operation-1\",\"status\":\"DONE\",\"httpErrorStatusCode\":" status            \
	",\"error\":{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}}"
#define REFUSED(status, reason, message)                                                           \
	FAKE_HEAD(status)                                                                          \
	"\r\n{\"error\":{\"code\":1,\"message\":\"" message "\",\"errors\":[{\"reason\":\"" reason \
	"\"}]}}"
#define BUSY                                                                                       \
	REFUSED("400 Bad Request", "badRequest",                                                   \
		"There is a peering operation in progress on the local or peer network. Try "      \
		"again later.")
#define LOST                                                                                       \
	{                                                                                          \
		"HTTP/1.1", "", FAKE_CLOSE, false                                                  \
	}

/* A client of a scripted server, with tokens that are numbered. */
struct scene {
	struct fake_server server;
	struct arena *arena;
	struct gcp_token *token;
	struct gcp_client *client;
	struct gcp_place place;
	struct gcp_error fault;
	struct gcp_operation operation;
	atomic_int tokens;
	bool refuses; /* to give a token */
	bool led_by_another;
};

static bool
give(void *context, struct grant *grant, struct error *error)
{
	struct scene *scene = context;
	char text[16];

	if (scene->refuses)
		return error_set(error, ERROR_DENIED, "no key; make a new one");
	snprintf(text, sizeof text, "t%d", atomic_fetch_add(&scene->tokens, 1) + 1);
	*grant = (struct grant){memory_text(text), 3600};
	return true;
}

static bool
may_call(void *context)
{
	return !((struct scene *)context)->led_by_another;
}

static void
begin(struct scene *scene, const struct fake_step *steps)
{
	const struct gcp_token_settings token = {.fetch = give, .context = scene};
	struct gcp_client_settings settings = {.busy_wait = CLOCK_MILLISECOND,
		.poll_wait = CLOCK_MILLISECOND,
		.may_call = may_call,
		.context = scene};

	*scene = (struct scene){0};
	fake_server_start(&scene->server, steps);
	scene->arena = arena_new(MEMORY);
	scene->token = gcp_token_new(&token);
	settings.token = scene->token;
	settings.compute_url = settings.tags_url = scene->server.url;
	scene->client = gcp_client_new(&settings);
	scene->place = (struct gcp_place){.project = "p",
		.network = "n",
		.deadline = clock_monotonic() + MINUTE * CLOCK_SECOND};
}

/* After this the last request may be read. */
static void
end(struct scene *scene, int served)
{
	fake_server_stop(&scene->server);
	gcp_client_free(scene->client);
	gcp_token_free(scene->token);
	arena_free(scene->arena);
	assert_int_equal(scene->server.unexpected, 0);
	assert_int_equal(scene->server.served, served);
}

static bool
add(struct scene *scene)
{
	static const struct gcp_peering_wish wish = {.name = "cm-1",
		.network = "projects/q/global/networks/m",
		.import_custom_routes = GCP_ON};

	return gcp_client_add_peering(scene->arena, scene->client, &scene->place, &wish,
		&scene->operation, &scene->fault);
}

static bool
get_network(struct scene *scene)
{
	struct gcp_network network;

	return gcp_client_network(
		scene->arena, scene->client, &scene->place, &network, &scene->fault);
}

static void
a_network_is_asked_for_with_the_token(void **state)
{
	static const struct fake_step steps[] = {
		{"GET " NETWORK_TARGET " HTTP/1.1\r\n", FAKE_OK NETWORK, FAKE_CLOSE, false}, {0}};
	struct gcp_network network;
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	if (!gcp_client_network(scene.arena, scene.client, &scene.place, &network, &scene.fault))
		fail_msg("%s", scene.fault.message);
	assert_string_equal(network.path_with_id, "projects/p/global/networks/1");
	end(&scene, 1);
	assert_non_null(strstr(scene.server.last, "Authorization: Bearer t1\r\n"));
}

static void
each_change_has_its_method_body_and_a_request_id(void **state)
{
	static const struct fake_step steps[] = {
		{"POST " NETWORK_TARGET "/addPeering?requestId=", FAKE_OK OPERATION("RUNNING"),
			FAKE_CLOSE, false},
		{"PATCH " NETWORK_TARGET "/updatePeering?requestId=", FAKE_OK OPERATION("PENDING"),
			FAKE_CLOSE, false},
		{"POST " NETWORK_TARGET "/removePeering?requestId=abc HTTP/1.1\r\n",
			FAKE_OK OPERATION("DONE"), FAKE_CLOSE, false},
		{0}};
	const struct gcp_peering_wish wish = {.name = "a", .export_custom_routes = GCP_ON};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(add(&scene));
	assert_string_equal(scene.operation.name, "operation-1");
	assert_string_equal(scene.operation.type, "addPeering");
	assert_false(scene.operation.done);
	assert_true(gcp_client_update_peering(
		scene.arena, scene.client, &scene.place, &wish, &scene.operation, &scene.fault));
	assert_string_equal(scene.operation.status, "PENDING");
	scene.place.request_id = "abc";
	assert_true(gcp_client_remove_peering(
		scene.arena, scene.client, &scene.place, "cm-1", &scene.operation, &scene.fault));
	assert_true(scene.operation.done);
	end(&scene, 3);
	assert_non_null(strstr(scene.server.last, "\r\n\r\n{\"name\":\"cm-1\"}"));
}

static void
a_change_that_was_lost_is_sent_again_with_the_same_id(void **state)
{
	static const struct fake_step steps[] = {
		{"/addPeering?requestId=11111111-2222-4333-8444-555555555555 ", "", FAKE_CLOSE,
			false},
		{"/addPeering?requestId=11111111-2222-4333-8444-555555555555 ",
			REFUSED("503 No", "backendError", "no"), FAKE_CLOSE, false},
		{"/addPeering?requestId=11111111-2222-4333-8444-555555555555 ",
			FAKE_OK OPERATION("RUNNING"), FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	scene.place.request_id = "11111111-2222-4333-8444-555555555555";
	assert_true(add(&scene));
	end(&scene, 3);
}

/* Of one call that is busy once: the id of its second attempt. */
static void
get_made_id(char id[GCP_REQUEST_ID_SIZE])
{
	static const struct fake_step steps[] = {
		{"/addPeering?requestId=", BUSY, FAKE_CLOSE, false},
		{"/addPeering?requestId=", FAKE_OK OPERATION("RUNNING"), FAKE_CLOSE, false}, {0}};
	struct scene scene;

	begin(&scene, steps);
	assert_true(add(&scene));
	end(&scene, 2);
	snprintf(id, GCP_REQUEST_ID_SIZE, "%s",
		strstr(scene.server.last, "requestId=") + strlen("requestId="));
}

static void
each_change_is_given_an_id_of_its_own(void **state)
{
	char first[GCP_REQUEST_ID_SIZE], second[GCP_REQUEST_ID_SIZE];

	(void)state;
	get_made_id(first);
	get_made_id(second);
	assert_int_equal(strspn(first, "0123456789abcdef-"), 36);
	assert_string_not_equal(first, second);
}

static void
a_busy_network_is_told_at_once_without_a_deadline(void **state)
{
	static const struct fake_step steps[] = {{"/addPeering", BUSY, FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	scene.place.deadline = 0;
	assert_false(add(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_RETRY_NOW);
	assert_true(scene.fault.busy);
	end(&scene, 1);
}

static void
a_busy_network_is_waited_for_as_long_as_the_deadline_allows(void **state)
{
	static const struct fake_step steps[] = {{"/addPeering", BUSY, FAKE_CLOSE, false},
		{"/addPeering", BUSY, FAKE_CLOSE, false}, {"/addPeering", BUSY, FAKE_CLOSE, false},
		{"/addPeering", BUSY, FAKE_CLOSE, false}, {"/addPeering", BUSY, FAKE_CLOSE, false},
		{"/addPeering", FAKE_OK OPERATION("RUNNING"), FAKE_CLOSE, false},
		{"/addPeering",
			"HTTP/1.1 400 No\r\nConnection: close\r\nRetry-After: 3600\r\n\r\n"
			"{\"error\":{\"message\":\"operation in progress\"}}",
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(add(&scene));
	scene.place.deadline = clock_monotonic() + 30 * CLOCK_SECOND;
	assert_false(add(&scene)); /* a minute at the most, but that is beyond */
	assert_true(scene.fault.busy);
	end(&scene, 7);
}

static void
what_came_of_a_change_that_is_lost_each_time_is_to_be_read(void **state)
{
	static const struct fake_step steps[] = {LOST, LOST, LOST, LOST, LOST, LOST, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_false(add(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_CONFLICT);
	assert_int_equal(scene.fault.status, 0);
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	end(&scene, 6);
}

static void
an_answer_that_is_none_is_doubted(void **state)
{
	static const struct fake_step steps[] = {{"POST", FAKE_OK "<html>", FAKE_CLOSE, false},
		{"GET", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_false(add(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_CONFLICT);
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	assert_non_null(strstr(scene.fault.message, "networks.get"));
	end(&scene, 2);
}

static void
a_refused_token_is_replaced_once(void **state)
{
	static const struct fake_step steps[] = {
		{"Bearer t1\r\n", REFUSED("401 No", "authError", "Invalid Credentials"), FAKE_CLOSE,
			false},
		{"Bearer t2\r\n", FAKE_OK NETWORK, FAKE_CLOSE, false},
		{"Bearer t2\r\n", REFUSED("401 No", "authError", "no"), FAKE_CLOSE, false},
		{"Bearer t3\r\n", REFUSED("401 No", "authError", "no"), FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(get_network(&scene));
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_int_equal(scene.fault.status, 401);
	end(&scene, 4);
}

static void
what_needs_a_person_is_not_repeated_and_says_the_way_out(void **state)
{
	static const struct fake_step steps[] = {
		{"GET",
			REFUSED("403 No", "forbidden",
				"Required 'compute.networks.get' permission for 'projects/p'"),
			FAKE_CLOSE, false},
		{"GET", REFUSED("404 No", "notFound", "not found"), FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(scene.fault.hint, "compute.networks.get on projects/p"));
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_GONE);
	assert_string_equal(scene.fault.code, "notFound");
	end(&scene, 2);
}

static void
without_a_token_or_the_lead_nothing_is_sent(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	scene.refuses = true;
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(scene.fault.message, "no key; make a new one");
	scene.led_by_another = true;
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	assert_string_equal(scene.fault.code, "NotLeader");
	end(&scene, 0);
}

static bool
wait_for_operation(struct scene *scene)
{
	return gcp_client_wait(scene->arena, scene->client, &scene->place, "operation-1",
		&scene->operation, &scene->fault);
}

#define LOOK "GET /compute/v1/projects/p/global/operations/operation-1 HTTP/1.1\r\n"

static void
an_operation_is_looked_at_until_it_is_done(void **state)
{
	static const struct fake_step steps[] = {
		{LOOK, FAKE_OK OPERATION("PENDING"), FAKE_CLOSE, false},
		{LOOK, FAKE_OK OPERATION("RUNNING"), FAKE_CLOSE, false},
		{LOOK, REFUSED("503 No", "backendError", "no"), FAKE_CLOSE, false},
		{LOOK, FAKE_OK OPERATION("RUNNING"), FAKE_CLOSE, false},
		{LOOK, FAKE_OK OPERATION("DONE"), FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(wait_for_operation(&scene));
	assert_true(scene.operation.done);
	end(&scene, 5);
}

static void
a_wait_that_google_asks_for_is_kept_to_or_left_to_the_caller(void **state)
{
	static const struct fake_step steps[] = {
		{"GET", "HTTP/1.1 429 No\r\nRetry-After: 7\r\nConnection: close\r\n\r\n",
			FAKE_CLOSE, false},
		{"GET", "HTTP/1.1 503 No\r\nRetry-After: 70\r\nConnection: close\r\n\r\n",
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	scene.place.deadline = 0;
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	assert_true(scene.fault.throttled);
	assert_int_equal(scene.fault.retry_after, 7 * CLOCK_SECOND);
	scene.place.deadline = clock_monotonic() + 59 * CLOCK_SECOND;
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.retry_after, 70 * CLOCK_SECOND);
	end(&scene, 2);
}

static void
a_deadline_ends_the_waiting_and_no_failure_is_made_of_it(void **state)
{
	static const struct fake_step steps[] = {
		{LOOK, FAKE_OK OPERATION("RUNNING"), FAKE_CLOSE, false},
		{LOOK,
			"HTTP/1.1 200 OK\r\nRetry-After: 40\r\nConnection: close\r\n\r\n" OPERATION(
				"RUNNING"),
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	scene.place.deadline = 0;
	assert_true(wait_for_operation(&scene));
	assert_false(scene.operation.done);
	scene.place.deadline = clock_monotonic() + 30 * CLOCK_SECOND;
	assert_true(wait_for_operation(&scene));
	assert_false(scene.operation.done);
	assert_string_equal(scene.operation.status, "RUNNING");
	end(&scene, 2);
}

static void
an_operation_that_has_failed_is_a_failure_although_http_says_200(void **state)
{
	static const struct fake_step steps[] = {
		{LOOK,
			FAKE_OK FAILED_OPERATION("QUOTA_EXCEEDED", "403",
				"Quota 'PEERINGS_PER_NETWORK' exceeded.  Limit: 25.0 globally."),
			FAKE_CLOSE, false},
		{"/addPeering",
			FAKE_OK FAILED_OPERATION("X", "400", "a peering operation in progress"),
			FAKE_CLOSE, false},
		{LOOK, REFUSED("404 No", "notFound", "forgotten"), FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_false(wait_for_operation(&scene));
	assert_string_equal(scene.fault.code, "QUOTA_EXCEEDED");
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_true(*scene.fault.hint);
	assert_true(scene.operation.failed);
	assert_false(add(&scene));
	assert_true(scene.fault.busy);
	assert_false(gcp_client_operation(scene.arena, scene.client, &scene.place, "operation-1",
		&scene.operation, &scene.fault));
	assert_int_equal(scene.fault.failure, CLOUD_GONE);
	end(&scene, 3);
}

static void
what_is_missing_is_gone_only_for_who_removes_it(void **state)
{
	static const struct fake_step steps[] = {
		{"/addPeering", REFUSED("404 No", "notFound", "m was not found"), FAKE_CLOSE,
			false},
		{"/removePeering", REFUSED("404 No", "notFound", "n was not found"), FAKE_CLOSE,
			false},
		{LOOK,
			FAKE_OK
			"{\"name\":\"o\",\"operationType\":\"addPeering\",\"status\":"
			"\"DONE\",\"error\":{\"errors\":[{\"code\":\"RESOURCE_NOT_FOUND\"}]}}",
			FAKE_CLOSE, false},
		{LOOK,
			FAKE_OK
			"{\"name\":\"o\",\"operationType\":\"removePeering\",\"status\":"
			"\"DONE\",\"error\":{\"errors\":[{\"code\":\"RESOURCE_NOT_FOUND\"}]}}",
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_false(add(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(scene.fault.hint, "gcloud compute networks list"));
	assert_false(gcp_client_remove_peering(
		scene.arena, scene.client, &scene.place, "cm-1", &scene.operation, &scene.fault));
	assert_int_equal(scene.fault.failure, CLOUD_GONE);
	assert_false(wait_for_operation(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_WAIT_FOR_USER);
	assert_false(wait_for_operation(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_GONE);
	end(&scene, 4);
}

#define SUBNETWORK(network)                                                                        \
	"{\"name\":\"s\",\"ipCidrRange\":\"10.0.0.0/20\",\"network\":"                             \
	"\"https://x/projects/p/global/networks/" network "\"}"

static void
all_pages_of_a_list_are_read_and_only_the_networks_own_ranges_are_kept(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /compute/v1/projects/p/aggregated/subnetworks?filter=",
			FAKE_OK "{\"nextPageToken\":\"a/b\",\"items\":{\"regions/a\":{"
				"\"subnetworks\":[" SUBNETWORK("n") "," SUBNETWORK("an") "]}}}",
			FAKE_CLOSE, false},
		{"&pageToken=a%2Fb HTTP/1.1\r\n",
			FAKE_OK
			"{\"items\":{\"regions/b\":{\"subnetworks\":[" SUBNETWORK("n") "]}}}",
			FAKE_CLOSE, false},
		{"GET", FAKE_OK "{\"unreachables\":[\"regions/a\"]}", FAKE_CLOSE, false}, {0}};
	struct gcp_subnetworks subnetworks;
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(gcp_client_subnetworks(
		scene.arena, scene.client, &scene.place, &subnetworks, &scene.fault));
	assert_int_equal(subnetworks.count, 2);
	assert_false(gcp_client_subnetworks(
		scene.arena, scene.client, &scene.place, &subnetworks, &scene.fault));
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	end(&scene, 3);
}

static void
routes_and_tags_are_read_page_by_page(void **state)
{
	static const struct gcp_route_question question = {"cm-1", "europe-west3", false};
	static const struct fake_step steps[] = {
		{"/listPeeringRoutes?direction=INCOMING&peeringName=cm-1&region=europe-west3&",
			FAKE_OK
			"{\"nextPageToken\":\"2\",\"items\":[{\"destRange\":\"10.8.0.0/20\"}"
			"]}",
			FAKE_CLOSE, false},
		{"&pageToken=2 ", FAKE_OK "{\"items\":[{\"destRange\":\"10.9.0.0/20\"}]}",
			FAKE_CLOSE, false},
		{"GET /v3/effectiveTags?parent=%2F%2Fcompute.googleapis.com%2Fprojects%2Fp%2F"
		 "global%2Fnetworks%2F1&pageSize=300 ",
			FAKE_OK "{\"effectiveTags\":[{\"namespacedTagKey\":\"1/a\"}],"
				"\"nextPageToken\":\"x\"}",
			FAKE_CLOSE, false},
		{"&pageToken=x ", FAKE_OK "{\"effectiveTags\":[{\"namespacedTagKey\":\"1/b\"}]}",
			FAKE_CLOSE, false},
		{0}};
	struct gcp_routes routes;
	struct gcp_tags tags;
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(gcp_client_routes(
		scene.arena, scene.client, &scene.place, &question, &routes, &scene.fault));
	assert_int_equal(routes.count, 2);
	assert_true(gcp_client_tags(scene.arena, scene.client, &scene.place,
		"projects/p/global/networks/1", &tags, &scene.fault));
	assert_int_equal(tags.count, 2);
	assert_non_null(gcp_tags_find(&tags, "b"));
	end(&scene, 4);
}

static void
rights_are_asked_for_by_name_and_a_lost_answer_has_changed_nothing(void **state)
{
	static const char *const asked[] = {"a.b", "c.d", NULL};
	static const struct fake_step steps[] = {LOST,
		{"POST /v3/projects/p:testIamPermissions HTTP/1.1\r\n",
			FAKE_OK "{\"permissions\":[\"c.d\"]}", FAKE_CLOSE, false},
		LOST, LOST, LOST, {"POST", FAKE_OK "[]", FAKE_CLOSE, false}, {0}};
	struct gcp_rights granted;
	struct scene scene;

	(void)state;
	begin(&scene, steps);
	assert_true(gcp_client_rights(
		scene.arena, scene.client, &scene.place, asked, &granted, &scene.fault));
	assert_false(gcp_rights_has(&granted, "a.b"));
	assert_true(gcp_rights_has(&granted, "c.d"));
	for (int i = 0; i < 2; i++) {
		assert_false(gcp_client_rights(
			scene.arena, scene.client, &scene.place, asked, &granted, &scene.fault));
		assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
		assert_int_equal(granted.count, 0);
	}
	end(&scene, 6);
	assert_non_null(strstr(scene.server.last, "\r\n\r\n{\"permissions\":[\"a.b\",\"c.d\"]}"));
}

static void
a_list_without_an_end_is_given_up(void **state)
{
	static struct fake_step steps[65];
	struct gcp_tags tags;
	struct scene scene;

	(void)state;
	for (int i = 0; i < 64; i++)
		steps[i] = (struct fake_step){
			"GET", FAKE_OK "{\"nextPageToken\":\"x\"}", FAKE_CLOSE, false};
	begin(&scene, steps);
	assert_false(gcp_client_tags(
		scene.arena, scene.client, &scene.place, "projects/p", &tags, &scene.fault));
	assert_int_equal(scene.fault.failure, CLOUD_BACK_OFF);
	end(&scene, 64);
}

static void
a_name_that_is_absurd_is_not_sent(void **state)
{
	static const struct fake_step steps[] = {{0}};
	static char name[20000];
	struct scene scene;

	(void)state;
	memset(name, 'a', sizeof name - 1);
	begin(&scene, steps);
	scene.place.network = name;
	assert_false(get_network(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_PERMANENT);
	assert_false(add(&scene));
	assert_int_equal(scene.fault.failure, CLOUD_PERMANENT);
	end(&scene, 0);
}

static void *
wait_in_thread(void *context)
{
	struct scene *scene = context;

	if (wait_for_operation(scene) || scene->fault.failure != CLOUD_BACK_OFF)
		abort();
	return NULL;
}

static void
an_abort_ends_what_is_waited_for(void **state)
{
	static const struct fake_step steps[] = {
		{LOOK,
			"HTTP/1.1 200 OK\r\nRetry-After: 40\r\nConnection: close\r\n\r\n" OPERATION(
				"RUNNING"),
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;
	pthread_t thread;

	(void)state;
	begin(&scene, steps);
	thread_start(&thread, wait_in_thread, &scene);
	assert_true(FAKE_EVENTUALLY(atomic_load(&scene.server.served) == 1));
	gcp_client_abort(scene.client);
	pthread_join(thread, NULL);
	assert_false(get_network(&scene));
	assert_string_equal(scene.fault.message, "the program is about to end");
	end(&scene, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_is_asked_for_with_the_token),
		cmocka_unit_test(each_change_has_its_method_body_and_a_request_id),
		cmocka_unit_test(a_change_that_was_lost_is_sent_again_with_the_same_id),
		cmocka_unit_test(each_change_is_given_an_id_of_its_own),
		cmocka_unit_test(a_busy_network_is_told_at_once_without_a_deadline),
		cmocka_unit_test(a_busy_network_is_waited_for_as_long_as_the_deadline_allows),
		cmocka_unit_test(what_came_of_a_change_that_is_lost_each_time_is_to_be_read),
		cmocka_unit_test(an_answer_that_is_none_is_doubted),
		cmocka_unit_test(a_refused_token_is_replaced_once),
		cmocka_unit_test(what_needs_a_person_is_not_repeated_and_says_the_way_out),
		cmocka_unit_test(without_a_token_or_the_lead_nothing_is_sent),
		cmocka_unit_test(an_operation_is_looked_at_until_it_is_done),
		cmocka_unit_test(a_wait_that_google_asks_for_is_kept_to_or_left_to_the_caller),
		cmocka_unit_test(a_deadline_ends_the_waiting_and_no_failure_is_made_of_it),
		cmocka_unit_test(what_is_missing_is_gone_only_for_who_removes_it),
		cmocka_unit_test(an_operation_that_has_failed_is_a_failure_although_http_says_200),
		cmocka_unit_test(
			all_pages_of_a_list_are_read_and_only_the_networks_own_ranges_are_kept),
		cmocka_unit_test(routes_and_tags_are_read_page_by_page),
		cmocka_unit_test(
			rights_are_asked_for_by_name_and_a_lost_answer_has_changed_nothing),
		cmocka_unit_test(a_list_without_an_end_is_given_up),
		cmocka_unit_test(a_name_that_is_absurd_is_not_sent),
		cmocka_unit_test(an_abort_ends_what_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
