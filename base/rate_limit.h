/* A token bucket that lends: each reservation takes one token and says how long to wait until that
 * token is there, as Reserve of Go's golang.org/x/time/rate does.
 *
 * A value type; not thread-safe. All times are in nanoseconds, `now` of any clock that does not go
 * back. Kept as the one time at which the last token that was lent is there (the generic cell rate
 * algorithm, ITU-T I.371), so that nothing is rounded.
 */
#pragma once

#include <stdint.h>

struct rate_limit {
	int64_t interval; /* between two tokens; at most an hour, 0 for no limit */
	int64_t burst;    /* tokens that a full bucket holds, 1 to 1 000 000 */
	int64_t reserved; /* when the last token that was taken is there */
};

/* Begins with a full bucket. */
void rate_limit_init(struct rate_limit *limit, int64_t interval, int64_t burst);

/* How long from `now` the token is to be waited for; 0 when it is there. */
int64_t rate_limit_reserve(struct rate_limit *limit, int64_t now);
