#include "cloud/call.h"

#include <string.h>

#include "base/jitter.h"

static bool
tell(struct call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->fault = (struct retry_fault){.failure = failure};
	call->kind->tell(call->own, failure, code, arena_text(call->scratch, message));
	return false;
}

bool
call_give_up(struct call *call, enum cloud_failure failure, const char *code, const char *message)
{
	call->final = true;
	return tell(call, failure, code, message);
}

void
call_doubt(struct call *call, const struct error *error)
{
	call_give_up(call, call->changes ? CLOUD_CONFLICT : CLOUD_BACK_OFF, "",
		arena_printf(call->scratch, "%s: %s", call->subject, error->message));
}

static bool
may_go(struct call *call)
{
	const struct call_shared *shared = call->shared;

	if (!call_shared_wait(call->shared, 0))
		return call_give_up(call, CLOUD_BACK_OFF, "", "the program is about to end");
	if (shared->may_call && !shared->may_call(shared->context))
		return call_give_up(call, CLOUD_BACK_OFF, "NotLeader",
			arena_printf(call->scratch,
				"this replica does not lead, so it asks nothing of %s",
				call->kind->cloud));
	return true;
}

/* Before anything was sent. */
static bool
fail(struct call *call, const struct error *error)
{
	bool passes = error->kind == ERROR_TRANSIENT || error->kind == ERROR_EXHAUSTED;

	return call_give_up(
		call, passes ? CLOUD_BACK_OFF : CLOUD_WAIT_FOR_USER, "", error->message);
}

/* There was no answer, or not all of it. */
static void
lose(struct call *call, const struct error *error)
{
	if (error->kind == ERROR_DENIED || error->kind == ERROR_INVALID)
		call_give_up(call, CLOUD_WAIT_FOR_USER, "", error->message);
	else if (call->once)
		call_give_up(call, CLOUD_CONFLICT, "", error->message);
	else if (error->kind == ERROR_EXHAUSTED)
		call_give_up(call, CLOUD_BACK_OFF, "", error->message);
	else
		tell(call, CLOUD_BACK_OFF, "", error->message);
}

static bool
is_good(const struct call *call)
{
	return call->response.status >= 200 && call->response.status <= call->kind->last_good;
}

static const char *
result_of(const struct call *call, bool done)
{
	if (!done)
		return "lost";
	if (is_good(call) || call->fault.failure == CLOUD_WOULD_WORK)
		return "done";
	if (call->fault.throttled)
		return "throttled";
	return call->response.status >= 500 ? "fault" : "refused";
}

/* True with a good answer. */
static bool
attempt(struct call *call)
{
	struct channel_pool *channels = call->shared->channels;
	struct channel *channel;
	struct error error = {0};
	bool done;

	http_response_dispose(&call->response);
	call->response = (struct http_response){0};
	if (!may_go(call))
		return false;
	if (!call->kind->prepare(call->own, &error))
		return fail(call, &error);
	channel = channel_pool_acquire(channels, call->url, &error);
	if (!channel)
		return fail(call, &error);
	if (!may_go(call)) {
		channel_pool_release(channels, channel, true);
		return false;
	}
	done = call->kind->send(call->own, channel->http, &error);
	channel_pool_release(channels, channel, done);
	if (!done && !call->final)
		lose(call, &error);
	else if (done && !is_good(call))
		call->fault = call->kind->refuse(call->own);
	metric_add(call->kind->requests, 1, call->action, result_of(call, done));
	return done && is_good(call);
}

enum retry_step
call_retry(struct call *call, int64_t *wait)
{
	struct call_shared *shared = call->shared;
	double random = (double)jitter_between(0, INT32_MAX) / ((double)INT32_MAX + 1);
	enum retry_step step;

	pthread_mutex_lock(&shared->mutex);
	step = retry_next(&call->retry, &shared->budget, &call->fault, random, wait);
	pthread_mutex_unlock(&shared->mutex);
	return step;
}

static bool
is_repeated(struct call *call, int64_t *wait)
{
	enum retry_step step = RETRY_GIVE_UP;

	*wait = 0;
	if (!call->final)
		step = call->kind->decide(call->own, wait);
	if (step == RETRY_REFRESH)
		call->kind->refresh(call->own);
	return step != RETRY_GIVE_UP;
}

static void
note_success(struct call *call)
{
	pthread_mutex_lock(&call->shared->mutex);
	retry_succeed(&call->retry, &call->shared->budget);
	pthread_mutex_unlock(&call->shared->mutex);
}

void
call_begin(struct call *call, const struct call_kind *kind, void *own)
{
	call->scratch = arena_new(kind->scratch);
	call->kind = kind;
	call->own = own;
}

bool
call_perform(struct call *call)
{
	bool done, again;
	int64_t wait;

	do {
		done = attempt(call);
		again = !done && is_repeated(call, &wait);
		call->kind->forget(call->own);
	} while (again && (wait == 0 || call_shared_wait(call->shared, wait)));
	if (done)
		note_success(call);
	return done;
}

void
call_end(struct call *call)
{
	http_response_dispose(&call->response);
	arena_free(call->scratch);
}

const char *
call_copy(struct arena *arena, const char *text, size_t most)
{
	return arena_text_part(arena, text, strnlen(text, most));
}

enum cloud_failure
call_failure(enum cloud_failure failure)
{
	return failure == CLOUD_CREDENTIALS ? CLOUD_WAIT_FOR_USER : failure;
}
