#include "cloud/aws_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/thread.h"
#include "cloud/aws_channel.h"
#include "cloud/aws_environment.h"
#include "cloud/aws_keys.h"

enum { LARGEST_ANSWER = 8 << 20, SCRATCH = 1 << 20, LARGEST_MESSAGE = 2048, LARGEST_CODE = 128 };
/* By how much the clocks may differ before a signature is refused for it (it is five minutes). */
enum { LARGEST_SKEW = 240 };

static struct metric requests = METRIC_COUNTER("peerwarden_aws_requests_total",
	"Requests that were sent to EC2, by what came of them.", "action", "result");

void
aws_call_init_shared(struct aws_call_shared *shared)
{
	shared->channels = aws_channel_pool_new(shared->environment);
	pthread_mutex_init(&shared->mutex, NULL);
	thread_condition_init(&shared->ended);
}

void
aws_call_dispose_shared(struct aws_call_shared *shared)
{
	aws_channel_pool_free(shared->channels);
	pthread_cond_destroy(&shared->ended);
	pthread_mutex_destroy(&shared->mutex);
}

void
aws_call_abort_shared(struct aws_call_shared *shared)
{
	pthread_mutex_lock(&shared->mutex);
	shared->aborted = true;
	pthread_cond_broadcast(&shared->ended);
	pthread_mutex_unlock(&shared->mutex);
	aws_channel_pool_abort(shared->channels);
}

static bool
is_aborted(struct aws_call_shared *shared)
{
	bool aborted;

	pthread_mutex_lock(&shared->mutex);
	aborted = shared->aborted;
	pthread_mutex_unlock(&shared->mutex);
	return aborted;
}

/* False when the client was aborted meanwhile. */
static bool
wait_for(struct aws_call_shared *shared, int64_t duration)
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

/* A fault that no answer of AWS told; returns false. */
static bool
fault_of_ours(
	struct aws_call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->fault = (struct aws_error){.code = code,
		.message = arena_text(call->scratch, message),
		.request_id = "",
		.failure = failure};
	return false;
}

static bool
final_fault(
	struct aws_call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->final = true;
	return fault_of_ours(call, failure, code, message);
}

