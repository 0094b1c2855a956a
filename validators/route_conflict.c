/* route-conflict: static routes that fight with each other or with what the router does by itself.
 * Of two routes to one prefix Kube-OVN keeps one, another one at each turn. A route to a peer for a
 * part of an own subnet takes that part away from it, and packets circle between the two routers.
 * At a word that Kube-OVN does not know it stops, and sets up nothing of the VPC. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "validators/case.h"
#include "validators/route_link.h"
#include "validators/vpc_link.h"

static void
check_words(struct case_ *c)
{
	for (int i = 0; i < c->subject->flaw_count; i++) {
		const struct flaw *flaw = &c->subject->flaws[i];
		struct finding *finding;

		if (flaw->type != FLAW_ROUTE)
			continue;
		finding = flaw->soft ? case_softer_finding(c, flaw->field, flaw->value)
				     : case_finding(c, flaw->field, flaw->value);
		case_message(c, finding, ": %s", flaw->reason);
		case_hint(c, finding, "%s", flaw->hint);
	}
}

/* Two routes to one prefix. */

/* One that the controller wrote beside it is the controller's to sort out. */
static void
report_competitor(struct case_ *c, const struct route *route, const struct route *earlier)
{
	const char *value = case_prefix(c, &route->destination);
	bool certain = !route->managed && !earlier->managed;
	struct finding *finding = certain ? case_finding(c, route->field, value)
					  : case_softer_finding(c, route->field, value);

	case_message(c, finding,
		"goes to %s here and to %s in %s: Kube-OVN keeps one, another one at each turn",
		case_address(c, &route->next_hop), case_address(c, &earlier->next_hop),
		field_text(c->arena, earlier->field));
	case_against(
		c, finding, c->subject, route->next_hop_field, case_address(c, &route->next_hop));
	case_against(c, finding, c->subject, earlier->next_hop_field,
		case_address(c, &earlier->next_hop));
	case_hint(c, finding, "remove one of the two routes");
	case_refuse_route(c, finding, route);
}

static int
compare_matches(const struct route *a, const struct route *b)
{
	int order = address_compare(&a->destination.address, &b->destination.address);

	if (order == 0)
		order = a->destination.length - b->destination.length;
	if (order == 0)
		order = a->by_source - b->by_source;
	return order ? order : strcmp(a->table, b->table);
}

static int
compare_routes(const void *left, const void *right)
{
	const struct route *const *a = left, *const *b = right;
	int order = compare_matches(*a, *b);

	return order ? order : (*a > *b) - (*a < *b);
}

/* Of the routes to one prefix the first one, and the first one with another next hop: with one of
 * the two each later route competes, if with any. */
struct firsts {
	const struct route *first, *other;
};

static const struct route *
first_against(const struct firsts *firsts, const struct route *route)
{
	if (firsts->first && !address_equal(&firsts->first->next_hop, &route->next_hop))
		return firsts->first;
	return firsts->other;
}

static void
take_note(struct firsts *firsts, const struct route *route)
{
	if (!firsts->first)
		firsts->first = route;
	else if (!firsts->other && first_against(firsts, route))
		firsts->other = route;
}

/* For each route of the subject the earlier one that it competes with, or NULL. One is enough to
 * tell, and one that a person wrote before one of the controller's. */
static const struct route **
find_competitors(struct case_ *c)
{
	size_t count = (size_t)c->subject->route_count;
	const struct route **sorted = ARENA_ARRAY(c->arena, const struct route *, count + 1);
	const struct route **found = ARENA_ARRAY(c->arena, const struct route *, count + 1);
	struct firsts written = {0}, managed = {0};

	for (size_t i = 0; i < count; i++)
		sorted[i] = &c->subject->routes[i];
	if (count > 1)
		qsort(sorted, count, sizeof *sorted, compare_routes);
	for (size_t i = 0; i < count; i++) {
		const struct route *route = sorted[i], *competitor;

		if (i > 0 && compare_matches(sorted[i - 1], route) != 0)
			written = managed = (struct firsts){0};
		competitor = first_against(&written, route);
		if (!competitor && !route->managed)
			competitor = first_against(&managed, route);
		found[route - c->subject->routes] = competitor;
		take_note(route->managed ? &managed : &written, route);
	}
	return found;
}

/* A route against a subnet of the same VPC. */

enum clash { PASSES, TAKES_A_PART, FIGHTS_THE_OWN_ROUTE };

/* Kube-OVN itself writes a policySrc route for each subnet, to its gateway: by default the first
 * address. An equal destination is never used, a wider one leaves the subnet alone. */
static enum clash
clash_of(const struct declaration *vpc, const struct route *route, const struct claim *subnet)
{
	const struct prefix *network = &subnet->prefix;
	struct address gateway;

	if (route->managed || subnet->role != CLAIM_SUBNET ||
		!prefix_covers(network, &route->destination) ||
		route->next_hop.family != network->address.family)
		return PASSES;
	gateway = prefix_nth(network, 1);
	if (route->by_source)
		return prefix_equal(network, &route->destination) && !subnet->unrouted &&
				       text_equal(route->table, subnet->route_table) &&
				       !address_equal(&route->next_hop, &gateway)
			       ? FIGHTS_THE_OWN_ROUTE
			       : PASSES;
	return !prefix_equal(network, &route->destination) && vpc_link_of(vpc, &route->next_hop)
		       ? TAKES_A_PART
		       : PASSES;
}

