#include "cloud/azure_operation.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "cloud/azure_read.h"

enum { MEMORY = 32 << 20, LARGEST_URL = 64 * 1024 };

static enum azure_operation_state
state_of(const char *word)
{
	if (text_equal_ignoring_case(word, "Succeeded"))
		return AZURE_OPERATION_DONE;
	if (text_equal_ignoring_case(word, "Failed") ||
		text_equal_ignoring_case(word, "Canceled") ||
		text_equal_ignoring_case(word, "Cancelled"))
		return AZURE_OPERATION_FAILED;
	return AZURE_OPERATION_RUNNING;
}

enum azure_operation_state
azure_operation_read(int status, const char *body, size_t length)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	const struct json *root = azure_read_object(arena, body, length, NULL);
	const char *word = azure_read_text(root, "status");

	if (!*word)
		word = azure_read_text(json_member(root, "properties"), "provisioningState");
	if (*word)
		return state_of(word);
	return status == 202 ? AZURE_OPERATION_RUNNING : AZURE_OPERATION_DONE;
}

/* The length of scheme, host and port, without the usual port. *end is that with it. */
static size_t
origin_of(const char *url, size_t *end)
{
	const char *host = strstr(url, "://");
	const char *port = strncasecmp(url, "https:", 6) == 0 ? ":443" : ":80";
	size_t length = host ? (size_t)(host - url) + 3 : 0;

	length += strcspn(url + length, "/?#");
	*end = length;
	if (length > strlen(port) && strncmp(url + length - strlen(port), port, strlen(port)) == 0)
		length -= strlen(port);
	return length;
}

const char *
azure_operation_target(const char *manager, const char *url)
{
	size_t end, ignored;
	size_t length = origin_of(manager, &ignored);

	if (strnlen(url, LARGEST_URL) == LARGEST_URL || !text_only_has(url, "!-~") ||
		origin_of(url, &end) != length || strncasecmp(manager, url, length) != 0)
		return NULL;
	return url[end] == '/' ? url + end : NULL;
}

/* Where to ask next: as the answer says, or NULL. */
static const char *
target_of(struct arena *arena, const struct azure_call *call)
{
	static const enum azure_header order[] = {AZURE_ASYNC_OPERATION, AZURE_LOCATION};

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		const char *url = call->common.response.headers[order[i]];
		const char *target =
			url ? azure_operation_target(call->shared->manager, url) : NULL;

		if (target)
			return arena_text(arena, target);
	}
	return NULL;
}

static enum azure_operation_state
state_of_answer(const struct azure_call *call)
{
	const struct buffer *body = &call->common.response.body;

	return azure_operation_read(call->common.response.status, buffer_text(body), body->length);
}

static int64_t
interval(const struct azure_call *call, unsigned polls)
{
	static const int64_t steps[] = {1, 2, 5, 10};
	unsigned last = sizeof steps / sizeof *steps - 1;

	if (call->common.response.retry_after > 0)
		return call->common.response.retry_after;
	return steps[polls < last ? polls : last] * call->shared->pace;
}

/* The operation failed, whatever the status of HTTP. */
static bool
tell_failure(struct arena *arena, const struct azure_call *call, struct azure_error *fault)
{
	const struct buffer *body = &call->common.response.body;
	const char *id = call->common.response.headers[AZURE_REQUEST_ID];
	struct azure_error read = azure_error_read(call->common.scratch,
		call->common.response.status, buffer_text(body), body->length);

	read.request_id = id ? id : "";
	if (!*read.code && !*read.message)
		read.message = "the operation failed, and Azure does not say why";
	azure_call_tell(arena, &read, fault);
	return false;
}

/* A poll that was refused. Of a deletion, nothing is left to ask. */
static bool
tell_refusal(struct arena *arena, const struct azure_call *begun, const struct azure_call *poll,
	struct azure_error *fault)
{
	if (poll->fault.failure == CLOUD_GONE && begun->method == HTTP_DELETE)
		return true;
	azure_call_tell(arena, &poll->fault, fault);
	if (fault->failure == CLOUD_GONE)
		fault->failure = CLOUD_CONFLICT;
	return false;
}

struct follow {
	struct arena *arena;
	struct arena *scratch;
	const struct azure_call *begun;
	struct azure_progress *progress;
	struct azure_error *fault;
	const char *target; /* the newest; NULL: nobody has named one */
	unsigned polls;
};

/* Asks once. True when it is over, *good then says how. */
static bool
poll_once(struct follow *follow, int64_t *wait, bool *good)
{
	CLEANUP(azure_call_end)
	struct azure_call poll = {.shared = follow->begun->shared,
		.place = follow->begun->place,
		.method = HTTP_GET,
		.action = "GET operation",
		.target = follow->target};
	enum azure_operation_state state;
	const char *newest;

	if (!azure_call_perform(&poll)) {
		*good = tell_refusal(follow->arena, follow->begun, &poll, follow->fault);
		return true;
	}
	state = state_of_answer(&poll);
	*good = state == AZURE_OPERATION_DONE ||
		(state == AZURE_OPERATION_FAILED &&
			tell_failure(follow->arena, &poll, follow->fault));
	if (state != AZURE_OPERATION_RUNNING)
		return true;
	newest = target_of(follow->scratch, &poll);
	if (newest)
		follow->target = newest;
	*wait = interval(&poll, ++follow->polls);
	return false;
}

static bool
follow_target(struct follow *follow)
{
	const struct azure_call *begun = follow->begun;
	int64_t wait = interval(begun, 0);
	bool good = false;

	for (;;) {
		if (clock_monotonic() + wait > begun->place->deadline ||
			!call_shared_wait(&begun->shared->common, wait)) {
			*follow->progress = (struct azure_progress){true, wait};
			return true;
		}
		if (poll_once(follow, &wait, &good))
			return good;
	}
}

bool
azure_operation_follow(struct arena *arena, const struct azure_call *begun,
	struct azure_progress *progress, struct azure_error *fault)
{
	CLEANUP(arena_cleanup) struct arena *scratch = arena_new(MEMORY);
	struct follow follow = {arena, scratch, begun, progress, fault, NULL, 0};

	*progress = (struct azure_progress){0};
	follow.target = target_of(scratch, begun);
	if (follow.target)
		return follow_target(&follow);
	switch (state_of_answer(begun)) {
	case AZURE_OPERATION_DONE:
		return true;
	case AZURE_OPERATION_FAILED:
		return tell_failure(arena, begun, fault);
	default:
		*progress = (struct azure_progress){true, interval(begun, 2)};
		return true;
	}
}
