#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
now(clockid_t which)
{
	struct timespec time;

	clock_gettime(which, &time);
	return (int64_t)time.tv_sec * CLOCK_SECOND + time.tv_nsec;
}

int64_t
clock_wall(void)
{
	return now(CLOCK_REALTIME);
}

int64_t
clock_monotonic(void)
{
	return now(CLOCK_MONOTONIC);
}

int64_t
clock_thread_cpu(void)
{
	return now(CLOCK_THREAD_CPUTIME_ID);
}

/* The part up to the seconds changes once a second, but lines are written many times a second. */
static const char *
format_seconds(time_t seconds)
{
	static _Thread_local time_t cached = -1;
	static _Thread_local char text[CLOCK_TEXT_SIZE];
	struct tm utc;

	if (seconds != cached && gmtime_r(&seconds, &utc)) {
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &utc);
		cached = seconds;
	}
	return text;
}

void
clock_format(int64_t wall, char text[CLOCK_TEXT_SIZE])
{
	int64_t seconds = wall > 0 ? wall / CLOCK_SECOND : 0;
	int milliseconds = wall > 0 ? (int)(wall % CLOCK_SECOND / CLOCK_MILLISECOND) : 0;

	memcpy(text, format_seconds((time_t)seconds), 20);
	text[20] = (char)('0' + milliseconds / 100);
	text[21] = (char)('0' + milliseconds / 10 % 10);
	text[22] = (char)('0' + milliseconds % 10);
	text[23] = 'Z';
	text[24] = '\0';
}

void
clock_format_micro(int64_t wall, char text[CLOCK_MICRO_TEXT_SIZE])
{
	clock_format(wall, text);
	memcpy(text + CLOCK_TEXT_SIZE - 2, "000Z", sizeof "000Z");
}

static bool
has_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++)
		if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return true;
}

bool
clock_read(const char *text, int64_t *seconds)
{
	static const char shape[] = "0000-00-00T00:00:00";
	struct tm parts = {0};
	const char *end;

	if (!text || !has_shape(text, shape))
		return false;
	end = text + strlen(shape);
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (strcmp(end, "Z") != 0 ||
		strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) != text + strlen(shape))
		return false;
	*seconds = timegm(&parts);
	return true;
}
