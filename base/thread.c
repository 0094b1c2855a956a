#include "base/thread.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

bool
thread_try_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
	sigset_t all, before;
	int failure;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failure == 0;
}

void
thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
	if (!thread_try_start(thread, run, context))
		abort();
}

void
thread_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

bool
thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline)
{
	struct timespec time = {deadline / CLOCK_SECOND, deadline % CLOCK_SECOND};

	return pthread_cond_timedwait(condition, mutex, &time) == 0;
}
