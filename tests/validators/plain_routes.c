/* The plain checker: missing-route, route-shadowed and unreachable-next-hop. */
#include <string.h>

#include "tests/validators/plain_world.h"

/* --- missing-route: a remote subnet has no static route, per family and route table --- */

static bool
is_routed_subnet(const struct claim *claim, const char *domain)
{
	return claim->role == CLAIM_SUBNET && !claim->unrouted && same(claim->domain, domain);
}

static bool
has_route(const struct declaration *vpc, const char *table, const struct prefix *network)
{
	for (int i = 0; i < vpc->route_count; i++)
		if (!vpc->routes[i].by_source && same(vpc->routes[i].table, table) &&
			vpc->routes[i].next_hop.family == network->address.family &&
			prefix_covers(&vpc->routes[i].destination, network))
			return true;
	return false;
}

/* A route that is missing in the VPC of a peering: to a remote subnet, in the table of a local one;
 * .local has no claim where the VPC has no subnet at all. */
struct gap {
	struct plain_peering near;
	struct plain_claim remote;
	struct plain_claim local;
};

static void
report(struct plain_world *world, const struct gap *gap, const struct claim *mine,
	const struct plain_claim *against)
{
	const struct peering *peering = gap->near.peering;
	struct plain_finding *finding =
		mine ? plain_add(world, "missing-route", ACTION_WARN, mine->field,
			       plain_prefix(world, &mine->prefix))
		     : plain_add(world, "missing-route", ACTION_WARN, peering->field,
			       peering->target);

	if (mine) {
		plain_against(finding, gap->near.owner);
		plain_stands_on_claim(world, finding, mine);
	} else {
		plain_stands_on_peering(world, finding, peering);
	}
	for (int i = 0; i < 2; i++)
		if (against[i].owner)
			plain_against(finding, against[i].owner);
}

/* Whoever of the three is the subject is told; the local subnet only of a table of its own, since
 * in the main one its VPC was told long ago. */
static void
check_gap(struct plain_world *world, const struct gap *gap)
{
	bool has_table = gap->local.claim && *gap->local.claim->route_table;
	struct plain_claim none = {0};

	if (gap->near.owner == world->subject)
		report(world, gap, NULL,
			(struct plain_claim[]){gap->remote, has_table ? gap->local : none});
	else if (gap->remote.owner == world->subject)
		report(world, gap, gap->remote.claim,
			(struct plain_claim[]){has_table ? gap->local : none, none});
	else if (has_table && gap->local.owner == world->subject)
		report(world, gap, gap->local.claim, (struct plain_claim[]){gap->remote, none});
}

/* Of several local subnets of one table the first in address order speaks for it; the subject
 * always speaks for itself. */
static bool
speaks_for_table(const struct plain_world *world, const struct plain_claim *local)
{
	for (size_t i = 0; i < world->claim_count; i++) {
		const struct claim *other = world->claims[i].claim;
		int order = address_compare(&other->prefix.address, &local->claim->prefix.address);

		if (order == 0)
			order = other->prefix.length - local->claim->prefix.length;
		if (order == 0)
			order = strcmp(
				world->claims[i].owner->object.name, local->owner->object.name);
		if (local->owner != world->subject && order < 0 &&
			is_routed_subnet(other, local->claim->domain) &&
			other->prefix.address.family == local->claim->prefix.address.family &&
			same(other->route_table, local->claim->route_table))
			return false;
	}
	return true;
}

static void
check_routes_to(struct plain_world *world, const struct plain_peering *near,
	const struct plain_claim *remote)
{
	bool has_subnets = false;

	for (size_t i = 0; i < world->claim_count; i++) {
		const struct plain_claim *local = &world->claims[i];

		if (!is_routed_subnet(local->claim, near->peering->from))
			continue;
		has_subnets = true;
		if (local->claim->prefix.address.family == remote->claim->prefix.address.family &&
			speaks_for_table(world, local) &&
			!has_route(near->owner, local->claim->route_table, &remote->claim->prefix))
			check_gap(world, &(struct gap){*near, *remote, *local});
	}
	if (!has_subnets && !has_route(near->owner, "", &remote->claim->prefix))
		check_gap(world, &(struct gap){*near, *remote, {0}});
}

static void
check_peering(struct plain_world *world, const struct plain_peering *near)
{
	for (size_t i = 0; i < world->claim_count; i++)
		if (is_routed_subnet(world->claims[i].claim, near->peering->to))
			check_routes_to(world, near, &world->claims[i]);
}

/* --- route-shadowed: a route that can never match --- */

static struct plain_finding *
report_shadowed(
	struct plain_world *world, const struct route *route, const struct declaration *other)
{
	struct plain_finding *finding = plain_add(world, "route-shadowed", ACTION_WARN,
		route->field, plain_prefix(world, &route->destination));

	plain_stands_on_route(world, finding, route);
	if (other)
		plain_against(finding, other);
	finding->one_of = route;
	return finding;
}

