#include "cloud/channel_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

#define HERE  "http://127.0.0.1:9"
#define THERE "http://127.0.0.1:10"

static const struct channel_trust trust;
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
	struct channel_pool *pool = channel_pool_new(trust);
	struct channel *first, *second, *third;
	struct http_client *kept;

	(void)state;
	first = channel_pool_acquire(pool, HERE, NULL);
	second = channel_pool_acquire(pool, HERE, NULL);
	assert_non_null(first);
	assert_ptr_not_equal(first, second);
	kept = first->http;
	channel_pool_release(pool, first, true);
	third = channel_pool_acquire(pool, THERE, NULL);
	assert_ptr_not_equal(third, first);
	assert_ptr_equal(channel_pool_acquire(pool, HERE, NULL), first);
	assert_ptr_equal(first->http, kept);
	channel_pool_release(pool, third, true);
	channel_pool_release(pool, second, false);
	channel_pool_release(pool, first, true);
	channel_pool_free(pool);
}

static void
a_channel_that_was_idle_for_too_long_is_not(void **state)
{
	struct channel_pool *pool = channel_pool_new(trust);
	struct channel *old, *young, *found;

	(void)state;
	now = 0;
	old = channel_pool_acquire(pool, THERE, NULL);
	young = channel_pool_acquire(pool, HERE, NULL);
	channel_pool_release(pool, old, true);
	now += 10 * CLOCK_SECOND;
	channel_pool_release(pool, young, true);
	now += 6 * CLOCK_SECOND;
	found = channel_pool_acquire(pool, HERE, NULL);
	assert_ptr_equal(found, young);
	assert_int_equal(found->idle_since, 10 * CLOCK_SECOND);
	channel_pool_release(pool, found, true);
	now += 16 * CLOCK_SECOND;
	found = channel_pool_acquire(pool, HERE, NULL);
	assert_int_equal(found->idle_since, 0);
	channel_pool_release(pool, found, true);
	channel_pool_free(pool);
}

static void
no_more_than_a_few_are_kept(void **state)
{
	struct channel_pool *pool = channel_pool_new(trust);
	struct channel *channels[CHANNEL_POOL_IDLE + 3];
	enum { COUNT = sizeof channels / sizeof *channels };
	int kept = 0;

	(void)state;
	now = CLOCK_SECOND;
	for (int i = 0; i < COUNT; i++)
		channels[i] = channel_pool_acquire(pool, HERE, NULL);
	for (int i = 0; i < COUNT; i++)
		channel_pool_release(pool, channels[i], true);
	for (int i = 0; i < COUNT; i++) {
		channels[i] = channel_pool_acquire(pool, HERE, NULL);
		kept += channels[i]->idle_since > 0;
	}
	assert_int_equal(kept, CHANNEL_POOL_IDLE);
	for (int i = 0; i < COUNT; i++)
		channel_pool_release(pool, channels[i], false);
	channel_pool_free(pool);
}

static void
an_aborted_pool_gives_out_none(void **state)
{
	struct channel_pool *pool = channel_pool_new(trust);
	struct channel *busy = channel_pool_acquire(pool, HERE, NULL);
	struct error error = {0};

	(void)state;
	channel_pool_abort(pool);
	assert_null(channel_pool_acquire(pool, HERE, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	channel_pool_release(pool, busy, true);
	assert_null(channel_pool_acquire(pool, HERE, &error));
	channel_pool_free(pool);
}

static void
a_place_that_is_not_allowed_is_told(void **state)
{
	struct channel_pool *pool = channel_pool_new(trust);
	struct error error = {0};

	(void)state;
	assert_null(channel_pool_acquire(pool, "http://example.com", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	channel_pool_free(pool);
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
