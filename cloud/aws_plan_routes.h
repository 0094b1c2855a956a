/* The routes of a peering on AWS: what each table has to have, and what is to go. Pure.
 *
 * Wanted are the far network's ranges in every local table, and the own VPC's ranges in the remote
 * tables that the object selects; a gateway's table takes none. A route is replaced only where it
 * leads to a peering connection that has ended; one that leads elsewhere and lives, or waits for
 * its connection to be accepted, is somebody's, and is said. Removed is,
 * through a connection of ours alone, what meets no range of the network behind it: a part of a
 * range, or a sum of several, may be an administrator's choice.
 */
#pragma once

#include "cloud/aws_connection.h"

/* Steps as they are found; grows in the arena. */
struct aws_steps {
	struct arena *arena;
	struct cloud_step *items;
	size_t count;
	size_t room;
};

void aws_steps_add(struct aws_steps *steps, const struct cloud_step *step);

/* Does the object's choice of remote tables take this one? */
bool aws_plan_routes_select(
	const struct cloud_wish *wish, const struct aws_route_table *table, enum cloud_side side);

/* The steps that bring one side's tables to what is wanted. The first route that leads elsewhere is
 * put into the plan as its reason. */
void aws_plan_routes_repair(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, enum cloud_side side, struct cloud_plan *plan);

/* The steps that end one side's routes of a wish that is deleting. Returns what must stay since we
 * have no right to remove it, as commands; or NULL. */
const char *aws_plan_routes_end(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, enum cloud_side side);
