/* What the daemon knows of itself at one moment, and the same as JSON for /statusz.
 *
 * It names objects, networks and accounts, but no secret; it stands on the plain port. Everything
 * is a copy in the arena in which it was gathered, or lent as long as the program runs. Pure: the
 * one who gathers it is daemon/daemon.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "daemon/auditor.h"
#include "daemon/certificate_keeper.h"
#include "daemon/key_queue.h"
#include "daemon/network_controller.h"
#include "daemon/peering_controller.h"
#include "daemon/registration_keeper.h"
#include "daemon/settings.h"
#include "kube/leader.h"

struct status_queue {
	const char *name;
	struct key_queue_size size;
};
enum { STATUS_QUEUES = 2 };

struct status {
	const struct settings *settings;
	const char *phase; /* "starting", "running" or "ending" */
	int64_t now;       /* clock_wall */
	bool synced;
	int64_t mirror_age; /* nanoseconds */
	struct inventory_size inventory;
	struct leader_view leader;
	struct status_queue queues[STATUS_QUEUES];
	struct peering_views peerings;
	struct cloud_views clouds;
	struct auditor_view audit;
	const char *picture; /* SVG, for the page only; NULL for none */
	struct registration_keeper_view registration;
	struct certificate_keeper_view certificates;
};

/* Appends one JSON object. */
void status_write(const struct status *status, struct buffer *out);
