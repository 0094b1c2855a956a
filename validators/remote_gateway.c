/* remote-gateway: of all its peerings, an Azure network lets one at most use the gateway at the
 * other end. */
#include "validators/case.h"

static void
report(struct case_ *c, const struct declaration *other)
{
	static const struct field use = {"spec.useRemoteGateway", 0};
	struct finding *finding = case_finding(c, use, "true");

	case_message(c, finding,
		"is one too many: %s uses the gateway of %s, and a network can use only one",
		case_object(c, other), case_domain(c, other->peerings[0].to));
	case_against(c, finding, other, use, "true");
	case_hint(c, finding, "leave useRemoteGateway out, or delete %s first",
		case_object(c, other));
}

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		struct declarations others;

		if (!peering->uses_remote_gateway)
			continue;
		others = inventory_using_remote_gateways(
			c->arena, c->inventory, peering->from, &c->subject->object);
		for (size_t i = 0; i < others.count; i++)
			report(c, others.items[i]);
	}
}

const struct rule remote_gateway = {
	.id = "remote-gateway",
	.summary =
		"fails when more than one AzureVpcPeering uses the gateway of its remote network",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_AZURE_VPC_PEERING),
	.check = check,
};
