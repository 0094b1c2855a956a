/* What lint takes for granted when it is given no state: that what an object refers to, and the
 * input does not define, is there and fits. */
#pragma once

#include "network/inventory.h"
#include "report/report.h"

/* Adds to the report what the declaration refers to and the inventory does not define. `arena` is
 * the report's. The caller holds the lock. */
void assumptions_add(struct report *report, const struct inventory *inventory,
	const struct declaration *declaration);
