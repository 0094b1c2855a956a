#include "kube/kube_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/percent.h"
#include "base/text.h"
#include "http/http_client.h"
#include "http/warning.h"

/* A tree takes some ten times its text where the values are short. */
enum {
	BODY_SIZE = 16 * 1024 * 1024,
	LINE_SIZE = 8 * 1024 * 1024,
	TREE_SIZE = 128 * 1024 * 1024,
	TOKEN_SIZE = 64 * 1024,
	REASON_SIZE = 64,
	PAGE_ITEMS = 500,
	/* Seconds. The API server sends no bookmarks about a kind of which nothing has changed
	 * since it started, so the end of a watch, and the next one, are the sign of life to rely
	 * on. */
	SHORTEST_WATCH = 20,
	LONGEST_WATCH = 35,
	WATCH_GRACE = 10,
};
#define CALL_TIMEOUT (60 * CLOCK_SECOND)
#define CALL_STALL   (30 * CLOCK_SECOND)
#define WATCH_STALL  (40 * CLOCK_SECOND) /* longer than a watch */

static const struct json_limits tree_limits = {.bytes = BODY_SIZE, .depth = 64, .values = 2000000};

struct kube_client {
	const struct kube_config *config;
	struct http_client *http;
	struct buffer token; /* as read from its file */
	int64_t token_read;
	int status;
	int64_t retry_after;
	int64_t date;
	char reason[REASON_SIZE];
	struct buffer warnings; /* of the Warning headers, as they came */
};

struct kube_client *
kube_client_new(const struct kube_config *config, struct error *error)
{
	struct http_client *http = http_client_new(&config->server, error);
	struct kube_client *client;

	if (!http)
		return NULL;
	client = memory_alloc(sizeof *client);
	client->config = config;
	client->http = http;
	buffer_init(&client->token, TOKEN_SIZE);
	buffer_init(&client->warnings, TOKEN_SIZE);
	return client;
}

void
kube_client_free(struct kube_client *client)
{
	if (!client)
		return;
	http_client_free(client->http);
	buffer_dispose(&client->warnings);
	buffer_dispose(&client->token);
	free(client);
}

void
kube_client_abort(struct kube_client *client)
{
	http_client_abort(client->http);
}

static bool
is_success(int status)
{
	return status == 200 || status == 201 || status == 202;
}

int
kube_client_status(const struct kube_client *client)
{
	return client->status;
}

enum kube_outcome
kube_client_outcome(const struct kube_client *client)
{
	if (client->status == 0 || client->status == 408 || client->status >= 500)
		return KUBE_UNKNOWN;
	return is_success(client->status) ? KUBE_DONE : KUBE_REFUSED;
}

const char *
kube_client_reason(const struct kube_client *client)
{
	return client->reason;
}

int64_t
kube_client_date(const struct kube_client *client)
{
	return client->date;
}

int64_t
kube_client_retry_after(const struct kube_client *client)
{
	return client->retry_after;
}

const char *const *
kube_client_warnings(struct arena *arena, const struct kube_client *client)
{
	return warning_texts(arena, buffer_text(&client->warnings));
}

static bool
read_token(struct kube_client *client, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer content;
	const char *token;
	size_t length;

	buffer_init(&content, TOKEN_SIZE);
	if (!file_read(client->config->token_file, &content, error))
		return false;
	token = text_trim(buffer_text(&content), &length);
	if (length == 0)
		return error_set(error, ERROR_INVALID, "%s: empty", client->config->token_file);
	buffer_clear(&client->token);
	return buffer_append(&client->token, token, length);
}

/* A token that cannot be read again is used as long as the server takes it. */
static bool
take_token(struct kube_client *client, const char **token, struct error *error)
{
	const struct kube_config *config = client->config;
	int64_t now = clock_monotonic();

	*token = config->token;
	if (!config->token_file)
		return true;
	if (client->token.length == 0 || now - client->token_read >= config->token_lifetime) {
		struct error unreadable = {0};

		if (!read_token(client, &unreadable)) {
			if (client->token.length == 0)
				return error_set(error, unreadable.kind, "%s", unreadable.message);
			log_warn("token not read again", LOG_TEXT("error", unreadable.message));
		}
		client->token_read = now;
	}
	*token = buffer_text(&client->token);
	return true;
}

static enum error_kind
kind_of_status(int status)
{
	switch (status) {
	case 401:
	case 403:
		return ERROR_DENIED;
	case 404:
	case 410:
		return ERROR_NOT_FOUND;
	case 409:
		return ERROR_CONFLICT;
	case 408:
	case 429:
		return ERROR_TRANSIENT;
	default:
		return status >= 500 ? ERROR_TRANSIENT : ERROR_INVALID;
	}
}

