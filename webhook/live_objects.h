/* Objects that a request would be refused for, as they were read from the API server a moment ago:
 * they count in place of what the mirror shows, which may be behind, so that nobody is refused
 * because of something that was deleted or changed. docs/never-both.md, "Before a refusal".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "ledger/book.h"
#include "mirror/live_reads.h"
#include "network/inventory.h"
#include "validators/finding.h"

/* When so many have changed in the meantime, what the mirror shows is good enough. */
enum { LIVE_OBJECTS = 4 };

struct live_object {
	struct live_read read;
	uint64_t serial;                 /* of what the mirror showed when it was asked for */
	struct reservation *reservation; /* while it counts */
};

struct live_objects {
	struct live_object items[LIVE_OBJECTS];
	int count;
};

/* The object to read before these findings refuse: that of the first denial. NULL when there is one
 * denial for the subject's own sake, or one for something that was read already, or nothing may be
 * read any more. Lent from the findings. */
const struct object_id *live_objects_next(
	const struct live_objects *objects, const struct findings *findings);

/* Prepares the read; its text lives in the arena, as will what is read. `done` gets `context` in
 * the read. With the inventory locked, as the rest. */
struct live_read *live_objects_add(struct live_objects *objects, struct arena *arena,
	const struct inventory *inventory, const struct object_id *object);

/* Lets what was read count in place of what the mirror shows, where that is still what it was. */
void live_objects_count(
	struct live_objects *objects, struct inventory *inventory, const struct book *book);
/* The mirror counts again; ends every inventory_veil. */
void live_objects_end(struct live_objects *objects, struct inventory *inventory);
