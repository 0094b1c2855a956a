/* Channels to services of a cloud that are kept between calls, for many threads. Each belongs to
 * one thread at a time; there are as many as threads that call at once, and CHANNEL_POOL_IDLE more.
 * Each holds about 1.5 MiB, nearly all of it the system's CAs. One that nobody used for 15 seconds
 * is closed before the service does it, since a POST that meets a dead one is lost.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "cloud/channel.h"
#include "http/http_client.h"

struct channel_pool;

enum { CHANNEL_POOL_IDLE = 8 };

struct channel {
	struct http_client *http;
	/* The rest belongs to the pool. */
	char *url;
	int64_t idle_since;
	struct channel *next;
};

struct channel_pool *channel_pool_new(struct channel_trust trust);
void channel_pool_free(struct channel_pool *pool); /* all have to be released */

/* One to that URL; NULL as in channel_open, and with ERROR_TRANSIENT after an abort. */
struct channel *channel_pool_acquire(
	struct channel_pool *pool, const char *url, struct error *error);
/* Keeps it where it `works` still. */
void channel_pool_release(struct channel_pool *pool, struct channel *channel, bool works);

/* Aborts the calls on all of them, and gives out no more. From any thread. */
void channel_pool_abort(struct channel_pool *pool);
