#include "daemon/work_queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/thread.h"

#define LONG_TIME (1000 * CLOCK_SECOND)

static struct work_queue *queue;

/* How many waits began: each is counted under the queue's lock, so that whoever comes after finds
 * the thread waiting. */
static atomic_int worker_waits, drainer_waits;

bool __real_thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline);
bool __wrap_thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline);
int __real_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);

bool
__wrap_thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline)
{
	atomic_fetch_add(&worker_waits, 1);
	return __real_thread_wait_until(condition, mutex, deadline);
}

int
__wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	atomic_fetch_add(&drainer_waits, 1);
	return __real_pthread_cond_wait(condition, mutex);
}

static int
make_queue(void **state)
{
	(void)state;
	atomic_store(&worker_waits, 0);
	atomic_store(&drainer_waits, 0);
	queue = work_queue_new("test", &key_queue_limits);
	return 0;
}

static int
free_queue(void **state)
{
	(void)state;
	work_queue_free(queue);
	return 0;
}

static void
assert_gets(const char *key)
{
	const char *got = work_queue_get(queue);

	assert_non_null(got);
	assert_string_equal(got, key);
}

/* Gets one key and gives it back as the thread's result, not done. */
static void *
get_one(void *context)
{
	(void)context;
	return (void *)(uintptr_t)work_queue_get(queue);
}

static void *
drain(void *over)
{
	work_queue_drain(queue);
	atomic_store((atomic_bool *)over, true);
	return NULL;
}

static void
start_waiting_workers(pthread_t *workers, int count)
{
	for (int i = 0; i < count; i++)
		thread_start(&workers[i], get_one, NULL);
	while (atomic_load(&worker_waits) < count)
		sched_yield();
}

static void
start_waiting_drainer(pthread_t *drainer, atomic_bool *over)
{
	thread_start(drainer, drain, over);
	while (atomic_load(&drainer_waits) == 0 && !atomic_load(over))
		sched_yield();
	assert_false(atomic_load(over));
}

static void
a_worker_waits_for_a_key(void **state)
{
	pthread_t worker;
	void *key;

	(void)state;
	start_waiting_workers(&worker, 1);
	work_queue_add(queue, "a");
	pthread_join(worker, &key);
	assert_string_equal(key, "a");
	work_queue_done(queue, key);
	assert_int_equal(work_queue_size(queue).known, 0);
}

static void
a_worker_waits_for_a_delayed_key_and_no_longer(void **state)
{
	int64_t began = clock_monotonic();

	(void)state;
	work_queue_add_after(queue, "late", LONG_TIME);
	work_queue_add_after(queue, "soon", CLOCK_MILLISECOND);
	assert_gets("soon");
	assert_true(clock_monotonic() - began >= CLOCK_MILLISECOND);
	assert_int_equal(work_queue_size(queue).delayed, 1);
}

static void
keys_that_are_due_at_once_reach_all_workers_that_wait(void **state)
{
	pthread_t workers[4];
	void *key;

	(void)state;
	work_queue_add_after(queue, "0", LONG_TIME);
	start_waiting_workers(workers, 4);
	work_queue_add_after(queue, "0", CLOCK_MILLISECOND);
	work_queue_add_after(queue, "1", CLOCK_MILLISECOND / 2);
	work_queue_add(queue, "2");
	work_queue_add_limited(queue, "3");
	for (int i = 0; i < 4; i++) {
		pthread_join(workers[i], &key);
		assert_non_null(key);
		work_queue_done(queue, key);
	}
	assert_int_equal(work_queue_retries(queue, "3"), 1);
	work_queue_forget(queue, "3");
	assert_int_equal(work_queue_size(queue).known, 0);
}

static void
an_earlier_delay_reaches_a_worker_that_waits_already(void **state)
{
	pthread_t worker;
	void *key;

	(void)state;
	work_queue_add_after(queue, "late", LONG_TIME);
	start_waiting_workers(&worker, 1);
	work_queue_add_after(queue, "soon", CLOCK_MILLISECOND);
	pthread_join(worker, &key);
	assert_string_equal(key, "soon");
}

static void
shutting_down_ends_every_worker_once_nothing_waits(void **state)
{
	pthread_t workers[4];
	void *key;
	int keys = 0;

	(void)state;
	work_queue_add_after(queue, "delayed", LONG_TIME);
	start_waiting_workers(workers, 4);
	work_queue_add(queue, "a");
	work_queue_shut_down(queue);
	work_queue_add(queue, "b");
	for (int i = 0; i < 4; i++) {
		pthread_join(workers[i], &key);
		keys += key != NULL;
	}
	assert_int_equal(keys, 1);
	assert_null(work_queue_get(queue));
	work_queue_done(queue, "a");
	assert_int_equal(work_queue_size(queue).known, 0);
}

static void
draining_waits_for_what_is_worked(void **state)
{
	atomic_bool over = false;
	pthread_t drainer;

	(void)state;
	work_queue_add(queue, "a");
	assert_gets("a");
	work_queue_add(queue, "a");
	start_waiting_drainer(&drainer, &over);
	work_queue_done(queue, "a");
	assert_gets("a");
	assert_false(atomic_load(&over));
	work_queue_done(queue, "a");
	pthread_join(drainer, NULL);
	assert_null(work_queue_get(queue));
}

static void
draining_waits_for_what_nobody_works_yet(void **state)
{
	atomic_bool over = false;
	pthread_t drainer;

	(void)state;
	work_queue_add(queue, "a");
	start_waiting_drainer(&drainer, &over);
	assert_gets("a");
	work_queue_done(queue, "a");
	pthread_join(drainer, NULL);
	assert_int_equal(work_queue_size(queue).known, 0);
}

