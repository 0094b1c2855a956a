#include "cloud/token_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/jitter.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/text.h"

#define FIRST_HOLD   CLOCK_SECOND
#define LONGEST_HOLD (60 * CLOCK_SECOND)

struct entry {
	char *name;         /* the key of the map */
	struct token token; /* text is NULL while there is none */
	int64_t advised;    /* from when it should be renewed */
	int64_t needed;     /* and from when it must */
	bool renewing;      /* by some thread */
	unsigned waiting;   /* threads */
	unsigned failures;  /* in a row */
	int64_t held_until; /* before it the failure stands */
	struct error failure;
	uint64_t used; /* when, in calls of the cache */
};

struct token_cache {
	struct token_source source;
	pthread_mutex_t mutex;
	pthread_cond_t renewed;
	struct map *entries;
	uint64_t calls;
};

void
token_dispose(struct token *token)
{
	secret_free(token->text);
	*token = (struct token){0};
}

struct token_cache *
token_cache_new(const struct token_source *source)
{
	struct token_cache *cache = memory_alloc(sizeof *cache);

	cache->source = *source;
	if (!cache->source.monotonic)
		cache->source.monotonic = clock_monotonic;
	if (cache->source.advised.part == 0)
		cache->source.advised = (struct token_margin){300 * CLOCK_SECOND, 4};
	if (cache->source.needed.part == 0)
		cache->source.needed = (struct token_margin){120 * CLOCK_SECOND, 6};
	pthread_mutex_init(&cache->mutex, NULL);
	pthread_cond_init(&cache->renewed, NULL);
	cache->entries = map_new();
	return cache;
}

static void
free_entry(struct entry *entry)
{
	token_dispose(&entry->token);
	free(entry->name);
	free(entry);
}

void
token_cache_free(struct token_cache *cache)
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

static void
drop_oldest(struct token_cache *cache)
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
entry_of(struct token_cache *cache, const char *name)
{
	struct entry *entry = map_get(cache->entries, name);

	if (!entry) {
		if (map_count(cache->entries) >= TOKEN_CACHE_ENTRIES)
			drop_oldest(cache);
		entry = memory_alloc(sizeof *entry);
		entry->name = memory_text(name);
		map_put(cache->entries, entry->name, entry);
	}
	entry->used = ++cache->calls;
	return entry;
}

/* From when a token is to be renewed that comes now. */
static int64_t
start_of(const struct token_margin *margin, int64_t expires, int64_t now)
{
	int64_t part = (expires - now) / margin->part;

	return expires - (part < margin->most ? part : margin->most);
}

static void
note_token(const struct token_source *source, struct entry *entry, const struct token *token,
	int64_t now)
{
	token_dispose(&entry->token);
	entry->token = *token;
	entry->needed = start_of(&source->needed, token->expires, now);
	entry->advised = start_of(&source->advised, token->expires, now);
	entry->failures = 0;
	entry->held_until = 0;
}

static void
note_failure(struct entry *entry, const struct error *failure, int64_t now)
{
	int64_t hold = jitter_longest(FIRST_HOLD, LONGEST_HOLD, entry->failures);

	entry->failures++;
	entry->failure = *failure;
	entry->held_until = now + jitter_between(hold - hold / 4, hold);
}

/* Called and left with the lock, which is given up meanwhile. */
static void
renew(struct token_cache *cache, struct entry *entry)
{
	struct grant grant = {0};
	struct token token;
	struct error failure = {0};
	int64_t asked = cache->source.monotonic(), now;
	bool done;

	entry->renewing = true;
	pthread_mutex_unlock(&cache->mutex);
	done = cache->source.fetch(cache->source.context, entry->name, &grant, &failure);
	token = (struct token){grant.token, asked + grant.lifetime * CLOCK_SECOND};
	now = cache->source.monotonic();
	pthread_mutex_lock(&cache->mutex);
	entry->renewing = false;
	if (done && token.expires <= now)
		done = error_set(
			&failure, ERROR_TRANSIENT, "the token that came has expired already");
	if (done) {
		note_token(&cache->source, entry, &token, now);
	} else {
		token_dispose(&token);
		note_failure(entry, &failure, now);
	}
	pthread_cond_broadcast(&cache->renewed);
}

/* Renews, waits or does neither, until the token may be used. */
static bool
make_ready(struct token_cache *cache, struct entry *entry, struct error *error)
{
	for (;;) {
		int64_t now = cache->source.monotonic();
		bool usable = entry->token.text && now < entry->needed;
		bool held = entry->failures > 0 && now < entry->held_until;

		if (usable && (now < entry->advised || entry->renewing || held))
			return true;
		if (entry->renewing) {
			entry->waiting++;
			pthread_cond_wait(&cache->renewed, &cache->mutex);
			entry->waiting--;
		} else if (held) {
			return error_set(error, entry->failure.kind, "%s", entry->failure.message);
		} else {
			renew(cache, entry);
		}
	}
}

bool
token_cache_get(
	struct token_cache *cache, const char *name, struct token *token, struct error *error)
{
	struct entry *entry;
	bool done;

	*token = (struct token){0};
	pthread_mutex_lock(&cache->mutex);
	entry = entry_of(cache, name);
	done = make_ready(cache, entry, error);
	if (done)
		*token = (struct token){memory_text(entry->token.text), entry->token.expires};
	pthread_mutex_unlock(&cache->mutex);
	return done;
}

void
token_cache_refuse(struct token_cache *cache, const char *name, const char *text)
{
	struct entry *entry;

	pthread_mutex_lock(&cache->mutex);
	entry = entry_of(cache, name);
	if (text_equal(entry->token.text, text))
		entry->needed = entry->advised = 0;
	pthread_mutex_unlock(&cache->mutex);
}
