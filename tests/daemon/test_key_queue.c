#include "daemon/key_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/metrics.h"

static int64_t
no_jitter(int64_t lowest, int64_t highest)
{
	(void)lowest;
	return highest;
}

static int64_t
most_jitter(int64_t lowest, int64_t highest)
{
	(void)highest;
	return lowest;
}

static struct key_queue *queue;

static int
make_queue(void **state)
{
	struct key_queue_limits limits = key_queue_limits;

	(void)state;
	limits.jitter = no_jitter;
	queue = key_queue_new("test", &limits);
	return 0;
}

static int
free_queue(void **state)
{
	(void)state;
	key_queue_free(queue);
	return 0;
}

static void
assert_takes(const char *key, int64_t now)
{
	const char *taken = key_queue_take(queue, now);

	assert_non_null(taken);
	assert_string_equal(taken, key);
}

/* Checks, too, that no key is remembered in vain. */
static void
assert_size(size_t waiting, size_t worked, size_t delayed, size_t known)
{
	struct key_queue_size size = key_queue_size(queue);

	assert_int_equal(size.waiting, waiting);
	assert_int_equal(size.worked, worked);
	assert_int_equal(size.delayed, delayed);
	assert_int_equal(size.known, known);
}

static void
keys_are_taken_in_the_order_of_their_adding(void **state)
{
	(void)state;
	key_queue_add(queue, "b", 1);
	key_queue_add(queue, "a", 2);
	key_queue_add(queue, "c", 3);
	assert_takes("b", 4);
	assert_takes("a", 4);
	assert_takes("c", 4);
	assert_null(key_queue_take(queue, 4));
}

static void
a_key_waits_once_however_often_it_is_added(void **state)
{
	char key[] = "a";

	(void)state;
	key_queue_add(queue, key, 1);
	key[0] = 'x';
	key_queue_add(queue, "b", 2);
	key_queue_add(queue, "a", 3);
	assert_size(2, 0, 0, 2);
	assert_takes("a", 4);
	assert_takes("b", 4);
	assert_null(key_queue_take(queue, 4));
}

static void
a_key_added_while_it_is_worked_waits_once_more_when_it_is_done(void **state)
{
	(void)state;
	key_queue_add(queue, "a", 1);
	assert_takes("a", 2);
	key_queue_add(queue, "a", 3);
	key_queue_add(queue, "a", 4);
	key_queue_add(queue, "b", 5);
	assert_takes("b", 6);
	assert_null(key_queue_take(queue, 6));
	key_queue_done(queue, "a", 7);
	assert_takes("a", 8);
	key_queue_done(queue, "a", 9);
	key_queue_done(queue, "b", 9);
	assert_null(key_queue_take(queue, 10));
	assert_size(0, 0, 0, 0);
}

static void
a_key_that_is_done_twice_or_was_never_taken_changes_nothing(void **state)
{
	(void)state;
	key_queue_done(queue, "a", 1);
	key_queue_add(queue, "a", 1);
	key_queue_done(queue, "a", 2);
	assert_takes("a", 3);
	key_queue_done(queue, "a", 4);
	key_queue_done(queue, "a", 5);
	assert_size(0, 0, 0, 0);
}

static void
a_lent_key_can_be_given_back(void **state)
{
	const char *key;

	(void)state;
	key_queue_add(queue, "a", 1);
	key = key_queue_take(queue, 2);
	key_queue_add_limited(queue, key, 3);
	key_queue_forget(queue, key);
	key_queue_done(queue, key, 4);
	assert_size(0, 0, 1, 1);
}

static void
a_delayed_key_waits_from_its_time_on(void **state)
{
	(void)state;
	key_queue_add_after(queue, "a", 10, 100);
	assert_int_equal(key_queue_due(queue), 110);
	assert_null(key_queue_take(queue, 109));
	assert_takes("a", 110);
	assert_int_equal(key_queue_due(queue), INT64_MAX);
	key_queue_done(queue, "a", 111);
	assert_size(0, 0, 0, 0);
}

