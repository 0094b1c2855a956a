/* The steps of a plan in the making, and the problem that comes with them.
 */
#pragma once

#include "cloud/gcp_facts.h"

/* Of a plan, as Kyma's Cloud Manager has them. */
#define GCP_STATE_INITIATED    "Initiated"
#define GCP_STATE_CONNECTED    "Connected"
#define GCP_STATE_DISCONNECTED "Disconnected"
#define GCP_STATE_DELETING     "Deleting"
#define GCP_STATE_ERROR        "Error"

struct gcp_steps {
	struct arena *arena;
	struct cloud_step items[4];
	size_t count;
};

/* `text` as cloud/cloud.h has it. */
void gcp_plan_steps_add(struct gcp_steps *steps, enum cloud_verb verb, enum cloud_side side,
	const char *object, const char *text);
/* Copies them into the plan, and tells of the operation that was to do them, where it failed. */
void gcp_plan_steps_finish(
	const struct gcp_steps *steps, const struct gcp_facts *facts, struct cloud_plan *plan);
