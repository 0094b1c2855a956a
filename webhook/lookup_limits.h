/* How many questions about remote networks may be asked: so many a minute by one author, and so
 * many by all together. A bucket that was not used for a minute is full again.
 *
 * LOOKUP_AUTHORS authors are remembered; a new one takes the place of the one that was quiet for
 * longest, which then starts with a full bucket, so that only the bucket of all bounds somebody
 * with many names. Not thread-safe. Time is clock_monotonic.
 */
#pragma once

#include <stdint.h>

enum { LOOKUP_AUTHORS = 256 };

enum lookup_limit { LOOKUP_MAY_BE_ASKED, LOOKUP_OVER_AUTHOR, LOOKUP_OVER_ALL };

struct lookup_limits;

/* Questions a minute, 1 to 1 000 000. */
struct lookup_limits *lookup_limits_new(int64_t author, int64_t all);
void lookup_limits_free(struct lookup_limits *limits);

/* Counts one question when it may be asked. */
enum lookup_limit lookup_limits_take(struct lookup_limits *limits, const char *author, int64_t now);
