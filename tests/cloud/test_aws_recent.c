/* Connections that were just made and are not seen yet. */
#include "cloud/aws_recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"

static int64_t now;

int64_t __wrap_clock_monotonic(void);
int64_t
__wrap_clock_monotonic(void)
{
	return now;
}

static int
set_up(void **state)
{
	now = 1000 * CLOCK_SECOND;
	*state = aws_recent_new();
	return 0;
}

static int
tear_down(void **state)
{
	aws_recent_free(*state);
	return 0;
}

static void
what_was_made_is_unseen_until_it_is_seen(void **state)
{
	assert_false(aws_recent_is_unseen(*state, "uid-1"));
	aws_recent_add(*state, "uid-1", "pcx-1");
	aws_recent_add(*state, "uid-2", "pcx-2");
	assert_true(aws_recent_is_unseen(*state, "uid-1"));
	aws_recent_seen(*state, "pcx-1");
	assert_false(aws_recent_is_unseen(*state, "uid-1"));
	assert_true(aws_recent_is_unseen(*state, "uid-2"));
}

static void
one_whose_answer_was_lost_is_seen_with_any_that_lives_for_its_object(void **state)
{
	aws_recent_add(*state, "uid-1", "");
	aws_recent_add(*state, "uid-2", "");
	aws_recent_add(*state, "uid-1", "pcx-3");
	aws_recent_found(*state, "uid-2");
	assert_false(aws_recent_is_unseen(*state, "uid-2"));
	aws_recent_found(*state, "uid-1");
	assert_true(aws_recent_is_unseen(*state, "uid-1"));
	aws_recent_seen(*state, "pcx-3");
	assert_false(aws_recent_is_unseen(*state, "uid-1"));
}

static void
it_is_not_awaited_for_ever(void **state)
{
	aws_recent_add(*state, "uid-1", "pcx-1");
	now += AWS_RECENT_SECONDS * CLOCK_SECOND;
	assert_true(aws_recent_is_unseen(*state, "uid-1"));
	now++;
	assert_false(aws_recent_is_unseen(*state, "uid-1"));
}

static void
of_very_many_the_oldest_gives_way(void **state)
{
	char text[16];

	aws_recent_add(*state, "first", "pcx-first");
	for (int i = 0; i < 1024; i++) {
		assert_true(aws_recent_is_unseen(*state, "first"));
		snprintf(text, sizeof text, "%d", i);
		aws_recent_add(*state, text, text);
	}
	assert_false(aws_recent_is_unseen(*state, "first"));
	assert_true(aws_recent_is_unseen(*state, "0"));
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_was_made_is_unseen_until_it_is_seen),
		test(one_whose_answer_was_lost_is_seen_with_any_that_lives_for_its_object),
		test(it_is_not_awaited_for_ever),
		test(of_very_many_the_oldest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
