/* Any text as the `timeout` of a webhook's URL: it is a time of more than nothing and at most a
 * year, the same to a microsecond when it is written as nanoseconds, or it is none. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "serving/timeout.h"
#include "tests/support/fuzz.h"

#define NO_TIME INT64_C(-1)
#define YEAR    (365 * 24 * 3600 * CLOCK_SECOND)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	int64_t time = timeout_parse(text, NO_TIME);
	char again[32];

	if (time == NO_TIME)
		return 0;
	FUZZ_CHECK(time > 0 && time <= YEAR);
	snprintf(again, sizeof again, "%" PRId64 "ns", time);
	FUZZ_CHECK(llabs(timeout_parse(again, NO_TIME) - time) < 1000);
	return 0;
}
