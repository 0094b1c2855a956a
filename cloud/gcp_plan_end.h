/* The plan of a wish that is deleting: the own half first, if it was made for this object, then the
 * remote one, if the wish says so and it has the wish's name and leads to us; what is not ours or
 * not in our power stays and is told. Pure.
 */
#pragma once

#include "cloud/gcp_facts.h"

void gcp_plan_end_make(struct arena *arena, const struct cloud_wish *wish,
	const struct gcp_facts *facts, struct cloud_plan *plan);