/* Turns a Status object (or, from something else in between, any answer) into the error. */
static bool
refuse(struct kube_client *client, const struct json *body, struct error *error)
{
	const char *message = json_member_text(body, "message");
	const char *reason = json_member_text(body, "reason");
	int64_t seconds = 0;

	snprintf(client->reason, sizeof client->reason, "%s", reason ? reason : "");
	json_integer(json_member(json_member(body, "details"), "retryAfterSeconds"), &seconds);
	if (client->retry_after == 0 && seconds > 0 && seconds < INT32_MAX)
		client->retry_after = seconds * CLOCK_SECOND;
	return error_set(error, kind_of_status(client->status), "the API server answers %d%s%s",
		client->status, message ? ": " : "", message ? message : "");
}

static bool
ask(struct kube_client *client, struct http_request *request, struct http_response *response,
	struct error *error)
{
	static const char *const wanted[] = {"Warning", NULL};
	bool done;

	client->status = 0;
	client->retry_after = 0;
	client->date = 0;
	client->reason[0] = '\0';
	buffer_clear(&client->warnings);
	request->wanted = wanted;
	if (!take_token(client, &request->token, error))
		return false;
	done = http_client_call(client->http, request, response, error);
	client->status = done ? response->status : 0;
	client->date = response->date;
	client->retry_after = response->retry_after;
	if (response->headers[0])
		buffer_append_text(&client->warnings, response->headers[0]);
	return done;
}

static const struct json *
parse(struct arena *arena, const struct http_response *response, struct error *error)
{
	return json_parse(
		arena, buffer_text(&response->body), response->body.length, &tree_limits, error);
}

static const char *
content_type(const struct kube_call *call)
{
	if (call->method != HTTP_PATCH)
		return NULL;
	return call->apply ? "application/apply-patch+yaml" : "application/merge-patch+json";
}

const struct json *
kube_client_call(struct arena *arena, struct kube_client *client, const struct kube_call *call,
	struct error *error)
{
	CLEANUP(http_response_dispose) struct http_response response = {0};
	struct http_request request = {
		.method = call->method,
		.target = call->target,
		.body = call->body,
		.body_length = call->body ? strlen(call->body) : 0,
		.content_type = content_type(call),
		.timeout = call->timeout ? call->timeout : CALL_TIMEOUT,
		.stall = CALL_STALL,
		.limit = BODY_SIZE,
	};
	const struct json *body;

	if (!ask(client, &request, &response, error))
		return NULL;
	if (!is_success(response.status)) {
		refuse(client, parse(arena, &response, NULL), error);
		return NULL;
	}
	body = parse(arena, &response, error);
	if (!body)
		error_wrap(error, "the answer of the API server");
	return body;
}

const struct json *
kube_client_get(
	struct arena *arena, struct kube_client *client, const char *target, struct error *error)
{
	struct kube_call call = {.method = HTTP_GET, .target = target};

	return kube_client_call(arena, client, &call, error);
}

bool
kube_version_number(const struct json *object, uint64_t *version)
{
	const char *text = json_member_text(json_member(object, "metadata"), "resourceVersion");

	return text && *text != '0' && text_to_number(text, UINT64_MAX - 1, version);
}

static bool
take_version(const struct json *object, uint64_t *version, struct error *error)
{
	return kube_version_number(object, version) ||
	       error_set(error, ERROR_INVALID,
		       "the API server sent a resourceVersion that is no number");
}

/* "/path?query&" or "/path?": more follows. */
static void
begin_target(struct buffer *target, const struct kube_collection *collection)
{
	buffer_clear(target);
	buffer_printf(target, "%s?", collection->path);
	if (collection->query)
		buffer_printf(target, "%s&", collection->query);
}

/* A page: `count` objects from where `position` says, which then says where the next one begins; ""
 * at the end. */
static const struct json *
get_page(struct arena *arena, struct kube_client *client, const struct kube_collection *collection,
	int count, struct buffer *position, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer target;
	const struct json *page;
	const char *next;

	buffer_init(&target, TOKEN_SIZE);
	begin_target(&target, collection);
	buffer_printf(&target, "limit=%d", count);
	if (position->length > 0) {
		buffer_append_text(&target, "&continue=");
		percent_append(&target, buffer_text(position));
	}
	page = kube_client_get(arena, client, buffer_text(&target), error);
	if (!page)
		return NULL;
	next = json_member_text(json_member(page, "metadata"), "continue");
	buffer_clear(position);
	if (!buffer_append_text(position, next ? next : "")) {
		error_set(error, ERROR_INVALID,
			"the API server sent a continue token that is too long");
		return NULL;
	}
	return page;
}

