#include "cloud/aws_channel_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

#define HERE  "http://127.0.0.1:9"
#define THERE "http://127.0.0.1:10"

static const char *const environment[] = {NULL};
static int64_t now;

int64_t __wrap_clock_monotonic(void); // NOLINT(bugprone-reserved-identifier)

int64_t
__wrap_clock_monotonic(void) // NOLINT(bugprone-reserved-identifier)
{
	return now;
}

static void
a_channel_is_given_out_again_to_the_same_place_alone(void **state)
{
	struct aws_channel_pool *pool = aws_channel_pool_new(environment);
	struct aws_channel *first, *second, *third;
	struct http_client *kept;

	(void)state;
	first = aws_channel_pool_acquire(pool, HERE, NULL);
	second = aws_channel_pool_acquire(pool, HERE, NULL);
	assert_non_null(first);
	assert_ptr_not_equal(first, second);
	kept = first->http;
	aws_channel_pool_release(pool, first, true);
	third = aws_channel_pool_acquire(pool, THERE, NULL);
	assert_ptr_not_equal(third, first);
	assert_ptr_equal(aws_channel_pool_acquire(pool, HERE, NULL), first);
	assert_ptr_equal(first->http, kept);
	aws_channel_pool_release(pool, third, true);
	aws_channel_pool_release(pool, second, false);
	aws_channel_pool_release(pool, first, true);
	aws_channel_pool_free(pool);
}

static void
a_channel_that_was_idle_for_too_long_is_not(void **state)
{
	struct aws_channel_pool *pool = aws_channel_pool_new(environment);
	struct aws_channel *old, *young, *found;

	(void)state;
	now = 0;
	old = aws_channel_pool_acquire(pool, THERE, NULL);
	young = aws_channel_pool_acquire(pool, HERE, NULL);
	aws_channel_pool_release(pool, old, true);
	now += 10 * CLOCK_SECOND;
	aws_channel_pool_release(pool, young, true);
	now += 6 * CLOCK_SECOND;
	found = aws_channel_pool_acquire(pool, HERE, NULL);
	assert_ptr_equal(found, young);
	assert_int_equal(found->idle_since, 10 * CLOCK_SECOND);
	aws_channel_pool_release(pool, found, true);
	now += 16 * CLOCK_SECOND;
	found = aws_channel_pool_acquire(pool, HERE, NULL);
	assert_int_equal(found->idle_since, 0);
	aws_channel_pool_release(pool, found, true);
	aws_channel_pool_free(pool);
}

static void
no_more_than_a_few_are_kept(void **state)
{
	struct aws_channel_pool *pool = aws_channel_pool_new(environment);
	struct aws_channel *channels[AWS_CHANNEL_POOL_IDLE + 3];
	enum { COUNT = sizeof channels / sizeof *channels };
	int kept = 0;

	(void)state;
	now = CLOCK_SECOND;
	for (int i = 0; i < COUNT; i++)
		channels[i] = aws_channel_pool_acquire(pool, HERE, NULL);
	for (int i = 0; i < COUNT; i++)
		aws_channel_pool_release(pool, channels[i], true);
	for (int i = 0; i < COUNT; i++) {
		channels[i] = aws_channel_pool_acquire(pool, HERE, NULL);
		kept += channels[i]->idle_since > 0;
	}
	assert_int_equal(kept, AWS_CHANNEL_POOL_IDLE);
	for (int i = 0; i < COUNT; i++)
		aws_channel_pool_release(pool, channels[i], false);
	aws_channel_pool_free(pool);
}

static void
an_aborted_pool_gives_out_none(void **state)
{
	struct aws_channel_pool *pool = aws_channel_pool_new(environment);
	struct aws_channel *busy = aws_channel_pool_acquire(pool, HERE, NULL);
	struct error error = {0};

	(void)state;
	aws_channel_pool_abort(pool);
	assert_null(aws_channel_pool_acquire(pool, HERE, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	aws_channel_pool_release(pool, busy, true);
	assert_null(aws_channel_pool_acquire(pool, HERE, &error));
	aws_channel_pool_free(pool);
}

static void
a_place_that_is_not_allowed_is_told(void **state)
{
	struct aws_channel_pool *pool = aws_channel_pool_new(environment);
	struct error error = {0};

	(void)state;
	assert_null(aws_channel_pool_acquire(pool, "http://example.com", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	aws_channel_pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_is_given_out_again_to_the_same_place_alone),
		cmocka_unit_test(a_channel_that_was_idle_for_too_long_is_not),
		cmocka_unit_test(no_more_than_a_few_are_kept),
		cmocka_unit_test(an_aborted_pool_gives_out_none),
		cmocka_unit_test(a_place_that_is_not_allowed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
