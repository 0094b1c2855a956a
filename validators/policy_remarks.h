/* What a policy says to no effect: entries that nothing reaches, kinds that a rule never guards,
 * exemptions from what would not be refused. A policy with remarks is good, but somebody will be
 * surprised.
 */
#pragma once

#include <stdint.h>

#include "validators/policy.h"

struct policy_remark {
	size_t line; /* in the file */
	const char *text;
	const struct policy_remark *next;
};

/* In the order of the file within each section; NULL when there is none. Lives in the arena. */
const struct policy_remark *policy_remarks(struct arena *arena, const struct policy *policy);

/* "exemption of OWNER from cidr-overlap expired on 2027-01-31: REASON" for those that no longer
 * hold at `now`, in seconds since 1970. */
const struct policy_remark *policy_remarks_of_expired(
	struct arena *arena, const struct policy *policy, int64_t now);
