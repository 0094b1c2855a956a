/* Which events are written, and as what: pure, without a clock or calls; for kube/event.c.
 *
 * After client-go's recorder and its spam filter: an event that says the same again within 6
 * minutes of the last is one more of a series, and each object has a bucket of 25 events that gains
 * one every 5 minutes. What the bucket does not let through is still counted in its series. Other
 * than in client-go (tools/events) the note belongs to what is the same: the API server does not
 * let it be changed, and a user must not be left with the reason of yesterday.
 *
 * The last EVENT_SERIES series and EVENT_OBJECTS objects are remembered. Times are nanoseconds of
 * clock_monotonic.
 */
#pragma once

#include <stdint.h>

enum { EVENT_SERIES = 1024, EVENT_OBJECTS = 4096, EVENT_BURST = 25, EVENT_NAME_SIZE = 254 };

struct event_filter;

struct event_filter *event_filter_new(void);
void event_filter_free(struct event_filter *filter);

enum event_verdict {
	EVENT_DROP,
	EVENT_CREATE,   /* under `name`, which is the caller's to fill */
	EVENT_CONTINUE, /* the event `name` has happened `count` times */
};

/* One series; lent until the next call. */
struct event_series {
	char *name;     /* EVENT_NAME_SIZE bytes, "" before it was created */
	int64_t *began; /* for the caller: clock_wall of the first */
	int64_t count;
};
/* `object` tells objects apart, `event` all that is the same in the events of a series. */
enum event_verdict event_filter_ask(struct event_filter *filter, const char *object,
	const char *event, int64_t now, struct event_series *series);
