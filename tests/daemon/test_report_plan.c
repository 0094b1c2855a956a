/* The plan of reports: when a step is due, and which reports there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "daemon/report_plan.h"

enum { MINUTE = 60, ROOM = 64 };

static void
want(struct report_plan *plan, const char *uid, uint64_t content)
{
	report_plan_want(plan,
		&(struct report_wish){
			.uid = uid, .namespace = "team", .content = content, .worst = ACTION_WARN});
}

static void
want_ranked(struct report_plan *plan, const char *uid, enum action worst, int64_t created)
{
	report_plan_want(plan, &(struct report_wish){uid, "", .worst = worst, .created = created});
}

/* Takes what is due and does it; returns the steps as text: "create a, delete b". */
static const char *
work(struct report_plan *plan, int64_t now)
{
	static const char *const verbs[] = {
		[REPORT_DELETE] = "delete", [REPORT_UPDATE] = "update", [REPORT_CREATE] = "create"};
	static char text[256];
	struct report_step steps[ROOM];
	size_t count = report_plan_steps(plan, now, steps, ROOM), length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "%s%s %s",
			i ? ", " : "", verbs[steps[i].verb], steps[i].uid);
	for (size_t i = 0; i < count; i++)
		report_plan_done(plan, steps[i].uid, true, steps[i].content);
	return text;
}

static void
a_wanted_report_is_created_once(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);
	struct report_step step;

	(void)state;
	assert_int_equal(report_plan_due(plan, 5), INT64_MAX);
	want(plan, "a", 7);
	assert_int_equal(report_plan_due(plan, 5), 5);
	assert_int_equal(report_plan_steps(plan, 5, &step, 1), 1);
	assert_int_equal(step.verb, REPORT_CREATE);
	assert_string_equal(step.namespace, "team");
	assert_int_equal(step.content, 7);
	assert_int_equal(report_plan_steps(plan, 500, &step, 1), 0);
	assert_int_equal(report_plan_figures(plan).behind, 1);
	report_plan_done(plan, "a", true, 7);
	assert_int_equal(report_plan_due(plan, 500), INT64_MAX);
	assert_int_equal(report_plan_figures(plan).behind, 0);
	assert_int_equal(report_plan_figures(plan).stored, 1);
}

static void
under_churn_there_is_one_write_in_an_interval_and_the_last_state_is_written(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);
	struct report_step step;

	(void)state;
	want(plan, "a", 0);
	assert_string_equal(work(plan, 0), "create a");
	for (uint64_t second = 1; second < MINUTE; second++) {
		want(plan, "a", second);
		assert_int_equal(report_plan_due(plan, (int64_t)second), MINUTE);
		assert_string_equal(work(plan, (int64_t)second), "");
	}
	assert_int_equal(report_plan_steps(plan, MINUTE, &step, 1), 1);
	assert_int_equal(step.verb, REPORT_UPDATE);
	assert_int_equal(step.content, MINUTE - 1);
	want(plan, "a", 1000);
	report_plan_done(plan, "a", true, step.content);
	assert_int_equal(report_plan_due(plan, MINUTE), 2 * MINUTE);
	assert_string_equal(work(plan, 2 * MINUTE), "update a");
}

static void
deleting_and_creating_count_as_writes(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);

	(void)state;
	want(plan, "a", 1);
	assert_string_equal(work(plan, 0), "create a");
	report_plan_unwant(plan, "a");
	assert_string_equal(work(plan, MINUTE - 1), "");
	assert_string_equal(work(plan, MINUTE), "delete a");
	assert_string_equal(work(plan, MINUTE + 1), "");
	want(plan, "a", 1);
	assert_string_equal(work(plan, 2 * MINUTE - 1), "");
	assert_string_equal(work(plan, 2 * MINUTE), "create a");
}

static void
a_change_that_is_taken_back_in_time_needs_no_write(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);

	(void)state;
	report_plan_stored(plan, "a", "team", 1);
	want(plan, "a", 2);
	want(plan, "a", 1);
	assert_int_equal(report_plan_due(plan, 0), INT64_MAX);
	assert_string_equal(work(plan, 0), "");
}

static void
a_step_that_failed_comes_again_after_the_interval(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);
	struct report_step step;

	(void)state;
	want(plan, "a", 1);
	assert_int_equal(report_plan_steps(plan, 3, &step, 1), 1);
	report_plan_done(plan, "a", false, 1);
	assert_int_equal(report_plan_due(plan, 4), 3 + MINUTE);
	assert_string_equal(work(plan, 2 + MINUTE), "");
	assert_string_equal(work(plan, 3 + MINUTE), "create a");
}

static void
what_is_stored_and_not_wanted_is_deleted(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);
	struct report_step step;

	(void)state;
	report_plan_stored(plan, "orphan", "far", 1);
	assert_int_equal(report_plan_steps(plan, 0, &step, 1), 1);
	assert_int_equal(step.verb, REPORT_DELETE);
	assert_string_equal(step.uid, "orphan");
	assert_string_equal(step.namespace, "far");
	report_plan_done(plan, "orphan", true, 0);
	assert_string_equal(work(plan, 10 * MINUTE), "");
}

