/* unreachable-next-hop: the next hop of a route to a peer is the peer's own address on the link.
 * With any other address the route is dropped, or sends packets to nobody. */
#include "base/text.h"
#include "validators/case.h"
#include "validators/route_link.h"

static struct finding *
report(struct case_ *c, const struct route *route, bool certain)
{
	const char *value = case_address(c, &route->next_hop);
	struct finding *finding = certain ? case_finding(c, route->next_hop_field, value)
					  : case_softer_finding(c, route->next_hop_field, value);

	case_refuse_route(c, finding, route);
	return finding;
}

/* The addresses that the far end has in this family, and whether the next hop is one of them. */
static const struct claim *
far_end(const struct declared_peering *answer, const struct address *next_hop, bool *reached)
{
	const struct claim *known = NULL;

	*reached = false;
	for (int i = 0; answer->peering && i < answer->peering->link_count; i++) {
		const struct claim *link =
			&answer->declaration->links[answer->peering->first_link + i];

		if (link->host.family != next_hop->family)
			continue;
		known = known ? known : link;
		*reached = *reached || address_equal(&link->host, next_hop);
	}
	return known;
}

/* Nobody has declared the far end. That is usual while the peer is on its way, and suspicious when
 * the route leads to none of its networks. */
static void
check_undeclared(struct case_ *c, const struct route *route, const struct claim *link)
{
	struct occupants networks =
		inventory_claims(c->arena, c->inventory, link->far, &c->subject->object);
	struct finding *finding;

	if (networks.count == 0 ||
		case_overlaps(c, link->far, &route->destination, ROLES_OF_HOSTS).count)
		return;
	finding = report(c, route, false);
	case_message(c, finding, "is no VPC's localConnectIP, and %s is no network of %s",
		case_prefix(c, &route->destination), case_domain(c, link->far));
	case_hint(c, finding, "check on which side of the peering the route belongs");
}

static bool
has_longer_route(
	const struct declaration *vpc, const struct route *route, const struct prefix *network)
{
	for (int i = 0; i < vpc->route_count; i++) {
		const struct route *other = &vpc->routes[i];

		if (!other->by_source && text_equal(other->table, route->table) &&
			other->destination.length > route->destination.length &&
			prefix_covers(&other->destination, network))
			return true;
	}
	return false;
}

/* Where a route leads: to the VPC at the other end of a link, or to a network of this VPC. */
struct lead {
	const char *domain; /* NULL for a network of this VPC */
	const char *name;
};

/* Does the route carry packets to this network, of which there is nothing where it leads? */
static bool
misleads(struct case_ *c, const struct route *route, const struct lead *lead,
	const struct claim *network)
{
	bool is_part = prefix_covers(&network->prefix, &route->destination);
	size_t routes = (size_t)c->subject->route_count;
	const struct prefix *common = is_part ? &route->destination : &network->prefix;

	if (network->unrouted ||
		(lead->domain && case_overlaps(c, lead->domain, common, ROLES_OF_HOSTS).count))
		return false;
	case_spend(c, is_part ? 0 : routes);
	return is_part || !has_longer_route(c->subject, route, &network->prefix);
}

static void
report_misleading(struct case_ *c, const struct route *route, const struct lead *lead,
	const struct occupant *other)
{
	bool is_part = prefix_covers(&other->claim->prefix, &route->destination);
	const char *peer = case_domain(c, other->claim->domain);
	struct finding *finding = report(c, route, false);

	case_message(c, finding, "leads to %s, but %s %s %s", lead->name,
		case_prefix(c, &route->destination), is_part ? "is in" : "holds",
		case_claim(c, other));
	case_against_claim(c, finding, other);
	if (is_part)
		case_hint(c, finding, "write the address that %s has on its own link to this VPC",
			peer);
	else
		case_hint(c, finding,
			"add a route to %s, by the address that %s has on its own link to this VPC",
			case_prefix(c, &other->claim->prefix), peer);
}

/* Not to the peer that has the destination. Whoever it leads to may well pass packets on, so this
 * only warns; and like other warnings it looks at the first peers of a hub only. */
static void
check_whose_end(struct case_ *c, const struct route *route, const struct lead *lead)
{
	each_peering(c, peering) {
		struct occupants networks;

		if (peering_at == INVENTORY_ANSWERS)
			return;
		networks =
			case_overlaps(c, peering->to, &route->destination, ROLE_BIT(CLAIM_SUBNET));
		for (size_t i = 0; i < networks.count && !text_equal(peering->to, lead->domain);
			i++)
			if (misleads(c, route, lead, networks.items[i].claim)) {
				report_misleading(c, route, lead, &networks.items[i]);
				return;
			}
	}
}

static void
check_on_link(struct case_ *c, const struct route *route, const struct claim *link)
{
	struct declared_peering answer = case_answer(c, link->domain, link->far);
	bool reached;
	const struct claim *far = far_end(&answer, &route->next_hop, &reached);
	struct lead lead = {link->far, case_domain(c, link->far)};
	struct finding *finding;

	if (!far) {
		check_undeclared(c, route, link);
	} else if (reached && !route->by_source) {
		check_whose_end(c, route, &lead);
	} else if (!reached) {
		finding = report(c, route, true);
		case_message(c, finding, "is not the far end of the link to %s, which is %s",
			case_domain(c, link->far), case_address(c, &far->host));
		case_against(c, finding, answer.declaration, far->field, case_end(c, far));
		case_hint(c, finding, "write nextHopIP: %s", case_address(c, &far->host));
	}
}

