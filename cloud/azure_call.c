#include "cloud/azure_call.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/thread.h"
#include "cloud/aws_environment.h"
#include "cloud/aws_keys.h"

enum { LARGEST_ANSWER = 8 << 20, SCRATCH = 2 << 20, LARGEST_CODE = 128, LARGEST_MESSAGE = 2048 };
enum { LONGEST_WAIT = 10, LARGEST_PATH = 4096 };

static struct metric requests = METRIC_COUNTER("peerwarden_azure_requests_total",
	"Requests that were sent to the Azure Resource Manager, by what came of them.", "action",
	"result");

/* The channels take the name of AWS for the file of CAs. */
static char *
bundle_line(const char *const *environment)
{
	CLEANUP(buffer_dispose) struct buffer line;
	const char *path = aws_environment_get(environment, "SSL_CERT_FILE");

	buffer_init(&line, LARGEST_PATH);
	buffer_printf(&line, "AWS_CA_BUNDLE=%s", path ? path : "");
	return buffer_take(&line);
}

void
azure_call_init_shared(struct azure_call_shared *shared)
{
	shared->bundle[0] = bundle_line(shared->environment);
	shared->bundle[1] = NULL;
	shared->channels = aws_channel_pool_new(shared->bundle);
	pthread_mutex_init(&shared->mutex, NULL);
	thread_condition_init(&shared->ended);
}

void
azure_call_dispose_shared(struct azure_call_shared *shared)
{
	char *line;

	memcpy(&line, &shared->bundle[0], sizeof line);
	aws_channel_pool_free(shared->channels);
	free(line);
	pthread_cond_destroy(&shared->ended);
	pthread_mutex_destroy(&shared->mutex);
}

void
azure_call_abort_shared(struct azure_call_shared *shared)
{
	pthread_mutex_lock(&shared->mutex);
	shared->aborted = true;
	pthread_cond_broadcast(&shared->ended);
	pthread_mutex_unlock(&shared->mutex);
	aws_channel_pool_abort(shared->channels);
}

bool
azure_call_wait(struct azure_call_shared *shared, int64_t duration)
{
	int64_t deadline = clock_monotonic() + duration;
	bool aborted;

	pthread_mutex_lock(&shared->mutex);
	while (!shared->aborted && thread_wait_until(&shared->ended, &shared->mutex, deadline))
		;
	aborted = shared->aborted;
	pthread_mutex_unlock(&shared->mutex);
	return !aborted;
}

/* A fault that no answer of Azure told; returns false. */
static bool
fault_of_ours(
	struct azure_call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->fault = (struct azure_error){.code = code,
		.message = arena_text(call->scratch, message),
		.target = "",
		.request_id = "",
		.tenant = "",
		.failure = failure};
	return false;
}

static bool
final_fault(
	struct azure_call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->final = true;
	return fault_of_ours(call, failure, code, message);
}

static bool
may_go(struct azure_call *call)
{
	struct azure_call_shared *shared = call->shared;

	if (!azure_call_wait(shared, 0))
		return final_fault(call, CLOUD_BACK_OFF, "", "the program is about to end");
	if (shared->may_call && !shared->may_call(shared->context))
		return final_fault(call, CLOUD_BACK_OFF, "NotLeader",
			"this replica does not lead, so it asks nothing of Azure");
	return true;
}

/* Before anything was sent. */
static enum cloud_failure
failure_of(const struct error *error)
{
	return error->kind == ERROR_TRANSIENT || error->kind == ERROR_EXHAUSTED
		       ? CLOUD_BACK_OFF
		       : CLOUD_WAIT_FOR_USER;
}

struct tokens {
	struct token own;
	struct token auxiliary; /* text is NULL where none is asked for */
};

static void
dispose_tokens(struct tokens *tokens)
{
	token_dispose(&tokens->own);
	token_dispose(&tokens->auxiliary);
}

