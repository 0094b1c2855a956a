/* The plan of a wish that is deleting: routes first, then the connection, if it is ours; what is
 * not ours or not in our power stays and is told. Pure.
 */
#pragma once

#include "cloud/aws_plan_routes.h"

void aws_plan_end_make(struct arena *arena, const struct cloud_wish *wish,
	const struct aws_facts *facts, struct cloud_plan *plan);
