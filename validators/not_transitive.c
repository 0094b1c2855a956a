/* not-transitive: a route through one peer to networks of a third VPC that only this peer is peered
 * with. A peering joins two VPCs and is not meant to pass anything on; with routes on all three it
 * may work on Kube-OVN, but nobody promises that it stays so. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/route_link.h"

static bool
peers_with(const struct declaration *vpc, const char *domain)
{
	for (int i = 0; i < vpc->peering_count; i++)
		if (text_equal(vpc->peerings[i].to, domain))
			return true;
	return false;
}

static void
report(struct case_ *c, const struct route *route, const struct claim *link,
	const struct occupant *third)
{
	struct finding *finding =
		case_finding(c, route->field, case_prefix(c, &route->destination));

	case_message(c, finding, "leads through %s to %s, which is no peer of this VPC",
		case_domain(c, link->far), case_claim(c, third));
	case_against_claim(c, finding, third);
	case_hint(c, finding, "peer %s with %s directly", case_short_domain(c, link->domain),
		case_short_domain(c, third->claim->domain));
}

/* What the peer itself has of the destination is a good reason for the route. */
static void
check_route(struct case_ *c, const struct route *route, const struct claim *link)
{
	struct occupants thirds;

	if (case_overlaps(c, link->far, &route->destination, ROLES_OF_HOSTS).count)
		return;
	thirds = inventory_overlaps_next_door(c->arena, c->inventory, link->far,
		&route->destination, link->domain, &c->subject->object);
	case_spend(c, thirds.count * (size_t)c->subject->peering_count);
	for (size_t i = 0; i < thirds.count; i++)
		if (!peers_with(c->subject, thirds.items[i].claim->domain)) {
			report(c, route, link, &thirds.items[i]);
			return;
		}
}

static void
check(struct case_ *c)
{
	each_route(c, route) {
		const struct claim *link = route_link_of(c, route)->on;

		if (link && !route->by_source && !route->managed)
			check_route(c, route, link);
	}
}

const struct rule not_transitive = {
	.id = "not-transitive",
	.summary = "reports a route through one peer to a VPC that only this peer is peered with",
	.action = ACTION_REPORT,
	.guards = KIND_BIT(KIND_VPC),
	.check = check,
};
