/* default-vpc: Kube-OVN does not support peerings of the default VPC. The ports are made, but a
 * policy route of the default VPC sends what is meant for the peer to the node instead. */
#include "validators/case.h"

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		struct finding *finding;

		if (!case_is_default_vpc(c, peering->from) && !case_is_default_vpc(c, peering->to))
			continue;
		finding = case_finding(c, peering->field, peering->target);
		if (case_is_default_vpc(c, peering->to))
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
