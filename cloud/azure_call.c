#include "cloud/azure_call.h"

#include <openssl/rand.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/secret.h"
#include "base/text.h"

enum { LARGEST_ANSWER = 8 << 20, SCRATCH = 2 << 20, LONGEST_WAIT = 10 };

static struct metric requests = METRIC_COUNTER("peerwarden_azure_requests_total",
	"Requests that were sent to the Azure Resource Manager, by what came of them.", "action",
	"result");

static void
tell(void *own, enum cloud_failure failure, const char *code, const char *message)
{
	struct azure_call *call = own;

	call->fault = (struct azure_error){.code = code,
		.message = message,
		.target = "",
		.request_id = "",
		.tenant = "",
		.failure = failure};
}

static bool
get_tokens(void *own, struct error *error)
{
	struct azure_call *call = own;
	const struct azure_place *place = call->place;
	struct azure_token *store = call->shared->tokens;
	bool has_others = place->auxiliary && place->auxiliary[0];

	return azure_token_get(store, place->tenant, &call->token, error) &&
	       (!has_others ||
		       azure_token_auxiliary(store, place->auxiliary, &call->auxiliary, error));
}

static void
forget_tokens(void *own)
{
	struct azure_call *call = own;

	token_dispose(&call->token);
	token_dispose(&call->auxiliary);
}

/* Azure does not say which of them it refuses. */
static void
refuse_tokens(void *own)
{
	const struct azure_call *call = own;
	const char *const *others = call->place->auxiliary;
	struct azure_token *store = call->shared->tokens;

	azure_token_refuse(store, call->place->tenant, call->token.text);
	for (size_t i = 0; others && others[i]; i++) {
		CLEANUP(token_dispose) struct token token = {0};

		if (azure_token_get(store, others[i], &token, NULL))
			azure_token_refuse(store, others[i], token.text);
	}
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
send(void *own, struct http_client *http, struct error *error)
{
	static const char *const wanted[] = {[AZURE_ASYNC_OPERATION] = "Azure-AsyncOperation",
		[AZURE_LOCATION] = "Location",
		[AZURE_REQUEST_ID] = "x-ms-request-id",
		[AZURE_CHALLENGE] = "WWW-Authenticate",
		NULL};
	struct azure_call *call = own;
	struct arena *arena = call->common.scratch;
	const char *lines[5] = {arena_printf(arena, "x-ms-client-request-id: %s", make_id(arena))};
	const char *auxiliary = NULL;
	size_t count = 1;
	struct http_request request = {.method = call->method,
		.target = call->target,
		.token = call->token.text,
		.body = call->body ? buffer_text(call->body) : NULL,
		.body_length = call->body ? call->body->length : 0,
		.headers = lines,
		.wanted = wanted,
		.timeout = call->common.shared->timeout,
		.stall = call->common.shared->timeout,
		.limit = LARGEST_ANSWER};
	bool done;

	if (call->only_new)
		lines[count++] = "If-None-Match: *";
	if (call->etag)
		lines[count++] = arena_printf(arena, "If-Match: %s", call->etag);
	if (call->auxiliary.text)
		lines[count++] = auxiliary = arena_printf(
			arena, "x-ms-authorization-auxiliary: %s", call->auxiliary.text);
	done = http_client_call(http, &request, &call->common.response, error);
	secret_wipe(auxiliary);
	return done;
}

static struct retry_fault
refuse(void *own)
{
	struct azure_call *call = own;
	struct arena *arena = call->common.scratch;
	const struct http_response *response = &call->common.response;
	const char *id = response->headers[AZURE_REQUEST_ID];
	struct azure_error *fault = &call->fault;

	*fault = azure_error_read(
		arena, response->status, buffer_text(&response->body), response->body.length);
	fault->retry_after = response->retry_after;
	fault->request_id = id ? id : "";
	fault->tenant = azure_error_tenant(arena, response->headers[AZURE_CHALLENGE]);
	return (struct retry_fault){fault->failure, fault->throttled, fault->retry_after};
}

/* Azure tells how long to wait, so that no budget is needed. */
static enum retry_step
decide(void *own, int64_t *wait)
{
	struct azure_call *call = own;
	struct call *common = &call->common;
	struct retry_budget whole = {0};
	int64_t pace = call->shared->pace;
	enum retry_step step = retry_next(&common->retry, &whole, &common->fault, 0, wait);

	if (step != RETRY_WAIT)
		return step;
	*wait = common->fault.retry_after;
	if (*wait == 0)
		*wait = pace +
			jitter_back_off(pace, LONGEST_WAIT * pace, common->retry.attempts - 1);
	return clock_monotonic() + *wait > call->place->deadline ? RETRY_GIVE_UP : RETRY_WAIT;
}

static const struct call_kind kind = {
	.cloud = "Azure",
	.requests = &requests,
	.scratch = SCRATCH,
	.last_good = 204,
	.prepare = get_tokens,
	.forget = forget_tokens,
	.send = send,
	.refuse = refuse,
	.tell = tell,
	.decide = decide,
	.refresh = refuse_tokens,
};

bool
azure_call_perform(struct azure_call *call)
{
	struct call *common = &call->common;

	call_begin(common, &kind, call);
	common->shared = &call->shared->common;
	common->url = call->shared->manager;
	common->action = common->subject = call->action;
	common->changes = call->method != HTTP_GET;
	common->once = call->only_new;
	if (call->body && call->body->overflowed)
		return call_give_up(common, CLOUD_PERMANENT, "", "the request is too large");
	if (call->etag && !text_only_has(call->etag, " -~"))
		return call_give_up(common, CLOUD_PERMANENT, "", "the etag cannot be sent");
	return call_perform(common);
}

void
azure_call_tell(struct arena *arena, const struct azure_error *from, struct azure_error *fault)
{
	*fault = *from;
	fault->code = call_copy(arena, from->code, CALL_LARGEST_CODE);
	fault->message = call_copy(arena, from->message, CALL_LARGEST_MESSAGE);
	fault->target = call_copy(arena, from->target, CALL_LARGEST_CODE);
	fault->request_id = call_copy(arena, from->request_id, CALL_LARGEST_CODE);
	fault->tenant = call_copy(arena, from->tenant, CALL_LARGEST_CODE);
	fault->failure = call_failure(fault->failure);
}

void
azure_call_end(struct azure_call *call)
{
	call_end(&call->common);
}