static bool
get_tokens(struct azure_call *call, struct tokens *tokens)
{
	const struct azure_place *place = call->place;
	struct azure_token *store = call->shared->tokens;
	struct error error = {0};
	bool has_others = place->auxiliary && place->auxiliary[0];

	return (azure_token_get(store, place->tenant, &tokens->own, &error) &&
		       (!has_others || azure_token_auxiliary(store, place->auxiliary,
					       &tokens->auxiliary, &error))) ||
	       final_fault(call, failure_of(&error), "", error.message);
}

/* There was no answer, or not all of it. */
static void
lose(struct azure_call *call, const struct error *error)
{
	if (error->kind == ERROR_DENIED || error->kind == ERROR_INVALID)
		final_fault(call, CLOUD_WAIT_FOR_USER, "", error->message);
	else if (call->only_new)
		final_fault(call, CLOUD_CONFLICT, "", error->message);
	else if (error->kind == ERROR_EXHAUSTED)
		final_fault(call, CLOUD_BACK_OFF, "", error->message);
	else
		fault_of_ours(call, CLOUD_BACK_OFF, "", error->message);
}

static void
refuse(struct azure_call *call)
{
	const struct http_response *response = &call->response;
	const char *id = response->headers[AZURE_REQUEST_ID];

	call->fault = azure_error_read(call->scratch, response->status,
		buffer_text(&response->body), response->body.length);
	call->fault.retry_after = response->retry_after;
	call->fault.request_id = id ? id : "";
	call->fault.tenant = azure_error_tenant(call->scratch, response->headers[AZURE_CHALLENGE]);
}

