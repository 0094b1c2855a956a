#include "base/thread.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

static void *
note_mask(void *mask)
{
	pthread_sigmask(SIG_SETMASK, NULL, mask);
	return mask;
}

static void
a_thread_has_all_signals_blocked_and_its_maker_keeps_its_own(void **state)
{
	sigset_t before, after, inside;
	pthread_t thread;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	sigemptyset(&inside);
	thread_start(&thread, note_mask, &inside);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_true(sigismember(&inside, SIGPIPE));
	assert_true(sigismember(&inside, SIGTERM));
	assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

static void
a_wait_ends_at_its_deadline_by_the_clock_that_never_jumps(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition;
	int64_t deadline = clock_monotonic() + 20 * CLOCK_MILLISECOND;

	(void)state;
	thread_condition_init(&condition);
	pthread_mutex_lock(&mutex);
	while (thread_wait_until(&condition, &mutex, deadline))
		continue;
	assert_true(clock_monotonic() >= deadline);
	pthread_mutex_unlock(&mutex);
	pthread_cond_destroy(&condition);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_has_all_signals_blocked_and_its_maker_keeps_its_own),
		cmocka_unit_test(a_wait_ends_at_its_deadline_by_the_clock_that_never_jumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
