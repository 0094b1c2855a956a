/* The plain checker: route-conflict. Two routes to one prefix with different next hops and no BFD
 * id, a route inside an own subnet that is sent to a peer; and, as warnings, a route that fights
 * with the one that Kube-OVN writes for each subnet, and a default route to a peer. */
#include "tests/validators/plain_world.h"

static const char rule[] = "route-conflict";

static struct plain_finding *
add_about_route(struct plain_world *world, enum action action, const struct route *route)
{
	struct plain_finding *finding = plain_add(
		world, rule, action, route->field, plain_prefix(world, &route->destination));

	plain_stands_on_route(world, finding, route);
	return finding;
}

/* A route that the controller wrote is the controller's to sort out: beside it, one warns. */
static void
check_two(struct plain_world *world, const struct route *route, const struct route *earlier)
{
	if (prefix_equal(&route->destination, &earlier->destination) &&
		same(route->table, earlier->table) && route->by_source == earlier->by_source &&
		!address_equal(&route->next_hop, &earlier->next_hop) &&
		(!route->managed || !earlier->managed))
		plain_against(
			add_about_route(world,
				route->managed || earlier->managed ? ACTION_WARN : ACTION_DENY,
				route),
			world->subject);
}

static const struct claim *
link_to(const struct declaration *vpc, const struct address *next_hop)
{
	for (int i = 0; i < vpc->link_count; i++)
		if (prefix_contains(&vpc->links[i].prefix, next_hop))
			return &vpc->links[i];
	return NULL;
}

/* Either of the two may be the subject: the Vpc with the route, or the Subnet. */
static void
report_clash(struct plain_world *world, enum action action, const struct declaration *vpc,
	const struct route *route, const struct plain_claim *subnet)
{
	struct plain_finding *finding;

	if (vpc == world->subject) {
		plain_against(add_about_route(world, action, route), subnet->owner);
	} else if (subnet->owner == world->subject) {
		finding = plain_add(world, rule, action, subnet->claim->field,
			plain_prefix(world, &subnet->claim->prefix));
		plain_against(finding, vpc);
		plain_stands_on_claim(world, finding, subnet->claim);
	}
}

/* Kube-OVN's own policySrc route leads to the first address of each subnet. */
static void
check_subnet(struct plain_world *world, const struct declaration *vpc, const struct route *route,
	const struct plain_claim *subnet)
{
	const struct prefix *network = &subnet->claim->prefix;
	bool is_same = prefix_equal(network, &route->destination);
	bool is_in_table = same(route->table, subnet->claim->route_table);
	struct address gateway = prefix_nth(network, 1);

	if (route->managed || route->next_hop.family != network->address.family ||
		!prefix_covers(network, &route->destination))
		return;
	if (!route->by_source && !is_same && link_to(vpc, &route->next_hop))
		report_clash(world,
			subnet->claim->unrouted || (*route->table && !is_in_table) ? ACTION_WARN
										   : ACTION_DENY,
			vpc, route, subnet);
	if (route->by_source && is_same && is_in_table && !subnet->claim->unrouted &&
		!address_equal(&route->next_hop, &gateway))
		report_clash(world, ACTION_WARN, vpc, route, subnet);
}

static void
check_vpc(struct plain_world *world, const struct declaration *vpc)
{
	for (int i = 0; i < vpc->route_count; i++)
		for (size_t k = 0; k < world->claim_count; k++)
			if (world->claims[k].claim->role == CLAIM_SUBNET &&
				same(world->claims[k].claim->domain, vpc->home))
				check_subnet(world, vpc, &vpc->routes[i], &world->claims[k]);
}

void
plain_check_route_conflicts(struct plain_world *world)
{
	const struct declaration *subject = world->subject;

	for (size_t i = 0; i < world->count; i++)
		if (world->all[i]->object.kind == KIND_VPC)
			check_vpc(world, world->all[i]);
	for (int i = 0; i < subject->route_count; i++) {
		const struct route *route = &subject->routes[i];

		for (int k = 0; k < i; k++)
			check_two(world, route, &subject->routes[k]);
		if (route->destination.length == 0 && !route->by_source && !route->managed &&
			link_to(subject, &route->next_hop))
			add_about_route(world, ACTION_WARN, route);
	}
}
