#include "daemon/work_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

/* Workers that wait do so until the first delayed key is due. Whoever makes that time earlier wakes
 * them all; whoever leaves with keys waiting wakes one, who does the same in turn. */
struct work_queue {
	pthread_mutex_t mutex;
	pthread_cond_t ready; /* a key may wait, or the end has come */
	pthread_cond_t idle;  /* nothing waits or is worked, or draining is over */
	struct key_queue *keys;
	bool draining;
};

/* What a thread must know of the queue as it was when it came. */
struct visit {
	int64_t now;
	int64_t due;
};

struct work_queue *
work_queue_new(const char *name, const struct key_queue_limits *limits)
{
	struct work_queue *queue = memory_alloc(sizeof *queue);

	pthread_mutex_init(&queue->mutex, NULL);
	thread_condition_init(&queue->ready);
	thread_condition_init(&queue->idle);
	queue->keys = key_queue_new(name, limits);
	return queue;
}

void
work_queue_free(struct work_queue *queue)
{
	if (!queue)
		return;
	key_queue_free(queue->keys);
	pthread_cond_destroy(&queue->idle);
	pthread_cond_destroy(&queue->ready);
	pthread_mutex_destroy(&queue->mutex);
	free(queue);
}

/* The clock is read under the lock, so that the keys see a time that never goes back. */
static struct visit
enter(struct work_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	return (struct visit){clock_monotonic(), key_queue_due(queue->keys)};
}

static bool
is_idle(const struct work_queue *queue)
{
	struct key_queue_size size = key_queue_size(queue->keys);

	return size.waiting == 0 && size.worked == 0;
}

static void
leave(struct work_queue *queue, struct visit visit)
{
	if (key_queue_due(queue->keys) < visit.due)
		pthread_cond_broadcast(&queue->ready);
	else if (key_queue_size(queue->keys).waiting > 0)
		pthread_cond_signal(&queue->ready);
	if (queue->draining && is_idle(queue))
		pthread_cond_broadcast(&queue->idle);
	pthread_mutex_unlock(&queue->mutex);
}

void
work_queue_add(struct work_queue *queue, const char *key)
{
	struct visit visit = enter(queue);

	key_queue_add(queue->keys, key, visit.now);
	leave(queue, visit);
}

void
work_queue_add_after(struct work_queue *queue, const char *key, int64_t delay)
{
	struct visit visit = enter(queue);

	key_queue_add_after(queue->keys, key, delay, visit.now);
	leave(queue, visit);
}

int64_t
work_queue_add_limited(struct work_queue *queue, const char *key)
{
	struct visit visit = enter(queue);
	int64_t delay = key_queue_add_limited(queue->keys, key, visit.now);

	leave(queue, visit);
	return delay;
}

unsigned
work_queue_retries(struct work_queue *queue, const char *key)
{
	struct visit visit = enter(queue);
	unsigned retries = key_queue_retries(queue->keys, key);

	leave(queue, visit);
	return retries;
}

void
work_queue_forget(struct work_queue *queue, const char *key)
{
	struct visit visit = enter(queue);

	key_queue_forget(queue->keys, key);
	leave(queue, visit);
}

const char *
work_queue_get(struct work_queue *queue)
{
	struct visit visit = enter(queue);
	const char *key;

	while (!(key = key_queue_take(queue->keys, visit.now)) &&
		!key_queue_is_shut_down(queue->keys)) {
		thread_wait_until(&queue->ready, &queue->mutex, key_queue_due(queue->keys));
		visit.now = clock_monotonic();
		visit.due = key_queue_due(queue->keys);
	}
	leave(queue, visit);
	return key;
}

void
work_queue_done(struct work_queue *queue, const char *key)
{
	struct visit visit = enter(queue);

	key_queue_done(queue->keys, key, visit.now);
	leave(queue, visit);
}

static void
shut_down(struct work_queue *queue, bool draining, int64_t now)
{
	queue->draining = draining;
	key_queue_shut_down(queue->keys, now);
	pthread_cond_broadcast(&queue->ready);
	pthread_cond_broadcast(&queue->idle);
}

void
work_queue_shut_down(struct work_queue *queue)
{
	struct visit visit = enter(queue);

	shut_down(queue, false, visit.now);
	leave(queue, visit);
}

void
work_queue_drain(struct work_queue *queue)
{
	struct visit visit = enter(queue);

	shut_down(queue, true, visit.now);
	while (queue->draining && !is_idle(queue))
		pthread_cond_wait(&queue->idle, &queue->mutex);
	leave(queue, visit);
}

bool
work_queue_is_shut_down(struct work_queue *queue)
{
	struct visit visit = enter(queue);
	bool down = key_queue_is_shut_down(queue->keys);

	leave(queue, visit);
	return down;
}

struct key_queue_size
work_queue_size(struct work_queue *queue)
{
	struct visit visit = enter(queue);
	struct key_queue_size size = key_queue_size(queue->keys);

	leave(queue, visit);
	return size;
}

void
work_queue_measure(struct work_queue *queue)
{
	struct visit visit = enter(queue);

	key_queue_measure(queue->keys, visit.now);
	leave(queue, visit);
}
