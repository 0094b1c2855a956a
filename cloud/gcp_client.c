#include "cloud/gcp_client.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/gcp_call.h"

enum { MOST_PAGES = 64, LARGEST_TARGET = 16 * 1024, LARGEST_BODY = 16 * 1024, POLL_FACTOR = 10 };
#define TIMEOUT      (10 * CLOCK_SECOND)
#define BUSY_WAIT    (5 * CLOCK_SECOND)
#define POLL_WAIT    CLOCK_SECOND
#define LONGEST_TOLD (60 * CLOCK_SECOND)

struct gcp_client {
	struct gcp_call_shared shared;
	const char *compute_url;
	const char *tags_url;
	int64_t poll_wait;
};

struct gcp_client *
gcp_client_new(const struct gcp_client_settings *settings)
{
	struct gcp_client *client = memory_alloc(sizeof *client);

	client->compute_url =
		settings->compute_url ? settings->compute_url : "https://compute.googleapis.com";
	client->tags_url = settings->tags_url ? settings->tags_url
					      : "https://cloudresourcemanager.googleapis.com";
	client->poll_wait = settings->poll_wait ? settings->poll_wait : POLL_WAIT;
	client->shared = (struct gcp_call_shared){
		.common = {.timeout = settings->timeout ? settings->timeout : TIMEOUT,
			.may_call = settings->may_call,
			.context = settings->context},
		.token = settings->token,
		.busy_wait = settings->busy_wait ? settings->busy_wait : BUSY_WAIT,
	};
	call_shared_init(&client->shared.common);
	return client;
}

void
gcp_client_abort(struct gcp_client *client)
{
	call_shared_abort(&client->shared.common);
}

void
gcp_client_free(struct gcp_client *client)
{
	if (!client)
		return;
	call_shared_dispose(&client->shared.common);
	free(client);
}

/* --- one call --- */

/* What all functions here hand down. */
struct talk {
	struct arena *arena;
	struct gcp_client *client;
	const struct gcp_place *place;
	struct gcp_error *fault;
	const char *action;
	const char *url;
	/* Puts what was answered into `out`, whatever that is. */
	bool (*read)(struct arena *arena, const struct json *root, void *out, const char **next,
		struct error *error);
	void *out;
	const char *next;    /* page; "" */
	int64_t retry_after; /* of the last answer */
};

static struct gcp_call
call_of(const struct talk *talk, enum http_method method, const char *target, const char *body)
{
	return (struct gcp_call){
		.shared = &talk->client->shared,
		.method = method,
		.target = target,
		.body = body,
		.deadline = talk->place->deadline,
		.common = {.url = talk->url, .action = talk->action, .changes = method != HTTP_GET},
	};
}

static bool
perform(struct talk *talk, struct gcp_call call)
{
	const struct buffer *body = &call.common.response.body;
	const struct json *root;
	struct error error = {0};
	bool done = gcp_call_perform(&call);

	talk->retry_after = call.common.response.retry_after;
	if (done) {
		root = gcp_compute_parse(
			call.common.scratch, buffer_text(body), body->length, &error);
		done = root && talk->read(talk->arena, root, talk->out, &talk->next, &error);
		if (!done)
			call_doubt(&call.common, &error);
	}
	if (!done)
		gcp_call_tell(talk->arena, &call, talk->fault);
	gcp_call_end(&call);
	return done;
}

/* A target or body that did not fit: a name of the caller's is absurd. */
static bool
fits(const struct talk *talk, const struct buffer *buffer)
{
	if (!buffer->overflowed)
		return true;
	*talk->fault = (struct gcp_error){.code = "",
		.message = "a name is too long",
		.hint = "",
		.failure = CLOUD_PERMANENT};
	return false;
}

static bool
get(struct talk *talk, const struct buffer *target)
{
	return fits(talk, target) &&
	       perform(talk, call_of(talk, HTTP_GET, buffer_text(target), NULL));
}

static bool
get_pages(struct talk *talk, const struct buffer *target)
{
	talk->next = "";
	for (int page = 0; page < MOST_PAGES; page++) {
		CLEANUP(buffer_dispose) struct buffer at;

		buffer_init(&at, LARGEST_TARGET);
		buffer_append_text(&at, buffer_text(target));
		gcp_request_add(&at, "pageToken", talk->next);
		if (!fits(talk, target) || !get(talk, &at))
			return false;
		if (!*talk->next)
			return true;
	}
	*talk->fault = (struct gcp_error){.code = "",
		.message =
			arena_printf(talk->arena, "%s: the list has too many pages", talk->action),
		.hint = "",
		.failure = CLOUD_BACK_OFF};
	return false;
}

/* --- reading --- */

static bool
read_network(struct arena *arena, const struct json *root, void *out, const char **next,
	struct error *error)
{
	*next = "";
	return gcp_compute_read_network(arena, root, out, error);
}

