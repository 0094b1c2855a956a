#include "kube/event_filter.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/memory.h"

#define SERIES_LIFETIME (6 * 60 * CLOCK_SECOND)
#define REFILL          (5 * 60 * CLOCK_SECOND)

/* What is remembered under a key: of an object its bucket, of an event its series. */
struct memory {
	char *key;
	int64_t used;
	/* The bucket is full again at `full`; a token costs REFILL. */
	int64_t full;
	int64_t count;
	int64_t began;
	char name[EVENT_NAME_SIZE];
};

struct event_filter {
	struct map *objects;
	struct map *series;
};

struct event_filter *
event_filter_new(void)
{
	struct event_filter *filter = memory_alloc(sizeof *filter);

	filter->objects = map_new();
	filter->series = map_new();
	return filter;
}

static void
memory_free(struct memory *memory)
{
	free(memory->key);
	free(memory);
}

static void
forget_all(struct map *map)
{
	for (struct map_cursor at = {0}; map_next(map, &at);)
		memory_free(at.value);
	map_free(map);
}

void
event_filter_free(struct event_filter *filter)
{
	if (!filter)
		return;
	forget_all(filter->objects);
	forget_all(filter->series);
	free(filter);
}

/* Whatever has not been used for longest. */
static void
forget_one(struct map *map)
{
	struct memory *oldest = NULL;

	for (struct map_cursor at = {0}; map_next(map, &at);) {
		struct memory *memory = at.value;

		if (!oldest || memory->used < oldest->used)
			oldest = memory;
	}
	if (!oldest)
		return;
	map_remove(map, oldest->key);
	memory_free(oldest);
}

static struct memory *
remember(struct map *map, const char *key, size_t most, int64_t now)
{
	struct memory *memory = map_get(map, key);

	if (!memory) {
		if (map_count(map) >= most)
			forget_one(map);
		memory = memory_alloc(sizeof *memory);
		memory->key = memory_text(key);
		memory->used = now;
		map_put(map, memory->key, memory);
	}
	return memory;
}

static bool
take_token(struct memory *object, int64_t now)
{
	int64_t full = object->full > now ? object->full : now;

	object->used = now;
	if (full + REFILL - now > EVENT_BURST * REFILL)
		return false;
	object->full = full + REFILL;
	return true;
}

enum event_verdict
event_filter_ask(struct event_filter *filter, const char *object, const char *event, int64_t now,
	struct event_series *series)
{
	struct memory *same = remember(filter->series, event, EVENT_SERIES, now);

	if (now - same->used > SERIES_LIFETIME) {
		same->name[0] = '\0';
		same->count = 0;
	}
	same->used = now;
	same->count++;
	*series = (struct event_series){same->name, &same->began, same->count};
	if (!take_token(remember(filter->objects, object, EVENT_OBJECTS, now), now))
		return EVENT_DROP;
	return same->name[0] ? EVENT_CONTINUE : EVENT_CREATE;
}
