#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

static void
clock_format_writes_rfc_3339(void **state)
{
	static const struct {
		int64_t wall;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{INT64_C(1767323045678) * CLOCK_MILLISECOND, "2026-01-02T03:04:05.678Z"},
		{INT64_C(1767323045678) * CLOCK_MILLISECOND + 999999, "2026-01-02T03:04:05.678Z"},
		{INT64_C(1767323045009) * CLOCK_MILLISECOND, "2026-01-02T03:04:05.009Z"},
		{INT64_C(951782399999) * CLOCK_MILLISECOND, "2000-02-28T23:59:59.999Z"},
		{INT64_C(951782400000) * CLOCK_MILLISECOND, "2000-02-29T00:00:00.000Z"},
		{INT64_MAX, "2262-04-11T23:47:16.854Z"},
		{-1, "1970-01-01T00:00:00.000Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[CLOCK_TEXT_SIZE];

		clock_format(rows[i].wall, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
a_micro_time_has_six_digits(void **state)
{
	char text[CLOCK_MICRO_TEXT_SIZE];

	(void)state;
	clock_format_micro(INT64_C(1767323045678) * CLOCK_MILLISECOND, text);
	assert_string_equal(text, "2026-01-02T03:04:05.678000Z");
}

static void
times_are_read_in_utc_only(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} rows[] = {
		{"2017-07-04T15:40:53Z", 1499182853},
		{"2017-07-04T15:40:53.000Z", 1499182853},
		{"2026-02-28T00:00:00.1234567Z", 1772236800},
		{"2017-07-04T15:40:53", -1},
		{"2017-07-04T15:40:53+02:00", -1},
		{"2017-07-04T15:40:53Z ", -1},
		{"2017-13-04T15:40:53Z", -1},
		{"2017-7-4T15:40:53Z", -1},
		{"2017-07-04", -1},
		{"", -1},
		{NULL, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t seconds = -1;

		if (clock_read(rows[i].text, &seconds) != (rows[i].seconds >= 0) ||
			seconds != rows[i].seconds)
			fail_msg("%s: %lld", rows[i].text, (long long)seconds);
	}
}

static void
the_wall_clock_agrees_with_the_system(void **state)
{
	int64_t before = (int64_t)time(NULL);
	int64_t wall = clock_wall() / CLOCK_SECOND;

	(void)state;
	assert_in_range(wall, before - 1, time(NULL) + 1);
}

static void
monotonic_and_cpu_time_never_go_back(void **state)
{
	int64_t monotonic = clock_monotonic();
	int64_t cpu = clock_thread_cpu();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t later = clock_monotonic();
		int64_t used = clock_thread_cpu();

		assert_true(later >= monotonic);
		assert_true(used >= cpu);
		monotonic = later;
		cpu = used;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_format_writes_rfc_3339),
		cmocka_unit_test(times_are_read_in_utc_only),
		cmocka_unit_test(a_micro_time_has_six_digits),
		cmocka_unit_test(the_wall_clock_agrees_with_the_system),
		cmocka_unit_test(monotonic_and_cpu_time_never_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
