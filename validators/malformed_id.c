/* malformed-id: a cloud id, account, project, region, tenant or VPC name without its documented
 * form. Upstream controllers meet such an id with a vague error, with endless retries, or with the
 * wrong target. */
#include "validators/case.h"

static void
check(struct case_ *c)
{
	for (int i = 0; i < c->subject->flaw_count; i++) {
		const struct flaw *flaw = &c->subject->flaws[i];
		struct finding *finding;

		if (flaw->type != FLAW_ID)
			continue;
		finding = flaw->soft ? case_softer_finding(c, flaw->field, flaw->value)
				     : case_finding(c, flaw->field, flaw->value);
		case_message(c, finding, ": %s", flaw->reason);
		case_hint(c, finding, "%s", flaw->hint);
	}
}

const struct rule malformed_id = {
	.id = "malformed-id",
	.summary = "fails when an id, a name, a region or a tenant has not its documented form or "
		   "names the wrong type of resource",
	.action = ACTION_DENY,
	.guards = GUARDS_EVERYTHING,
	.check = check,
};
