/* The work queue for any number of threads that add and work: daemon/key_queue.h, where the
 * semantics, limits, memory and metrics are described, behind a lock, by clock_monotonic.
 *
 * A worker:
 *     while ((key = work_queue_get(queue))) {
 *             if (reconcile(key))
 *                     work_queue_forget(queue, key);
 *             else
 *                     work_queue_add_limited(queue, key);
 *             work_queue_done(queue, key);
 *     }
 * Delays are durations in nanoseconds. No function but work_queue_get and work_queue_drain waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/key_queue.h"

struct work_queue;

struct work_queue *work_queue_new(const char *name, const struct key_queue_limits *limits);
/* No other thread may be in the queue, or come. */
void work_queue_free(struct work_queue *queue);

void work_queue_add(struct work_queue *queue, const char *key);
void work_queue_add_after(struct work_queue *queue, const char *key, int64_t delay);
int64_t work_queue_add_limited(struct work_queue *queue, const char *key); /* the delay it chose */

unsigned work_queue_retries(struct work_queue *queue, const char *key);
void work_queue_forget(struct work_queue *queue, const char *key);

/* Waits for a key; it is lent until work_queue_done, which the same or any other thread owes for
 * it. NULL once the queue is shut down and nothing waits: the worker's end. */
const char *work_queue_get(struct work_queue *queue);
void work_queue_done(struct work_queue *queue, const char *key);

/* From now on nothing is added, and what is delayed is dropped; what waits is still handed out.
 * Ends a work_queue_drain under way. */
void work_queue_shut_down(struct work_queue *queue);
/* The same, and returns when nothing waits and nothing is worked any more, so there must be
 * workers. (client-go may return between two keys; its documentation promises this.) */
void work_queue_drain(struct work_queue *queue);
bool work_queue_is_shut_down(struct work_queue *queue);

struct key_queue_size work_queue_size(struct work_queue *queue); /* as it was a moment ago */
/* To be called before the metrics are written. */
void work_queue_measure(struct work_queue *queue);
