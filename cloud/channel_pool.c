#include "cloud/channel_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#define LONGEST_IDLE (15 * CLOCK_SECOND)

struct channel_pool {
	struct channel_trust trust;
	pthread_mutex_t mutex;
	struct channel *idle; /* the one that was used last comes first */
	struct channel *busy;
	bool aborted;
};

struct channel_pool *
channel_pool_new(struct channel_trust trust)
{
	struct channel_pool *pool = memory_alloc(sizeof *pool);

	pool->trust = trust;
	pthread_mutex_init(&pool->mutex, NULL);
	return pool;
}

static void
free_list(struct channel *channel)
{
	while (channel) {
		struct channel *next = channel->next;

		http_client_free(channel->http);
		free(channel->url);
		free(channel);
		channel = next;
	}
}

void
channel_pool_free(struct channel_pool *pool)
{
	if (!pool)
		return;
	free_list(pool->idle);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

static void
push(struct channel **list, struct channel *channel)
{
	channel->next = *list;
	*list = channel;
}

static void
unlink_from(struct channel **list, struct channel *channel)
{
	while (*list != channel)
		list = &(*list)->next;
	*list = channel->next;
	channel->next = NULL;
}

/* Takes those off that were idle for too long, and those that are too many: they stand at the end.
 */
static struct channel *
cut_idle(struct channel_pool *pool)
{
	struct channel **at = &pool->idle;
	struct channel *cut;
	int64_t oldest = clock_monotonic() - LONGEST_IDLE;

	for (int i = 0; i < CHANNEL_POOL_IDLE && *at && (*at)->idle_since >= oldest; i++)
		at = &(*at)->next;
	cut = *at;
	*at = NULL;
	return cut;
}

/* With the lock. */
static struct channel *
take_idle(struct channel_pool *pool, const char *url)
{
	for (struct channel *at = pool->idle; at; at = at->next)
		if (text_equal(at->url, url)) {
			unlink_from(&pool->idle, at);
			push(&pool->busy, at);
			return at;
		}
	return NULL;
}

/* A channel that comes into an aborted pool is aborted, too. */
static struct channel *
add(struct channel_pool *pool, const char *url, struct http_client *http)
{
	struct channel *made = memory_alloc(sizeof *made);

	made->http = http;
	made->url = memory_text(url);
	pthread_mutex_lock(&pool->mutex);
	push(&pool->busy, made);
	if (pool->aborted)
		http_client_abort(http);
	pthread_mutex_unlock(&pool->mutex);
	return made;
}

struct channel *
channel_pool_acquire(struct channel_pool *pool, const char *url, struct error *error)
{
	struct channel *cut, *found;
	struct http_client *http;
	bool aborted;

	pthread_mutex_lock(&pool->mutex);
	cut = cut_idle(pool);
	aborted = pool->aborted;
	found = aborted ? NULL : take_idle(pool, url);
	pthread_mutex_unlock(&pool->mutex);
	free_list(cut);
	if (found)
		return found;
	if (aborted) {
		error_set(error, ERROR_TRANSIENT, "%s: the call was given up", url);
		return NULL;
	}
	http = channel_open(pool->trust, url, false, error);
	return http ? add(pool, url, http) : NULL;
}

void
channel_pool_release(struct channel_pool *pool, struct channel *channel, bool works)
{
	struct channel *cut;

	pthread_mutex_lock(&pool->mutex);
	unlink_from(&pool->busy, channel);
	channel->idle_since = clock_monotonic();
	if (works)
		push(&pool->idle, channel);
	cut = cut_idle(pool);
	pthread_mutex_unlock(&pool->mutex);
	free_list(cut);
	if (!works)
		free_list(channel);
}

void
channel_pool_abort(struct channel_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	pool->aborted = true;
	for (struct channel *at = pool->busy; at; at = at->next)
		http_client_abort(at->http);
	pthread_mutex_unlock(&pool->mutex);
}
