/* What a change of an object is reason to work on: its own key, and those of the peerings and links
 * that wait for what it says. All functions need the inventory's lock.
 */
#pragma once

#include "base/arena.h"
#include "daemon/clouds.h"
#include "daemon/peering_controller.h"
#include "daemon/work_queue.h"
#include "network/inventory.h"

struct dispatch { /* all is lent */
	const struct clouds *clouds;
	struct inventory *inventory;
	struct arena *scratch; /* emptied after each use */
	struct peering_controller *controller;
	struct work_queue *peerings; /* and links */
	struct work_queue *networks; /* and zones */
};

/* The object was seen to have come, changed or gone. */
void dispatch_seen(struct dispatch *dispatch, const struct object_id *object);
/* All that exists: this replica leads from now on. */
void dispatch_everything(struct dispatch *dispatch);
