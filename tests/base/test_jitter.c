#include "base/jitter.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
both_ends_are_reached_and_not_passed(void **state)
{
	int seen[3] = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t value = jitter_between(5, 7);

		assert_in_range(value, 5, 7);
		seen[value - 5]++;
	}
	for (int i = 0; i < 3; i++)
		assert_true(seen[i] > 0);
	assert_int_equal(jitter_between(9, 9), 9);
}

static void
back_off_doubles_up_to_the_highest(void **state)
{
	static const struct {
		unsigned failures;
		int64_t highest;
	} rows[] = {{0, 100}, {1, 200}, {3, 800}, {4, 1000}, {50, 1000}, {UINT_MAX, 1000}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t longest = 0;

		assert_int_equal(jitter_longest(100, 1000, rows[i].failures), rows[i].highest);
		for (int n = 0; n < 2000; n++) {
			int64_t wait = jitter_back_off(100, 1000, rows[i].failures);

			assert_in_range(wait, 0, rows[i].highest);
			longest = wait > longest ? wait : longest;
		}
		/* One in 10^45 runs stays below. */
		assert_in_range(longest, rows[i].highest * 9 / 10, rows[i].highest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_are_reached_and_not_passed),
		cmocka_unit_test(back_off_doubles_up_to_the_highest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
