/* The questions of the rules: walk an index, leave out the subject, cut, and put the answers in an
 * order that does not depend on the order of arrival. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "network/inventory_layers.h"

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int
compare_objects(const struct object_id *a, const struct object_id *b)
{
	int names;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	names = compare_texts(a->name, b->name);
	return names ? names : compare_texts(a->namespace, b->namespace);
}

static bool
is_left_out(const struct declaration *declaration, const struct object_id *except)
{
	return except && object_equal(&declaration->object, except);
}

/* --- occupants --- */

struct collector {
	struct arena *arena;
	const struct object_id *except;
	const char *beside;
	unsigned roles;
	struct occupants found;
};

static bool
collect(const struct prefix *prefix, const void *value, void *context)
{
	const struct occupant *occupant = value;
	struct collector *collector = context;
	struct occupants *found = &collector->found;

	(void)prefix;
	if (!(collector->roles & 1u << occupant->claim->role) ||
		is_left_out(occupant->declaration, collector->except))
		return true;
	if (collector->beside && text_equal(occupant->claim->domain, collector->beside))
		return true;
	if (found->count == INVENTORY_ANSWERS) {
		found->more = true;
		return false;
	}
	if (!found->items)
		found->items = ARENA_ARRAY(collector->arena, struct occupant, INVENTORY_ANSWERS);
	found->items[found->count++] = *occupant;
	return true;
}

static int
compare_occupants(const void *left, const void *right)
{
	const struct occupant *a = left, *b = right;
	int order = address_compare(&a->claim->prefix.address, &b->claim->prefix.address);

	if (order == 0)
		order = a->claim->prefix.length - b->claim->prefix.length;
	if (order == 0)
		order = compare_objects(&a->declaration->object, &b->declaration->object);
	return order ? order : a->claim->field.index - b->claim->field.index;
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
	struct collector collector = {.arena = arena, .except = except, .roles = roles};
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
	struct collector collector = {
		.arena = arena, .except = except, .beside = beside, .roles = ~0u};
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
	struct collector collector = {.arena = arena, .except = except, .roles = ~0u};
	const struct domain *found = domains_find(&inventory->domains, domain);

	if (found)
		claim_set_all(&found->own, collect, &collector);
	return in_order(collector.found);
}

/* --- peerings --- */

static bool
collect_edge(struct arena *arena, const struct edge *edge, const struct object_id *except,
	struct declared_peerings *found)
{
	const struct peering_place *place;

	TAILQ_FOREACH(place, &edge->peerings, places)
	{
		if (is_left_out(place->item.declaration, except))
			continue;
		if (found->count == INVENTORY_ANSWERS) {
			found->more = true;
			return false;
		}
		if (!found->items)
			found->items =
				ARENA_ARRAY(arena, struct declared_peering, INVENTORY_ANSWERS);
		found->items[found->count++] = place->item;
	}
	return true;
}

static int
compare_peerings(const void *left, const void *right)
{
	const struct declared_peering *a = left, *b = right;
	int order = compare_objects(&a->declaration->object, &b->declaration->object);

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
	if (!collect_edge(arena, edge, except, &found))
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
	if (!collect_edge(arena, edge, except, &found))
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
		collect_edge(arena, edge, except, &found);
	return peerings_in_order(found);
}

/* --- declarations --- */

static int
compare_declarations(const void *left, const void *right)
{
	const struct declaration *const *a = left, *const *b = right;

	return compare_objects(&(*a)->object, &(*b)->object);
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

		if (declaration == last || is_left_out(declaration, except))
			continue;
		found.more = found.count == INVENTORY_ANSWERS;
		if (found.more)
			break;
		if (!found.items)
			found.items =
				ARENA_ARRAY(arena, const struct declaration *, INVENTORY_ANSWERS);
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
inventory_diverting(struct arena *arena, const struct inventory *inventory, const char *domain,
	const struct object_id *except)
{
	return collect_members(arena, inventory, domain, MEMBER_DIVERTING, except);
}

struct declarations
inventory_attached_to(struct arena *arena, const struct inventory *inventory, const char *segment,
	const struct object_id *except)
{
	return collect_members(arena, inventory, segment, MEMBER_ATTACHED, except);
}

const struct declaration *
inventory_definition(
	const struct inventory *inventory, const char *key, const struct object_id *except)
{
	const struct domain *domain = domains_find(&inventory->domains, key);
	const struct declaration *reserved = NULL;
	const struct member *member;

	if (!domain)
		return NULL;
	TAILQ_FOREACH(member, &domain->members[MEMBER_DEFINITION], members)
	{
		if (is_left_out(member->holding->declaration, except))
			continue;
		if (member->holding->stored)
			return member->holding->declaration;
		if (!reserved)
			reserved = member->holding->declaration;
	}
	return reserved;
}
