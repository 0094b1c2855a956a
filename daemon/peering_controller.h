/* The controller of peerings: brings what the cloud has to what the object says, or says where the
 * two differ.
 *
 * A key is "<plural>/<name>". One pass reads the object anew, makes sure that a RemoteNetwork
 * describes the network it leads to (and never changes one), asks the cloud for a plan, and
 *  - observing, tells the steps: an Event when they have changed, and the page of the daemon. It
 *    writes nothing to the object, whose status may have another master;
 *  - managing, puts the finalizer there before anything is made, does the steps in their order,
 *    stores a new connection's id before the next one, and writes state and conditions as Kyma's
 *    Cloud Manager does (types and reasons of its v1beta1 API), with observedGeneration.
 *
 * Mode: daemon/mode.h. A pass of a thousand that change nothing costs two reads of the cloud's and
 * writes nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cloud/cloud.h"
#include "daemon/peering_views.h"
#include "daemon/workers.h"
#include "kube/event.h"
#include "network/inventory.h"
#include "validators/finding.h"

struct peering_controller;

struct peering_controller_settings {
	const struct cloud *clouds;    /* ended by a row without a name */
	struct inventory *inventory;   /* for the shoot */
	struct event_recorder *events; /* or NULL */
	const char *default_mode;      /* "observe" or "manage" */
	const char *dns_resolution;    /* "keep", "on" or "off"; NULL: "keep" */
	const char *tag_bypass;        /* a tag that counts in place of the shoot's, or "" */
	int64_t resync;                /* nanoseconds between two looks at what is well; jittered */
	/* What speaks against an object that is managed, before anything new is made for it; as in
	 * daemon/peering_pass.h. NULL: nothing ever does. From any worker's thread. */
	bool (*judge)(void *context, struct arena *arena, const struct object_id *object,
		struct findings *findings);
	/* A peering or link that led to this RemoteNetwork or RemoteZone (its key, as in
	 * daemon/work_key.h) does so no more: it is gone, or leads to another one. NULL: nobody
	 * wants to know. From any worker's thread. */
	void (*left)(void *context, const char *key);
	/* What is known of this RemoteNetwork or RemoteZone (its key) speaks against a peering or
	 * link, and may be out of date. NULL: it is not asked for anew. From any worker's thread.
	 */
	void (*doubt)(void *context, const char *key);
	void *context; /* of all three */
};

/* All is lent as long as it lives. */
struct peering_controller *peering_controller_new(
	const struct peering_controller_settings *settings);
void peering_controller_free(struct peering_controller *controller);

/* Something has changed that no peering's own object says: the shoot, the lead. Without this word
 * an unchanged object is left alone until its next look is due. From any thread. */
void peering_controller_wake(struct peering_controller *controller);

/* A RemoteNetwork has changed that this peering leads to. False where its last pass found that all
 * is well: then it goes on to rest, and there is no reason to work its key. From any thread. */
bool peering_controller_wake_one(struct peering_controller *controller, const char *key);

/* A RemoteNetwork or RemoteZone with this key has changed: peerings and links that the policy
 * denied for what it said are worth another look, and `wake` is told of each. From any thread. */
void peering_controller_wake_doubters(struct peering_controller *controller, const char *key,
	void (*wake)(void *context, const char *key), void *context);

/* For daemon/workers.h. */
struct work_result peering_controller_work(
	void *controller, struct worker *worker, const char *key);

/* What the last pass over each object found, for the status page. Copies in the arena. */
struct peering_views peering_controller_look(
	struct arena *arena, struct peering_controller *controller);
