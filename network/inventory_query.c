/* The questions of the rules: walk an index, leave out the subject, cut, and put the answers in an
 * order that does not depend on the order of arrival. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "network/answer.h"
#include "network/inventory_layers.h"

uint64_t
inventory_steps(const struct inventory *inventory)
{
	return inventory->domains.recent->steps;
}

/* --- occupants --- */

/* A BFD port is one address of a router, and no network that peers could reach. */
#define ALL_BUT_PORTS (~(1u << CLAIM_BFD))

struct collector {
	struct arena *arena;
	const struct object_id *except;
	const char *beside;
	unsigned roles;
	/* Next door: the peerings that `except` declares do not count either. */
	const struct inventory *inventory;
	const char *door;
	uint64_t *steps;
	struct occupants found;
};

static bool
is_beside_door(const struct collector *collector, const char *domain)
{
	if (collector->beside && text_equal(domain, collector->beside))
		return true;
	return collector->door && collector->except &&
	       !inventory_are_peers(
		       collector->inventory, collector->door, domain, collector->except);
}

static bool
collect(const struct prefix *prefix, const void *value, void *context)
{
	const struct occupant *occupant = value;
	struct collector *collector = context;
	struct occupants *found = &collector->found;

	(void)prefix;
	++*collector->steps;
	if (!(collector->roles & 1u << occupant->claim->role) ||
		answer_leaves_out(occupant->declaration, collector->except))
		return true;
	if (is_beside_door(collector, occupant->claim->domain))
		return true;
	if (found->count == INVENTORY_ANSWERS) {
		found->more = true;
		return false;
	}
	found->items =
		answer_room(collector->arena, found->items, found->count, sizeof *found->items);
	found->items[found->count++] = *occupant;
	return true;
}

static int
compare_occupants(const void *left, const void *right)
{
	const struct occupant *a = left, *b = right;
	int order = answer_compare_claims(a, b);

	if (order == 0)
		order = a->claim->field.index - b->claim->field.index;
	if (order == 0)
		order = (int)a->claim->role - (int)b->claim->role;
	return order ? order : address_compare(&a->claim->host, &b->claim->host);
}

static struct occupants
in_order(struct occupants found)
{
	if (found.count > 1)
		qsort(found.items, found.count, sizeof *found.items, compare_occupants);
	return found;
}

struct occupants
inventory_overlaps(struct arena *arena, const struct inventory *inventory, const char *domain,
	const struct prefix *prefix, unsigned roles, const struct object_id *except)
{
	struct collector collector = {.arena = arena,
		.except = except,
		.roles = roles,
		.steps = &inventory->domains.recent->steps};
	const struct domain *found = domains_find(&inventory->domains, domain);

	if (!found)
		return collector.found;
	if ((roles & ~(1u << CLAIM_LINK)) &&
		!claim_set_overlaps(&found->own, prefix, collect, &collector))
		return in_order(collector.found);
	if (roles & 1u << CLAIM_LINK)
		claim_set_overlaps(&found->links, prefix, collect, &collector);
	return in_order(collector.found);
}

struct occupants
inventory_overlaps_next_door(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct prefix *prefix, const char *beside,
	const struct object_id *except)
{
	struct collector collector = {.arena = arena,
		.except = except,
		.beside = beside,
		.roles = ALL_BUT_PORTS,
		.inventory = inventory,
		.door = domain,
		.steps = &inventory->domains.recent->steps};
	const struct domain *found = domains_find(&inventory->domains, domain);

	if (found)
		domain_overlaps_next_door(found, prefix, collect, &collector);
	return in_order(collector.found);
}

/* Puts a neighbour that others share into the list, or only counts it while there is none. */
static size_t
add_shared(const char **list, size_t count, const struct domain *neighbour)
{
	if (neighbour->neighbour_count < 2)
		return count;
	if (list)
		list[count] = neighbour->key;
	return count + 1;
}

/* An edge in both directions is told once, as the outgoing one. */
static size_t
list_shared(const char **list, const struct domain *domain)
{
	const struct edge *edge;
	size_t count = 0;

	TAILQ_FOREACH(edge, &domain->outgoing, outgoing)
	if (edge->to != domain)
		count = add_shared(list, count, edge->to);
	TAILQ_FOREACH(edge, &domain->incoming, incoming)
	if (edge->from != domain && !edge->reverse)
		count = add_shared(list, count, edge->from);
	return count;
}

