/* For the tests of decoders: the same work with ever larger arenas, from nothing on, until there is
 * enough. Each attempt before that has to fail in order, with ERROR_EXHAUSTED. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/error.h"

enum { ARENA_LIMIT_STEP = 16, ARENA_LIMIT_MOST = 16 << 20 };

/* False, with the error filled, when there was not enough. What has only run beyond the cap in the
 * calls that never fail counts as not enough, too. */
typedef bool arena_limit_attempt(struct arena *arena, void *context, struct error *error);

/* Returns how much was enough. */
static inline size_t
arena_limit_walk(arena_limit_attempt *attempt, void *context)
{
	for (size_t cap = 0; cap < ARENA_LIMIT_MOST; cap += ARENA_LIMIT_STEP + cap / 64) {
		struct arena *arena = arena_new(cap);
		struct error error = {.kind = ERROR_BUG};
		bool good = attempt(arena, context, &error);
		bool enough = good && !arena_exhausted(arena);

		if (!good && error.kind != ERROR_EXHAUSTED)
			fail_msg("with %zu bytes: %s", cap, error.message);
		arena_free(arena);
		if (enough)
			return cap;
	}
	fail_msg("no arena is large enough");
	return 0;
}
