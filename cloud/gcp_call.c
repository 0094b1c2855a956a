#include "cloud/gcp_call.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "cloud/gcp_compute.h"

enum { SCRATCH = 64 << 20, BUSY_DOUBLED = 6, LEAST_TIMEOUT_PARTS = 1000 };
#define LONGEST_TOLD    (60 * CLOCK_SECOND)
#define LONGEST_UNASKED (5 * CLOCK_SECOND) /* wait without a deadline */

static struct metric requests = METRIC_COUNTER("peerwarden_gcp_requests_total",
	"Requests that were sent to Google Cloud, by what came of them.", "action", "result");

void
gcp_call_init_shared(struct gcp_call_shared *shared)
{
	shared->channels = aws_channel_pool_new(NULL); /* no environment: the system's CAs */
	pthread_mutex_init(&shared->mutex, NULL);
	thread_condition_init(&shared->ended);
}

void
gcp_call_dispose_shared(struct gcp_call_shared *shared)
{
	aws_channel_pool_free(shared->channels);
	pthread_cond_destroy(&shared->ended);
	pthread_mutex_destroy(&shared->mutex);
}

void
gcp_call_abort_shared(struct gcp_call_shared *shared)
{
	pthread_mutex_lock(&shared->mutex);
	shared->aborted = true;
	pthread_cond_broadcast(&shared->ended);
	pthread_mutex_unlock(&shared->mutex);
	aws_channel_pool_abort(shared->channels);
}

bool
gcp_call_wait(struct gcp_call_shared *shared, int64_t duration)
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

static bool
is_aborted(struct gcp_call_shared *shared)
{
	bool aborted;

	pthread_mutex_lock(&shared->mutex);
	aborted = shared->aborted;
	pthread_mutex_unlock(&shared->mutex);
	return aborted;
}

/* A fault that no answer of Google's told; returns false. */
static bool
fault_of_ours(
	struct gcp_call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->fault = (struct gcp_error){.code = code,
		.message = arena_text(call->scratch, message),
		.hint = "",
		.failure = failure};
	return false;
}

static bool
final_fault(
	struct gcp_call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->final = true;
	return fault_of_ours(call, failure, code, message);
}

