/* The controller of RemoteNetworks and RemoteZones: asks the cloud what each is like, and writes it
 * into its status, for the webhook, the audit and everybody who reads it.
 *
 * Keys are as in daemon/work_key.h. The cloud is asked when the spec or the annotation
 * peerwarden.io/refresh has changed since the last answer, and when that is older than four to
 * five fifths of `refresh`, the same part for a key each time: all by what stands in the object, so
 * that a crash loses nothing and an own write is no reason to ask. A look-up that failed comes
 * again by its class (cloud/failure.h): within a minute where a user has to act, after a back-off
 * where the cloud is busy, else on schedule. Where no row of the clouds describes the kind
 * nothing is written: an administrator may fill the spec by hand.
 *
 * status.observedVersion is the resourceVersion of the object as it was read before the cloud was
 * asked: who has written the object and got version V back knows that a status with
 * observedVersion >= V was looked up after that write.
 *
 * An object that webhook or daemon have made (label app.kubernetes.io/managed-by: peerwarden), and
 * that nobody has written anything into since, is deleted when nothing has led to it for `idle`,
 * counted from when that was first seen here, or from the last question. The mirror must be synced
 * before a key is worked.
 *
 * Metrics: peerwarden_cloud_lookups_total, peerwarden_remote_networks_deleted_total.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cloud/cloud.h"
#include "daemon/workers.h"
#include "network/inventory.h"

struct network_controller;

struct network_controller_settings {
	const struct cloud *clouds;  /* ended by a row without a name */
	struct inventory *inventory; /* what leads to a network or zone */
	int64_t refresh;             /* nanoseconds; jittered */
	int64_t idle;                /* nanoseconds */
};

/* All is lent as long as it lives. */
struct network_controller *network_controller_new(
	const struct network_controller_settings *settings);
void network_controller_free(struct network_controller *controller);

/* For daemon/workers.h. */
struct work_result network_controller_work(
	void *controller, struct worker *worker, const char *key);

/* Somebody doubts what is known of this network or zone: its next pass asks the cloud, once within
 * 60 s. True when there is reason to work its key now. What the cloud says again is not written, so
 * that asking brings on nothing. From any thread. */
bool network_controller_ask(struct network_controller *controller, const char *key);
/* Something that led there has gone, so what is known is out of date: its next pass asks the cloud.
 * From any thread. */
void network_controller_touch(struct network_controller *controller, const char *key);

/* Of each cloud: the last answer and the last error, for the status page. Copies in the arena. */
struct cloud_view {
	const char *name;
	int64_t answered;  /* clock_wall of the last good answer; 0 for none */
	int64_t failed;    /* of the last error; 0 for none */
	const char *error; /* the last error; "" */
	uint64_t answers;
	uint64_t errors;
};
struct cloud_views {
	struct cloud_view *items;
	size_t count;
};
struct cloud_views network_controller_look(
	struct arena *arena, struct network_controller *controller);
