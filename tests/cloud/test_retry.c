#include "cloud/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static const struct retry_fault outage = {.failure = CLOUD_BACK_OFF};
static const struct retry_fault throttle = {.failure = CLOUD_BACK_OFF, .throttled = true};

static void
a_call_is_sent_three_times_at_most(void **state)
{
	struct retry_budget budget = {0};
	struct retry retry = {0};
	int64_t wait;

	(void)state;
	assert_int_equal(retry_next(&retry, &budget, &outage, 0.5, &wait), RETRY_WAIT);
	assert_int_equal(wait, 25 * CLOCK_MILLISECOND);
	assert_int_equal(retry_next(&retry, &budget, &outage, 0.5, &wait), RETRY_WAIT);
	assert_int_equal(wait, 50 * CLOCK_MILLISECOND);
	assert_int_equal(retry_next(&retry, &budget, &outage, 0.5, &wait), RETRY_GIVE_UP);
	assert_int_equal(wait, 0);
	assert_int_equal(budget.spent, 28);
}

static void
throttled_calls_wait_longer_and_cost_less(void **state)
{
	struct retry_budget budget = {0};
	struct retry retry = {0};
	int64_t wait;

	(void)state;
	retry_next(&retry, &budget, &throttle, 0.25, &wait);
	assert_int_equal(wait, 250 * CLOCK_MILLISECOND);
	retry_next(&retry, &budget, &throttle, 0.25, &wait);
	assert_int_equal(wait, 500 * CLOCK_MILLISECOND);
	assert_int_equal(budget.spent, 10);
}

static void
the_wait_that_aws_names_is_kept_within_bounds(void **state)
{
	static const struct {
		int64_t told;
		int64_t wait;
	} table[] = {
		{0, 500 * CLOCK_MILLISECOND},
		{-1, 500 * CLOCK_MILLISECOND},
		{100 * CLOCK_MILLISECOND, 500 * CLOCK_MILLISECOND},
		{3 * CLOCK_SECOND, 3 * CLOCK_SECOND},
		{3600 * CLOCK_SECOND, 5500 * CLOCK_MILLISECOND},
		{INT64_MAX, 5500 * CLOCK_MILLISECOND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct retry_fault fault = {CLOUD_BACK_OFF, true, table[i].told};
		struct retry_budget budget = {0};
		struct retry retry = {0};
		int64_t wait;

		retry_next(&retry, &budget, &fault, 0.5, &wait);
		assert_int_equal(wait, table[i].wait);
	}
}

static void
an_outage_spends_the_budget_and_no_more(void **state)
{
	struct retry_budget budget = {0};
	int64_t wait;
	int sent = 0;

	(void)state;
	for (;; sent++) {
		struct retry retry = {0};

		if (retry_next(&retry, &budget, &outage, 0, &wait) == RETRY_GIVE_UP)
			break;
		assert_true(budget.spent <= RETRY_BUDGET);
	}
	assert_int_equal(sent, RETRY_BUDGET / 14);
	assert_true(budget.spent <= RETRY_BUDGET);
}

static void
success_gives_back_what_the_last_retry_cost(void **state)
{
	struct retry_budget budget = {.spent = 100};
	struct retry retry = {0};
	int64_t wait;

	(void)state;
	retry_succeed(&retry, &budget);
	assert_int_equal(budget.spent, 99);
	retry_next(&retry, &budget, &outage, 0, &wait);
	retry_next(&retry, &budget, &throttle, 0, &wait);
	assert_int_equal(budget.spent, 118);
	retry_succeed(&retry, &budget);
	assert_int_equal(budget.spent, 113);
	budget.spent = 3;
	retry_succeed(&retry, &budget);
	assert_int_equal(budget.spent, 0);
	retry_succeed(&retry, &budget);
	assert_int_equal(budget.spent, 0);
}

static void
credentials_are_renewed_once_in_a_call(void **state)
{
	static const struct retry_fault expired = {.failure = CLOUD_CREDENTIALS};
	struct retry_budget budget = {0};
	struct retry retry = {0};
	int64_t wait = 1;

	(void)state;
	assert_int_equal(retry_next(&retry, &budget, &expired, 0, &wait), RETRY_REFRESH);
	assert_int_equal(wait, 0);
	assert_int_equal(retry_next(&retry, &budget, &outage, 0, &wait), RETRY_WAIT);
	assert_int_equal(retry_next(&retry, &budget, &expired, 0, &wait), RETRY_GIVE_UP);
}

static void
only_two_classes_are_worth_another_attempt(void **state)
{
	(void)state;
	for (int i = 0; i < CLOUD_FAILURES; i++) {
		struct retry_fault fault = {.failure = (enum cloud_failure)i};
		struct retry_budget budget = {0};
		struct retry retry = {0};
		int64_t wait;
		enum retry_step step = retry_next(&retry, &budget, &fault, 0, &wait);

		assert_int_equal(step == RETRY_WAIT, i == CLOUD_RETRY_NOW || i == CLOUD_BACK_OFF);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_sent_three_times_at_most),
		cmocka_unit_test(throttled_calls_wait_longer_and_cost_less),
		cmocka_unit_test(the_wait_that_aws_names_is_kept_within_bounds),
		cmocka_unit_test(an_outage_spends_the_budget_and_no_more),
		cmocka_unit_test(success_gives_back_what_the_last_retry_cost),
		cmocka_unit_test(credentials_are_renewed_once_in_a_call),
		cmocka_unit_test(only_two_classes_are_worth_another_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
