/* default-vpc: Kube-OVN does not support peerings of the default VPC. The ports are made, but a
 * policy route of the default VPC sends what is meant for the peer to the node instead. */
#include "base/text.h"
#include "validators/case.h"

/* By its name, also while it is not known; else by what its Vpc says. */
static bool
is_default_vpc(struct case_ *c, const char *domain)
{
	const struct declaration *vpc = case_router(c, domain);

	return text_equal(domain, "vpc/" DEFAULT_VPC) || (vpc && vpc->default_vpc);
}

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		struct finding *finding;

		if (!is_default_vpc(c, peering->from) && !is_default_vpc(c, peering->to))
			continue;
		finding = case_finding(c, peering->field, peering->target);
		if (is_default_vpc(c, peering->to))
			case_message(c, finding, "is the default VPC, which cannot be peered");
		else
			case_message(c, finding, "cannot be peered with the default VPC");
		case_hint(
			c, finding, "move the subnets that need the peering to a VPC of their own");
		case_refuse_peering(c, finding, peering);
	}
}

const struct rule default_vpc = {
	.id = "default-vpc",
	.summary = "fails when either side of a peering is the default VPC",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_VPC),
	.check = check,
};
