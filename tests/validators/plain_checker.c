#include "tests/validators/plain_checker.h"

#include <string.h>

#include "tests/validators/plain_world.h"

bool
same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

bool
plain_is_of_hosts(const struct claim *claim)
{
	return claim->role != CLAIM_SEGMENT && claim->role != CLAIM_LINK &&
	       claim->role != CLAIM_BFD;
}

bool
plain_are_peered(const struct plain_world *world, const char *a, const char *b)
{
	return plain_peering_between(world, a, b).peering ||
	       plain_peering_between(world, b, a).peering;
}

struct plain_peering
plain_peering_between(const struct plain_world *world, const char *from, const char *to)
{
	for (size_t i = 0; i < world->peering_count; i++)
		if (same(world->peerings[i].peering->from, from) &&
			same(world->peerings[i].peering->to, to))
			return world->peerings[i];
	return (struct plain_peering){0};
}

/* Of two that define one domain, the one whose name comes first. */
const struct declaration *
plain_definition(const struct plain_world *world, const char *domain)
{
	const struct declaration *found = NULL;

	for (size_t i = 0; i < world->count; i++)
		if (world->all[i]->defines_home && same(world->all[i]->home, domain) &&
			(!found || strcmp(world->all[i]->object.name, found->object.name) < 0))
			found = world->all[i];
	return found;
}

bool
plain_is_default(const struct plain_world *world, const char *domain)
{
	const struct declaration *vpc = plain_definition(world, domain);

	return same(domain, "vpc/" DEFAULT_VPC) || (vpc && vpc->default_vpc);
}

const char *
plain_prefix(const struct plain_world *world, const struct prefix *prefix)
{
	return prefix_format(prefix, arena_alloc(world->arena, PREFIX_TEXT_SIZE));
}

const char *
plain_address(const struct plain_world *world, const struct address *address)
{
	return address_format(address, arena_alloc(world->arena, PREFIX_TEXT_SIZE));
}

const char *
plain_end(const struct plain_world *world, const struct claim *link)
{
	return plain_prefix(world, &(struct prefix){link->host, link->prefix.length});
}

struct plain_finding *
plain_add(struct plain_world *world, const char *rule, enum action action, struct field field,
	const char *value)
{
	struct plain_finding *finding = ARENA_NEW(world->arena, struct plain_finding);

	finding->rule = rule;
	finding->action = action;
	finding->path = field.path;
	finding->value = value;
	if (world->last)
		world->last->next = finding;
	else
		world->first = finding;
	world->last = finding;
	return finding;
}

void
plain_against(struct plain_finding *finding, const struct declaration *other)
{
	finding->against[finding->against_count++] = other;
}

void
plain_stands_on(struct plain_finding *finding, enum plain_part part, int index)
{
	finding->entries[finding->entry_count++] = (struct plain_entry){part, index};
}

void
plain_stands_on_peering(
	struct plain_world *world, struct plain_finding *finding, const struct peering *peering)
{
	plain_stands_on(finding, PLAIN_PEERING, (int)(peering - world->subject->peerings));
}

void
plain_stands_on_claim(
	struct plain_world *world, struct plain_finding *finding, const struct claim *claim)
{
	if (claim->role == CLAIM_LINK)
		plain_stands_on(finding, PLAIN_PEERING, claim->peering);
	else
		plain_stands_on(finding, PLAIN_CLAIM, (int)(claim - world->subject->claims));
}

void
plain_stands_on_route(
	struct plain_world *world, struct plain_finding *finding, const struct route *route)
{
	plain_stands_on(finding, PLAIN_ROUTE, (int)(route - world->subject->routes));
}

void
plain_stands_on_dns_link(
	struct plain_world *world, struct plain_finding *finding, const struct dns_link *link)
{
	plain_stands_on(finding, PLAIN_DNS_LINK, (int)(link - world->subject->dns_links));
}

/* --- the flat arrays --- */

static bool
is_refused(const struct plain_world *world, const struct declaration *owner, int peering)
{
	return same(owner->peerings[peering].from, owner->peerings[peering].to) ||
	       (owner == world->subject && world->refused[peering]);
}

static void
flatten(struct plain_world *world)
{
	size_t claims = 0, links = 0, peerings = 0;

	for (size_t i = 0; i < world->count; i++) {
		claims += (size_t)world->all[i]->claim_count;
		links += (size_t)world->all[i]->link_count;
		peerings += (size_t)world->all[i]->peering_count;
	}
	world->claims = ARENA_ARRAY(world->arena, struct plain_claim, claims + 1);
	world->links = ARENA_ARRAY(world->arena, struct plain_claim, links + 1);
	world->peerings = ARENA_ARRAY(world->arena, struct plain_peering, peerings + 1);
	world->claim_count = world->link_count = world->peering_count = 0;
	for (size_t i = 0; i < world->count; i++) {
		const struct declaration *owner = world->all[i];

		for (int k = 0; k < owner->claim_count; k++)
			world->claims[world->claim_count++] =
				(struct plain_claim){owner, &owner->claims[k]};
		for (int k = 0; k < owner->link_count; k++)
			if (!is_refused(world, owner, owner->links[k].peering))
				world->links[world->link_count++] =
					(struct plain_claim){owner, &owner->links[k]};
		for (int k = 0; k < owner->peering_count; k++)
			if (!is_refused(world, owner, k))
				world->peerings[world->peering_count++] =
					(struct plain_peering){owner, &owner->peerings[k]};
	}
}

struct plain_finding *
plain_check(struct arena *arena, const struct declaration *const *all, size_t count,
	const struct declaration *subject)
{
	struct plain_world world = {.arena = arena, .subject = subject, .all = all, .count = count};

	world.refused = ARENA_ARRAY(arena, bool, (size_t)subject->peering_count + 1);
	plain_check_peerings(&world);
	flatten(&world);
	plain_check_remotes(&world);
	plain_check_overlaps(&world);
	plain_check_links(&world);
	plain_check_routes(&world);
	plain_check_route_conflicts(&world);
	plain_check_names(&world);
	plain_check_subnets(&world);
	plain_check_shown(&world);
	plain_check_quotas(&world);
	return world.first;
}

struct plain_finding *
plain_check_deletion(struct arena *arena, const struct declaration *const *all, size_t count,
	const struct declaration *subject)
{
	struct plain_world world = {.arena = arena, .subject = subject, .all = all, .count = count};

	world.refused = ARENA_ARRAY(arena, bool, (size_t)subject->peering_count + 1);
	flatten(&world);
	plain_check_goings(&world);
	return world.first;
}

bool
plain_knows(const char *rule)
{
	static const char *const known[] = {
		"self-peering",
		"default-vpc",
		"duplicate-peering",
		"unknown-remote",
		"one-sided-peering",
		"missing-shoot-tag",
		"cidr-overlap",
		"link-address-conflict",
		"missing-route",
		"route-shadowed",
		"unreachable-next-hop",
		"route-conflict",
		"name-collision",
		"private-subnet",
		"partial-dual-stack",
		"external-router",
		"remote-gateway",
		"dns-zone-conflict",
		"name-taken",
		"delete-in-use",
		"quota",
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (same(known[i], rule))
			return true;
	return false;
}
