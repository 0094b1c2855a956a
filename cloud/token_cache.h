/* Access tokens (RFC 6750) by name, fetched when they are needed and before they expire, for every
 * cloud that has them. A name says whose token it is: a tenant, an account; "" is one, too.
 *
 * All times are nanoseconds of clock_monotonic, so that a wall clock that jumps ends no token, and
 * count from before a token was asked for. It is renewed when the last quarter of the life begins
 * that was left when it came, but not earlier than 5 minutes before the end; a failure then keeps
 * the old one. It must be renewed when the last sixth begins, but not earlier than 2 minutes before
 * the end. A cloud may have margins of its own (struct token_margin). One thread renews; meanwhile
 * others get the old token, or wait where that may not be used. A failure is remembered for a
 * second, then for twice as long each time, up to a minute, in which nobody is asked again.
 *
 * Thread-safe. A cache holds TOKEN_CACHE_ENTRIES; beyond that the one that was used longest ago
 * goes. Tokens are wiped when they go.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/grant.h"

struct token_cache;

enum { TOKEN_CACHE_ENTRIES = 256 };

struct token {
	char *text; /* secret */
	int64_t expires;
};
void token_dispose(struct token *token); /* wipes; usable with CLEANUP */

/* How long before its end a token is renewed. */
struct token_margin {
	int64_t most; /* nanoseconds */
	int64_t part; /* of its life: 4 is a quarter */
};

struct token_source {
	/* Called without a lock, by several threads at a time, though never by two for one name.
	 * The grant is owned. */
	bool (*fetch)(void *context, const char *name, struct grant *grant, struct error *error);
	void *context;
	int64_t (*monotonic)(void); /* NULL: clock_monotonic */
	/* When it should be renewed, and when it must; all zero: as above. */
	struct token_margin advised, needed;
};

struct token_cache *token_cache_new(const struct token_source *source);
void token_cache_free(struct token_cache *cache); /* no call may be under way */

/* A copy of the token; token_dispose. */
bool token_cache_get(
	struct token_cache *cache, const char *name, struct token *token, struct error *error);

/* The cloud refused this token although it has not expired: unless it has been renewed since, the
 * next call fetches a new one. */
void token_cache_refuse(struct token_cache *cache, const char *name, const char *text);
