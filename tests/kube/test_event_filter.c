#include "kube/event_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define MINUTE (60 * CLOCK_SECOND)

static enum event_verdict
ask(struct event_filter *filter, const char *object, const char *event, int64_t now, int64_t count)
{
	struct event_series series;
	enum event_verdict verdict = event_filter_ask(filter, object, event, now, &series);

	assert_int_equal(series.count, count);
	if (verdict == EVENT_CREATE)
		snprintf(series.name, EVENT_NAME_SIZE, "%s.%s", object, event);
	return verdict;
}

static void
the_same_within_six_minutes_is_one_series(void **state)
{
	struct event_filter *filter = event_filter_new();

	(void)state;
	assert_int_equal(ask(filter, "a", "x", MINUTE, 1), EVENT_CREATE);
	assert_int_equal(ask(filter, "a", "x", 7 * MINUTE, 2), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "a", "y", 7 * MINUTE, 1), EVENT_CREATE);
	assert_int_equal(ask(filter, "a", "x", 13 * MINUTE, 3), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "a", "x", 19 * MINUTE + 1, 1), EVENT_CREATE);
	event_filter_free(filter);
	event_filter_free(NULL);
}

static void
an_object_has_a_burst_and_then_one_in_five_minutes(void **state)
{
	struct event_filter *filter = event_filter_new();

	(void)state;
	assert_int_equal(ask(filter, "a", "x", MINUTE, 1), EVENT_CREATE);
	for (int i = 2; i <= 25; i++)
		assert_int_equal(ask(filter, "a", "x", MINUTE, i), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "a", "x", MINUTE, 26), EVENT_DROP);
	assert_int_equal(ask(filter, "b", "z", MINUTE, 1), EVENT_CREATE);
	assert_int_equal(ask(filter, "a", "x", 6 * MINUTE - 1, 27), EVENT_DROP);
	assert_int_equal(ask(filter, "a", "x", 6 * MINUTE, 28), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "a", "x", 6 * MINUTE, 29), EVENT_DROP);
	/* Full again, but no more than full. */
	assert_int_equal(ask(filter, "a", "x", 1000 * MINUTE, 1), EVENT_CREATE);
	for (int i = 2; i <= 25; i++)
		assert_int_equal(ask(filter, "a", "x", 1000 * MINUTE, i), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "a", "x", 1000 * MINUTE, 26), EVENT_DROP);
	event_filter_free(filter);
}

static void
what_was_held_back_before_its_first_event_is_counted_in_it(void **state)
{
	struct event_filter *filter = event_filter_new();

	(void)state;
	for (int i = 0; i < EVENT_BURST; i++)
		ask(filter, "a", "x", MINUTE, i + 1);
	assert_int_equal(ask(filter, "a", "y", 2 * MINUTE, 1), EVENT_DROP);
	assert_int_equal(ask(filter, "a", "y", 6 * MINUTE, 2), EVENT_CREATE);
	event_filter_free(filter);
}

static void
what_was_not_used_for_longest_is_forgotten(void **state)
{
	struct event_filter *filter = event_filter_new();
	char name[16];

	(void)state;
	for (int i = 0; i < EVENT_SERIES; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_int_equal(ask(filter, name, name, MINUTE + i, 1), EVENT_CREATE);
	}
	assert_int_equal(ask(filter, "0", "0", 2 * MINUTE, 2), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "new", "new", 2 * MINUTE, 1), EVENT_CREATE);
	assert_int_equal(ask(filter, "0", "0", 2 * MINUTE, 3), EVENT_CONTINUE);
	assert_int_equal(ask(filter, "1", "1", 2 * MINUTE, 1), EVENT_CREATE);
	event_filter_free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_within_six_minutes_is_one_series),
		cmocka_unit_test(an_object_has_a_burst_and_then_one_in_five_minutes),
		cmocka_unit_test(what_was_held_back_before_its_first_event_is_counted_in_it),
		cmocka_unit_test(what_was_not_used_for_longest_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
