#include "serving/timeout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

static void
durations_are_read_as_go_writes_them(void **state)
{
	static const struct {
		const char *text;
		int64_t expected;
	} cases[] = {
		{"10s", 10 * CLOCK_SECOND},
		{"1m30s", 90 * CLOCK_SECOND},
		{"1h0m0s", 3600 * CLOCK_SECOND},
		{"500ms", 500 * CLOCK_MILLISECOND},
		{"1.5s", 1500 * CLOCK_MILLISECOND},
		{".5s", 500 * CLOCK_MILLISECOND},
		{"2us3ns", 2003},
		{"2µs", 2000},
		{"999999999999999999999999h", 365 * 24 * 3600 * CLOCK_SECOND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (timeout_parse(cases[i].text, -1) != cases[i].expected)
			fail_msg("%s", cases[i].text);
}

static void
what_is_no_duration_gives_the_usual_one(void **state)
{
	static const char *const cases[] = {NULL, "", "10", "s", "10x", "10 s", "-5s", "+5s", "0s",
		"1..5s", ".s", "10s1", "%31s", "1e3s", "nan", "10S"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (timeout_parse(cases[i], 7) != 7)
			fail_msg("%s", cases[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_as_go_writes_them),
		cmocka_unit_test(what_is_no_duration_gives_the_usual_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