/* Version 4 of RFC 9562. */
static const char *
make_id(struct arena *arena)
{
	unsigned char b[16] = {0};

	RAND_bytes(b, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	return arena_printf(arena,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
}

static bool
send(struct azure_call *call, struct http_client *http, const struct tokens *tokens,
	struct error *error)
{
	static const char *const wanted[] = {[AZURE_ASYNC_OPERATION] = "Azure-AsyncOperation",
		[AZURE_LOCATION] = "Location",
		[AZURE_REQUEST_ID] = "x-ms-request-id",
		[AZURE_CHALLENGE] = "WWW-Authenticate",
		NULL};
	struct arena *arena = call->scratch;
	const char *lines[5] = {arena_printf(arena, "x-ms-client-request-id: %s", make_id(arena))};
	const char *auxiliary = NULL;
	size_t count = 1;
	struct http_request request = {.method = call->method,
		.target = call->target,
		.token = tokens->own.text,
		.body = call->body ? buffer_text(call->body) : NULL,
		.body_length = call->body ? call->body->length : 0,
		.headers = lines,
		.wanted = wanted,
		.timeout = call->shared->timeout,
		.stall = call->shared->timeout,
		.limit = LARGEST_ANSWER};
	bool done;

	if (call->only_new)
		lines[count++] = "If-None-Match: *";
	if (call->etag)
		lines[count++] = arena_printf(arena, "If-Match: %s", call->etag);
	if (tokens->auxiliary.text)
		lines[count++] = auxiliary = arena_printf(
			arena, "x-ms-authorization-auxiliary: %s", tokens->auxiliary.text);
	done = http_client_call(http, &request, &call->response, error);
	aws_keys_wipe_text(auxiliary);
	return done;
}

static bool
is_good(const struct azure_call *call)
{
	return call->response.status >= 200 && call->response.status <= 204;
}

static const char *
result_of(const struct azure_call *call, bool done)
{
	if (!done)
		return "lost";
	if (is_good(call))
		return "done";
	if (call->fault.throttled)
		return "throttled";
	return call->response.status >= 500 ? "fault" : "refused";
}

/* Azure does not say which of them it refuses. */
static void
refuse_tokens(const struct azure_call *call, const struct tokens *tokens)
{
	const char *const *others = call->place->auxiliary;
	struct azure_token *store = call->shared->tokens;

	azure_token_refuse(store, call->place->tenant, tokens->own.text);
	for (size_t i = 0; others && others[i]; i++) {
		CLEANUP(token_dispose) struct token token = {0};

		if (azure_token_get(store, others[i], &token, NULL))
			azure_token_refuse(store, others[i], token.text);
	}
}

static bool
attempt(struct azure_call *call)
{
	CLEANUP(dispose_tokens) struct tokens tokens = {0};
	struct azure_call_shared *shared = call->shared;
	struct aws_channel *channel;
	struct error error = {0};
	bool done;

	http_response_dispose(&call->response);
	call->response = (struct http_response){0};
	if (!may_go(call) || !get_tokens(call, &tokens))
		return false;
	channel = aws_channel_pool_acquire(shared->channels, shared->manager, &error);
	if (!channel)
		return final_fault(call, failure_of(&error), "", error.message);
	if (!may_go(call)) {
		aws_channel_pool_release(shared->channels, channel, true);
		return false;
	}
	done = send(call, channel->http, &tokens, &error);
	aws_channel_pool_release(shared->channels, channel, done);
	if (!done)
		lose(call, &error);
	else if (!is_good(call))
		refuse(call);
	metric_add(&requests, 1, call->action, result_of(call, done));
	if (done && !is_good(call) && call->fault.failure == CLOUD_CREDENTIALS && !call->refreshed)
		refuse_tokens(call, &tokens);
	return done && is_good(call);
}

static bool
may_try_again(struct azure_call *call)
{
	struct azure_call_shared *shared = call->shared;
	int64_t wait = call->fault.retry_after;

	if (call->final)
		return false;
	if (call->fault.failure == CLOUD_CREDENTIALS && !call->refreshed) {
		call->refreshed = true;
		return true;
	}
	if (call->fault.failure != CLOUD_RETRY_NOW && call->fault.failure != CLOUD_BACK_OFF)
		return false;
	if (++call->attempts >= AZURE_CALL_ATTEMPTS)
		return false;
	if (wait == 0)
		wait = shared->pace + jitter_back_off(shared->pace, LONGEST_WAIT * shared->pace,
					      call->attempts - 1);
	if (clock_monotonic() + wait > call->place->deadline)
		return false;
	return azure_call_wait(shared, wait);
}

bool
azure_call_perform(struct azure_call *call)
{
	call->scratch = arena_new(SCRATCH);
	if (call->body && call->body->overflowed)
		return final_fault(call, CLOUD_PERMANENT, "", "the request is too large");
	if (call->etag && !text_only_has(call->etag, " -~"))
		return final_fault(call, CLOUD_PERMANENT, "", "the etag cannot be sent");
	while (!attempt(call))
		if (!may_try_again(call))
			return false;
	return true;
}

void
azure_call_doubt(struct azure_call *call, const struct error *error)
{
	bool is_read = call->method == HTTP_GET;

	final_fault(call, is_read ? CLOUD_BACK_OFF : CLOUD_CONFLICT, "",
		arena_printf(call->scratch, "%s: %s", call->action, error->message));
}

static const char *
copy_part(struct arena *arena, const char *text, size_t most)
{
	return arena_text_part(arena, text, strnlen(text, most));
}

void
azure_call_tell(struct arena *arena, const struct azure_error *from, struct azure_error *fault)
{
	*fault = *from;
	fault->code = copy_part(arena, from->code, LARGEST_CODE);
	fault->message = copy_part(arena, from->message, LARGEST_MESSAGE);
	fault->target = copy_part(arena, from->target, LARGEST_CODE);
	fault->request_id = copy_part(arena, from->request_id, LARGEST_CODE);
	fault->tenant = copy_part(arena, from->tenant, LARGEST_CODE);
	if (fault->failure == CLOUD_CREDENTIALS) /* and new ones were no better */
		fault->failure = CLOUD_WAIT_FOR_USER;
}

void
azure_call_end(struct azure_call *call)
{
	http_response_dispose(&call->response);
	arena_free(call->scratch);
}
