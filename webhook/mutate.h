/* The mutation of one review, as a JSON Patch: the canonical text of what is asked for, which never
 * changes the meaning, and what the cluster lets us supply (validators/supplement.h).
 *
 * On an update only what the update itself writes is touched: text that stands in the stored object
 * already may belong to a field that must not change, and patching it would block even the removal
 * of a finalizer. What the cluster supplies is added to an update that writes anything of the spec.
 * An object that is being deleted is left alone. Links that are given out are held until the
 * verdict (webhook/decide.h), or for half a minute when none comes, except on dry run.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "webhook/review.h"
#include "webhook/source.h"

struct mutation {
	size_t count;               /* of changes; with 0 there is no patch */
	const struct buffer *patch; /* lent: the buffer that was given */
	const char *changes;        /* "field: before -> after; …", cut to about 1 KiB */
};

/* `patch` is empty. The review's object is changed in place. What needs the cluster is left out
 * while the source is not ready: the verdict will ask for another try. */
struct mutation mutate(struct arena *arena, struct source *source, const struct review *review,
	struct buffer *patch);