static bool
is_on_segment(struct case_ *c, const struct prefix *next_hop)
{
	for (int i = 0; i < c->subject->attachment_count; i++)
		if (case_overlaps(c, c->subject->attachments[i].segment, next_hop,
			    ROLE_BIT(CLAIM_SEGMENT))
				.count)
			return true;
	return false;
}

/* A link that does not parse may well be the one that the next hop is on. */
static bool
has_malformed_link(const struct declaration *vpc)
{
	for (int i = 0; i < vpc->flaw_count; i++)
		if (vpc->flaws[i].type == FLAW_ADDRESS &&
			text_starts_with(vpc->flaws[i].field.path, "spec.vpcPeerings["))
			return true;
	return false;
}

/* To a host in a network of this VPC, such as a NAT gateway: fine, unless a peer has the
 * destination. */
static void
check_in_subnet(struct case_ *c, const struct route *route, const struct occupant *subnet)
{
	struct lead lead = {NULL, case_object(c, subnet->declaration)};

	if (!route->by_source && route->destination.address.family == route->next_hop.family)
		check_whose_end(c, route, &lead);
}

/* The network may still come. */
static void
check_elsewhere(struct case_ *c, const struct route *route)
{
	struct prefix next_hop = prefix_of_address(&route->next_hop);
	struct occupants subnets =
		case_overlaps(c, c->subject->home, &next_hop, ROLE_BIT(CLAIM_SUBNET));
	struct finding *finding;

	if (subnets.count) {
		check_in_subnet(c, route, &subnets.items[0]);
		return;
	}
	case_spend(c, (size_t)c->subject->flaw_count);
	if (has_malformed_link(c->subject) || is_on_segment(c, &next_hop))
		return;
	finding = report(c, route, false);
	case_message(c, finding,
		"is in no link network and no subnet of this VPC: the route is dropped");
	case_hint(c, finding, "write the peer's address on the link");
}

static void
report_own_address(struct case_ *c, const struct route *route, const struct claim *link)
{
	struct declared_peering answer = case_answer(c, link->domain, link->far);
	bool reached;
	const struct claim *far = far_end(&answer, &route->next_hop, &reached);
	struct finding *finding = report(c, route, true);

	case_message(c, finding, "is this VPC's own address on the link to %s",
		case_domain(c, link->far));
	case_against(c, finding, c->subject, link->field, case_end(c, link));
	case_hint(c, finding, "write %s",
		far ? arena_printf(c->arena, "nextHopIP: %s", case_address(c, &far->host))
		    : "the peer's address on the link");
}

static void
check_route(struct case_ *c, const struct route *route)
{
	const struct claim *own = route_link_of(c, route)->own;
	const struct claim *on = route_link_of(c, route)->on;

	if (!own && !on)
		check_elsewhere(c, route);
	else if (case_is_link_refused(c, own ? own : on))
		return;
	else if (own)
		report_own_address(c, route, own);
	else
		check_on_link(c, route, on);
}

/* The other way round: this VPC declares its end of a link only now, and the peer has a route to
 * another address of the link. */

/* Does the peer look for the next hop on this link, and not at its own address? */
static bool
is_sought_on_link(const struct declared_peering *answer, const struct address *next_hop)
{
	for (int i = 0; i < answer->peering->link_count; i++) {
		const struct claim *link =
			&answer->declaration->links[answer->peering->first_link + i];

		if (prefix_contains(&link->prefix, next_hop))
			return !address_equal(&link->host, next_hop);
	}
	return false;
}

static void
report_far_route(struct case_ *c, const struct claim *own, const struct declaration *peer,
	const struct route *route)
{
	const char *next_hop = case_address(c, &route->next_hop);
	struct finding *finding = case_finding(c, own->field, case_end(c, own));

	case_message(c, finding, "is not the next hop %s of the route to %s in %s", next_hop,
		case_prefix(c, &route->destination), case_object(c, peer));
	case_against(c, finding, peer, route->next_hop_field, next_hop);
	case_hint(c, finding, "write nextHopIP: %s in %s first", case_address(c, &own->host),
		case_object(c, peer));
}

static void
check_far_routes(struct case_ *c, const struct peering *peering)
{
	const struct declared_peering own = {c->subject, peering};
	struct declared_peering answer = case_answer(c, peering->from, peering->to);

	case_spend(c, answer.peering ? (size_t)answer.declaration->route_count *
					       (1 + (size_t)answer.peering->link_count)
				     : 0);
	for (int i = 0; answer.peering && i < answer.declaration->route_count; i++) {
		const struct route *route = &answer.declaration->routes[i];
		const struct claim *near;
		bool reached;

		if (route->managed || !is_sought_on_link(&answer, &route->next_hop))
			continue;
		near = far_end(&own, &route->next_hop, &reached);
		if (near && !reached)
			report_far_route(c, near, answer.declaration, route);
	}
}

static void
check(struct case_ *c)
{
	each_route(c, route)
		if (!route->managed)
			check_route(c, route);
	each_peering(c, peering)
		if (!text_equal(peering->from, peering->to))
			check_far_routes(c, peering);
}

const struct rule unreachable_next_hop = {
	.id = "unreachable-next-hop",
	.summary =
		"fails when the next hop of a static route is the own address or not the far "
		"end of its link; warns when it is in no local network, or leads to another peer "
		"than the destination's",
	.action = ACTION_DENY,
	.guards = KIND_BIT(KIND_VPC),
	.check = check,
};
