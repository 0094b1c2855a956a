/* What `kubectl apply` makes of a stored object and a manifest: the three-way JSON merge patch of
 * custom resources (k8s.io/apimachinery/pkg/util/jsonmergepatch).
 *
 * Members of the manifest go before stored ones; lists are replaced whole; a null takes the member
 * away; and what the last manifest had and this one has no more goes as well. The status is not
 * touched: it has an endpoint of its own.
 */
#pragma once

#include "base/arena.h"
#include "format/json.h"

/* `last` is the manifest that was applied last, or NULL. NULL only when the result is too large. */
const struct json *merge_apply(struct arena *arena, const struct json *stored,
	const struct json *last, const struct json *manifest);

/* What kubectl wrote down as the last manifest of a stored object, or NULL. */
const struct json *merge_last_applied(struct arena *arena, const struct json *stored);

/* A copy that lives in the arena. NULL only when it is too large. */
const struct json *merge_copy(struct arena *arena, const struct json *value);
