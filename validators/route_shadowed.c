/* route-shadowed: a static route that no packet can ever match. Most often it was written for the
 * other side of the peering. */
#include "base/text.h"
#include "validators/case.h"

static void
report(struct case_ *c, const struct route *route, const struct occupant *other,
	const char *problem, const char *hint)
{
	struct finding *finding =
		case_finding(c, route->field, case_prefix(c, &route->destination));

	case_message(c, finding, "%s", problem);
	if (other)
		case_against_claim(c, finding, other);
	case_hint(c, finding, "%s", hint);
}

static const struct occupant *
same_network(const struct occupants *subnets, const struct prefix *destination)
{
	for (size_t i = 0; i < subnets->count; i++)
		if (prefix_equal(&subnets->items[i].claim->prefix, destination) &&
			!subnets->items[i].claim->unrouted)
			return &subnets->items[i];
	return NULL;
}

static bool
is_table_in_use(const struct occupants *subnets, const char *table)
{
	if (!*table || subnets->count == 0)
		return true;
	for (size_t i = 0; i < subnets->count; i++)
		if (text_equal(subnets->items[i].claim->route_table, table))
			return true;
	return false;
}

/* The peer that holds the route's destination; .claim is NULL when there is none. */
static struct occupant
peer_at(struct case_ *c, const struct route *route)
{
	each_peering(c, peering) {
		struct occupants others =
			case_overlaps(c, peering->to, &route->destination, ROLES_OF_HOSTS);

		if (others.count)
			return others.items[0];
	}
	return (struct occupant){0};
}

static void
check_by_source(struct case_ *c, const struct route *route, const struct occupants *own)
{
	struct occupant peer = own->count ? (struct occupant){0} : peer_at(c, route);

	if (peer.claim)
		report(c, route, &peer,
			arena_printf(c->arena,
				"is compared with the source by policySrc, but is %s",
				case_claim(c, &peer)),
			"write `policy: policyDst`");
}

static void
check_route(struct case_ *c, const struct route *route, const struct occupants *subnets)
{
	struct occupants own =
		case_overlaps(c, c->subject->home, &route->destination, ROLE_BIT(CLAIM_SUBNET));
	const struct occupant *subnet = same_network(&own, &route->destination);

	if (route->destination.address.family != route->next_hop.family)
		report(c, route, NULL,
			arena_printf(c->arena, "is of another address family than its next hop %s",
				case_address(c, &route->next_hop)),
			"write one route for each family, with a next hop of that family");
	else if (!is_table_in_use(subnets, route->table))
		report(c, route, NULL,
			arena_printf(c->arena,
				"stands in route table %s, which no subnet of this VPC uses",
				route->table),
			"leave routeTable out, or name the table in spec.routeTable of the "
			"subnets");
	else if (route->by_source)
		check_by_source(c, route, &own);
	else if (subnet)
		report(c, route, subnet,
			arena_printf(c->arena, "is this VPC's own %s: the route is never used",
				case_object(c, subnet->declaration)),
			"write the network of the peer, or remove the route");
}

static void
check(struct case_ *c)
{
	struct occupants subnets;

	if (c->subject->route_count == 0)
		return;
	subnets = case_claims(c, c->subject->home);
	each_route(c, route)
		if (!route->managed)
			check_route(c, route, &subnets);
}

const struct rule route_shadowed = {
	.id = "route-shadowed",
	.summary = "warns when a static route can never match",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC),
	.check = check,
};
