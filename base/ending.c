#include "base/ending.h"

#include "base/clock.h"
#include "base/thread.h"

void
ending_init(struct ending *ending)
{
	pthread_mutex_init(&ending->mutex, NULL);
	thread_condition_init(&ending->changed);
	ending->announced = false;
}

void
ending_dispose(struct ending *ending)
{
	pthread_cond_destroy(&ending->changed);
	pthread_mutex_destroy(&ending->mutex);
}

void
ending_announce(struct ending *ending)
{
	pthread_mutex_lock(&ending->mutex);
	ending->announced = true;
	pthread_cond_broadcast(&ending->changed);
	pthread_mutex_unlock(&ending->mutex);
}

bool
ending_is_announced(struct ending *ending)
{
	return ending_wait(ending, 0);
}

bool
ending_wait(struct ending *ending, int64_t duration)
{
	int64_t deadline = clock_monotonic() + duration;
	bool announced;

	pthread_mutex_lock(&ending->mutex);
	while (!ending->announced && clock_monotonic() < deadline)
		thread_wait_until(&ending->changed, &ending->mutex, deadline);
	announced = ending->announced;
	pthread_mutex_unlock(&ending->mutex);
	return announced;
}