static void
delayed_keys_line_up_by_their_times_however_late_somebody_looks(void **state)
{
	(void)state;
	key_queue_add_after(queue, "late", 30, 100);
	key_queue_add_after(queue, "early", 10, 100);
	key_queue_add(queue, "at once", 100);
	key_queue_add(queue, "between", 120);
	assert_takes("at once", 200);
	assert_takes("early", 200);
	assert_takes("between", 200);
	assert_takes("late", 200);
}

static void
an_earlier_delay_wins_over_a_later_one(void **state)
{
	(void)state;
	key_queue_add_after(queue, "a", 50, 100);
	key_queue_add_after(queue, "a", 20, 100);
	key_queue_add_after(queue, "a", 90, 100);
	assert_int_equal(key_queue_due(queue), 120);
	assert_size(0, 0, 1, 1);
	assert_takes("a", 120);
	key_queue_done(queue, "a", 120);
	assert_null(key_queue_take(queue, 1000));
}

static void
no_delay_is_an_adding_and_the_longest_delay_does_not_overflow(void **state)
{
	(void)state;
	key_queue_add_after(queue, "a", 0, 100);
	key_queue_add_after(queue, "b", -5, 100);
	key_queue_add_after(queue, "c", INT64_MAX, 100);
	assert_size(2, 0, 1, 3);
	assert_int_equal(key_queue_due(queue), INT64_MAX);
}

static void
adding_at_once_leaves_a_delay_standing(void **state)
{
	(void)state;
	key_queue_add_after(queue, "a", 50, 100);
	key_queue_add(queue, "a", 100);
	assert_takes("a", 101);
	key_queue_done(queue, "a", 102);
	assert_null(key_queue_take(queue, 149));
	assert_takes("a", 150);
}

static void
a_delay_that_ends_while_the_key_is_worked_is_worth_one_more_time(void **state)
{
	(void)state;
	key_queue_add(queue, "a", 100);
	assert_takes("a", 100);
	key_queue_add_after(queue, "a", 10, 100);
	assert_null(key_queue_take(queue, 120));
	assert_size(0, 1, 0, 1);
	key_queue_done(queue, "a", 130);
	assert_takes("a", 130);
}

static void
the_back_off_doubles_with_each_failure_up_to_its_cap_until_it_is_forgotten(void **state)
{
	int64_t expected = 5 * CLOCK_MILLISECOND;

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		assert_int_equal(key_queue_retries(queue, "a"), i);
		assert_int_equal(key_queue_add_limited(queue, "a", 0), expected);
		expected = expected * 2 < 1000 * CLOCK_SECOND ? expected * 2 : 1000 * CLOCK_SECOND;
	}
	assert_int_equal(expected, 1000 * CLOCK_SECOND);
	assert_int_equal(key_queue_retries(queue, "b"), 0);
	key_queue_forget(queue, "b");
	key_queue_forget(queue, "a");
	assert_int_equal(key_queue_retries(queue, "a"), 0);
	assert_size(0, 0, 1, 1);
	assert_int_equal(key_queue_add_limited(queue, "a", 0), 5 * CLOCK_MILLISECOND);
}

static void
failures_are_remembered_until_they_are_forgotten(void **state)
{
	(void)state;
	key_queue_add_limited(queue, "a", 0);
	assert_takes("a", CLOCK_SECOND);
	key_queue_done(queue, "a", CLOCK_SECOND);
	assert_size(0, 0, 0, 1);
	assert_int_equal(key_queue_retries(queue, "a"), 1);
	key_queue_forget(queue, "a");
	assert_size(0, 0, 0, 0);
}

static void
jitter_takes_at_most_half_of_the_back_off(void **state)
{
	struct key_queue_limits limits = key_queue_limits;
	struct key_queue *least, *random;
	int64_t whole = 5 * CLOCK_MILLISECOND;
	int different = 0;

	(void)state;
	random = key_queue_new("random", &limits);
	limits.jitter = most_jitter;
	least = key_queue_new("least", &limits);
	for (int i = 0; i < 12; i++, whole *= 2) {
		int64_t delay = key_queue_add_limited(random, "a", 0);

		assert_int_equal(key_queue_add_limited(least, "a", 0), whole / 2);
		assert_in_range(delay, whole / 2, whole);
		different += delay != whole && delay != whole / 2;
	}
	assert_int_not_equal(different, 0);
	key_queue_free(least);
	key_queue_free(random);
}

