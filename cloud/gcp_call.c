#include "cloud/gcp_call.h"

#include <string.h>

#include "base/clock.h"
#include "base/jitter.h"
#include "cloud/gcp_compute.h"

enum { SCRATCH = 64 << 20, BUSY_DOUBLED = 6, LEAST_TIMEOUT_PARTS = 1000 };
#define LONGEST_TOLD    (60 * CLOCK_SECOND)
#define LONGEST_UNASKED (5 * CLOCK_SECOND) /* wait without a deadline */

static struct metric requests = METRIC_COUNTER("peerwarden_gcp_requests_total",
	"Requests that were sent to Google Cloud, by what came of them.", "action", "result");

static void
tell(void *own, enum cloud_failure failure, const char *code, const char *message)
{
	struct gcp_call *call = own;

	call->fault = (struct gcp_error){
		.code = code, .message = message, .hint = "", .failure = failure};
}

static bool
get_token(void *own, struct error *error)
{
	struct gcp_call *call = own;

	call->token = gcp_token_acquire(call->shared->token, error);
	return call->token;
}

static void
forget_token(void *own)
{
	gcp_token_release(&((struct gcp_call *)own)->token);
}

static void
refuse_token(void *own)
{
	struct gcp_call *call = own;

	gcp_token_refuse(call->shared->token, call->token);
}

/* Of one attempt, cut where the deadline is nearer. */
static int64_t
timeout_of(const struct gcp_call *call)
{
	int64_t usual = call->common.shared->timeout;
	int64_t left = call->deadline ? call->deadline - clock_monotonic() : usual;
	int64_t least = usual / LEAST_TIMEOUT_PARTS;

	if (left > usual)
		left = usual;
	return left > least ? left : least;
}

static bool
send(void *own, struct http_client *http, struct error *error)
{
	struct gcp_call *call = own;
	struct http_request request = {
		.method = call->method,
		.target = call->target,
		.token = call->token,
		.body = call->body,
		.body_length = call->body ? strlen(call->body) : 0,
		.timeout = timeout_of(call),
		.limit = GCP_LARGEST_ANSWER,
	};
	bool done;

	request.stall = request.timeout;
	done = http_client_call(http, &request, &call->common.response, error);
	if (!done && error->kind == ERROR_EXHAUSTED)
		call_doubt(&call->common, error);
	return done;
}

/* What the server asked for, but no more than a minute. */
static int64_t
told(const struct gcp_call *call)
{
	int64_t wait = call->common.response.retry_after;

	return wait < LONGEST_TOLD ? wait : LONGEST_TOLD;
}

static struct retry_fault
refuse(void *own)
{
	struct gcp_call *call = own;
	const struct http_response *response = &call->common.response;

	call->fault = gcp_error_read(call->common.scratch, response->status,
		buffer_text(&response->body), response->body.length);
	call->fault.retry_after = response->retry_after;
	return (struct retry_fault){call->fault.failure, call->fault.throttled, told(call)};
}

/* How long to wait for those who hold the network. */
static int64_t
pause_of_the_busy(struct gcp_call *call)
{
	int64_t first = call->shared->busy_wait;
	int64_t most = jitter_longest(first, BUSY_DOUBLED * first, call->times_busy++);

	return jitter_between(most - most / 4, most);
}

static enum retry_step
decide(void *own, int64_t *wait)
{
	struct gcp_call *call = own;
	enum retry_step step = RETRY_WAIT;
	bool too_long;

	if (call->fault.busy && !call->deadline)
		return RETRY_GIVE_UP;
	if (call->fault.busy)
		*wait = pause_of_the_busy(call);
	else
		step = call_retry(&call->common, wait);
	if (step != RETRY_WAIT)
		return step;
	if (*wait < told(call))
		*wait = told(call);
	too_long = call->deadline ? clock_monotonic() + *wait > call->deadline
				  : *wait > LONGEST_UNASKED;
	return too_long ? RETRY_GIVE_UP : RETRY_WAIT;
}

static const struct call_kind kind = {
	.cloud = "Google Cloud",
	.requests = &requests,
	.scratch = SCRATCH,
	.last_good = 200,
	.prepare = get_token,
	.forget = forget_token,
	.send = send,
	.refuse = refuse,
	.tell = tell,
	.decide = decide,
	.refresh = refuse_token,
};

bool
gcp_call_perform(struct gcp_call *call)
{
	struct call *common = &call->common;

	call_begin(common, &kind, call);
	common->shared = &call->shared->common;
	common->subject = arena_printf(common->scratch, "%s: %s", common->url, common->action);
	return call_perform(common);
}

void
gcp_call_tell(struct arena *arena, const struct gcp_call *call, struct gcp_error *fault)
{
	*fault = call->fault;
	fault->code = arena_text(arena, call->fault.code);
	fault->message = arena_text(arena, call->fault.message);
	fault->hint = arena_text(arena, call->fault.hint);
	fault->failure = call_failure(fault->failure);
	if (call->common.changes && fault->status == 0 && fault->failure == CLOUD_BACK_OFF &&
		!call->common.final)
		fault->failure = CLOUD_CONFLICT; /* nobody knows what came of it */
}

void
gcp_call_end(struct gcp_call *call)
{
	call_end(&call->common);
}
