/* missing-route: a peering brings no routes. Each VPC needs a static route to each subnet of its
 * peer, in each family and in each route table that its own subnets use. */
#include "base/text.h"
#include "validators/case.h"

/* The side of a peering that needs the routes, and its subnets. */
struct near_side {
	const struct declaration *vpc;
	const struct peering *peering;
	struct occupants subnets;
};

static void
hint_route(struct case_ *c, struct finding *finding, const struct near_side *near,
	const char *table, const struct prefix *network)
{
	struct declared_peering answer = case_answer(c, near->peering->from, near->peering->to);
	const char *next_hop = "the peer's address on the link";

	for (int i = 0; answer.peering && i < answer.peering->link_count; i++) {
		const struct claim *link =
			&answer.declaration->links[answer.peering->first_link + i];

		if (link->host.family == network->address.family)
			next_hop = case_address(c, &link->host);
	}
	case_hint(c, finding,
		"add {cidr: %s, nextHopIP: %s, policy: policyDst%s%s} to spec.staticRoutes of %s",
		case_yaml(c, case_prefix(c, network)), case_yaml(c, next_hop),
		*table ? ", routeTable: " : "", table, case_object(c, near->vpc));
}

/* One finding for one missing route. The parties are the peering, the remote subnet and, outside
 * the main table, the local subnet that uses the table: the same three, whichever of them is the
 * subject. */
static void
report(struct case_ *c, const struct near_side *near, const struct occupant *local,
	const struct occupant *remote)
{
	const char *table = local ? local->claim->route_table : "";
	const struct occupant *subject = remote->declaration == c->subject ? remote
					 : local && local->declaration == c->subject && *table
						 ? local
						 : NULL;
	struct finding *finding =
		subject ? case_finding(
				  c, subject->claim->field, case_prefix(c, &subject->claim->prefix))
			: case_finding(c, near->peering->field, near->peering->target);
	const char *where = *table ? arena_printf(c->arena, " in its route table %s", table) : "";

	if (subject == remote)
		case_message(c, finding, "has no route from %s yet%s",
			case_domain(c, near->peering->from), where);
	else if (subject)
		case_message(c, finding, "uses route table %s, which has no route to %s", table,
			case_claim(c, remote));
	else
		case_message(
			c, finding, "has no route here%s to its %s", where, case_claim(c, remote));
	if (subject)
		case_against(c, finding, near->vpc, near->peering->field, near->peering->target);
	if (subject != remote)
		case_against_claim(c, finding, remote);
	if (*table && subject != local)
		case_against_claim(c, finding, local);
	hint_route(c, finding, near, table, &remote->claim->prefix);
}

/* On the router, so that its packets meet the routes. */
static bool
is_routed_subnet(const struct occupant *occupant)
{
	return occupant->claim->role == CLAIM_SUBNET && !occupant->claim->unrouted;
}

static bool
is_first_of_table(const struct occupants *subnets, size_t at, enum family family)
{
	for (size_t i = 0; i < at; i++)
		if (is_routed_subnet(&subnets->items[i]) &&
			subnets->items[i].claim->prefix.address.family == family &&
			text_equal(subnets->items[i].claim->route_table,
				subnets->items[at].claim->route_table))
			return false;
	return true;
}

/* From every table that a local subnet of the same family uses; from the main one while there is no
 * local subnet at all. */
static void
check_remote(struct case_ *c, const struct near_side *near, const struct occupant *remote)
{
	const struct prefix *network = &remote->claim->prefix;
	bool has_subnets = false;

	if (!is_routed_subnet(remote) || text_equal(near->peering->from, near->peering->to))
		return;
	case_spend(c, (size_t)near->vpc->route_count);
	for (size_t i = 0; i < near->subnets.count; i++) {
		const struct occupant *local = &near->subnets.items[i];

		has_subnets = has_subnets || is_routed_subnet(local);
		if (is_routed_subnet(local) &&
			local->claim->prefix.address.family == network->address.family &&
			is_first_of_table(&near->subnets, i, network->address.family) &&
			!case_has_route(near->vpc, local->claim->route_table, network))
			report(c, near, local, remote);
	}
	if (!has_subnets && !case_has_route(near->vpc, "", network))
		report(c, near, NULL, remote);
}

static void
check_vpc(struct case_ *c)
{
	struct occupants subnets =
		inventory_claims(c->arena, c->inventory, c->subject->home, &c->subject->object);

	each_peering(c, peering) {
		struct near_side near = {c->subject, peering, subnets};
		struct occupants remote =
			inventory_claims(c->arena, c->inventory, peering->to, &c->subject->object);

		for (size_t i = 0; i < remote.count && !case_is_spent(c); i++)
			check_remote(c, &near, &remote.items[i]);
	}
}

/* A new subnet needs a route from every VPC that peers with its own. */
static void
check_routes_to(struct case_ *c, const struct claim *claim)
{
	struct declared_peerings peers =
		inventory_peerings_to(c->arena, c->inventory, claim->domain, &c->subject->object);

	for (size_t i = 0; i < peers.count; i++) {
		struct near_side near = {peers.items[i].declaration, peers.items[i].peering,
			inventory_claims(c->arena, c->inventory, peers.items[i].peering->from,
				&c->subject->object)};

		check_remote(c, &near, &(struct occupant){c->subject, claim});
	}
}

/* A new subnet with a route table of its own needs the routes there too. */
static void
check_routes_from(struct case_ *c, const struct claim *claim)
{
	struct occupant local = {c->subject, claim};
	struct declared_peerings peers;

	if (!*claim->route_table)
		return;
	peers = inventory_peerings_from(c->arena, c->inventory, claim->domain, &c->subject->object);
	for (size_t i = 0; i < peers.count; i++) {
		struct near_side near = {peers.items[i].declaration, peers.items[i].peering,
			{.items = &local, .count = 1}};
		struct occupants remote = inventory_claims(
			c->arena, c->inventory, near.peering->to, &c->subject->object);

		for (size_t k = 0; k < remote.count; k++)
			check_remote(c, &near, &remote.items[k]);
	}
}

static void
check(struct case_ *c)
{
	if (c->subject->object.kind == KIND_VPC)
		check_vpc(c);
	each_claim(c, claim)
		if (claim->role == CLAIM_SUBNET && !claim->unrouted) {
			check_routes_to(c, claim);
			check_routes_from(c, claim);
		}
}

const struct rule missing_route = {
	.id = "missing-route",
	.summary = "warns when a VPC has no static route to a subnet of its peer",
	.action = ACTION_WARN,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET),
	.check = check,
};