static void
a_report_changed_by_hand_is_put_right_and_a_removed_one_comes_back(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);

	(void)state;
	want(plan, "a", 1);
	assert_string_equal(work(plan, 0), "create a");
	report_plan_stored(plan, "a", "team", 1);
	report_plan_stored(plan, "a", "team", 99);
	assert_string_equal(work(plan, MINUTE), "update a");
	report_plan_removed(plan, "a");
	assert_string_equal(work(plan, 2 * MINUTE), "create a");
}

static void
what_the_watch_shows_while_a_step_is_under_way_is_believed(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);
	struct report_step step;

	(void)state;
	want(plan, "a", 1);
	assert_int_equal(report_plan_steps(plan, 0, &step, 1), 1);
	report_plan_stored(plan, "a", "team", 99);
	report_plan_done(plan, "a", true, 1);
	assert_string_equal(work(plan, MINUTE), "update a");
}

static void
a_foreign_report_is_never_touched(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(1, MINUTE);

	(void)state;
	report_plan_foreign(plan, "a");
	report_plan_foreign(plan, "b");
	want(plan, "a", 1);
	want(plan, "c", 1);
	assert_string_equal(work(plan, 0), "create c");
	assert_int_equal(report_plan_due(plan, 10 * MINUTE), INT64_MAX);
	assert_int_equal(report_plan_figures(plan).blocked, 1);
	assert_int_equal(report_plan_figures(plan).left_out, 0);
	report_plan_unwant(plan, "a");
	assert_string_equal(work(plan, 10 * MINUTE), "");
	report_plan_unwant(plan, "c");
	want(plan, "a", 1);
	report_plan_removed(plan, "a");
	assert_string_equal(work(plan, 20 * MINUTE), "delete c");
	assert_string_equal(work(plan, 20 * MINUTE), "create a");
}

static void
the_worst_and_of_these_the_oldest_are_within_the_maximum(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(3, MINUTE);

	(void)state;
	want_ranked(plan, "note", ACTION_REPORT, 1);
	want_ranked(plan, "young", ACTION_WARN, 9);
	want_ranked(plan, "twin-b", ACTION_WARN, 5);
	want_ranked(plan, "twin-a", ACTION_WARN, 5);
	want_ranked(plan, "grave", ACTION_DENY, 10);
	assert_string_equal(work(plan, 0), "create grave, create twin-a, create twin-b");
	assert_int_equal(report_plan_figures(plan).left_out, 2);
	assert_int_equal(report_plan_figures(plan).wanted, 5);
	assert_int_equal(report_plan_due(plan, 5), INT64_MAX);
}

static void
a_worse_report_waits_until_another_has_made_room(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(1, MINUTE);
	struct report_step step;

	(void)state;
	want_ranked(plan, "a", ACTION_WARN, 1);
	assert_string_equal(work(plan, 0), "create a");
	want_ranked(plan, "b", ACTION_DENY, 2);
	assert_int_equal(report_plan_due(plan, 1), MINUTE);
	assert_string_equal(work(plan, 1), "");
	assert_int_equal(report_plan_steps(plan, MINUTE, &step, 1), 1);
	assert_int_equal(step.verb, REPORT_DELETE);
	assert_int_equal(report_plan_due(plan, MINUTE), INT64_MAX);
	report_plan_done(plan, "a", true, 0);
	assert_int_equal(report_plan_due(plan, MINUTE), MINUTE);
	assert_string_equal(work(plan, MINUTE), "create b");
	report_plan_unwant(plan, "b");
	assert_string_equal(work(plan, 2 * MINUTE), "delete b");
	assert_string_equal(work(plan, 2 * MINUTE), "create a");
}

static void
a_new_list_is_all_that_is_stored(void **state)
{
	struct report_plan *plan CLEANUP(report_plan_cleanup) = report_plan_new(10, MINUTE);

	(void)state;
	want(plan, "a", 1);
	want(plan, "b", 1);
	assert_string_equal(work(plan, 0), "create a, create b");
	report_plan_list_anew(plan);
	report_plan_stored(plan, "b", "team", 1);
	assert_string_equal(work(plan, MINUTE), "create a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wanted_report_is_created_once),
		cmocka_unit_test(
			under_churn_there_is_one_write_in_an_interval_and_the_last_state_is_written),
		cmocka_unit_test(deleting_and_creating_count_as_writes),
		cmocka_unit_test(a_change_that_is_taken_back_in_time_needs_no_write),
		cmocka_unit_test(a_step_that_failed_comes_again_after_the_interval),
		cmocka_unit_test(what_is_stored_and_not_wanted_is_deleted),
		cmocka_unit_test(
			a_report_changed_by_hand_is_put_right_and_a_removed_one_comes_back),
		cmocka_unit_test(what_the_watch_shows_while_a_step_is_under_way_is_believed),
		cmocka_unit_test(a_foreign_report_is_never_touched),
		cmocka_unit_test(the_worst_and_of_these_the_oldest_are_within_the_maximum),
		cmocka_unit_test(a_worse_report_waits_until_another_has_made_room),
		cmocka_unit_test(a_new_list_is_all_that_is_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
