#include "mirror/ending.h"

#include <time.h>

#include "base/clock.h"

void
ending_init(struct ending *ending)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&ending->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&ending->changed, &attributes);
	pthread_condattr_destroy(&attributes);
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
	struct timespec time = {deadline / CLOCK_SECOND, deadline % CLOCK_SECOND};
	bool announced;

	pthread_mutex_lock(&ending->mutex);
	while (!ending->announced && clock_monotonic() < deadline)
		pthread_cond_timedwait(&ending->changed, &ending->mutex, &time);
	announced = ending->announced;
	pthread_mutex_unlock(&ending->mutex);
	return announced;
}
