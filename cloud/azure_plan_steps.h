/* One plan of a peering on Azure in the making: what the parts of the planner share. */
#pragma once

#include "base/clock.h"
#include "cloud/azure_plan_halves.h"

#define AZURE_PLAN_SOON (2 * CLOCK_SECOND)

enum { AZURE_PLAN_STEPS_MOST = 8 };

struct azure_plan_steps {
	struct arena *arena;
	const struct cloud_wish *wish;
	const struct azure_facts *facts;
	struct azure_plan_halves halves;
	struct cloud_plan *plan; /* whose steps and step_count grow */
	struct cloud_step *items;
};

/* The plan has its id and the state of the local half then, and no step. */
void azure_plan_steps_begin(struct azure_plan_steps *steps, struct arena *arena,
	const struct cloud_wish *wish, const struct azure_facts *facts, struct cloud_plan *plan);

/* Why it cannot go on. "Disconnected" stays the state where it is that; `state` NULL leaves it. */
void azure_plan_steps_stop(struct azure_plan_steps *steps, const char *state, const char *reason,
	enum cloud_failure failure, const char *message, const char *hint);

void azure_plan_steps_add(struct azure_plan_steps *steps, enum cloud_verb verb,
	enum cloud_side side, const char *object, const char *text);

/* The half of a side is put, since it is what `what` says: "is missing". A half of some subnets
 * alone is not: a PUT would make it one of whole VNets; that is said. False then. */
bool azure_plan_steps_put(struct azure_plan_steps *steps, enum cloud_verb verb,
	enum cloud_side side, const char *what);

/* "VNet hub", of either side. */
const char *azure_plan_steps_vnet(struct azure_plan_steps *steps, enum cloud_side side);

/* Says that the remote VNet does not carry the tag. */
void azure_plan_steps_ask_for_tag(struct azure_plan_steps *steps);
