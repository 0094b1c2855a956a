/* Inside the inventory: the objects with their two layers. For inventory*.c and free_prefix.c only.
 */
#pragma once

#include <pthread.h>

#include "network/domain.h"
#include "network/inventory.h"
#include "network/table.h"

/* One declaration of an object: the stored one, or a reservation. */
struct slot {
	struct holding holding;
	struct object *object;
	uint64_t fingerprint;
	uint64_t serial;
	bool held; /* until inventory_release or its deadline */
	int64_t deadline;
	TAILQ_ENTRY(slot) of_object;
	TAILQ_ENTRY(slot) by_deadline; /* what is held */
	bool veiled;
	TAILQ_ENTRY(slot) veils;
};
TAILQ_HEAD(slots, slot);

struct object {
	struct table_entry entry;
	struct object_id id; /* its texts belong to one of the slots */
	struct slot *stored; /* or NULL */
	struct slots reserved;
	bool kept; /* while inventory_keep_only runs */
	TAILQ_ENTRY(object) of_kind;
};
TAILQ_HEAD(objects, object);

struct inventory;
/* NULL when there is none. */
const struct object *inventory_object(
	const struct inventory *inventory, const struct object_id *id);

struct inventory {
	pthread_mutex_t mutex;
	struct table table;
	uint64_t seed;
	uint64_t serial; /* of the newest slot */
	struct objects kinds[DECLARANTS];
	struct slots veiled;
	struct slots deadlines; /* of what is held, the next to expire first */
	struct domains domains;
	struct inventory_size size;
};
