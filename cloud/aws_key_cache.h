/* Keys by role, fetched when they are needed and before they expire.
 *
 * Keys are renewed when the last quarter of their life begins, but not earlier than 15 minutes
 * before the end; a failure then keeps the old ones. They must be renewed when the last sixth
 * begins, but not earlier than 10 minutes before. The first of the two is moved a little at random,
 * so that not all are renewed at once. One thread renews an entry; meanwhile others get the old
 * keys, or wait where those may not be used. A failure is remembered for a second, then for twice
 * as long each time, up to a minute, in which nobody is asked again. Keys that come without any
 * life left are a failure.
 *
 * Thread-safe. A cache holds AWS_KEY_CACHE_ENTRIES; beyond that the one that was used longest ago
 * goes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/aws_assume_role.h"
#include "cloud/aws_keys.h"

struct aws_key_cache;

enum { AWS_KEY_CACHE_ENTRIES = 1024 };

struct aws_key_source {
	/* Called without a lock, by several threads at a time, though never by two for one entry.
	 * `role` is NULL for the program's own keys. May itself call aws_key_cache_get for another
	 * role. The keys are owned. */
	bool (*fetch)(void *context, const struct aws_role *role, struct aws_keys *keys,
		struct error *error);
	void *context;
	int64_t (*wall)(void);      /* nanoseconds since 1970; NULL: clock_wall */
	int64_t (*monotonic)(void); /* NULL: clock_monotonic */
};

struct aws_key_cache *aws_key_cache_new(const struct aws_key_source *source);
void aws_key_cache_free(struct aws_key_cache *cache); /* wipes; no call may be under way */

/* A copy of the keys; aws_keys_dispose. The texts of `role` are copied. */
bool aws_key_cache_get(struct aws_key_cache *cache, const struct aws_role *role,
	struct aws_keys *keys, struct error *error);

/* AWS refused these keys although they have not expired: unless they have been renewed since, the
 * next call fetches new ones. */
void aws_key_cache_refuse(struct aws_key_cache *cache, const struct aws_role *role, const char *id);
