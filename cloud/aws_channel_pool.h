/* Channels to services of AWS that are kept between calls, for many threads. Each belongs to one
 * thread at a time; there are as many as threads that call at once, and AWS_CHANNEL_POOL_IDLE more.
 * Each holds about 1.5 MiB, nearly all of it the system's CAs. One that nobody used for 15 seconds
 * is closed before the service does it, since a POST that meets a dead one is lost.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "http/http_client.h"

struct aws_channel_pool;

enum { AWS_CHANNEL_POOL_IDLE = 8 };

struct aws_channel {
	struct http_client *http;
	/* The rest belongs to the pool. */
	char *url;
	int64_t idle_since;
	struct aws_channel *next;
};

/* `environment` is lent (cloud/aws_channel.h). */
struct aws_channel_pool *aws_channel_pool_new(const char *const *environment);
void aws_channel_pool_free(struct aws_channel_pool *pool); /* all have to be released */

/* One to that URL; NULL as in aws_channel_open, and with ERROR_TRANSIENT after an abort. */
struct aws_channel *aws_channel_pool_acquire(
	struct aws_channel_pool *pool, const char *url, struct error *error);
/* Keeps it where it `works` still. */
void aws_channel_pool_release(
	struct aws_channel_pool *pool, struct aws_channel *channel, bool works);

/* Aborts the calls on all of them, and gives out no more. From any thread. */
void aws_channel_pool_abort(struct aws_channel_pool *pool);
