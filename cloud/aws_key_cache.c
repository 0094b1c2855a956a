#include "cloud/aws_key_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"

enum { MINUTE = 60, LARGEST_KEY = 16 * 1024 };
enum { ADVISED = 15 * MINUTE, NEEDED = 10 * MINUTE };
#define FIRST_HOLD   CLOCK_SECOND
#define LONGEST_HOLD (60 * CLOCK_SECOND)

struct entry {
	char *name;           /* the role in one text; the key of the map */
	struct aws_keys keys; /* id is NULL while there are none */
	int64_t advised;      /* seconds since 1970, from when they should be renewed */
	int64_t needed;       /* and from when they must */
	bool renewing;        /* by some thread */
	unsigned waiting;     /* threads */
	unsigned failures;    /* in a row */
	int64_t held_until;   /* monotonic; before it the failure stands */
	struct error failure;
	uint64_t used; /* when, in calls of the cache */
};

struct aws_key_cache {
	struct aws_key_source source;
	pthread_mutex_t mutex;
	pthread_cond_t renewed;
	struct map *entries;
	uint64_t calls;
};

struct aws_key_cache *
aws_key_cache_new(const struct aws_key_source *source)
{
	struct aws_key_cache *cache = memory_alloc(sizeof *cache);

	cache->source = *source;
	if (!cache->source.wall)
		cache->source.wall = clock_wall;
	if (!cache->source.monotonic)
		cache->source.monotonic = clock_monotonic;
	pthread_mutex_init(&cache->mutex, NULL);
	pthread_cond_init(&cache->renewed, NULL);
	cache->entries = map_new();
	return cache;
}

static void
free_entry(struct entry *entry)
{
	aws_keys_dispose(&entry->keys);
	free(entry->name);
	free(entry);
}

void
aws_key_cache_free(struct aws_key_cache *cache)
{
	if (!cache)
		return;
	for (struct map_cursor at = {0}; map_next(cache->entries, &at);)
		free_entry(at.value);
	map_free(cache->entries);
	pthread_cond_destroy(&cache->renewed);
	pthread_mutex_destroy(&cache->mutex);
	free(cache);
}

/* What tells two roles' keys apart. A line feed is in none of its parts (aws_assume_role_check). */
static char *
name_of(const struct aws_role *role)
{
	CLEANUP(buffer_dispose) struct buffer name;

	buffer_init(&name, LARGEST_KEY);
	if (role) {
		const char *const parts[] = {
			role->arn, role->external_id, role->session_name, role->region};

		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			buffer_printf(&name, "%s\n", parts[i] ? parts[i] : "");
		buffer_printf(&name, "%lld", (long long)role->duration);
	}
	return buffer_take(&name);
}

static void
drop_oldest(struct aws_key_cache *cache)
{
	struct entry *oldest = NULL;

	for (struct map_cursor at = {0}; map_next(cache->entries, &at);) {
		struct entry *entry = at.value;

		if (!entry->renewing && !entry->waiting && (!oldest || entry->used < oldest->used))
			oldest = entry;
	}
	if (!oldest)
		return;
	map_remove(cache->entries, oldest->name);
	free_entry(oldest);
}

static struct entry *
entry_of(struct aws_key_cache *cache, const struct aws_role *role)
{
	char *name = name_of(role);
	struct entry *entry = map_get(cache->entries, name);

	if (entry) {
		free(name);
	} else {
		if (map_count(cache->entries) >= AWS_KEY_CACHE_ENTRIES)
			drop_oldest(cache);
		entry = memory_alloc(sizeof *entry);
		entry->name = name;
		map_put(cache->entries, name, entry);
	}
	entry->used = ++cache->calls;
	return entry;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
plan_renewal(struct entry *entry, int64_t now)
{
	int64_t life = entry->keys.expires - now;
	int64_t advised = smaller(ADVISED, life / 4);
	int64_t needed = smaller(NEEDED, life / 6);

	entry->advised = entry->needed = INT64_MAX;
	if (!entry->keys.expires)
		return;
	entry->needed = entry->keys.expires - needed;
	entry->advised = entry->keys.expires - advised + jitter_between(0, (advised - needed) / 2);
}

static void
note_failure(struct aws_key_cache *cache, struct entry *entry, const struct error *failure)
{
	int64_t hold = jitter_longest(FIRST_HOLD, LONGEST_HOLD, entry->failures);

	entry->failures++;
	entry->failure = *failure;
	entry->held_until = cache->source.monotonic() + jitter_between(hold - hold / 4, hold);
}

static bool
has_expired(const struct aws_key_cache *cache, const struct aws_keys *keys)
{
	return keys->expires && keys->expires <= cache->source.wall() / CLOCK_SECOND;
}

/* Called and left with the lock, which is given up meanwhile. */
static void
renew(struct aws_key_cache *cache, struct entry *entry, const struct aws_role *role)
{
	struct aws_keys keys = {0};
	struct error failure = {0};
	bool done;

	entry->renewing = true;
	pthread_mutex_unlock(&cache->mutex);
	done = cache->source.fetch(cache->source.context, role, &keys, &failure);
	pthread_mutex_lock(&cache->mutex);
	entry->renewing = false;
	if (done && has_expired(cache, &keys))
		done = error_set(&failure, ERROR_TRANSIENT,
			"AWS gave keys that have expired already: look at this machine's clock");
	if (done) {
		aws_keys_dispose(&entry->keys);
		entry->keys = keys;
		entry->failures = 0;
		entry->held_until = 0;
		plan_renewal(entry, cache->source.wall() / CLOCK_SECOND);
	} else {
		aws_keys_dispose(&keys);
		note_failure(cache, entry, &failure);
	}
	pthread_cond_broadcast(&cache->renewed);
}

/* Renews, waits or does neither, until the keys may be used. */
static bool
make_ready(struct aws_key_cache *cache, struct entry *entry, const struct aws_role *role,
	struct error *error)
{
	for (;;) {
		int64_t now = cache->source.wall() / CLOCK_SECOND;
		bool usable = entry->keys.id && now < entry->needed;
		bool held = entry->failures > 0 && cache->source.monotonic() < entry->held_until;

		if (usable && (now < entry->advised || entry->renewing || held))
			return true;
		if (entry->renewing) {
			entry->waiting++;
			pthread_cond_wait(&cache->renewed, &cache->mutex);
			entry->waiting--;
		} else if (held) {
			return error_set(error, entry->failure.kind, "%s", entry->failure.message);
		} else {
			renew(cache, entry, role);
		}
	}
}

bool
aws_key_cache_get(struct aws_key_cache *cache, const struct aws_role *role, struct aws_keys *keys,
	struct error *error)
{
	struct entry *entry;
	bool done;

	*keys = (struct aws_keys){0};
	pthread_mutex_lock(&cache->mutex);
	entry = entry_of(cache, role);
	done = make_ready(cache, entry, role, error);
	if (done)
		aws_keys_copy(keys, &entry->keys);
	pthread_mutex_unlock(&cache->mutex);
	return done;
}

void
aws_key_cache_refuse(struct aws_key_cache *cache, const struct aws_role *role, const char *id)
{
	struct entry *entry;

	pthread_mutex_lock(&cache->mutex);
	entry = entry_of(cache, role);
	if (text_equal(entry->keys.id, id))
		entry->needed = entry->advised = 0;
	pthread_mutex_unlock(&cache->mutex);
}
