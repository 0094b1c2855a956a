/* What the blackholes lead to that stand in the way of a route.
 *
 * AWS lets a route be made before its connection is accepted, and calls it a blackhole until then,
 * just as one whose connection has ended. So the connections are asked for, in one call and only
 * where there is such a route.
 */
#pragma once

#include "cloud/aws_access.h"
#include "cloud/aws_facts.h"

/* Adds to facts->others those that the tables' routes to a `wanted` range lead to and that live,
 * and those that we may not see; after facts->peerings was read. */
bool aws_dead_ends_read(struct arena *arena, const struct aws_access *access,
	const struct aws_place *place, const struct aws_route_tables *tables,
	const struct aws_ranges *wanted, struct aws_facts *facts, struct cloud_fault *fault);
