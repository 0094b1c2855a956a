/* broad-prefix: a network so wide that it leaves its neighbours little room: every later peering
 * has to keep clear of all of it. */
#include "validators/case.h"

static void
check_claim(struct case_ *c, const struct claim *claim)
{
	enum family family = claim->prefix.address.family;
	unsigned shortest = policy_shortest_prefix(c->policy, family);
	struct finding *finding;

	if (claim->prefix.length >= shortest)
		return;
	finding = case_finding(c, claim->field,
		claim->role == CLAIM_LINK ? case_end(c, claim) : case_prefix(c, &claim->prefix));
	case_message(c, finding, "is wider than /%u, the limit of the policy", shortest);
	case_hint(c, finding,
		"write only what is in use, or change spec.limits.prefixLength.%s of the policy",
		family == FAMILY_4 ? "ipv4" : "ipv6");
}

static void
check(struct case_ *c)
{
	each_claim(c, claim)
		check_claim(c, claim);
	each_link(c, link)
		check_claim(c, link);
}

const struct rule broad_prefix = {
	.id = "broad-prefix",
	.summary = "reports a network that is wider than the policy's limit",
	.action = ACTION_REPORT,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET) | KIND_BIT(KIND_IP_RANGE) |
		  KIND_BIT(KIND_REMOTE_NETWORK),
	.check = check,
};
