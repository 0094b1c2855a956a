#include "daemon/key_queue.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/jitter.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/rate_limit.h"
#include "daemon/delay_heap.h"

static const double seconds[] = {
	1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000, 0};

static struct metric depth =
	METRIC_GAUGE("workqueue_depth", "Keys that were added and not taken since.", "name");
static struct metric adds =
	METRIC_COUNTER("workqueue_adds_total", "Keys that came to wait.", "name");
static struct metric queue_duration = METRIC_HISTOGRAM("workqueue_queue_duration_seconds",
	"Time that a key waited until it was taken.", seconds, "name");
static struct metric work_duration = METRIC_HISTOGRAM("workqueue_work_duration_seconds",
	"Time from a key's taking until it was done.", seconds, "name");
static struct metric retries =
	METRIC_COUNTER("workqueue_retries_total", "Keys that were added with a delay.", "name");
static struct metric unfinished = METRIC_GAUGE("workqueue_unfinished_work_seconds",
	"Time that the keys being worked have taken so far, added up.", "name");
static struct metric longest = METRIC_GAUGE("workqueue_longest_running_processor_seconds",
	"Time that the key worked longest has taken so far.", "name");

const struct key_queue_limits key_queue_limits = {
	.first_delay = 5 * CLOCK_MILLISECOND,
	.longest_delay = 1000 * CLOCK_SECOND,
	.interval = CLOCK_SECOND / 10,
	.burst = 100,
};

/* One known key. It waits when it is dirty and not worked. */
struct item {
	struct delay delay;       /* first, so that the heap's entry is the item */
	TAILQ_ENTRY(item) beside; /* among those that wait, or those that are worked */
	int64_t added;            /* when it became dirty */
	int64_t taken;            /* while it is worked */
	unsigned failures;
	bool dirty; /* is to be worked: now, or once more */
	bool worked;
	char key[];
};

TAILQ_HEAD(items, item);

struct key_queue {
	struct map *known;
	struct items waiting;
	struct items worked; /* the one taken first stands first */
	struct delay_heap delays;
	struct rate_limit rate;
	struct key_queue_limits limits;
	size_t waiting_count;
	size_t worked_count;
	size_t dirty_count;
	bool shut_down;
	char name[];
};

static double
in_seconds(int64_t duration)
{
	return (double)duration / (double)CLOCK_SECOND;
}

struct key_queue *
key_queue_new(const char *name, const struct key_queue_limits *limits)
{
	size_t size = strlen(name) + 1;
	struct key_queue *queue = memory_alloc(sizeof *queue + size);

	queue->known = map_new();
	TAILQ_INIT(&queue->waiting);
	TAILQ_INIT(&queue->worked);
	rate_limit_init(&queue->rate, limits->interval, limits->burst);
	queue->limits = *limits;
	if (!queue->limits.jitter)
		queue->limits.jitter = jitter_between;
	memcpy(queue->name, name, size);
	metric_set(&depth, 0, name);
	metric_add(&adds, 0, name);
	metric_add(&retries, 0, name);
	key_queue_measure(queue, 0);
	return queue;
}

void
key_queue_free(struct key_queue *queue)
{
	if (!queue)
		return;
	for (struct map_cursor at = {0}; map_next(queue->known, &at);)
		free(at.value);
	map_free(queue->known);
	delay_heap_dispose(&queue->delays);
	metric_set(&depth, 0, queue->name);
	free(queue);
}

static struct item *
item_known(struct key_queue *queue, const char *key)
{
	size_t size = strlen(key) + 1;
	struct item *item = map_get(queue->known, key);

	if (item)
		return item;
	item = memory_alloc(sizeof *item + size);
	memcpy(item->key, key, size);
	map_put(queue->known, item->key, item);
	return item;
}

/* Frees an item about which there is nothing to remember. */
static void
item_release(struct key_queue *queue, struct item *item)
{
	if (item->dirty || item->worked || item->delay.place || item->failures)
		return;
	map_remove(queue->known, item->key);
	free(item);
}

static void
wait_in_line(struct key_queue *queue, struct item *item)
{
	TAILQ_INSERT_TAIL(&queue->waiting, item, beside);
	queue->waiting_count++;
}

static void
set_dirty(struct key_queue *queue, struct item *item, bool dirty)
{
	item->dirty = dirty;
	queue->dirty_count += dirty ? 1 : -1;
	metric_set(&depth, (double)queue->dirty_count, queue->name);
}

static void
add_at(struct key_queue *queue, struct item *item, int64_t now)
{
	if (item->dirty)
		return;
	item->added = now;
	set_dirty(queue, item, true);
	metric_add(&adds, 1, queue->name);
	if (!item->worked)
		wait_in_line(queue, item);
}

/* Adds what is due by now, each as of its own time. Everything that depends on the time begins so.
 */