bool
kube_client_list(struct kube_client *client, const struct kube_collection *collection,
	void (*item)(void *context, const struct json *object), void *context, uint64_t *version,
	struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(TREE_SIZE);
	CLEANUP(buffer_dispose) struct buffer position;
	struct error failure = {0};
	int count = PAGE_ITEMS;

	buffer_init(&position, TOKEN_SIZE / 4); /* encoded it may be three times as long */
	do {
		const struct json *page =
			get_page(arena, client, collection, count, &position, &failure);

		if (!page && failure.kind == ERROR_EXHAUSTED && count > 1) {
			count /= 2; /* large objects: fewer at a time */
		} else if (!page || !take_version(page, version, &failure)) {
			return error_set(
				error, failure.kind, "%s: %s", collection->path, failure.message);
		} else {
			const struct json *items = json_member(page, "items");

			for (const struct json *object = json_first(items); object;
				object = json_next(object))
				item(context, object);
			failure = (struct error){0};
		}
		arena_reset(arena);
	} while (position.length > 0 || failure.kind != ERROR_NONE);
	return true;
}

/* A watch that is under way. */
struct watch {
	struct kube_client *client;
	struct arena *arena;
	const struct kube_watcher *watcher;
	uint64_t *version;
	int event_status; /* the code of an ERROR event */
};

static bool
fail_by_event(struct watch *watch, const struct json *status, struct error *error)
{
	int64_t code = 500;

	json_integer(json_member(status, "code"), &code);
	watch->event_status = code >= 400 && code < 600 ? (int)code : 500;
	watch->client->status = watch->event_status;
	return refuse(watch->client, status, error);
}

static bool
take_event(struct watch *watch, const struct json *line, struct error *error)
{
	static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};
	const char *type = json_member_text(line, "type");
	const struct json *object = json_member(line, "object");

	if (text_equal(type, "ERROR"))
		return fail_by_event(watch, object, error);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		uint64_t version = 0;

		if (!text_equal(type, names[i]))
			continue;
		if (!take_version(object, &version, error))
			return false;
		watch->watcher->event(watch->watcher->context, (enum kube_event)i, object);
		*watch->version = version;
		return true;
	}
	return error_set(error, ERROR_INVALID, "the API server sent an event of unknown type");
}

static bool
on_line(void *context, const char *text, size_t length, struct error *error)
{
	struct watch *watch = context;
	const struct json *line = json_parse(watch->arena, text, length, &tree_limits, error);
	bool goes_on;

	if (!line)
		return error_wrap(error, "an event of the API server");
	goes_on = take_event(watch, line, error);
	arena_reset(watch->arena);
	return goes_on;
}

static void
on_open(void *context)
{
	const struct watch *watch = context;

	watch->watcher->opened(watch->watcher->context);
}

/* The code of an ERROR event counts, not the 200 of the stream that it came in. */
static bool
run_watch(struct watch *watch, struct http_request *request, struct error *error)
{
	CLEANUP(http_response_dispose) struct http_response response = {0};
	struct kube_client *client = watch->client;
	bool done = ask(client, request, &response, error);

	if (watch->event_status)
		client->status = watch->event_status;
	if (!done || response.status == 200)
		return done;
	return refuse(client, parse(watch->arena, &response, NULL), error);
}

bool
kube_client_watch(struct kube_client *client, const struct kube_collection *collection,
	const struct kube_watcher *watcher, uint64_t *version, struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(TREE_SIZE);
	CLEANUP(buffer_dispose) struct buffer target;
	struct watch watch = {client, arena, watcher, version, 0};
	int64_t seconds = jitter_between(SHORTEST_WATCH, LONGEST_WATCH);
	struct http_request request = {
		.timeout = (seconds + WATCH_GRACE) * CLOCK_SECOND,
		.stall = WATCH_STALL,
		.limit = LINE_SIZE,
		.opened = on_open,
		.line = {on_line, &watch},
	};

	buffer_init(&target, TOKEN_SIZE);
	begin_target(&target, collection);
	buffer_printf(&target,
		"watch=true&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=%" PRIu64,
		(int)seconds, *version);
	request.target = buffer_text(&target);
	return run_watch(&watch, &request, error) || error_wrap(error, "%s", collection->path);
}