static bool
may_go(struct aws_call *call)
{
	const struct aws_call_shared *shared = call->shared;

	if (is_aborted(call->shared))
		return final_fault(call, CLOUD_BACK_OFF, "", "the program is about to end");
	if (shared->may_call && !shared->may_call(shared->context))
		return final_fault(call, CLOUD_BACK_OFF, "NotLeader",
			"this replica does not lead, so it asks nothing of AWS");
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
get_keys(struct aws_call *call, struct aws_keys *keys)
{
	struct error error = {0};

	return aws_credentials_get(call->shared->credentials, call->role, keys, &error) ||
	       final_fault(call, failure_of(&error), "", error.message);
}

/* There was no answer, or not all of it. */
static void
lose(struct aws_call *call, const struct error *error)
{
	if (error->kind == ERROR_DENIED || error->kind == ERROR_INVALID)
		final_fault(call, CLOUD_WAIT_FOR_USER, "", error->message);
	else if (call->repetition != AWS_REPEAT_READ)
		final_fault(call, CLOUD_CONFLICT, "", error->message);
	else if (error->kind == ERROR_EXHAUSTED)
		final_fault(call, CLOUD_BACK_OFF, "", error->message);
	else
		fault_of_ours(call, CLOUD_BACK_OFF, "", error->message);
}

/* That of SignatureDoesNotMatch tells the request with its token. */
static const char *
harmless_message(const struct aws_error *fault)
{
	return fault->failure == CLOUD_CREDENTIALS
		       ? "AWS refuses the keys that the call was signed with"
		       : fault->message;
}

static void
refuse(struct aws_call *call)
{
	const struct buffer *body = &call->response.body;
	const char *told = call->response.headers[0];
	struct aws_error *fault = &call->fault;
	uint64_t milliseconds = 0;

	*fault = aws_error_read(
		call->scratch, call->response.status, buffer_text(body), body->length);
	fault->message = harmless_message(fault);
	if (told && text_to_number(told, UINT32_MAX, &milliseconds))
		call->retry_after = (int64_t)milliseconds * CLOCK_MILLISECOND;
	if (call->repetition == AWS_REPEAT_NEVER && fault->status >= 500 && !fault->throttled)
		fault->failure = CLOUD_CONFLICT;
}

static bool
post(struct aws_call *call, struct http_client *http, const struct aws_keys *keys,
	struct error *error)
{
	static const char *const wanted[] = {"x-amz-retry-after", NULL};
	const struct aws_post post = {
		.url = call->url,
		.region = call->region,
		.service = "ec2",
		.keys = keys,
		.time = call->time,
		.form = call->form,
		.wanted = wanted,
		.timeout = call->shared->timeout,
		.limit = LARGEST_ANSWER,
	};

	return aws_channel_post(call->scratch, http, &post, &call->response, error);
}

static const char *
result_of(const struct aws_call *call, bool done)
{
	if (!done)
		return "lost";
	if (call->response.status == 200 || call->fault.failure == CLOUD_WOULD_WORK)
		return "done";
	if (call->fault.throttled)
		return "throttled";
	return call->response.status >= 500 ? "fault" : "refused";
}

/* True with an answer of status 200. */
static bool
attempt(struct aws_call *call)
{
	CLEANUP(aws_keys_dispose) struct aws_keys keys = {0};
	struct aws_call_shared *shared = call->shared;
	struct aws_channel *channel;
	struct error error = {0};
	bool done;

	http_response_dispose(&call->response);
	call->response = (struct http_response){0};
	call->retry_after = 0;
	if (!may_go(call) || !get_keys(call, &keys))
		return false;
	channel = aws_channel_pool_acquire(shared->channels, call->url, &error);
	if (!channel)
		return final_fault(call, failure_of(&error), "", error.message);
	call->key_id = arena_text(call->scratch, keys.id);
	call->time = clock_wall() / CLOCK_SECOND + atomic_load(&shared->skew);
	if (!may_go(call)) {
		aws_channel_pool_release(shared->channels, channel, true);
		return false;
	}
	done = post(call, channel->http, &keys, &error);
	aws_channel_pool_release(shared->channels, channel, done);
	if (!done)
		lose(call, &error);
	else if (call->response.status != 200)
		refuse(call);
	metric_add(&requests, 1, call->action, result_of(call, done));
	return done && call->response.status == 200;
}

/* A wrong clock looks like wrong keys. EC2 calls it AuthFailure, too. */
static bool
corrects_clock(struct aws_call *call)
{
	int64_t date = call->response.date;
	bool may_be_it = call->fault.failure == CLOUD_CREDENTIALS ||
			 text_equal_ignoring_case(call->fault.code, "AuthFailure");

	if (call->clock_corrected || !may_be_it || !date ||
		llabs(date - call->time) <= LARGEST_SKEW)
		return false;
	atomic_store(&call->shared->skew, date - clock_wall() / CLOCK_SECOND);
	call->clock_corrected = true;
	return true;
}

static enum aws_retry_step
next_step(struct aws_call *call, int64_t *wait)
{
	const struct aws_retry_fault fault = {
		call->fault.failure, call->fault.throttled, call->retry_after};
	double random = (double)jitter_between(0, INT32_MAX) / ((double)INT32_MAX + 1);
	enum aws_retry_step step;

	pthread_mutex_lock(&call->shared->mutex);
	step = aws_retry_next(&call->retry, &call->shared->budget, &fault, random, wait);
	pthread_mutex_unlock(&call->shared->mutex);
	return step;
}

static bool
may_try_again(struct aws_call *call)
{
	struct aws_call_shared *shared = call->shared;
	int64_t wait;

	if (call->final)
		return false;
	if (corrects_clock(call))
		return true;
	switch (next_step(call, &wait)) {
	case AWS_RETRY_WAIT:
		return wait_for(shared, wait);
	case AWS_RETRY_REFRESH:
		aws_credentials_refuse(shared->credentials, call->role, call->key_id);
		return true;
	default:
		return false;
	}
}

static void
note_success(struct aws_call *call)
{
	pthread_mutex_lock(&call->shared->mutex);
	aws_retry_succeed(&call->retry, &call->shared->budget);
	pthread_mutex_unlock(&call->shared->mutex);
}

static const char *
copy_part(struct arena *arena, const char *text, size_t most)
{
	return arena_text_part(arena, text, strnlen(text, most));
}

void
aws_call_tell(struct arena *arena, const struct aws_call *call, struct aws_error *fault)
{
	*fault = call->fault;
	fault->code = copy_part(arena, call->fault.code, LARGEST_CODE);
	fault->message = copy_part(arena, call->fault.message, LARGEST_MESSAGE);
	fault->request_id = copy_part(arena, call->fault.request_id, LARGEST_CODE);
	if (fault->failure == CLOUD_CREDENTIALS) /* and new ones were no better */
		fault->failure = CLOUD_WAIT_FOR_USER;
}

static enum aws_repetition
repetition_of(const char *action, bool dry_run)
{
	if (dry_run || text_starts_with(action, "Describe"))
		return AWS_REPEAT_READ;
	return text_equal(action, "CreateVpcPeeringConnection") ? AWS_REPEAT_NEVER
								: AWS_REPEAT_CHANGE;
}

void
aws_call_end(struct aws_call *call)
{
	http_response_dispose(&call->response);
	arena_free(call->scratch);
}

static bool
begin_call(struct aws_call *call)
{
	const char *action = buffer_text(call->form) + strlen("Action=");
	struct error error = {0};

	call->scratch = arena_new(SCRATCH);
	call->action = arena_text_part(call->scratch, action, strcspn(action, "&"));
	call->repetition = repetition_of(call->action, call->dry_run);
	if (call->form->overflowed)
		return final_fault(call, CLOUD_PERMANENT, "", "the request is too large");
	call->url = aws_environment_endpoint(
		call->scratch, call->shared->environment, "ec2", call->region, &error);
	return call->url || final_fault(call, CLOUD_PERMANENT, "", error.message);
}

bool
aws_call_perform(struct aws_call *call)
{
	if (!begin_call(call))
		return false;
	while (!attempt(call))
		if (!may_try_again(call))
			return false;
	note_success(call);
	return true;
}

void
aws_call_doubt(struct aws_call *call, const struct error *error)
{
	const char *message = arena_printf(
		call->scratch, "EC2 of %s: %s: %s", call->region, call->action, error->message);

	final_fault(call, call->repetition == AWS_REPEAT_READ ? CLOUD_BACK_OFF : CLOUD_CONFLICT, "",
		message);
}
