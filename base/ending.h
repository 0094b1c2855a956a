/* The end of a program's background work: announced once, waited for by any number of threads. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct ending {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool announced;
};

void ending_init(struct ending *ending);
void ending_dispose(struct ending *ending);
void ending_announce(struct ending *ending);
bool ending_is_announced(struct ending *ending);

/* Waits for `duration` nanoseconds; returns at once, and true, when the end is announced. */
bool ending_wait(struct ending *ending, int64_t duration);
