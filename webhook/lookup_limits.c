#include "webhook/lookup_limits.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/rate_limit.h"
#include "base/text.h"

#define MINUTE (60 * CLOCK_SECOND)

struct author {
	char *name; /* NULL: nobody yet */
	struct rate_limit bucket;
	int64_t seen;
};

struct lookup_limits {
	int64_t per_author; /* questions a minute */
	struct rate_limit all;
	struct author authors[LOOKUP_AUTHORS];
};

static void
fill(struct rate_limit *bucket, int64_t per_minute)
{
	rate_limit_init(bucket, MINUTE / per_minute, per_minute);
}

struct lookup_limits *
lookup_limits_new(int64_t author, int64_t all)
{
	struct lookup_limits *limits = memory_alloc(sizeof *limits);

	limits->per_author = author;
	fill(&limits->all, all);
	return limits;
}

void
lookup_limits_free(struct lookup_limits *limits)
{
	for (int i = 0; i < LOOKUP_AUTHORS; i++)
		free(limits->authors[i].name);
	free(limits);
}

/* Of two, the one whose place a new author takes. */
static struct author *
quieter(struct author *one, struct author *other)
{
	if (!one->name || !other->name)
		return one->name ? other : one;
	return other->seen < one->seen ? other : one;
}

static struct author *
author_of(struct lookup_limits *limits, const char *name)
{
	struct author *place = &limits->authors[0];

	for (int i = 0; i < LOOKUP_AUTHORS; i++) {
		if (text_equal(limits->authors[i].name, name))
			return &limits->authors[i];
		place = quieter(place, &limits->authors[i]);
	}
	free(place->name);
	place->name = memory_text(name);
	fill(&place->bucket, limits->per_author);
	return place;
}

static bool
has_token(struct rate_limit bucket, int64_t now)
{
	return rate_limit_reserve(&bucket, now) == 0;
}

enum lookup_limit
lookup_limits_take(struct lookup_limits *limits, const char *name, int64_t now)
{
	struct author *author = author_of(limits, name);

	author->seen = now;
	if (!has_token(author->bucket, now))
		return LOOKUP_OVER_AUTHOR;
	if (!has_token(limits->all, now))
		return LOOKUP_OVER_ALL;
	rate_limit_reserve(&author->bucket, now);
	rate_limit_reserve(&limits->all, now);
	return LOOKUP_MAY_BE_ASKED;
}
