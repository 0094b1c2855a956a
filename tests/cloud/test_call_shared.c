#include "cloud/call_shared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/thread.h"

static void
a_wait_of_no_time_only_asks(void **state)
{
	struct call_shared shared = {0};

	(void)state;
	call_shared_init(&shared);
	assert_true(call_shared_wait(&shared, 0));
	assert_true(call_shared_wait(&shared, CLOCK_MILLISECOND));
	call_shared_abort(&shared);
	assert_false(call_shared_wait(&shared, 0));
	call_shared_dispose(&shared);
}

static void *
wait_long(void *context)
{
	return call_shared_wait(context, 100 * CLOCK_SECOND) ? context : NULL;
}

static void
an_abort_ends_a_wait_and_gives_out_no_more_channels(void **state)
{
	struct call_shared shared = {0};
	struct error error = {0};
	pthread_t thread;
	void *waited = &shared;

	(void)state;
	call_shared_init(&shared);
	thread_start(&thread, wait_long, &shared);
	call_shared_abort(&shared);
	pthread_join(thread, &waited);
	assert_null(waited);
	assert_null(channel_pool_acquire(shared.channels, "http://127.0.0.1:9", &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	call_shared_dispose(&shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_of_no_time_only_asks),
		cmocka_unit_test(an_abort_ends_a_wait_and_gives_out_no_more_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
