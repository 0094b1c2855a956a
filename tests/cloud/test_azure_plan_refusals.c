/* What Azure has refused to delete a moment ago. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cloud/azure_plan_refusals.h"

enum { MEMORY = 1 << 16, MANY = 1000 };

static struct arena *arena;
static struct azure_plan_refusals *refusals;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(MEMORY);
	refusals = azure_plan_refusals_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	azure_plan_refusals_free(refusals);
	arena_free(arena);
	return 0;
}

static void
a_refusal_is_found_until_it_is_old(void **state)
{
	(void)state;
	assert_null(azure_plan_refusals_find(arena, refusals, "uid-1", 5));
	azure_plan_refusals_add(refusals, "uid-1", "Denied", 5);
	assert_string_equal(azure_plan_refusals_find(arena, refusals, "uid-1", 5), "Denied");
	assert_null(azure_plan_refusals_find(arena, refusals, "uid-2", 5));
	assert_null(
		azure_plan_refusals_find(arena, refusals, "uid-1", 5 + AZURE_PLAN_REFUSALS_AGE));
	azure_plan_refusals_add(refusals, "uid-1", "Locked", AZURE_PLAN_REFUSALS_AGE);
	assert_string_equal(
		azure_plan_refusals_find(arena, refusals, "uid-1", 5 + AZURE_PLAN_REFUSALS_AGE),
		"Locked");
}

static void
the_oldest_gives_way(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		azure_plan_refusals_add(refusals, arena_printf(arena, "uid-%d", i), "Denied", 0);
	assert_null(azure_plan_refusals_find(arena, refusals, "uid-0", 0));
	assert_non_null(azure_plan_refusals_find(arena, refusals, "uid-999", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_refusal_is_found_until_it_is_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_oldest_gives_way, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