/* No table is wrong in a VPC that has no subnets. */
static bool
is_in_wrong_table(const struct plain_world *world, const struct route *route)
{
	bool has_subnets = false;

	for (size_t i = 0; i < world->claim_count; i++) {
		const struct claim *claim = world->claims[i].claim;

		if (claim->role != CLAIM_SUBNET || !same(claim->domain, world->subject->home))
			continue;
		has_subnets = true;
		if (same(claim->route_table, route->table))
			return false;
	}
	return has_subnets && *route->table;
}

static bool
touches_own_subnet(const struct plain_world *world, const struct prefix *prefix)
{
	for (size_t i = 0; i < world->claim_count; i++)
		if (world->claims[i].claim->role == CLAIM_SUBNET &&
			same(world->claims[i].claim->domain, world->subject->home) &&
			prefix_overlaps(&world->claims[i].claim->prefix, prefix))
			return true;
	return false;
}

/* A peer's network under policySrc is compared with the source of what comes from own subnets. */
static void
check_by_source(
	struct plain_world *world, const struct route *route, const struct plain_peering *near)
{
	for (size_t i = 0; i < world->claim_count; i++) {
		const struct claim *claim = world->claims[i].claim;

		if (near->owner == world->subject && plain_is_of_hosts(claim) &&
			same(claim->domain, near->peering->to) &&
			prefix_overlaps(&claim->prefix, &route->destination))
			plain_stands_on_peering(world,
				report_shadowed(world, route, world->claims[i].owner),
				near->peering);
	}
}

static void
check_shadow(struct plain_world *world, const struct route *route)
{
	if (route->destination.address.family != route->next_hop.family ||
		is_in_wrong_table(world, route)) {
		report_shadowed(world, route, NULL);
		return;
	}
	if (route->by_source) {
		for (size_t p = 0; p < world->peering_count; p++)
			if (!touches_own_subnet(world, &route->destination))
				check_by_source(world, route, &world->peerings[p]);
		return;
	}
	for (size_t i = 0; i < world->claim_count; i++)
		if (is_routed_subnet(world->claims[i].claim, world->subject->home) &&
			prefix_equal(&world->claims[i].claim->prefix, &route->destination))
			report_shadowed(world, route, world->claims[i].owner);
}

/* --- unreachable-next-hop --- */

static struct plain_finding *
report_hop(struct plain_world *world, const struct route *route, enum action action,
	const struct declaration *other)
{
	struct plain_finding *finding = plain_add(world, "unreachable-next-hop", action,
		route->next_hop_field, plain_address(world, &route->next_hop));

	plain_stands_on_route(world, finding, route);
	if (other)
		plain_against(finding, other);
	for (int i = 0; i < world->subject->link_count && finding->entry_count < PLAIN_ENTRIES - 1;
		i++)
		if (prefix_contains(&world->subject->links[i].prefix, &route->next_hop))
			plain_stands_on_claim(world, finding, &world->subject->links[i]);
	return finding;
}

static bool
is_in_local_network(const struct plain_world *world, const struct address *address)
{
	struct prefix prefix = prefix_of_address(address);

	for (int i = 0; i < world->subject->attachment_count; i++)
		for (size_t k = 0; k < world->claim_count; k++)
			if (world->claims[k].claim->role == CLAIM_SEGMENT &&
				same(world->claims[k].claim->domain,
					world->subject->attachments[i].segment) &&
				prefix_overlaps(&world->claims[k].claim->prefix, &prefix))
				return true;
	return touches_own_subnet(world, &prefix);
}

/* The far end is not declared yet. That is suspicious only where the remote VPC has networks and
 * the route leads to none of them. */
static bool
leads_nowhere(const struct plain_world *world, const struct route *route, const char *far)
{
	bool has_networks = false;

	for (size_t i = 0; i < world->claim_count; i++) {
		const struct claim *claim = world->claims[i].claim;

		if (!plain_is_of_hosts(claim) || !same(claim->domain, far))
			continue;
		has_networks = true;
		if (prefix_overlaps(&claim->prefix, &route->destination))
			return false;
	}
	return has_networks;
}

static bool
has_network_in(const struct plain_world *world, const char *domain, const struct prefix *part)
{
	for (size_t i = 0; i < world->claim_count; i++)
		if (plain_is_of_hosts(world->claims[i].claim) &&
			same(world->claims[i].claim->domain, domain) &&
			prefix_overlaps(&world->claims[i].claim->prefix, part))
			return true;
	return false;
}

/* Does a longer route of the same table take what goes to this network? */
static bool
is_overtaken(
	const struct plain_world *world, const struct route *route, const struct prefix *network)
{
	for (int i = 0; i < world->subject->route_count; i++) {
		const struct route *other = &world->subject->routes[i];

		if (!other->by_source && same(other->table, route->table) &&
			other->destination.length > route->destination.length &&
			prefix_covers(&other->destination, network))
			return true;
	}
	return false;
}

/* The next hop is a far end, but the destination is a subnet of another peer, and the VPC at that
 * far end has nothing there; or it is in an own subnet (`far` is NULL). Packets may be passed on,
 * so this warns. */
