/* The plain checker: delete-in-use. A domain, subnet or zone is deleted while a peering or link
 * still needs it; of an object that is being deleted itself nothing needs anything. */
#include <string.h>

#include "tests/validators/plain_world.h"

static const char rule[] = "delete-in-use";
static const struct field name_field = {"metadata.name", 0};

static bool
needs_nothing(const struct plain_world *world, const struct declaration *other)
{
	return other == world->subject || other->deleting;
}

/* Adds another object to the finding, which is made with the first one. */
static struct plain_finding *
add_need(struct plain_world *world, struct plain_finding *finding, struct field field,
	const char *value, const struct declaration *other)
{
	if (!finding)
		finding = plain_add(world, rule, ACTION_WARN, field, value);
	if (finding->against_count < PLAIN_PARTIES)
		plain_against(finding, other);
	return finding;
}

static struct plain_finding *
add_need_of_name(
	struct plain_world *world, struct plain_finding *finding, const struct declaration *other)
{
	return add_need(world, finding, name_field, world->subject->object.name, other);
}

/* One domain's peering to another may be declared twice; the first by name speaks for it. */
static bool
speaks_for_domain(const struct plain_world *world, const struct plain_peering *peering)
{
	for (size_t i = 0; i < world->peering_count; i++) {
		const struct plain_peering *other = &world->peerings[i];

		if (!same(other->peering->from, peering->peering->from) ||
			!same(other->peering->to, peering->peering->to) ||
			needs_nothing(world, other->owner))
			continue;
		if (strcmp(other->owner->object.name, peering->owner->object.name) < 0 ||
			(other->owner == peering->owner && other->peering < peering->peering))
			return false;
	}
	return !needs_nothing(world, peering->owner);
}

static bool
has_other_definition(const struct plain_world *world)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->all[i] != world->subject && world->all[i]->defines_home &&
			same(world->all[i]->home, world->subject->home))
			return true;
	return false;
}

/* A Vpc, RemoteNetwork or RemoteZone. */
static void
check_definition(struct plain_world *world)
{
	const char *home = world->subject->home;
	struct plain_finding *finding = NULL;

	for (size_t i = 0; i < world->peering_count; i++)
		if (same(world->peerings[i].peering->to, home) &&
			speaks_for_domain(world, &world->peerings[i]))
			finding = add_need_of_name(world, finding, world->peerings[i].owner);
	for (size_t i = 0; i < world->count; i++)
		for (int k = 0; k < world->all[i]->dns_link_count; k++)
			if (same(world->all[i]->dns_links[k].zone, home) &&
				!needs_nothing(world, world->all[i]))
				finding = add_need_of_name(world, finding, world->all[i]);
}

/* Does the route lead over the link of this peering? */
static bool
leads_over(const struct plain_peering *way, const struct route *route)
{
	for (int i = 0; i < way->peering->link_count; i++)
		if (prefix_contains(&way->owner->links[way->peering->first_link + i].prefix,
			    &route->next_hop))
			return !route->by_source;
	return false;
}

/* A default route leads to more than the VPC's subnets. */
static bool
serves_only(const struct plain_world *world, const struct route *route, const struct claim *subnet)
{
	for (size_t i = 0; i < world->claim_count; i++) {
		const struct claim *other = world->claims[i].claim;

		if (world->claims[i].owner != world->subject && other->role == CLAIM_SUBNET &&
			!other->unrouted && same(other->domain, subnet->domain) &&
			prefix_overlaps(&other->prefix, &route->destination))
			return false;
	}
	return route->destination.length > 0 &&
	       prefix_overlaps(&route->destination, &subnet->prefix);
}

/* A peer has a route to the subnet, and to nothing else. */
static void
check_subnet(struct plain_world *world, const struct claim *subnet)
{
	struct plain_finding *finding = NULL;

	for (size_t i = 0; i < world->peering_count; i++) {
		const struct plain_peering *way = &world->peerings[i];

		if (!same(way->peering->to, subnet->domain) || !speaks_for_domain(world, way))
			continue;
		for (int k = 0; k < way->owner->route_count; k++)
			if (leads_over(way, &way->owner->routes[k]) &&
				serves_only(world, &way->owner->routes[k], subnet))
				finding = add_need(world, finding, subnet->field,
					plain_prefix(world, &subnet->prefix), way->owner);
	}
}

/* Routers have ports on it. */
static void
check_segment(struct plain_world *world, const char *segment)
{
	struct plain_finding *finding = NULL;

	for (size_t i = 0; i < world->count; i++)
		for (int k = 0; k < world->all[i]->attachment_count; k++)
			if (same(world->all[i]->attachments[k].segment, segment) &&
				!needs_nothing(world, world->all[i]))
				finding = add_need_of_name(world, finding, world->all[i]);
}

void
plain_check_goings(struct plain_world *world)
{
	const struct declaration *subject = world->subject;

	if (subject->defines_home && subject->object.kind != KIND_SHOOT_INFO &&
		!has_other_definition(world))
		check_definition(world);
	for (int i = 0; i < subject->claim_count; i++) {
		const struct claim *claim = &subject->claims[i];

		if (claim->role == CLAIM_SUBNET && !claim->unrouted)
			check_subnet(world, claim);
		if (claim->role == CLAIM_SEGMENT)
			check_segment(world, claim->domain);
	}
}
