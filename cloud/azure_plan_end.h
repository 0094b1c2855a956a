/* The plan of a wish that is deleting: the remote half first, where the spec says that it goes too
 * and it has the name that the spec gives it; then the own half, if it is ours. What is not ours or
 * not in our power stays and is told. Pure.
 */
#pragma once

#include "cloud/azure_facts.h"

void azure_plan_end_make(struct arena *arena, const struct cloud_wish *wish,
	const struct azure_facts *facts, struct cloud_plan *plan);