static void
check_whose_end(struct plain_world *world, const struct route *route, const char *far,
	const struct plain_claim *network)
{
	struct plain_peering peer =
		plain_peering_between(world, world->subject->home, network->claim->domain);
	bool is_part = prefix_covers(&network->claim->prefix, &route->destination);
	const struct prefix *part = is_part ? &route->destination : &network->claim->prefix;
	struct plain_finding *finding;

	if (!peer.peering || (far && same(network->claim->domain, far)) ||
		!is_routed_subnet(network->claim, network->claim->domain) ||
		!prefix_overlaps(&network->claim->prefix, &route->destination) ||
		(far && has_network_in(world, far, part)) ||
		(!is_part && is_overtaken(world, route, part)))
		return;
	finding = report_hop(world, route, ACTION_WARN, network->owner);
	finding->one_of = &route->next_hop;
	plain_stands_on_peering(world, finding, peer.peering);
}

static void
check_on_link(struct plain_world *world, const struct route *route, const struct claim *link)
{
	struct plain_peering answer = plain_peering_between(world, link->far, link->domain);
	bool is_known = false;

	for (int i = 0; answer.peering && i < answer.peering->link_count; i++) {
		const struct claim *far = &answer.owner->links[answer.peering->first_link + i];

		if (address_equal(&far->host, &route->next_hop)) {
			for (size_t k = 0; k < world->claim_count && !route->by_source; k++)
				check_whose_end(world, route, link->far, &world->claims[k]);
			return;
		}
		is_known = is_known || far->host.family == route->next_hop.family;
	}
	if (is_known)
		report_hop(world, route, ACTION_DENY, answer.owner);
	else if (leads_nowhere(world, route, link->far))
		report_hop(world, route, ACTION_WARN, NULL);
}

static void
check_in_subnet(struct plain_world *world, const struct route *route)
{
	for (size_t k = 0; k < world->claim_count && !route->by_source; k++)
		if (route->destination.address.family == route->next_hop.family)
			check_whose_end(world, route, NULL, &world->claims[k]);
}

static void
check_next_hop(struct plain_world *world, const struct route *route)
{
	const struct declaration *vpc = world->subject;
	struct prefix hop = prefix_of_address(&route->next_hop);
	const struct claim *on = NULL;

	for (int i = 0; i < vpc->link_count; i++) {
		if (address_equal(&vpc->links[i].host, &route->next_hop)) {
			if (!world->refused[vpc->links[i].peering])
				report_hop(world, route, ACTION_DENY, vpc);
			return;
		}
		if (!on && prefix_contains(&vpc->links[i].prefix, &route->next_hop))
			on = &vpc->links[i];
	}
	if (on && !world->refused[on->peering])
		check_on_link(world, route, on);
	else if (!on && touches_own_subnet(world, &hop))
		check_in_subnet(world, route);
	else if (!on && !is_in_local_network(world, &route->next_hop))
		report_hop(world, route, ACTION_WARN, NULL);
}

/* The subject's own end of a link is not what a route of the far VPC takes it for. */
static void
check_far_route(struct plain_world *world, const struct peering *peering,
	const struct plain_peering *answer, const struct route *route)
{
	const struct claim *near = NULL;
	struct plain_finding *finding;

	for (int i = 0; i < peering->link_count; i++) {
		const struct claim *link = &world->subject->links[peering->first_link + i];

		if (address_equal(&link->host, &route->next_hop))
			return;
		if (!near && link->host.family == route->next_hop.family)
			near = link;
	}
	for (int i = 0; near && i < answer->peering->link_count; i++) {
		const struct claim *far = &answer->owner->links[answer->peering->first_link + i];

		if (!prefix_contains(&far->prefix, &route->next_hop))
			continue;
		if (address_equal(&far->host, &route->next_hop))
			return;
		finding = plain_add(world, "unreachable-next-hop", ACTION_DENY, near->field,
			plain_end(world, near));
		plain_against(finding, answer->owner);
		plain_stands_on_claim(world, finding, near);
		return;
	}
}

static void
check_far_routes(struct plain_world *world, const struct peering *peering)
{
	struct plain_peering answer = plain_peering_between(world, peering->to, peering->from);

	for (int i = 0; answer.peering && i < answer.owner->route_count; i++)
		if (!answer.owner->routes[i].managed)
			check_far_route(world, peering, &answer, &answer.owner->routes[i]);
}

void
plain_check_routes(struct plain_world *world)
{
	for (int i = 0; i < world->subject->peering_count; i++)
		if (!world->refused[i] &&
			!same(world->subject->peerings[i].from, world->subject->peerings[i].to))
			check_far_routes(world, &world->subject->peerings[i]);
	for (size_t i = 0; i < world->peering_count; i++)
		if (!world->peerings[i].peering->remote)
			check_peering(world, &world->peerings[i]);
	for (int i = 0; i < world->subject->route_count; i++)
		if (!world->subject->routes[i].managed) {
			check_shadow(world, &world->subject->routes[i]);
			check_next_hop(world, &world->subject->routes[i]);
		}
}
