#include "cloud/gcp_plan_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 5000 };

static int
set_up(void **state)
{
	*state = gcp_plan_memory_new();
	return 0;
}

static int
tear_down(void **state)
{
	gcp_plan_memory_free(*state);
	return 0;
}

static void
a_note_is_remembered_until_it_is_changed(void **state)
{
	struct gcp_plan_note note = {.state = "Initiated", .asked = true};

	assert_false(gcp_plan_memory_get(*state, "a").asked);
	gcp_plan_memory_set(*state, "a", &note);
	assert_true(gcp_plan_memory_get(*state, "a").asked);
	assert_string_equal(gcp_plan_memory_get(*state, "a").state, "Initiated");
	assert_false(gcp_plan_memory_get(*state, "b").asked);
	note.inactive_since = 7;
	gcp_plan_memory_set(*state, "a", &note);
	assert_int_equal(gcp_plan_memory_get(*state, "a").inactive_since, 7);
}

static void
one_that_says_nothing_is_forgotten(void **state)
{
	struct gcp_plan_note note = {.state = "Initiated", .locked = true};

	gcp_plan_memory_set(*state, "a", &note);
	note.locked = false;
	gcp_plan_memory_set(*state, "a", &note);
	assert_null(gcp_plan_memory_get(*state, "a").state);
}

static void
the_oldest_give_way(void **state)
{
	const struct gcp_plan_note note = {.locked = true};
	char uid[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(uid, sizeof uid, "%d", i);
		gcp_plan_memory_set(*state, uid, &note);
		assert_true(gcp_plan_memory_get(*state, uid).locked);
	}
	assert_false(gcp_plan_memory_get(*state, "0").locked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_note_is_remembered_until_it_is_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_says_nothing_is_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_oldest_give_way, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
