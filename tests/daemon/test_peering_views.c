#include "daemon/peering_views.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/metrics.h"

static struct peering_memory *memory;
static struct arena *arena;
static double drift;

static int
begin(void **state)
{
	(void)state;
	memory = peering_views_new();
	arena = arena_new(100000000);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	peering_views_free(memory);
	arena_free(arena);
	return 0;
}

static void
on_sample(void *context, const struct metric_sample *sample)
{
	(void)context;
	if (strcmp(sample->metric->name, "peerwarden_peering_drift") == 0)
		drift = sample->value;
}

static void
assert_drift(size_t expected)
{
	drift = -1;
	metrics_each(on_sample, NULL);
	assert_int_equal((size_t)drift, expected);
}

static void
the_last_view_of_each_object_is_told_in_the_order_of_keys(void **state)
{
	struct peering_views views;

	(void)state;
	peering_views_note(memory, &(struct peering_view){.key = "k/b", .name = "b"});
	peering_views_note(memory, &(struct peering_view){.key = "k/a", .name = "x"});
	peering_views_note(memory, &(struct peering_view){.key = "k/a",
					   .name = "a",
					   .mode = "manage",
					   .state = "active",
					   .problem = "P: q",
					   .first_drift = "d",
					   .drift = 3,
					   .looked = 7});
	assert_true(peering_views_is_news(memory, "k/c", 1)); /* without a view */
	views = peering_views_look(arena, memory);
	assert_int_equal(views.count, 2);
	assert_string_equal(views.items[0].key, "k/a");
	assert_string_equal(views.items[0].name, "a");
	assert_string_equal(views.items[0].mode, "manage");
	assert_string_equal(views.items[0].state, "active");
	assert_string_equal(views.items[0].problem, "P: q");
	assert_string_equal(views.items[0].first_drift, "d");
	assert_int_equal(views.items[0].drift, 3);
	assert_int_equal(views.items[0].looked, 7);
	assert_string_equal(views.items[1].name, "b");
	assert_string_equal(views.items[1].problem, "");
	peering_views_forget(memory, "k/a");
	peering_views_forget(memory, "k/unknown");
	assert_int_equal(peering_views_look(arena, memory).count, 1);
}

static void
drift_counts_for_what_is_observed(void **state)
{
	(void)state;
	assert_drift(0);
	peering_views_note(
		memory, &(struct peering_view){.key = "a", .mode = "observe", .drift = 3});
	peering_views_note(
		memory, &(struct peering_view){.key = "b", .mode = "manage", .drift = 5});
	peering_views_note(
		memory, &(struct peering_view){.key = "c", .mode = "observe", .drift = 4});
	assert_drift(7);
	peering_views_note(
		memory, &(struct peering_view){.key = "a", .mode = "observe", .drift = 1});
	assert_drift(5);
	peering_views_forget(memory, "c");
	assert_drift(1);
}

static void
what_was_said_is_no_news(void **state)
{
	(void)state;
	assert_false(peering_views_is_news(memory, "a", 0));
	assert_true(peering_views_is_news(memory, "a", 5));
	assert_false(peering_views_is_news(memory, "a", 5));
	assert_true(peering_views_is_news(memory, "a", 0));
	assert_false(peering_views_is_news(memory, "a", 0));
	assert_true(peering_views_is_news(memory, "a", 5));
	peering_views_forget(memory, "a");
	assert_true(peering_views_is_news(memory, "a", 5));
}

static void
looks_in_a_row_are_counted(void **state)
{
	(void)state;
	assert_int_equal(peering_views_count_look(memory, "a", true), 0);
	assert_int_equal(peering_views_count_look(memory, "a", true), 1);
	assert_int_equal(peering_views_count_look(memory, "a", false), 2);
	assert_int_equal(peering_views_count_look(memory, "a", true), 0);
}

static void
the_same_problem_of_the_same_object_is_counted_until_something_changes(void **state)
{
	(void)state;
	assert_int_equal(peering_views_count_problem(memory, "a", 7, 5), 0);
	assert_int_equal(peering_views_count_problem(memory, "a", 7, 5), 1);
	assert_int_equal(peering_views_count_problem(memory, "a", 7, 5), 2);
	assert_int_equal(peering_views_count_problem(memory, "a", 7, 6), 0);
	assert_int_equal(peering_views_count_problem(memory, "a", 7, 6), 1);
	assert_int_equal(peering_views_count_problem(memory, "a", 8, 6), 0);
	assert_int_equal(peering_views_count_problem(memory, "a", 8, 6), 1);
	peering_views_note(memory, &(struct peering_view){.key = "a", .problem = "P: x"});
	assert_true(peering_views_wake_one(memory, "a"));
	assert_int_equal(peering_views_count_problem(memory, "a", 8, 6), 0);
	assert_int_equal(peering_views_count_problem(memory, "a", 8, 0), 0);
	assert_int_equal(peering_views_count_problem(memory, "a", 8, 0), 0);
	assert_int_equal(peering_views_count_problem(memory, "a", 8, 6), 0);
}

static void
no_more_than_the_limit_is_remembered(void **state)
{
	char key[20] = "";

	(void)state;
	for (int i = 0; i < PEERING_VIEWS + 10; i++) {
		snprintf(key, sizeof key, "k/%d", i);
		peering_views_note(memory, &(struct peering_view){.key = key});
	}
	assert_int_equal(peering_views_look(arena, memory).count, PEERING_VIEWS);
	assert_true(peering_views_is_news(memory, "more", 1));
	assert_true(peering_views_is_news(memory, "more", 1));
	assert_false(peering_views_is_news(memory, "more", 0));
	assert_int_equal(peering_views_count_look(memory, "more", true), 0);
	peering_views_forget(memory, "k/1");
	assert_true(peering_views_is_news(memory, "more", 1));
	assert_false(peering_views_is_news(memory, "more", 1));
}