static void
all_limited_keys_share_one_bucket_and_others_do_not_touch_it(void **state)
{
	char key[16];

	(void)state;
	for (int i = 0; i < 1000; i++)
		key_queue_add_after(queue, "other", 1, 0);
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof key, "%d", i);
		assert_int_equal(key_queue_add_limited(queue, key, 0), 5 * CLOCK_MILLISECOND);
	}
	assert_int_equal(key_queue_add_limited(queue, "100", 0), 100 * CLOCK_MILLISECOND);
	assert_int_equal(key_queue_add_limited(queue, "101", 0), 200 * CLOCK_MILLISECOND);
	assert_int_equal(key_queue_add_limited(queue, "101", CLOCK_SECOND), 10 * CLOCK_MILLISECOND);
}

static void
a_queue_that_is_shut_down_hands_out_what_waits_and_takes_no_more(void **state)
{
	(void)state;
	key_queue_add(queue, "worked", 1);
	assert_takes("worked", 1);
	key_queue_add(queue, "worked", 1);
	key_queue_add(queue, "waiting", 1);
	key_queue_add_after(queue, "due", 1, 1);
	key_queue_add_after(queue, "delayed", 10, 1);
	assert_false(key_queue_is_shut_down(queue));
	key_queue_shut_down(queue, 2);
	assert_true(key_queue_is_shut_down(queue));
	key_queue_add(queue, "new", 3);
	key_queue_add_after(queue, "new", 1, 3);
	assert_int_equal(key_queue_add_limited(queue, "new", 3), 0);
	assert_size(2, 1, 0, 3);
	assert_takes("waiting", 50);
	assert_takes("due", 50);
	assert_null(key_queue_take(queue, 50));
	key_queue_done(queue, "worked", 51);
	assert_takes("worked", 52);
	key_queue_shut_down(queue, 53);
}

/* --- metrics --- */

static double
metric_of(const char *line)
{
	struct buffer page;
	const char *found;
	double value;

	buffer_init(&page, 1 << 20);
	metrics_write(&page);
	found = strstr(buffer_text(&page), line);
	assert_non_null(found);
	value = strtod(found + strlen(line), NULL);
	buffer_dispose(&page);
	return value;
}

static void
the_metrics_tell_what_client_go_tells(void **state)
{
	int64_t now = 1000 * CLOCK_SECOND;
	double adds = metric_of("workqueue_adds_total{name=\"test\"} ");
	double retries = metric_of("workqueue_retries_total{name=\"test\"} ");
	double queued = metric_of("workqueue_queue_duration_seconds_sum{name=\"test\"} ");
	double worked = metric_of("workqueue_work_duration_seconds_sum{name=\"test\"} ");

	(void)state;
	key_queue_add(queue, "a", now);
	key_queue_add(queue, "a", now);
	key_queue_add(queue, "b", now);
	key_queue_add_after(queue, "c", CLOCK_SECOND, now);
	assert_float_equal(metric_of("workqueue_depth{name=\"test\"} "), 2, 0);
	assert_takes("a", now + 4 * CLOCK_SECOND);
	key_queue_add(queue, "a", now + 5 * CLOCK_SECOND);
	assert_takes("b", now + 6 * CLOCK_SECOND);
	assert_float_equal(metric_of("workqueue_depth{name=\"test\"} "), 2, 0);
	assert_float_equal(metric_of("workqueue_adds_total{name=\"test\"} ") - adds, 4, 0);
	assert_float_equal(metric_of("workqueue_retries_total{name=\"test\"} ") - retries, 1, 0);

	key_queue_measure(queue, now + 7 * CLOCK_SECOND);
	assert_float_equal(metric_of("workqueue_unfinished_work_seconds{name=\"test\"} "), 4, 0);
	assert_float_equal(
		metric_of("workqueue_longest_running_processor_seconds{name=\"test\"} "), 3, 0);

	/* The wait of a delayed key begins when it is due. */
	assert_takes("c", now + 8 * CLOCK_SECOND);
	assert_float_equal(
		metric_of("workqueue_queue_duration_seconds_sum{name=\"test\"} ") - queued, 17,
		1e-9);
	key_queue_done(queue, "a", now + 9 * CLOCK_SECOND);
	key_queue_done(queue, "b", now + 9 * CLOCK_SECOND);
	assert_float_equal(
		metric_of("workqueue_work_duration_seconds_sum{name=\"test\"} ") - worked, 8, 1e-9);
	/* And that of a key added while it was worked, when it was added. */
	assert_takes("a", now + 10 * CLOCK_SECOND);
	assert_float_equal(
		metric_of("workqueue_queue_duration_seconds_sum{name=\"test\"} ") - queued, 22,
		1e-9);
}

