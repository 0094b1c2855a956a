/* The state of a work queue, with the semantics of client-go (k8s.io/client-go/util/workqueue:
 * queue, delaying queue and rate-limiting queue in one):
 *  - a key waits once, however often it is added, and keys are taken in the order of their adding;
 *  - a taken key is worked until it is done and is not taken again before; when it was added
 *    meanwhile, it then waits once more;
 *  - a delayed key waits from its time on. Of two delays of one key the earlier counts, and adding
 *    it at once leaves its delay standing;
 *  - a limited key is delayed by the longer of two: its own back-off, doubled with each failure,
 *    and the time until a token bucket over all keys has a token for it.
 * Different from client-go: the back-off has jitter (half of it to all of it, so it is never longer
 * than client-go's), and keys due at the same time keep their order.
 *
 * Without threads and clocks: `now` is given, in nanoseconds of any clock that never goes back.
 * daemon/work_queue.h is the same for many threads. Adding, taking and being done cost the same at
 * any number of keys; delaying costs its logarithm.
 *
 * Memory: a key is known while it waits, is worked, is delayed, or has failures that nobody has
 * forgotten: about 150 bytes and its length, 20 MB for 100 000 keys of 50 bytes. So the last word
 * on an object that is gone must be key_queue_forget. Keys are copied.
 *
 * Metrics with client-go's names and the queue's name as their label: workqueue_depth, _adds_total,
 * _queue_duration_seconds, _work_duration_seconds and _retries_total (each delay counts) as things
 * happen; _unfinished_work_seconds and _longest_running_processor_seconds by key_queue_measure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_queue_limits {
	int64_t first_delay;   /* after the first failure, before jitter */
	int64_t longest_delay; /* the back-off grows no further; at most 100 years */
	int64_t interval;      /* between two tokens of the bucket, as in base/rate_limit.h */
	int64_t burst;
	/* A random number from `lowest` to `highest`; NULL for base/jitter.h's. */
	int64_t (*jitter)(int64_t lowest, int64_t highest);
};
/* client-go's: 5 ms to 1000 s; 10 tokens a second, 100 at once. */
extern const struct key_queue_limits key_queue_limits;

struct key_queue;

/* `name` is copied and must be unlike that of any other queue, for the metrics' sake. */
struct key_queue *key_queue_new(const char *name, const struct key_queue_limits *limits);
void key_queue_free(struct key_queue *queue);

/* All three do nothing once the queue is shut down. A delay of 0 or less is none. */
void key_queue_add(struct key_queue *queue, const char *key, int64_t now);
void key_queue_add_after(struct key_queue *queue, const char *key, int64_t delay, int64_t now);
/* Returns the delay it chose; what counts may be an earlier one. */
int64_t key_queue_add_limited(struct key_queue *queue, const char *key, int64_t now);

/* How often the key was added limited since it was last forgotten. Forgetting leaves it waiting or
 * delayed as it is. */
unsigned key_queue_retries(const struct key_queue *queue, const char *key);
void key_queue_forget(struct key_queue *queue, const char *key);

/* The next key, to be worked now; NULL when none waits. Lent until key_queue_done. */
const char *key_queue_take(struct key_queue *queue, int64_t now);
/* Does nothing for a key that is not worked. `key` may be the one that was lent. */
void key_queue_done(struct key_queue *queue, const char *key, int64_t now);

/* When the next delayed key is due; INT64_MAX when there is none. */
int64_t key_queue_due(const struct key_queue *queue);

/* No more is added and what is delayed is dropped. What waits can still be taken, and what was
 * added while it is worked still waits once more. */
void key_queue_shut_down(struct key_queue *queue, int64_t now);
bool key_queue_is_shut_down(const struct key_queue *queue);

struct key_queue_size {
	size_t waiting; /* can be taken */
	size_t worked;
	size_t delayed;
	size_t known; /* keys that take memory; one may count in several of the others */
};
struct key_queue_size key_queue_size(const struct key_queue *queue);

/* Brings the metrics up to date that grow while nothing happens. */
void key_queue_measure(struct key_queue *queue, int64_t now);
