#include "mirror/kept.h"

#include <stdlib.h>

#include "base/memory.h"

enum { NAMES_SIZE = 256 * 1024 * 1024, FIRST_CAPACITY = 64 };

void
kept_init(struct kept *kept)
{
	*kept = (struct kept){.names = arena_new(NAMES_SIZE)};
}

void
kept_dispose(struct kept *kept)
{
	arena_free(kept->names);
	free(kept->items);
}

/* There is always room for the end mark. */
static void
set(struct kept *kept, const struct object_id *object)
{
	if (kept->count == kept->capacity) {
		kept->capacity = kept->capacity ? kept->capacity * 2 : FIRST_CAPACITY;
		kept->items = memory_resize(kept->items, kept->capacity * sizeof *kept->items);
	}
	kept->items[kept->count] = *object;
}

void
kept_add(struct kept *kept, const struct object_id *object)
{
	struct object_id copy = {object->kind, arena_text(kept->names, object->namespace),
		arena_text(kept->names, object->name)};

	set(kept, &copy);
	kept->count++;
}

const struct object_id *
kept_items(struct kept *kept, enum kind kind)
{
	set(kept, &(struct object_id){.kind = kind});
	return kept->items;
}
