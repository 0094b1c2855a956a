/* What the controllers of peerings and DNS links say of them, as it is stored in their status
 * (Kyma's Cloud Manager and peerwarden-daemon: state, and the conditions Ready and Error). */
#pragma once

#include "base/arena.h"
#include "format/json.h"
#include "report/topology.h"

/* They live in the arena. */
struct standings {
	struct arena *arena;
	struct topology_standing *items;
	size_t count;
	size_t room;
};

/* Adds what the status of the object says; nothing for other kinds, or without a status. */
void standings_add(
	struct standings *standings, const struct object_id *id, const struct json *object);
