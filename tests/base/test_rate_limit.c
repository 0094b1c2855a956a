#include "base/rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

#define INTERVAL (100 * CLOCK_MILLISECOND)

static void
a_full_bucket_lends_its_burst_without_a_wait_and_then_token_by_token(void **state)
{
	struct rate_limit limit;

	(void)state;
	rate_limit_init(&limit, INTERVAL, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(rate_limit_reserve(&limit, 7), 0);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(rate_limit_reserve(&limit, 7), i * INTERVAL);
}

static void
tokens_come_back_with_time_up_to_the_burst(void **state)
{
	struct rate_limit limit;

	(void)state;
	rate_limit_init(&limit, INTERVAL, 2);
	assert_int_equal(rate_limit_reserve(&limit, 0), 0);
	assert_int_equal(rate_limit_reserve(&limit, 0), 0);
	assert_int_equal(rate_limit_reserve(&limit, 1), INTERVAL - 1);
	assert_int_equal(rate_limit_reserve(&limit, 2 * INTERVAL), 0);
	assert_int_equal(rate_limit_reserve(&limit, 1000 * INTERVAL), 0);
	assert_int_equal(rate_limit_reserve(&limit, 1000 * INTERVAL), 0);
	assert_int_equal(rate_limit_reserve(&limit, 1000 * INTERVAL), INTERVAL);
}

static void
nothing_is_lost_to_rounding(void **state)
{
	struct rate_limit limit;
	int64_t now = 0;

	(void)state;
	rate_limit_init(&limit, 3, 1);
	for (int i = 0; i < 1000000; i++)
		now += rate_limit_reserve(&limit, now);
	assert_int_equal(now, 3 * 999999);
}

static void
no_interval_is_no_limit_and_the_largest_limits_do_not_overflow(void **state)
{
	struct rate_limit limit;

	(void)state;
	rate_limit_init(&limit, 0, 1);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rate_limit_reserve(&limit, 5), 0);
	rate_limit_init(&limit, 3600 * CLOCK_SECOND, 1000000);
	assert_int_equal(rate_limit_reserve(&limit, 0), 0);
	assert_int_equal(rate_limit_reserve(&limit, INT64_C(1) << 62), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_full_bucket_lends_its_burst_without_a_wait_and_then_token_by_token),
		cmocka_unit_test(tokens_come_back_with_time_up_to_the_burst),
		cmocka_unit_test(nothing_is_lost_to_rounding),
		cmocka_unit_test(no_interval_is_no_limit_and_the_largest_limits_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
