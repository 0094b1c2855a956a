/* The mutation of one review: the canonical text of what is asked for, as a JSON Patch; never
 * another meaning.
 *
 * On an update only what the update itself writes is touched: text that stands in the stored object
 * already may belong to a field that must not change, and patching it would block even the removal
 * of a finalizer.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "webhook/review.h"

struct mutation {
	size_t count;               /* of changes; with 0 there is no patch */
	const struct buffer *patch; /* lent: the buffer that was given */
	const char *changes;        /* "field: before -> after; …", cut to about 1 KiB */
};

/* `patch` is empty. */
struct mutation mutate(struct arena *arena, const struct review *review, struct buffer *patch);