bool
gcp_client_network(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	struct gcp_network *network, struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer target;
	struct talk talk = {.arena = arena,
		.client = client,
		.place = place,
		.fault = fault,
		.action = "networks.get",
		.url = client->compute_url,
		.read = read_network,
		.out = network};

	buffer_init(&target, LARGEST_TARGET);
	gcp_request_network(&target, place->project, place->network, NULL);
	return get(&talk, &target);
}

static bool
read_subnetworks(struct arena *arena, const struct json *root, void *out, const char **next,
	struct error *error)
{
	return gcp_compute_read_subnetworks(arena, root, out, next, error);
}

/* The filter is by the network's name; a server that does not know it shows all of them. */
static void
keep_those_of(struct arena *arena, const char *network, struct gcp_subnetworks *subnetworks)
{
	struct gcp_subnetwork *kept = ARENA_ARRAY(arena, struct gcp_subnetwork, subnetworks->count);
	const char *end = arena_printf(arena, "/networks/%s", network);
	size_t count = 0;

	for (size_t i = 0; i < subnetworks->count; i++)
		if (text_ends_with(subnetworks->items[i].network, end))
			kept[count++] = subnetworks->items[i];
	subnetworks->items = kept;
	subnetworks->count = count;
}

bool
gcp_client_subnetworks(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_subnetworks *subnetworks, struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer target;
	struct talk talk = {.arena = arena,
		.client = client,
		.place = place,
		.fault = fault,
		.action = "subnetworks.aggregatedList",
		.url = client->compute_url,
		.read = read_subnetworks,
		.out = subnetworks};

	*subnetworks = (struct gcp_subnetworks){0};
	buffer_init(&target, LARGEST_TARGET);
	gcp_request_subnetworks(&target, place->project, place->network);
	if (!get_pages(&talk, &target))
		return false;
	keep_those_of(arena, place->network, subnetworks);
	if (!subnetworks->incomplete)
		return true;
	*fault = (struct gcp_error){.code = "",
		.message = "a region of Google Cloud does not tell its subnetworks",
		.hint = "",
		.failure = CLOUD_BACK_OFF};
	return false;
}

static bool
read_routes(struct arena *arena, const struct json *root, void *out, const char **next,
	struct error *error)
{
	return gcp_compute_read_routes(arena, root, out, next, error);
}

bool
gcp_client_routes(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const struct gcp_route_question *question, struct gcp_routes *routes,
	struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer target;
	struct talk talk = {.arena = arena,
		.client = client,
		.place = place,
		.fault = fault,
		.action = "networks.listPeeringRoutes",
		.url = client->compute_url,
		.read = read_routes,
		.out = routes};

	*routes = (struct gcp_routes){0};
	buffer_init(&target, LARGEST_TARGET);
	gcp_request_routes(&target, place->project, place->network, question);
	return get_pages(&talk, &target);
}

static bool
read_tags(struct arena *arena, const struct json *root, void *out, const char **next,
	struct error *error)
{
	return gcp_tags_read(arena, root, out, next, error);
}

bool
gcp_client_tags(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *path_with_id, struct gcp_tags *tags, struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer target;
	struct talk talk = {.arena = arena,
		.client = client,
		.place = place,
		.fault = fault,
		.action = "effectiveTags.list",
		.url = client->tags_url,
		.read = read_tags,
		.out = tags};

	*tags = (struct gcp_tags){0};
	buffer_init(&target, LARGEST_TARGET);
	gcp_request_tags(&target, path_with_id);
	return get_pages(&talk, &target);
}

static bool
read_rights(struct arena *arena, const struct json *root, void *out, const char **next,
	struct error *error)
{
	*next = "";
	return gcp_rights_read(arena, root, out, error);
}

bool
gcp_client_rights(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *const *asked, struct gcp_rights *granted, struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer target, body;
	struct gcp_call call;
	struct talk talk = {.arena = arena,
		.client = client,
		.place = place,
		.fault = fault,
		.action = "projects.testIamPermissions",
		.url = client->tags_url,
		.read = read_rights,
		.out = granted};

	*granted = (struct gcp_rights){0};
	buffer_init(&target, LARGEST_TARGET);
	buffer_init(&body, LARGEST_BODY);
	gcp_request_rights(&target, place->project);
	gcp_request_test_rights(&body, asked);
	if (!fits(&talk, &target) || !fits(&talk, &body))
		return false;
	call = call_of(&talk, HTTP_POST, buffer_text(&target), buffer_text(&body));
	call.common.changes = false;
	return perform(&talk, call);
}

/* --- operations --- */

static bool
read_operation(struct arena *arena, const struct json *root, void *out, const char **next,
	struct error *error)
{
	*next = "";
	return gcp_compute_read_operation(arena, root, out, error);
}

