/* self-peering: a VPC that names itself gets a router port that is linked to nothing, and a cloud
 * refuses to peer a network with itself. */
#include <string.h>

#include "base/text.h"
#include "validators/case.h"

/* Gardener calls the shoot's network shoot--<project>--<shoot>; in Azure its resource group too. In
 * AWS the name is only a tag. */
static bool
is_network_of_shoot(struct case_ *c, const struct remote *remote)
{
	const struct shoot *shoot = inventory_shoot(c->inventory);
	const char *name;

	if (!shoot || text_is_blank(shoot->name) || text_is_blank(shoot->project))
		return false;
	name = arena_printf(c->arena, "shoot--%s--%s", shoot->project, shoot->name);
	if (remote->provider == PROVIDER_GCP)
		return text_equal(remote->id, name);
	return remote->provider == PROVIDER_AZURE &&
	       strcasestr(remote->id, arena_printf(c->arena, "/resourceGroups/%s/", name)) &&
	       text_equal_ignoring_case(strrchr(remote->id, '/') + 1, name);
}

static void
check(struct case_ *c)
{
	each_peering(c, peering) {
		struct finding *finding;

		if (!text_equal(peering->from, peering->to) &&
			!(peering->remote && is_network_of_shoot(c, peering->remote)))
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
