/* The audit: what the rules have against everything that exists, object by object, as if each were
 * the last to come. For all of an inventory at once, or for one object that has changed.
 *
 * It tells everything, whatever the policy withholds from the authors of requests: who asks has
 * read the objects. The caller holds the inventory's lock in every
 * call; what is returned lives in the arena. Declarations are lent until the lock is given back,
 * findings are not.
 */
#pragma once

#include <stdint.h>

#include "network/inventory.h"
#include "validators/finding.h"
#include "validators/policy.h"

struct audit {
	const struct inventory *inventory;
	const struct policy *policy;
	int64_t now; /* seconds since 1970, for what expires; 0 when nothing does */
};

/* Everything that is stored and comes from the API server, in the order of kind, name and
 * namespace. */
struct declarations audit_subjects(struct arena *arena, const struct inventory *inventory);

/* What speaks against one stored object, the certain things first. */
struct findings audit_object(
	struct arena *arena, const struct audit *audit, const struct declaration *subject);

/* What speaks against these objects, in their order. Of one id `visit` gets one finding: the most
 * severe, else the last. */
void audit_all(struct arena *arena, const struct audit *audit, const struct declarations *subjects,
	void (*visit)(const struct finding *finding, void *context), void *context);
