#include "cloud/call_shared.h"

#include "base/clock.h"
#include "base/thread.h"

void
call_shared_init(struct call_shared *shared)
{
	shared->channels = channel_pool_new(shared->trust);
	pthread_mutex_init(&shared->mutex, NULL);
	thread_condition_init(&shared->ended);
}

void
call_shared_dispose(struct call_shared *shared)
{
	channel_pool_free(shared->channels);
	pthread_cond_destroy(&shared->ended);
	pthread_mutex_destroy(&shared->mutex);
}

void
call_shared_abort(struct call_shared *shared)
{
	pthread_mutex_lock(&shared->mutex);
	shared->aborted = true;
	pthread_cond_broadcast(&shared->ended);
	pthread_mutex_unlock(&shared->mutex);
	channel_pool_abort(shared->channels);
}

bool
call_shared_wait(struct call_shared *shared, int64_t duration)
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
