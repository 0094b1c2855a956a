/* Counts the findings of one audit as a reader of all of them would: one that two objects have in
 * common counts once, as the more severe of the two. 16 bytes for each while it counts.
 *
 * Metric: peerwarden_audit_findings (docs/metrics.md).
 */
#pragma once

#include <stddef.h>

#include "validators/finding.h"

struct tally_mark;

struct tally { /* {0} is an empty one */
	struct tally_mark *marks;
	size_t count;
	size_t room;
};

void tally_add(struct tally *tally, const struct findings *findings);
/* Sets the metric, and by_action; the tally is empty afterwards. */
void tally_finish(struct tally *tally, size_t by_action[ACTIONS]);