static void
a_queue_shows_zeroes_before_anything_happens_and_after_its_end(void **state)
{
	struct key_queue *other = key_queue_new("other", &key_queue_limits);

	(void)state;
	assert_float_equal(metric_of("workqueue_depth{name=\"other\"} "), 0, 0);
	assert_float_equal(metric_of("workqueue_adds_total{name=\"other\"} "), 0, 0);
	assert_float_equal(metric_of("workqueue_retries_total{name=\"other\"} "), 0, 0);
	assert_float_equal(metric_of("workqueue_unfinished_work_seconds{name=\"other\"} "), 0, 0);
	key_queue_add(other, "a", 1);
	assert_float_equal(metric_of("workqueue_depth{name=\"other\"} "), 1, 0);
	key_queue_free(other);
	assert_float_equal(metric_of("workqueue_depth{name=\"other\"} "), 0, 0);
	key_queue_free(NULL);
}

/* --- many --- */

enum { MANY = 100000 };

static void
a_hundred_thousand_keys_come_out_as_they_went_in(void **state)
{
	char key[64];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++) {
			snprintf(key, sizeof key, "AwsVpcPeering/kcp-system/%d", i);
			key_queue_add_after(queue, key, round * (MANY - i), 0);
		}
		assert_size(round ? 0 : MANY, 0, round ? MANY : 0, MANY);
		for (int i = 0; i < MANY; i++) {
			snprintf(key, sizeof key, "AwsVpcPeering/kcp-system/%d",
				round ? MANY - 1 - i : i);
			assert_takes(key, MANY);
		}
		assert_size(0, MANY, 0, MANY);
		for (int i = MANY - 1; i >= 0; i--) {
			snprintf(key, sizeof key, "AwsVpcPeering/kcp-system/%d", i);
			key_queue_done(queue, key, MANY);
		}
		assert_size(0, 0, 0, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_queue, free_queue)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_are_taken_in_the_order_of_their_adding),
		TEST(a_key_waits_once_however_often_it_is_added),
		TEST(a_key_added_while_it_is_worked_waits_once_more_when_it_is_done),
		TEST(a_key_that_is_done_twice_or_was_never_taken_changes_nothing),
		TEST(a_lent_key_can_be_given_back),
		TEST(a_delayed_key_waits_from_its_time_on),
		TEST(delayed_keys_line_up_by_their_times_however_late_somebody_looks),
		TEST(an_earlier_delay_wins_over_a_later_one),
		TEST(no_delay_is_an_adding_and_the_longest_delay_does_not_overflow),
		TEST(adding_at_once_leaves_a_delay_standing),
		TEST(a_delay_that_ends_while_the_key_is_worked_is_worth_one_more_time),
		TEST(the_back_off_doubles_with_each_failure_up_to_its_cap_until_it_is_forgotten),
		TEST(failures_are_remembered_until_they_are_forgotten),
		TEST(jitter_takes_at_most_half_of_the_back_off),
		TEST(all_limited_keys_share_one_bucket_and_others_do_not_touch_it),
		TEST(a_queue_that_is_shut_down_hands_out_what_waits_and_takes_no_more),
		TEST(the_metrics_tell_what_client_go_tells),
		TEST(a_queue_shows_zeroes_before_anything_happens_and_after_its_end),
		TEST(a_hundred_thousand_keys_come_out_as_they_went_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
