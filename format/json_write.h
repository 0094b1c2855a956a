/* JSON values as text again: compact, in the order of the tree, numbers as they were written.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "format/json.h"

/* Appends the value; an absent one (NULL) as null. What does not fit shows in out->overflowed. The
 * arena is for what is needed on the way. */
void json_write(struct arena *arena, const struct json *value, struct buffer *out);
