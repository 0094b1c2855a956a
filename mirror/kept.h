/* The objects that a list has had, so that all others can be forgotten. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "network/declaration.h"

struct kept {
	struct arena *names;
	struct object_id *items;
	size_t count;
	size_t capacity;
};

void kept_init(struct kept *kept);
void kept_dispose(struct kept *kept);                             /* usable with CLEANUP */
void kept_add(struct kept *kept, const struct object_id *object); /* copies it */

/* All of them, ended by a NULL name, as inventory_keep_only wants it; lent until the next change.
 */
const struct object_id *kept_items(struct kept *kept, enum kind kind);
