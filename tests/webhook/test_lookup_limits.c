#include "webhook/lookup_limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"

#define MINUTE (60 * CLOCK_SECOND)

static enum lookup_limit
take_many(struct lookup_limits *limits, const char *author, int count, int64_t now)
{
	enum lookup_limit last = LOOKUP_MAY_BE_ASKED;

	for (int i = 0; i < count && last == LOOKUP_MAY_BE_ASKED; i++)
		last = lookup_limits_take(limits, author, now);
	return last;
}

static void
one_author_does_not_use_up_what_others_may_ask(void **state)
{
	struct lookup_limits *limits = lookup_limits_new(3, 100);

	(void)state;
	assert_int_equal(take_many(limits, "mallory", 3, 7), LOOKUP_MAY_BE_ASKED);
	assert_int_equal(lookup_limits_take(limits, "mallory", 7), LOOKUP_OVER_AUTHOR);
	assert_int_equal(take_many(limits, "alice", 3, 7), LOOKUP_MAY_BE_ASKED);
	lookup_limits_free(limits);
}

static void
all_authors_together_are_limited_too_and_what_is_refused_costs_nothing(void **state)
{
	struct lookup_limits *limits = lookup_limits_new(3, 4);

	(void)state;
	assert_int_equal(take_many(limits, "mallory", 3, 7), LOOKUP_MAY_BE_ASKED);
	assert_int_equal(take_many(limits, "mallory", 9, 7), LOOKUP_OVER_AUTHOR);
	assert_int_equal(lookup_limits_take(limits, "alice", 7), LOOKUP_MAY_BE_ASKED);
	assert_int_equal(lookup_limits_take(limits, "alice", 7), LOOKUP_OVER_ALL);
	assert_int_equal(take_many(limits, "alice", 2, 7 + MINUTE), LOOKUP_MAY_BE_ASKED);
	lookup_limits_free(limits);
}

static void
a_minute_gives_back_what_may_be_asked_in_a_minute(void **state)
{
	struct lookup_limits *limits = lookup_limits_new(3, 100);

	(void)state;
	take_many(limits, "mallory", 3, 7);
	assert_int_equal(
		lookup_limits_take(limits, "mallory", 7 + MINUTE / 3), LOOKUP_MAY_BE_ASKED);
	assert_int_equal(lookup_limits_take(limits, "mallory", 7 + MINUTE / 3), LOOKUP_OVER_AUTHOR);
	assert_int_equal(take_many(limits, "mallory", 3, 7 + 2 * MINUTE), LOOKUP_MAY_BE_ASKED);
	lookup_limits_free(limits);
}

static void
the_author_who_was_quiet_for_longest_is_forgotten_first(void **state)
{
	struct lookup_limits *limits = lookup_limits_new(1, 1000000);
	char name[32];

	(void)state;
	for (int i = 0; i < LOOKUP_AUTHORS; i++) {
		snprintf(name, sizeof name, "author-%d", i);
		assert_int_equal(lookup_limits_take(limits, name, i), LOOKUP_MAY_BE_ASKED);
	}
	assert_int_equal(lookup_limits_take(limits, "author-0", 1000), LOOKUP_OVER_AUTHOR);
	assert_int_equal(lookup_limits_take(limits, "new", 1001), LOOKUP_MAY_BE_ASKED);
	assert_int_equal(lookup_limits_take(limits, "author-0", 1002), LOOKUP_OVER_AUTHOR);
	assert_int_equal(lookup_limits_take(limits, "author-1", 1003), LOOKUP_MAY_BE_ASKED);
	lookup_limits_free(limits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_author_does_not_use_up_what_others_may_ask),
		cmocka_unit_test(
			all_authors_together_are_limited_too_and_what_is_refused_costs_nothing),
		cmocka_unit_test(a_minute_gives_back_what_may_be_asked_in_a_minute),
		cmocka_unit_test(the_author_who_was_quiet_for_longest_is_forgotten_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