static int
compare_keys(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

const char **
inventory_shared_neighbours(
	struct arena *arena, const struct inventory *inventory, const char *domain)
{
	const struct domain *found = domains_find(&inventory->domains, domain);
	size_t count = found ? list_shared(NULL, found) : 0;
	const char **list = ARENA_ARRAY(arena, const char *, count + 1);

	inventory->domains.recent->steps += count;
	if (count > 0)
		list_shared(list, found);
	if (count > 1)
		qsort(list, count, sizeof *list, compare_keys);
	return list;
}

struct occupants
inventory_claims(struct arena *arena, const struct inventory *inventory, const char *domain,
	const struct object_id *except)
{
	struct collector collector = {.arena = arena,
		.except = except,
		.roles = ALL_BUT_PORTS,
		.steps = &inventory->domains.recent->steps};
	const struct domain *found = domains_find(&inventory->domains, domain);

	if (found)
		claim_set_all(&found->own, collect, &collector);
	return in_order(collector.found);
}

/* Puts the networks that a private Subnet has in the domain into the list, or only counts them
 * while there is none. */
static size_t
add_networks(
	struct occupant *list, size_t count, const struct declaration *subnet, const char *domain)
{
	for (int i = 0; i < subnet->claim_count; i++) {
		const struct claim *claim = &subnet->claims[i];

		if (claim->role != CLAIM_SUBNET || !text_equal(claim->domain, domain))
			continue;
		if (list)
			list[count] = (struct occupant){subnet, claim};
		count++;
	}
	return count;
}

static size_t
list_private(struct occupant *list, const struct domain *domain, const struct object_id *except)
{
	const struct member *member;
	size_t count = 0;

	TAILQ_FOREACH(member, &domain->members[MEMBER_PRIVATE], members)
	if (!answer_leaves_out(member->holding->declaration, except))
		count = add_networks(list, count, member->holding->declaration, domain->key);
	return count;
}

struct occupants
inventory_private_subnets(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct object_id *except)
{
	const struct domain *found = domains_find(&inventory->domains, domain);
	struct occupants subnets = {.count = found ? list_private(NULL, found, except) : 0};

	inventory->domains.recent->steps += subnets.count;
	if (subnets.count == 0)
		return subnets;
	subnets.items = ARENA_ARRAY(arena, struct occupant, subnets.count);
	list_private(subnets.items, found, except);
	return in_order(subnets);
}

/* --- peerings --- */

static bool
collect_edge(struct arena *arena, const struct inventory *inventory, const struct edge *edge,
	const struct object_id *except, struct declared_peerings *found)
{
	const struct peering_place *place;

	TAILQ_FOREACH(place, &edge->peerings, places)
	{
		inventory->domains.recent->steps++;
		if (answer_leaves_out(place->item.declaration, except))
			continue;
		if (found->count == INVENTORY_ANSWERS) {
			found->more = true;
			return false;
		}
		found->items = answer_room(arena, found->items, found->count, sizeof *found->items);
		found->items[found->count++] = place->item;
	}
	return true;
}

static int
compare_peerings(const void *left, const void *right)
{
	const struct declared_peering *a = left, *b = right;
	int order = answer_compare(&a->declaration->object, &b->declaration->object);

	return order ? order : a->peering->field.index - b->peering->field.index;
}

static struct declared_peerings
peerings_in_order(struct declared_peerings found)
{
	if (found.count > 1)
		qsort(found.items, found.count, sizeof *found.items, compare_peerings);
	return found;
}

struct declared_peerings
inventory_peerings_from(struct arena *arena, const struct inventory *inventory, const char *domain,
	const struct object_id *except)
{
	const struct domain *from = domains_find(&inventory->domains, domain);
	struct declared_peerings found = {0};
	const struct edge *edge;

	if (from)
		TAILQ_FOREACH(edge, &from->outgoing, outgoing)
	if (!collect_edge(arena, inventory, edge, except, &found))
		break;
	return peerings_in_order(found);
}

struct declared_peerings
inventory_peerings_to(struct arena *arena, const struct inventory *inventory, const char *domain,
	const struct object_id *except)
{
	const struct domain *to = domains_find(&inventory->domains, domain);
	struct declared_peerings found = {0};
	const struct edge *edge;

	if (to)
		TAILQ_FOREACH(edge, &to->incoming, incoming)
	if (!collect_edge(arena, inventory, edge, except, &found))
		break;
	return peerings_in_order(found);
}

struct declared_peerings
inventory_peerings_between(struct arena *arena, const struct inventory *inventory, const char *from,
	const char *to, const struct object_id *except)
{
	const struct domain *source = domains_find(&inventory->domains, from);
	const struct domain *target = domains_find(&inventory->domains, to);
	struct declared_peerings found = {0};
	const struct edge *edge =
		source && target ? domains_find_edge(&inventory->domains, source, target) : NULL;

	if (edge)
		collect_edge(arena, inventory, edge, except, &found);
	return peerings_in_order(found);
}

/* --- declarations --- */

static int
compare_declarations(const void *left, const void *right)
{
	const struct declaration *const *a = left, *const *b = right;

	return answer_compare(&(*a)->object, &(*b)->object);
}

/* One declaration may name a domain several times; its places stand side by side then, and it is
 * one answer. */
static struct declarations
collect_members(struct arena *arena, const struct inventory *inventory, const char *key,
	enum membership membership, const struct object_id *except)
{
	const struct domain *domain = domains_find(&inventory->domains, key);
	struct declarations found = {0};
	const struct declaration *last = NULL;
	const struct member *member;

	if (!domain)
		return found;
	TAILQ_FOREACH(member, &domain->members[membership], members)
	{
		const struct declaration *declaration = member->holding->declaration;

		inventory->domains.recent->steps++;
		if (declaration == last || answer_leaves_out(declaration, except))
			continue;
		found.more = found.count == INVENTORY_ANSWERS;
		if (found.more)
			break;
		found.items = answer_room(arena, found.items, found.count, sizeof *found.items);
		found.items[found.count++] = last = declaration;
	}
	if (found.count > 1)
		qsort(found.items, found.count, sizeof *found.items, compare_declarations);
	return found;
}

struct declarations
inventory_dns_links_to(struct arena *arena, const struct inventory *inventory, const char *zone,
	const struct object_id *except)
{
	return collect_members(arena, inventory, zone, MEMBER_DNS_LINK, except);
}

struct declarations
inventory_dns_links_sharing(struct arena *arena, const struct inventory *inventory,
	const char *exclusive, const struct object_id *except)
{
	return collect_members(arena, inventory, exclusive, MEMBER_EXCLUSIVE_LINK, except);
}

struct declarations
inventory_rivals(struct arena *arena, const struct inventory *inventory, const char *zone,
	const struct object_id *except)
{
	const char *rivalry = domain_rivalry(zone);

	return rivalry ? collect_members(arena, inventory, rivalry, MEMBER_RIVAL, except)
		       : (struct declarations){0};
}

struct declarations
inventory_diverting(struct arena *arena, const struct inventory *inventory, const char *domain,
	const struct object_id *except)
{
	return collect_members(arena, inventory, domain, MEMBER_DIVERTING, except);
}

struct declarations
inventory_using_remote_gateways(struct arena *arena, const struct inventory *inventory,
	const char *domain, const struct object_id *except)
{
	return collect_members(arena, inventory, domain, MEMBER_GATEWAY_USER, except);
}

struct declarations
inventory_attached_to(struct arena *arena, const struct inventory *inventory, const char *segment,
	const struct object_id *except)
{
	return collect_members(arena, inventory, segment, MEMBER_ATTACHED, except);
}

/* --- everything --- */

static void
take(const struct declaration *declaration, void *context)
{
	struct declarations *all = context;

	all->items[all->count++] = declaration;
}

struct declarations
inventory_all(struct arena *arena, const struct inventory *inventory)
{
	size_t room = inventory->size.objects + 1;
	struct declarations all = {.items = ARENA_ARRAY(arena, const struct declaration *, room)};

	inventory_each(inventory, take, &all);
	qsort(all.items, all.count, sizeof(const struct declaration *), compare_declarations);
	return all;
}