static bool
may_go(struct gcp_call *call)
{
	const struct gcp_call_shared *shared = call->shared;

	if (is_aborted(call->shared))
		return final_fault(call, CLOUD_BACK_OFF, "", "the program is about to end");
	if (shared->may_call && !shared->may_call(shared->context))
		return final_fault(call, CLOUD_BACK_OFF, "NotLeader",
			"this replica does not lead, so it asks nothing of Google Cloud");
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

static bool
get_token(struct gcp_call *call)
{
	struct error error = {0};

	gcp_token_release(&call->token);
	call->token = gcp_token_acquire(call->shared->token, &error);
	return call->token || final_fault(call, failure_of(&error), "", error.message);
}

/* There was no answer, or not all of it. */
static void
lose(struct gcp_call *call, const struct error *error)
{
	if (error->kind == ERROR_DENIED || error->kind == ERROR_INVALID)
		final_fault(call, CLOUD_WAIT_FOR_USER, "", error->message);
	else if (error->kind == ERROR_EXHAUSTED)
		gcp_call_doubt(call, error);
	else
		fault_of_ours(call, CLOUD_BACK_OFF, "", error->message);
}

static void
refuse(struct gcp_call *call)
{
	const struct buffer *body = &call->response.body;

	call->fault = gcp_error_read(
		call->scratch, call->response.status, buffer_text(body), body->length);
	call->fault.retry_after = call->response.retry_after;
}

/* Of one attempt, cut where the deadline is nearer. */
static int64_t
timeout_of(const struct gcp_call *call)
{
	int64_t left = call->deadline ? call->deadline - clock_monotonic() : call->shared->timeout;
	int64_t least = call->shared->timeout / LEAST_TIMEOUT_PARTS;

	if (left > call->shared->timeout)
		left = call->shared->timeout;
	return left > least ? left : least;
}

static bool
send(struct gcp_call *call, struct http_client *http, struct error *error)
{
	struct http_request request = {
		.method = call->method,
		.target = call->target,
		.token = call->token,
		.body = call->body,
		.body_length = call->body ? strlen(call->body) : 0,
		.timeout = timeout_of(call),
		.limit = GCP_LARGEST_ANSWER,
	};

	request.stall = request.timeout;
	return http_client_call(http, &request, &call->response, error);
}

static const char *
result_of(const struct gcp_call *call, bool done)
{
	if (!done)
		return "lost";
	if (call->response.status == 200)
		return "done";
	if (call->fault.throttled)
		return "throttled";
	return call->response.status >= 500 ? "fault" : "refused";
}

/* True with an answer of status 200. */
static bool
attempt(struct gcp_call *call)
{
	struct gcp_call_shared *shared = call->shared;
	struct aws_channel *channel;
	struct error error = {0};
	bool done;

	http_response_dispose(&call->response);
	call->response = (struct http_response){0};
	if (!may_go(call) || !get_token(call) || !may_go(call))
		return false;
	channel = aws_channel_pool_acquire(shared->channels, call->url, &error);
	if (!channel)
		return final_fault(call, failure_of(&error), "", error.message);
	done = send(call, channel->http, &error);
	aws_channel_pool_release(shared->channels, channel, done);
	if (!done)
		lose(call, &error);
	else if (call->response.status != 200)
		refuse(call);
	metric_add(&requests, 1, call->action, result_of(call, done));
	return done && call->response.status == 200;
}

/* --- again? --- */

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What the server asked for, but no more than a minute. */
static int64_t
told(const struct gcp_call *call)
{
	int64_t wait = call->response.retry_after;

	return wait < LONGEST_TOLD ? wait : LONGEST_TOLD;
}

static bool
waits(struct gcp_call *call, int64_t duration)
{
	if (call->deadline ? clock_monotonic() + duration > call->deadline
			   : duration > LONGEST_UNASKED)
		return false;
	return gcp_call_wait(call->shared, duration);
}

static bool
waits_for_the_busy(struct gcp_call *call)
{
	int64_t first = call->shared->busy_wait;
	int64_t most = jitter_longest(first, BUSY_DOUBLED * first, call->times_busy++);

	return call->deadline &&
	       waits(call, larger(jitter_between(most - most / 4, most), told(call)));
}

static enum aws_retry_step
next_step(struct gcp_call *call, int64_t *wait)
{
	const struct aws_retry_fault fault = {
		call->fault.failure, call->fault.throttled, told(call)};
	double random = (double)jitter_between(0, INT32_MAX) / ((double)INT32_MAX + 1);
	enum aws_retry_step step;

	pthread_mutex_lock(&call->shared->mutex);
	step = aws_retry_next(&call->retry, &call->shared->budget, &fault, random, wait);
	pthread_mutex_unlock(&call->shared->mutex);
	return step;
}

static bool
may_try_again(struct gcp_call *call)
{
	int64_t wait;

	if (call->final)
		return false;
	if (call->fault.busy)
		return waits_for_the_busy(call);
	switch (next_step(call, &wait)) {
	case AWS_RETRY_WAIT:
		return waits(call, larger(wait, told(call)));
	case AWS_RETRY_REFRESH:
		gcp_token_refuse(call->shared->token, call->token);
		return true;
	default:
		return false;
	}
}

static void
note_success(struct gcp_call *call)
{
	pthread_mutex_lock(&call->shared->mutex);
	aws_retry_succeed(&call->retry, &call->shared->budget);
	pthread_mutex_unlock(&call->shared->mutex);
}

bool
gcp_call_perform(struct gcp_call *call)
{
	call->scratch = arena_new(SCRATCH);
	while (!attempt(call))
		if (!may_try_again(call))
			return false;
	note_success(call);
	return true;
}

void
gcp_call_doubt(struct gcp_call *call, const struct error *error)
{
	const char *message =
		arena_printf(call->scratch, "%s: %s: %s", call->url, call->action, error->message);

	final_fault(call, call->changes ? CLOUD_CONFLICT : CLOUD_BACK_OFF, "", message);
}

void
gcp_call_tell(struct arena *arena, const struct gcp_call *call, struct gcp_error *fault)
{
	*fault = call->fault;
	fault->code = arena_text(arena, call->fault.code);
	fault->message = arena_text(arena, call->fault.message);
	fault->hint = arena_text(arena, call->fault.hint);
	if (fault->failure == CLOUD_CREDENTIALS) /* and a new one was no better */
		fault->failure = CLOUD_WAIT_FOR_USER;
	if (call->changes && fault->status == 0 && fault->failure == CLOUD_BACK_OFF && !call->final)
		fault->failure = CLOUD_CONFLICT; /* nobody knows what came of it */
}

void
gcp_call_end(struct gcp_call *call)
{
	gcp_token_release(&call->token);
	http_response_dispose(&call->response);
	arena_free(call->scratch);
}
