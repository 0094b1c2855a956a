/* The plain checker: quota. There are more peerings, routes or DNS links than the policy allows, or
 * at least nine tenths as many. */
#include <string.h>

#include "tests/validators/plain_world.h"

/* NULL while there is enough room. The number itself is not compared: a finding about a whole list
 * has no value here. */
static struct plain_finding *
check_number(struct plain_world *world, size_t count, size_t limit, struct field field,
	const char *value)
{
	if (10 * count < 9 * limit)
		return NULL;
	return plain_add(world, "quota", count > limit ? ACTION_DENY : ACTION_WARN, field, value);
}

static bool
is_between(const struct peering *peering, const char *a, const char *b)
{
	return (same(peering->from, a) && same(peering->to, b)) ||
	       (same(peering->from, b) && same(peering->to, a));
}

/* How many networks it is peered with, whoever declares it. */
static size_t
count_peers(const struct plain_world *world, const char *domain)
{
	size_t count = 0;

	for (size_t i = 0; i < world->peering_count; i++) {
		const struct peering *peering = world->peerings[i].peering;
		size_t first = 0;

		while (!is_between(world->peerings[first].peering, peering->from, peering->to))
			first++;
		count += first == i && (same(peering->from, domain) || same(peering->to, domain));
	}
	return count;
}

/* A cloud shows the peerings of a network by their names; AWS has none. */
static struct plain_finding *
check_far_side(struct plain_world *world, const struct peering *peering)
{
	const struct declaration *far = plain_definition(world, peering->to);
	size_t count = 1;

	if (!peering->remote)
		return check_number(world, count_peers(world, peering->to), PLAIN_QUOTA,
			peering->field, peering->target);
	if (peering->remote->provider == PROVIDER_AWS)
		return NULL;
	for (int i = 0; far && i < far->taken_name_count; i++)
		count += !same(far->taken_names[i].name, peering->name);
	return check_number(world, count, PLAIN_QUOTA, peering->field, peering->target);
}

static void
check_peerings(struct plain_world *world)
{
	const struct peering *last = NULL;
	struct plain_finding *finding;

	for (size_t i = 0; i < world->peering_count; i++) {
		const struct peering *peering = world->peerings[i].peering;

		if (world->peerings[i].owner != world->subject)
			continue;
		last = peering;
		finding = check_far_side(world, peering);
		if (!finding)
			continue;
		plain_stands_on_peering(world, finding, peering);
		if (plain_definition(world, peering->to))
			plain_against(finding, plain_definition(world, peering->to));
	}
	finding = last ? check_number(world, count_peers(world, last->from), PLAIN_QUOTA,
				 last->remote ? last->field : (struct field){"spec.vpcPeerings", 0},
				 last->remote ? last->target : "")
		       : NULL;
	for (int i = 0; finding && i < world->subject->peering_count; i++)
		plain_stands_on_peering(world, finding, &world->subject->peerings[i]);
}

static void
check_static_routes(struct plain_world *world)
{
	const struct declaration *vpc = world->subject;

	for (int i = 0; i < vpc->route_count; i++) {
		size_t count = 0;

		for (int k = 0; k < vpc->route_count; k++)
			count += same(vpc->routes[k].table, vpc->routes[i].table);
		check_number(world, count, PLAIN_QUOTA, (struct field){"spec.staticRoutes", 0}, "");
	}
}

/* The IPv4 ranges of all networks that the shoot declares peerings to. */
static size_t
count_shoot_routes(const struct plain_world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->claim_count; i++) {
		const struct claim *claim = world->claims[i].claim;

		count += claim->role == CLAIM_REMOTE && claim->prefix.address.family == FAMILY_4 &&
			 plain_peering_between(world, DOMAIN_OF_SHOOT, claim->domain).peering;
	}
	return count;
}

static bool
has_ipv4(const struct declaration *network)
{
	for (int i = 0; network && i < network->claim_count; i++)
		if (network->claims[i].prefix.address.family == FAMILY_4)
			return true;
	return false;
}

/* By any of its descriptions. */
static bool
is_known_with_ipv4(const struct plain_world *world, const char *domain)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->all[i]->object.kind == KIND_REMOTE_NETWORK &&
			same(world->all[i]->home, domain) && has_ipv4(world->all[i]))
			return true;
	return false;
}

static bool
is_described_twice(const struct plain_world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->all[i] != world->subject && world->all[i]->defines_home &&
			same(world->all[i]->home, world->subject->home))
			return true;
	return false;
}

/* What brings the ranges near is told: the peering, or the network's only description. A
 * description states facts, so that it is never refused. */
static void
check_shoot_routes(struct plain_world *world)
{
	const struct declaration *subject = world->subject;
	const struct peering *peering = subject->peerings;
	struct plain_finding *finding = NULL;

	if (subject->object.kind == KIND_AWS_VPC_PEERING && peering && !world->refused[0] &&
		is_known_with_ipv4(world, peering->to))
		finding = check_number(world, count_shoot_routes(world), PLAIN_ROUTE_QUOTA,
			peering->field, peering->target);
	if (finding)
		plain_stands_on_peering(world, finding, peering);
	if (subject->object.kind != KIND_REMOTE_NETWORK || !has_ipv4(subject) ||
		subject->remote->provider != PROVIDER_AWS || is_described_twice(world) ||
		!plain_peering_between(world, DOMAIN_OF_SHOOT, subject->home).peering)
		return;
	finding = check_number(world, count_shoot_routes(world), PLAIN_ROUTE_QUOTA,
		(struct field){"spec.cidrs", 0}, "");
	if (finding)
		finding->action = ACTION_WARN;
}

/* --- DNS links: each name in a zone once --- */

static size_t
add_name(const char **names, size_t count, const char *name)
{
	size_t at = 0;

	while (at < count && !same(names[at], name))
		at++;
	if (at < count || count == PLAIN_ENTRIES)
		return count;
	names[count] = name;
	return count + 1;
}

static size_t
count_links(const struct plain_world *world, const char *zone)
{
	const struct declaration *shown = plain_definition(world, zone);
	const char *names[PLAIN_ENTRIES];
	size_t count = 0;

	for (size_t i = 0; i < world->count; i++)
		for (int k = 0; k < world->all[i]->dns_link_count; k++)
			if (same(world->all[i]->dns_links[k].zone, zone))
				count = add_name(names, count, world->all[i]->dns_links[k].name);
	for (int i = 0; shown && i < shown->taken_name_count; i++)
		count = add_name(names, count, shown->taken_names[i].name);
	return count;
}

/* The smaller one of what the policy and the zone itself allow. */
static size_t
link_limit(const struct declaration *zone)
{
	return zone && zone->most_links && zone->most_links < PLAIN_LINK_QUOTA ? zone->most_links
									       : PLAIN_LINK_QUOTA;
}

static void
check_dns_link(struct plain_world *world, const struct dns_link *link)
{
	const struct declaration *zone = plain_definition(world, link->zone);
	struct plain_finding *finding = check_number(world, count_links(world, link->zone),
		link_limit(zone), link->field, link->remote->id);

	if (!finding)
		return;
	plain_stands_on_dns_link(world, finding, link);
	if (zone)
		plain_against(finding, zone);
}

void
plain_check_quotas(struct plain_world *world)
{
	check_peerings(world);
	check_static_routes(world);
	check_shoot_routes(world);
	for (int i = 0; i < world->subject->dns_link_count; i++)
		check_dns_link(world, &world->subject->dns_links[i]);
}