static void
draining_an_idle_queue_returns_at_once(void **state)
{
	(void)state;
	work_queue_add_after(queue, "a", LONG_TIME);
	work_queue_drain(queue);
	work_queue_drain(queue);
	assert_true(work_queue_is_shut_down(queue));
	work_queue_free(NULL);
}

static void
shutting_down_ends_a_draining_that_would_take_too_long(void **state)
{
	atomic_bool over = false;
	pthread_t drainer;

	(void)state;
	work_queue_add(queue, "a");
	assert_gets("a");
	start_waiting_drainer(&drainer, &over);
	work_queue_shut_down(queue);
	pthread_join(drainer, NULL);
	assert_int_equal(work_queue_size(queue).worked, 1);
}

static void
measuring_brings_the_growing_metrics_up_to_date(void **state)
{
	struct buffer page;

	(void)state;
	work_queue_add(queue, "a");
	assert_gets("a");
	work_queue_measure(queue);
	buffer_init(&page, 1 << 20);
	metrics_write(&page);
	assert_null(strstr(buffer_text(&page), "unfinished_work_seconds{name=\"test\"} 0\n"));
	buffer_dispose(&page);
}

/* --- many threads --- */

/* Adders write down that they want a key worked and add it; workers read what is wanted once they
 * have the key. In the end what was read of each key is its last wish. */
enum { KEYS = 40, ADDERS = 4, WORKERS = 6, WISHES = 20000 };

struct wished_key {
	char name[16];
	atomic_int wanted;
	atomic_int seen;
	atomic_int workers;
};

static struct wished_key keys[KEYS];
static atomic_int clashes, works;

static unsigned
next_random(unsigned *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 16;
}

static void *
add_many(void *seed)
{
	unsigned random = *(unsigned *)seed;

	for (int i = 0; i < WISHES; i++) {
		struct wished_key *key = &keys[next_random(&random) % KEYS];

		atomic_fetch_add(&key->wanted, 1);
		if (next_random(&random) % 4 == 0)
			work_queue_add_after(queue, key->name,
				next_random(&random) % 20 * CLOCK_MILLISECOND / 10);
		else
			work_queue_add(queue, key->name);
	}
	return NULL;
}

static void
work_one(struct wished_key *key, unsigned *random)
{
	if (atomic_fetch_add(&key->workers, 1) != 0)
		atomic_fetch_add(&clashes, 1);
	atomic_fetch_add(&works, 1);
	atomic_store(&key->seen, atomic_load(&key->wanted));
	if (next_random(random) % 16 == 0)
		sched_yield();
	if (next_random(random) % 64 == 0) {
		atomic_fetch_add(&key->wanted, 1);
		work_queue_add_limited(queue, key->name);
	} else {
		work_queue_forget(queue, key->name);
	}
	atomic_fetch_sub(&key->workers, 1);
}

static void *
work_many(void *seed)
{
	unsigned random = *(unsigned *)seed;
	const char *name;

	while ((name = work_queue_get(queue))) {
		int number = 0;

		for (const char *digit = name + 4; *digit; digit++)
			number = number * 10 + (*digit - '0');
		work_one(&keys[number], &random);
		if (next_random(&random) % 32 == 0)
			work_queue_measure(queue);
		work_queue_done(queue, name);
	}
	return NULL;
}

static bool
all_is_done(void)
{
	struct key_queue_size size = work_queue_size(queue);

	return size.waiting + size.worked + size.delayed == 0;
}

static void
many_threads_lose_nothing_and_never_work_one_key_at_once(void **state)
{
	struct key_queue_limits fast = {.first_delay = CLOCK_MILLISECOND / 10,
		.longest_delay = CLOCK_MILLISECOND,
		.interval = 1000,
		.burst = 10};
	pthread_t threads[ADDERS + WORKERS];
	unsigned seeds[ADDERS + WORKERS];

	(void)state;
	queue = work_queue_new("many", &fast);
	for (int i = 0; i < KEYS; i++)
		snprintf(keys[i].name, sizeof keys[i].name, "key-%d", i);
	for (int i = 0; i < ADDERS + WORKERS; i++) {
		seeds[i] = (unsigned)i;
		thread_start(&threads[i], i < ADDERS ? add_many : work_many, &seeds[i]);
	}
	for (int i = 0; i < ADDERS; i++)
		pthread_join(threads[i], NULL);
	while (!all_is_done())
		sched_yield();
	work_queue_drain(queue);
	for (int i = ADDERS; i < ADDERS + WORKERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(atomic_load(&keys[i].seen), atomic_load(&keys[i].wanted));
	assert_int_equal(atomic_load(&clashes), 0);
	assert_in_range(atomic_load(&works), KEYS, ADDERS * WISHES * 2);
	for (int i = 0; i < KEYS; i++)
		work_queue_forget(queue, keys[i].name);
	assert_int_equal(work_queue_size(queue).known, 0);
	work_queue_free(queue);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_queue, free_queue)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_worker_waits_for_a_key),
		TEST(a_worker_waits_for_a_delayed_key_and_no_longer),
		TEST(keys_that_are_due_at_once_reach_all_workers_that_wait),
		TEST(an_earlier_delay_reaches_a_worker_that_waits_already),
		TEST(shutting_down_ends_every_worker_once_nothing_waits),
		TEST(draining_waits_for_what_is_worked),
		TEST(draining_waits_for_what_nobody_works_yet),
		TEST(draining_an_idle_queue_returns_at_once),
		TEST(shutting_down_ends_a_draining_that_would_take_too_long),
		TEST(measuring_brings_the_growing_metrics_up_to_date),
		cmocka_unit_test(many_threads_lose_nothing_and_never_work_one_key_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
