#include "base/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static void
the_start_lies_shortly_before_now(void **state)
{
	double now = (double)clock_wall() / CLOCK_SECOND;

	(void)state;
	assert_true(process_start_time() <= now + 1);
	assert_true(process_start_time() > now - 120);
	assert_true(process_start_time() == process_start_time());
}

static void
one_more_descriptor_counts_as_one(void **state)
{
	double before = process_open_descriptors();
	int descriptor = dup(0);

	(void)state;
	assert_true(descriptor >= 0);
	assert_true(process_open_descriptors() == before + 1);
	close(descriptor);
}

static void
memory_and_time_are_in_use(void **state)
{
	double before = process_cpu_seconds();

	(void)state;
	assert_true(process_resident_bytes() >= 100000);
	assert_true(before >= 0);
	while (process_cpu_seconds() <= before)
		;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_lies_shortly_before_now),
		cmocka_unit_test(one_more_descriptor_counts_as_one),
		cmocka_unit_test(memory_and_time_are_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
