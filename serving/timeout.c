#include "serving/timeout.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"

#define LONGEST (365 * 24 * 3600 * CLOCK_SECOND)

static const struct {
	const char *name;
	int64_t nanoseconds;
} units[] = {
	{"ns", 1},
	{"us", 1000},
	{"µs", 1000}, /* U+00B5, and U+03BC below */
	{"μs", 1000},
	{"ms", CLOCK_MILLISECOND},
	{"s", CLOCK_SECOND},
	{"m", 60 * CLOCK_SECOND},
	{"h", 3600 * CLOCK_SECOND},
};

/* Reads "12" or "1.5" and moves on; false without a digit. */
static bool
read_number(const char **text, double *number)
{
	double weight = 1;
	bool fraction = false, any = false;

	*number = 0;
	for (;; (*text)++) {
		if (**text == '.' && !fraction) {
			fraction = true;
			continue;
		}
		if (**text < '0' || **text > '9')
			return any;
		any = true;
		if (fraction)
			weight /= 10;
		*number = fraction ? *number + weight * (**text - '0')
				   : *number * 10 + (**text - '0');
	}
}

/* Reads a unit, which ends where the next number begins; 0 when there is none. */
static int64_t
read_unit(const char **text)
{
	size_t length = strcspn(*text, ".0123456789");

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strlen(units[i].name) != length || memcmp(*text, units[i].name, length) != 0)
			continue;
		*text += length;
		return units[i].nanoseconds;
	}
	return 0;
}

int64_t
timeout_parse(const char *text, int64_t otherwise)
{
	double sum = 0;

	if (!text || *text == '\0')
		return otherwise;
	while (*text) {
		double number;
		int64_t unit;

		if (!read_number(&text, &number))
			return otherwise;
		unit = read_unit(&text);
		if (unit == 0)
			return otherwise;
		sum += number * (double)unit;
	}
	if (sum >= (double)LONGEST)
		return LONGEST;
	return sum >= 1 ? (int64_t)sum : otherwise;
}
