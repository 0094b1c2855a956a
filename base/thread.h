/* Threads and conditions as this project uses them: signals stay with the program's own threads,
 * and conditions are timed by the clock that never jumps (base/clock.h).
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The thread has all signals blocked, so that a write to a closed connection is no reason to die. A
 * process that gets no thread cannot keep its promises:
 * thread_start aborts; thread_try_start says false. */
void thread_start(pthread_t *thread, void *(*run)(void *context), void *context);
bool thread_try_start(pthread_t *thread, void *(*run)(void *context), void *context);

void thread_condition_init(pthread_cond_t *condition);
/* At most until `deadline` (clock_monotonic). True while that has not come. */
bool thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline);