/* Where something was to be removed, that it is not there is as good as done; else somebody has to
 * make it. Returns false. */
static bool
fail_change(const struct talk *talk, bool removes)
{
	struct gcp_error *fault = talk->fault;

	if (fault->failure == CLOUD_GONE && !removes) {
		fault->failure = CLOUD_WAIT_FOR_USER;
		fault->hint = "both networks have to exist: gcloud compute networks list "
			      "--project=PROJECT";
	}
	return false;
}

/* Google answers 200 for an operation that has failed. */
static bool
judge(const struct talk *talk, const struct gcp_operation *operation)
{
	if (!operation->failed)
		return true;
	*talk->fault = operation->error;
	return fail_change(talk, text_equal(operation->type, "removePeering"));
}

/* A call that an operation answers, which is nothing until then. */
static struct talk
talk_of_operation(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *action, struct gcp_operation *operation, struct gcp_error *fault)
{
	*operation = (struct gcp_operation){.name = "", .type = "", .target = "", .status = ""};
	return (struct talk){.arena = arena,
		.client = client,
		.place = place,
		.fault = fault,
		.action = action,
		.url = client->compute_url,
		.read = read_operation,
		.out = operation};
}

static bool
change(struct talk *talk, enum http_method method, const char *verb, const struct buffer *body,
	struct gcp_operation *operation)
{
	CLEANUP(buffer_dispose) struct buffer target;
	const struct gcp_place *place = talk->place;
	char id[GCP_REQUEST_ID_SIZE];

	if (!place->request_id)
		gcp_request_id(id);
	buffer_init(&target, LARGEST_TARGET);
	gcp_request_network(&target, place->project, place->network, verb);
	gcp_request_add(&target, "requestId", place->request_id ? place->request_id : id);
	if (!fits(talk, &target) || !fits(talk, body))
		return false;
	if (!perform(talk, call_of(talk, method, buffer_text(&target), buffer_text(body))))
		return fail_change(talk, text_equal(verb, "removePeering"));
	return judge(talk, operation);
}

bool
gcp_client_add_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer body;
	struct talk talk =
		talk_of_operation(arena, client, place, "networks.addPeering", operation, fault);

	buffer_init(&body, LARGEST_BODY);
	gcp_request_add_peering(&body, wish);
	return change(&talk, HTTP_POST, "addPeering", &body, operation);
}

bool
gcp_client_update_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer body;
	struct talk talk =
		talk_of_operation(arena, client, place, "networks.updatePeering", operation, fault);

	buffer_init(&body, LARGEST_BODY);
	gcp_request_update_peering(&body, wish);
	return change(&talk, HTTP_PATCH, "updatePeering", &body, operation);
}

bool
gcp_client_remove_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer body;
	struct talk talk =
		talk_of_operation(arena, client, place, "networks.removePeering", operation, fault);

	buffer_init(&body, LARGEST_BODY);
	gcp_request_remove_peering(&body, name);
	return change(&talk, HTTP_POST, "removePeering", &body, operation);
}

static bool
look(struct talk *talk, const char *name, struct gcp_operation *operation)
{
	CLEANUP(buffer_dispose) struct buffer target;

	buffer_init(&target, LARGEST_TARGET);
	gcp_request_operation(&target, talk->place->project, name);
	return get(talk, &target) && judge(talk, operation);
}

bool
gcp_client_operation(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *name, struct gcp_operation *operation, struct gcp_error *fault)
{
	struct talk talk =
		talk_of_operation(arena, client, place, "globalOperations.get", operation, fault);

	return look(&talk, name, operation);
}

/* How long until the next look: longer each time, and what the answer asked for. */
static int64_t
pause_of(const struct talk *talk, unsigned looks)
{
	int64_t first = talk->client->poll_wait;
	int64_t most = jitter_longest(first, POLL_FACTOR * first, looks);
	int64_t pause = jitter_between(most - most / 4, most);
	int64_t told = talk->retry_after < LONGEST_TOLD ? talk->retry_after : LONGEST_TOLD;

	return told > pause ? told : pause;
}

bool
gcp_client_wait(struct arena *arena, struct gcp_client *client, const struct gcp_place *place,
	const char *name, struct gcp_operation *operation, struct gcp_error *fault)
{
	struct talk talk =
		talk_of_operation(arena, client, place, "globalOperations.get", operation, fault);

	for (unsigned looks = 0;; looks++) {
		int64_t pause;

		if (!look(&talk, name, operation))
			return false;
		if (operation->done)
			return true;
		pause = pause_of(&talk, looks);
		if (clock_monotonic() + pause > place->deadline)
			return true;
		call_shared_wait(&client->shared.common, pause);
	}
}