static void
add_due(struct key_queue *queue, int64_t now)
{
	struct delay *delay;

	while ((delay = delay_heap_first(&queue->delays)) && delay->due <= now) {
		delay_heap_take(&queue->delays);
		add_at(queue, (struct item *)delay, delay->due);
	}
}

static void
add_later(struct key_queue *queue, struct item *item, int64_t delay, int64_t now)
{
	int64_t due = delay < INT64_MAX - now ? now + delay : INT64_MAX;

	metric_add(&retries, 1, queue->name);
	if (delay <= 0)
		add_at(queue, item, now);
	else if (!item->delay.place)
		delay_heap_put(&queue->delays, &item->delay, due);
	else if (due < item->delay.due)
		delay_heap_hasten(&queue->delays, &item->delay, due);
}

void
key_queue_add(struct key_queue *queue, const char *key, int64_t now)
{
	add_due(queue, now);
	if (!queue->shut_down)
		add_at(queue, item_known(queue, key), now);
}

void
key_queue_add_after(struct key_queue *queue, const char *key, int64_t delay, int64_t now)
{
	add_due(queue, now);
	if (!queue->shut_down)
		add_later(queue, item_known(queue, key), delay, now);
}

static int64_t
back_off(const struct key_queue_limits *limits, unsigned failures)
{
	int64_t whole = limits->first_delay;

	for (; failures > 0 && whole > 0 && whole < limits->longest_delay; failures--)
		whole *= 2;
	if (whole > limits->longest_delay)
		whole = limits->longest_delay;
	return limits->jitter(whole / 2, whole);
}

int64_t
key_queue_add_limited(struct key_queue *queue, const char *key, int64_t now)
{
	struct item *item;
	int64_t own, common;

	add_due(queue, now);
	if (queue->shut_down)
		return 0;
	item = item_known(queue, key);
	own = back_off(&queue->limits, item->failures);
	common = rate_limit_reserve(&queue->rate, now);
	if (item->failures < UINT_MAX)
		item->failures++;
	if (own < common)
		own = common;
	add_later(queue, item, own, now);
	return own;
}

unsigned
key_queue_retries(const struct key_queue *queue, const char *key)
{
	const struct item *item = map_get(queue->known, key);

	return item ? item->failures : 0;
}

void
key_queue_forget(struct key_queue *queue, const char *key)
{
	struct item *item = map_get(queue->known, key);

	if (!item)
		return;
	item->failures = 0;
	item_release(queue, item);
}

const char *
key_queue_take(struct key_queue *queue, int64_t now)
{
	struct item *item;

	add_due(queue, now);
	item = TAILQ_FIRST(&queue->waiting);
	if (!item)
		return NULL;
	TAILQ_REMOVE(&queue->waiting, item, beside);
	TAILQ_INSERT_TAIL(&queue->worked, item, beside);
	queue->waiting_count--;
	queue->worked_count++;
	item->worked = true;
	item->taken = now;
	set_dirty(queue, item, false);
	metric_observe(&queue_duration, in_seconds(now - item->added), queue->name);
	return item->key;
}

void
key_queue_done(struct key_queue *queue, const char *key, int64_t now)
{
	struct item *item = map_get(queue->known, key);

	add_due(queue, now);
	if (!item || !item->worked)
		return;
	TAILQ_REMOVE(&queue->worked, item, beside);
	queue->worked_count--;
	item->worked = false;
	metric_observe(&work_duration, in_seconds(now - item->taken), queue->name);
	if (item->dirty)
		wait_in_line(queue, item);
	else
		item_release(queue, item);
}

int64_t
key_queue_due(const struct key_queue *queue)
{
	const struct delay *first = delay_heap_first(&queue->delays);

	return first ? first->due : INT64_MAX;
}

void
key_queue_shut_down(struct key_queue *queue, int64_t now)
{
	struct delay *delay;

	add_due(queue, now);
	queue->shut_down = true;
	while ((delay = delay_heap_take(&queue->delays)))
		item_release(queue, (struct item *)delay);
}

bool
key_queue_is_shut_down(const struct key_queue *queue)
{
	return queue->shut_down;
}

struct key_queue_size
key_queue_size(const struct key_queue *queue)
{
	return (struct key_queue_size){
		.waiting = queue->waiting_count,
		.worked = queue->worked_count,
		.delayed = queue->delays.count,
		.known = map_count(queue->known),
	};
}

void
key_queue_measure(struct key_queue *queue, int64_t now)
{
	const struct item *oldest = TAILQ_FIRST(&queue->worked);
	const struct item *item;
	double sum = 0;

	add_due(queue, now);
	TAILQ_FOREACH(item, &queue->worked, beside)
	sum += in_seconds(now - item->taken);
	metric_set(&unfinished, sum, queue->name);
	metric_set(&longest, oldest ? in_seconds(now - oldest->taken) : 0, queue->name);
}
