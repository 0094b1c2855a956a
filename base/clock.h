/* Time, with a name for each meaning: a wall-clock instant cannot be taken for a deadline by eye.
 * Unit: nanoseconds in int64_t (292 years). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_MILLISECOND INT64_C(1000000)
#define CLOCK_SECOND      INT64_C(1000000000)

int64_t clock_wall(void);      /* since 1970-01-01T00:00:00Z; may jump */
int64_t clock_monotonic(void); /* never jumps; for durations and deadlines only */
int64_t clock_thread_cpu(void);

/* RFC 3339 with milliseconds, always 24 characters: 2026-01-02T03:04:05.678Z; before 1970 counts as
 * 1970. */
enum { CLOCK_TEXT_SIZE = 25 };
void clock_format(int64_t wall, char text[CLOCK_TEXT_SIZE]);
/* The same with six digits, as a MicroTime of the Kubernetes API has them; the last three are 0. */
enum { CLOCK_MICRO_TEXT_SIZE = 28 };
void clock_format_micro(int64_t wall, char text[CLOCK_MICRO_TEXT_SIZE]);

/* "2017-07-04T15:40:53Z", with or without a fraction, as seconds since 1970 (RFC 3339, UTC only).
 * False, and nothing is set, for anything else and for NULL. */
bool clock_read(const char *text, int64_t *seconds);
