/* What a key costs in the daemon's work queue, beside what it costs to put it into a map and to
 * take it out again: time, and memory of the process. Prints a line. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/memory.h"
#include "daemon/work_queue.h"

enum { KEY_SIZE = 64, ROUNDS = 5 };

static char (*keys)[KEY_SIZE];
static long count;

struct cost {
	int64_t in; /* nanoseconds for all keys */
	int64_t out;
	size_t memory;
};

static void
make_keys(void)
{
	keys = memory_alloc((size_t)count * sizeof *keys);
	for (long i = 0; i < count; i++)
		snprintf(keys[i], KEY_SIZE, "awsvpcpeerings/peering-to-somebody-%08ld", i);
}

static struct cost
measure_map(void)
{
	size_t before = mallinfo2().uordblks;
	struct map *map = map_new();
	int64_t began = clock_thread_cpu();
	struct cost cost;

	for (long i = 0; i < count; i++)
		map_put(map, keys[i], keys[i]);
	cost.in = clock_thread_cpu() - began;
	cost.memory = mallinfo2().uordblks - before;
	began = clock_thread_cpu();
	for (long i = 0; i < count; i++)
		map_remove(map, keys[i]);
	cost.out = clock_thread_cpu() - began;
	map_free(map);
	return cost;
}

static struct cost
measure_queue(void)
{
	struct key_queue_limits limits = key_queue_limits;
	size_t before = mallinfo2().uordblks;
	struct work_queue *queue = work_queue_new("measured", &limits);
	int64_t began = clock_thread_cpu();
	struct cost cost;

	for (long i = 0; i < count; i++)
		work_queue_add(queue, keys[i]);
	cost.in = clock_thread_cpu() - began;
	cost.memory = mallinfo2().uordblks - before;
	began = clock_thread_cpu();
	for (long i = 0; i < count; i++)
		work_queue_done(queue, work_queue_get(queue));
	cost.out = clock_thread_cpu() - began;
	work_queue_shut_down(queue);
	work_queue_free(queue);
	return cost;
}

static struct cost best_of(struct cost (*measure)(void))
{
	struct cost best = measure();

	for (int i = 1; i < ROUNDS; i++) {
		struct cost next = measure();

		best.in = next.in < best.in ? next.in : best.in;
		best.out = next.out < best.out ? next.out : best.out;
	}
	return best;
}

int
main(int argc, char **argv)
{
	struct cost map, queue;
	double total;

	count = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	if (count < 1 || count > 10000000)
		return 2;
	total = (double)count;
	make_keys();
	map = best_of(measure_map);
	queue = best_of(measure_queue);
	printf("queue, %ld keys: add %.0f ns, get and done %.0f ns, %.0f bytes a key; a map: put "
	       "%.0f ns, remove %.0f ns, %.0f bytes; "
	       "add / put %.2f\n\n",
		count, (double)queue.in / total, (double)queue.out / total,
		(double)queue.memory / total, (double)map.in / total, (double)map.out / total,
		(double)map.memory / total, (double)queue.in / (double)map.in);
	free(keys);
	return 0;
}
