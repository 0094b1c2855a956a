/* self-peering: a VPC that names itself gets a router port that is linked to nothing, and a cloud
 * refuses to peer a network with itself. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/shoot_network.h"

/* A VPC of AWS shows only by its tag Name that it is the shoot's. */
static bool
is_named_as_shoot(struct case_ *c, const struct peering *peering)
{
	const struct declaration *network = case_definition(c, peering->to);
	const char *name = shoot_network_name(c);

	for (int i = 0; name && network && i < network->tag_count; i++)
		if (text_equal(network->tags[i].key, "Name") &&
			text_equal(network->tags[i].value, name))
			return true;
	return false;
}

static bool
leads_to_shoot(struct case_ *c, const struct peering *peering)
{
	const struct remote *remote = peering->remote;

	if (remote->provider == PROVIDER_AWS)
		return is_named_as_shoot(c, peering);
	return shoot_network_is(c, remote->provider, remote->id);
}

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		struct finding *finding;

		if (!text_equal(peering->from, peering->to) &&
			!(peering->remote && leads_to_shoot(c, peering)))
			continue;
		finding = case_finding(c, peering->field, peering->target);
		case_message(c, finding, "is %s itself",
			peering->remote ? "the shoot's network" : "this VPC");
		case_hint(c, finding, "name the %s at the other end",
			peering->remote ? "network" : "VPC");
		case_refuse_peering(c, finding, peering);
	}
}

const struct rule self_peering = {
	.id = "self-peering",
	.summary = "fails when a VPC or the shoot's network peers with itself",
	.action = ACTION_DENY,
	.guards = GUARDS_PEERINGS,
	.check = check,
};