static void
assert_led(char *network, const char *expected)
{
	if (expected)
		assert_string_equal(network, expected);
	else
		assert_null(network);
	free(network);
}

static void
which_network_an_object_led_to_is_told_when_it_is_another(void **state)
{
	(void)state;
	assert_led(peering_views_lead(memory, "k/a", NULL), NULL);
	assert_led(peering_views_lead(memory, "k/a", "n-1"), NULL);
	assert_led(peering_views_lead(memory, "k/a", "n-1"), NULL);
	assert_led(peering_views_lead(memory, "k/a", "n-2"), "n-1");
	assert_led(peering_views_lead(memory, "k/a", NULL), "n-2");
	assert_led(peering_views_lead(memory, "k/a", NULL), NULL);
	assert_led(peering_views_lead(memory, "k/a", "n-3"), NULL);
}

static void
one_object_is_woken_unless_all_is_well_with_it(void **state)
{
	(void)state;
	assert_true(peering_views_wake_one(memory, "k/a"));
	peering_views_note(memory, &(struct peering_view){.key = "k/a", .problem = "P: x"});
	peering_views_rest(memory, "k/a", 7, 100);
	peering_views_rest(memory, "k/b", 7, 100);
	assert_true(peering_views_wake_one(memory, "k/a"));
	assert_int_equal(peering_views_rests(memory, "k/a", 7, 10), 0);
	assert_int_equal(peering_views_rests(memory, "k/b", 7, 10), 90);
	peering_views_note(memory, &(struct peering_view){.key = "k/b"});
	assert_false(peering_views_wake_one(memory, "k/b"));
	assert_int_equal(peering_views_rests(memory, "k/b", 7, 10), 90);
}

static void
count(void *context, const char *key)
{
	assert_string_equal(key, "k/a");
	++*(int *)context;
}

static void
who_was_denied_for_what_a_network_said_is_woken_when_that_changes(void **state)
{
	int woken = 0;

	(void)state;
	peering_views_rest(memory, "k/a", 7, 100);
	peering_views_rest(memory, "k/b", 7, 100);
	peering_views_doubt(memory, "k/a", "remotezones/x\nremotenetworks/y\n");
	peering_views_wake_doubters(memory, "remotezones/x2", count, &woken);
	peering_views_wake_doubters(memory, "zones/x", count, &woken);
	assert_int_equal(woken, 0);
	assert_int_equal(peering_views_rests(memory, "k/a", 7, 10), 90);
	peering_views_wake_doubters(memory, "remotenetworks/y", count, &woken);
	assert_int_equal(woken, 1);
	assert_int_equal(peering_views_rests(memory, "k/a", 7, 10), 0);
	assert_int_equal(peering_views_rests(memory, "k/b", 7, 10), 90);
	peering_views_doubt(memory, "k/a", NULL);
	peering_views_wake_doubters(memory, "remotenetworks/y", count, &woken);
	assert_int_equal(woken, 1);
}

static void
what_is_woken_while_a_pass_goes_on_does_not_rest_after_it(void **state)
{
	(void)state;
	assert_int_equal(peering_views_rests(memory, "k/a", 7, 10), 0);
	assert_true(peering_views_wake_one(memory, "k/a"));
	peering_views_rest(memory, "k/a", 7, 100);
	assert_int_equal(peering_views_rests(memory, "k/a", 7, 10), 0);
	peering_views_rest(memory, "k/a", 7, 100);
	assert_int_equal(peering_views_rests(memory, "k/a", 7, 10), 90);
	assert_int_equal(peering_views_rests(memory, "k/a", 8, 10), 0);
	peering_views_wake(memory);
	peering_views_rest(memory, "k/a", 8, 100);
	assert_int_equal(peering_views_rests(memory, "k/a", 8, 10), 0);
}

static void
waits_are_counted_and_without_room_there_is_none(void **state)
{
	char key[16];

	(void)state;
	assert_true(peering_views_may_wait(memory, "k/a", 2));
	assert_true(peering_views_may_wait(memory, "k/a", 2));
	assert_false(peering_views_may_wait(memory, "k/a", 2));
	peering_views_forget(memory, "k/a");
	assert_true(peering_views_may_wait(memory, "k/a", 1));
	for (int i = 1; i < PEERING_VIEWS; i++) {
		snprintf(key, sizeof key, "k/%d", i);
		assert_true(peering_views_may_wait(memory, key, 1));
	}
	assert_false(peering_views_may_wait(memory, "more", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(the_last_view_of_each_object_is_told_in_the_order_of_keys),
		TEST(drift_counts_for_what_is_observed),
		TEST(what_was_said_is_no_news),
		TEST(looks_in_a_row_are_counted),
		TEST(the_same_problem_of_the_same_object_is_counted_until_something_changes),
		TEST(which_network_an_object_led_to_is_told_when_it_is_another),
		TEST(one_object_is_woken_unless_all_is_well_with_it),
		TEST(who_was_denied_for_what_a_network_said_is_woken_when_that_changes),
		TEST(what_is_woken_while_a_pass_goes_on_does_not_rest_after_it),
		TEST(waits_are_counted_and_without_room_there_is_none),
		TEST(no_more_than_the_limit_is_remembered),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