/* Is the subnet on the router, and the route where its packets, or those of the peer, find it? */
static bool
is_certain(const struct route *route, const struct claim *subnet)
{
	return !subnet->unrouted &&
	       (!*route->table || text_equal(route->table, subnet->route_table));
}

/* The Vpc has the route, the Subnet the network; one of the two is the subject. */
static struct finding *
clash_finding(struct case_ *c, const struct declaration *vpc, const struct route *route,
	const struct occupant *subnet, bool certain)
{
	const char *destination = case_prefix(c, &route->destination);
	bool of_vpc = vpc == c->subject;
	struct field field = of_vpc ? route->field : subnet->claim->field;
	const char *value = of_vpc ? destination : case_prefix(c, &subnet->claim->prefix);
	struct finding *finding =
		certain ? case_finding(c, field, value) : case_softer_finding(c, field, value);

	if (of_vpc)
		case_against_claim(c, finding, subnet);
	else
		case_against(c, finding, vpc, route->field, destination);
	return finding;
}

static void
report_part(struct case_ *c, const struct declaration *vpc, const struct route *route,
	const struct occupant *subnet)
{
	const char *peer = case_domain(c, vpc_link_of(vpc, &route->next_hop)->far);
	struct finding *finding =
		clash_finding(c, vpc, route, subnet, is_certain(route, subnet->claim));

	if (vpc == c->subject) {
		case_message(c, finding,
			"is a part of this VPC's own %s, and would be sent to %s instead",
			case_claim(c, subnet), peer);
		case_refuse_route(c, finding, route);
	} else {
		case_message(c, finding, "holds %s, which a static route of %s sends to %s",
			case_prefix(c, &route->destination), case_object(c, vpc), peer);
		case_refuse_claim(c, finding, subnet->claim);
	}
	case_hint(c, finding, "remove the route {cidr: %s, nextHopIP: %s} from %s",
		case_yaml(c, case_prefix(c, &route->destination)),
		case_yaml(c, case_address(c, &route->next_hop)), case_object(c, vpc));
}

static void
report_own_route(struct case_ *c, const struct declaration *vpc, const struct route *route,
	const struct occupant *subnet)
{
	struct finding *finding = clash_finding(c, vpc, route, subnet, false);

	if (vpc == c->subject)
		case_message(c, finding,
			"is all of %s: Kube-OVN's own policySrc route fights with this one",
			case_object(c, subnet->declaration));
	else
		case_message(c, finding,
			"has a policySrc route in %s, with which Kube-OVN's own one fights",
			case_object(c, vpc));
	case_hint(c, finding, "remove the route, or write it by destination (policyDst)");
}

static void
check_clash(struct case_ *c, const struct declaration *vpc, const struct route *route,
	const struct occupant *subnet)
{
	enum clash clash = clash_of(vpc, route, subnet->claim);

	case_spend(c, clash == PASSES ? 1 : 1 + (size_t)vpc->link_count);
	if (clash == TAKES_A_PART)
		report_part(c, vpc, route, subnet);
	else if (clash == FIGHTS_THE_OWN_ROUTE)
		report_own_route(c, vpc, route, subnet);
}

/* Everything that no other route takes would leave through the peer, which passes nothing on. */
static void
check_default_route(struct case_ *c, const struct route *route)
{
	const struct claim *link = route_link_of(c, route)->on;
	struct finding *finding;

	if (route->destination.length != 0 || route->by_source || route->managed || !link)
		return;
	finding = case_softer_finding(c, route->field, case_prefix(c, &route->destination));
	case_message(c, finding, "sends all other traffic of this VPC to %s as well",
		case_domain(c, link->far));
	case_hint(c, finding, "write the networks of the peer instead");
}

static void
check_vpc(struct case_ *c)
{
	const struct route **competitors = find_competitors(c);

	check_words(c);
	each_route(c, route) {
		const struct route *competitor = competitors[route - c->subject->routes];
		struct occupants subnets = case_overlaps(
			c, c->subject->home, &route->destination, ROLE_BIT(CLAIM_SUBNET));

		if (competitor)
			report_competitor(c, route, competitor);
		for (size_t i = 0; i < subnets.count; i++)
			check_clash(c, c->subject, route, &subnets.items[i]);
		check_default_route(c, route);
	}
}

static void
check_subnet(struct case_ *c)
{
	const struct declaration *vpc = case_router(c, c->subject->home);

	each_claim(c, claim) {
		case_spend(c, vpc ? (size_t)vpc->route_count : 0);
		for (int i = 0; vpc && i < vpc->route_count; i++)
			check_clash(c, vpc, &vpc->routes[i], &(struct occupant){c->subject, claim});
	}
}

static void
check(struct case_ *c)
{
	if (c->subject->object.kind == KIND_VPC)
		check_vpc(c);
	else
		check_subnet(c);
}

const struct rule route_conflict = {
	.id = "route-conflict",
	.summary = "fails when two static routes fight, or a route takes a part of an own subnet; "
		   "warns when one fights with Kube-OVN's own, or sends everything to a peer",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_VPC) | KIND_BIT(KIND_SUBNET),
	.check = check,
};
