/* Access tokens (RFC 6750) by name, fetched when they are needed and before they expire, for every
 * cloud that has them. A name says whose token it is: a tenant, an account; "" is one, too.
 *
 * All times are nanoseconds of clock_monotonic, so that a wall clock that jumps ends no token. A
 * token is renewed when the last quarter of its life begins, but not earlier than 5 minutes before
 * the end; a failure then keeps the old one. It must be renewed when the last sixth begins, but not
 * earlier than 2 minutes before. One thread renews; meanwhile others get the old token, or wait
 * where that may not be used. A failure is remembered for a second, then for twice as long each
 * time, up to a minute, in which nobody is asked again.
 *
 * Thread-safe. A cache holds TOKEN_CACHE_ENTRIES; beyond that the one that was used longest ago
 * goes. Tokens are wiped when they go.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct token_cache;

enum { TOKEN_CACHE_ENTRIES = 256 };

struct token {
	char *text; /* secret */
	int64_t expires;
};
void token_dispose(struct token *token); /* wipes; usable with CLEANUP */

struct token_source {
	/* Called without a lock, by several threads at a time, though never by two for one name.
	 * The token is owned. */
	bool (*fetch)(void *context, const char *name, struct token *token, struct error *error);
	void *context;
	int64_t (*monotonic)(void); /* NULL: clock_monotonic */
};

struct token_cache *token_cache_new(const struct token_source *source);
void token_cache_free(struct token_cache *cache); /* no call may be under way */

/* A copy of the token; token_dispose. */
bool token_cache_get(
	struct token_cache *cache, const char *name, struct token *token, struct error *error);

/* The cloud refused this token although it has not expired: unless it has been renewed since, the
 * next call fetches a new one. */
void token_cache_refuse(struct token_cache *cache, const char *name, const char *text);
