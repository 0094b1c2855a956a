/* How many there are, and who would miss something that goes: questions whose answers a list that
 * is cut cannot give. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "network/answer.h"
#include "network/inventory_layers.h"

/* --- counts --- */

static bool
is_declared(const struct edge *edge, const struct object_id *except)
{
	const struct peering_place *place;

	if (edge)
		TAILQ_FOREACH(place, &edge->peerings, places)
	if (!answer_leaves_out(place->item.declaration, except))
		return true;
	return false;
}

static bool
joins_peers(const struct edge *edge, const struct object_id *except)
{
	return edge->from != edge->to &&
	       (is_declared(edge, except) || is_declared(edge->reverse, except));
}

/* Each holding of an object: the stored one, then the reserved ones. */
static const struct holding *
next_holding(const struct object *object, const struct slot **slot)
{
	if (!*slot)
		*slot = object->stored ? object->stored : TAILQ_FIRST(&object->reserved);
	else if (*slot == object->stored)
		*slot = TAILQ_FIRST(&object->reserved);
	else
		*slot = TAILQ_NEXT(*slot, of_object);
	return *slot ? &(*slot)->holding : NULL;
}

/* Is this the first of the object's own places in its edge? An edge counts once, however often the
 * object declares it. */
static bool
is_first_in_edge(const struct peering_place *place, const struct object_id *id)
{
	const struct peering_place *first = TAILQ_FIRST(&place->edge->peerings);

	while (!answer_leaves_out(first->item.declaration, id))
		first = TAILQ_NEXT(first, places);
	return first == place;
}

/* Adds up what `count` finds at the edges that the object alone declares. */
static size_t
sum_of_own_edges(const struct inventory *inventory, const struct object_id *id,
	size_t (*count)(const struct edge *edge, const struct object_id *id, const void *context),
	const void *context)
{
	const struct object *object = id ? inventory_object(inventory, id) : NULL;
	const struct slot *slot = NULL;
	const struct holding *holding;
	size_t sum = 0;

	while (object && (holding = next_holding(object, &slot)))
		for (int i = 0; i < holding->declaration->peering_count; i++) {
			const struct peering_place *place = &holding->peerings[i];

			inventory->domains.recent->steps++;
			if (place->edge && is_first_in_edge(place, id))
				sum += count(place->edge, id, context);
		}
	return sum;
}

static size_t
count_lost_peer(const struct edge *edge, const struct object_id *id, const void *domain)
{
	return edge->from != edge->to && (edge->from == domain || edge->to == domain) &&
	       !joins_peers(edge, id);
}

size_t
inventory_count_peers(
	const struct inventory *inventory, const char *key, const struct object_id *except)
{
	const struct domain *domain = domains_find(&inventory->domains, key);

	if (!domain)
		return 0;
	return domain->neighbour_count -
	       sum_of_own_edges(inventory, except, count_lost_peer, domain);
}

bool
inventory_are_peers(const struct inventory *inventory, const char *one, const char *other,
	const struct object_id *except)
{
	const struct domain *a = domains_find(&inventory->domains, one);
	const struct domain *b = domains_find(&inventory->domains, other);

	return a && b &&
	       (is_declared(domains_find_edge(&inventory->domains, a, b), except) ||
		       is_declared(domains_find_edge(&inventory->domains, b, a), except));
}

size_t
inventory_count_prefixes(const struct inventory *inventory, const char *key, enum family family)
{
	const struct domain *domain = domains_find(&inventory->domains, key);

	return domain ? domain->remote[family] : 0;
}

struct ahead {
	const struct domain *domain;
	enum family family;
};

static size_t
count_lost_prefixes(const struct edge *edge, const struct object_id *id, const void *context)
{
	const struct ahead *ahead = context;

	return edge->from == ahead->domain && !is_declared(edge, id)
		       ? edge->to->remote[ahead->family]
		       : 0;
}

/* Those that the object itself claims in networks that others declare peerings to. */
static size_t
count_own_prefixes(
	const struct inventory *inventory, const struct object_id *id, const struct ahead *ahead)
{
	const struct object *object = id ? inventory_object(inventory, id) : NULL;
	const struct slot *slot = NULL;
	const struct holding *holding;
	size_t count = 0;

	while (object && (holding = next_holding(object, &slot)))
		for (int i = 0; i < holding->declaration->claim_count; i++) {
			const struct claim *claim = &holding->declaration->claims[i];
			const struct domain *domain =
				domains_find(&inventory->domains, claim->domain);

			count += claim->role == CLAIM_REMOTE &&
				 claim->prefix.address.family == ahead->family &&
				 is_declared(domains_find_edge(
						     &inventory->domains, ahead->domain, domain),
					 id);
		}
	return count;
}

size_t
inventory_count_peer_prefixes(const struct inventory *inventory, const char *key,
	enum family family, const struct object_id *except)
{
	struct ahead ahead = {domains_find(&inventory->domains, key), family};

	if (!ahead.domain)
		return 0;
	return ahead.domain->remote_ahead[family] -
	       sum_of_own_edges(inventory, except, count_lost_prefixes, &ahead) -
	       count_own_prefixes(inventory, except, &ahead);
}

/* Puts the names of a declaration's links to the zone into the list, or only counts them while
 * there is none. */
static size_t
add_link_names(const char **names, size_t count, const struct declaration *d, const char *zone)
{
	for (int i = 0; i < d->dns_link_count; i++) {
		if (!text_equal(d->dns_links[i].zone, zone))
			continue;
		if (names)
			names[count] = d->dns_links[i].name;
		count++;
	}
	return count;
}

static size_t
add_taken_names(const char **names, size_t count, const struct declaration *zone)
{
	for (int i = 0; zone && i < zone->taken_name_count; i++) {
		if (names)
			names[count] = zone->taken_names[i].name;
		count++;
	}
	return count;
}

static size_t
list_names(const char **names, const struct domain *zone, const struct declaration *definition,
	const struct object_id *except)
{
	size_t count = add_taken_names(names, 0, definition);
	const struct declaration *last = NULL;
	const struct member *member;

	TAILQ_FOREACH(member, &zone->members[MEMBER_DNS_LINK], members)
	{
		const struct declaration *declaration = member->holding->declaration;

		if (declaration != last && !answer_leaves_out(declaration, except))
			count = add_link_names(names, count, declaration, zone->key);
		last = declaration;
	}
	return count;
}

static int
compare_names(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

size_t
inventory_count_dns_links(struct arena *arena, const struct inventory *inventory, const char *key,
	const char *name, const struct object_id *except)
{
	const struct domain *zone = domains_find(&inventory->domains, key);
	const struct declaration *definition = inventory_definition(inventory, key, except);
	size_t count = zone ? list_names(NULL, zone, definition, except) : 0, distinct = 1;
	const char **names;

	if (count == 0)
		return 1;
	names = ARENA_ARRAY(arena, const char *, count + 1);
	list_names(names, zone, definition, except);
	names[count] = name;
	qsort(names, count + 1, sizeof *names, compare_names);
	for (size_t i = 1; i <= count; i++)
		distinct += strcmp(names[i - 1], names[i]) != 0;
	return distinct;
}

/* --- needs --- */

static bool
needs_nothing(const struct declaration *declaration, const struct object_id *except)
{
	return declaration->deleting || answer_leaves_out(declaration, except);
}

static void
add_need(struct arena *arena, struct needs *needs, const struct declaration *declaration,
	struct field field, const char *value)
{
	if (!needs->items)
		needs->items = ARENA_ARRAY(arena, struct need, INVENTORY_ANSWERS);
	if (needs->count < INVENTORY_ANSWERS)
		needs->items[needs->count++] = (struct need){declaration, field, value};
	needs->total++;
}

static int
compare_needs(const void *left, const void *right)
{
	const struct need *a = left, *b = right;
	int order = answer_compare(&a->declaration->object, &b->declaration->object);

	return order ? order : a->field.index - b->field.index;
}

static struct needs
needs_in_order(struct needs needs)
{
	if (needs.count > 1)
		qsort(needs.items, needs.count, sizeof *needs.items, compare_needs);
	return needs;
}

static bool
comes_before(const struct declared_peering *a, const struct declared_peering *b)
{
	int order = answer_compare(&a->declaration->object, &b->declaration->object);

	return order ? order < 0 : a->peering->field.index < b->peering->field.index;
}

/* Of several the first by name, whichever was stored first. */
static const struct declared_peering *
peering_in_need(const struct edge *edge, const struct object_id *except)
{
	const struct declared_peering *first = NULL;
	const struct peering_place *place;

	if (edge->from == edge->to)
		return NULL;
	TAILQ_FOREACH(place, &edge->peerings, places)
	{
		if (!needs_nothing(place->item.declaration, except) &&
			(!first || comes_before(&place->item, first)))
			first = &place->item;
	}
	return first;
}

static void
add_attachment(
	struct arena *arena, struct needs *needs, const struct declaration *d, const char *segment)
{
	for (int i = 0; i < d->attachment_count; i++)
		if (text_equal(d->attachments[i].segment, segment)) {
			add_need(arena, needs, d, d->attachments[i].field, "");
			return;
		}
}

static void
add_dns_link(
	struct arena *arena, struct needs *needs, const struct declaration *d, const char *zone)
{
	for (int i = 0; i < d->dns_link_count; i++)
		if (text_equal(d->dns_links[i].zone, zone)) {
			add_need(
				arena, needs, d, d->dns_links[i].field, d->dns_links[i].remote->id);
			return;
		}
}

static void
add_members_in_need(struct arena *arena, struct needs *needs, const struct domain *domain,
	enum membership membership, const struct object_id *except)
{
	const struct declaration *last = NULL;
	const struct member *member;

	TAILQ_FOREACH(member, &domain->members[membership], members)
	{
		const struct declaration *declaration = member->holding->declaration;

		if (declaration == last || needs_nothing(declaration, except))
			continue;
		if (membership == MEMBER_ATTACHED)
			add_attachment(arena, needs, declaration, domain->key);
		else
			add_dns_link(arena, needs, declaration, domain->key);
		last = declaration;
	}
}

struct needs
inventory_needs_of(struct arena *arena, const struct inventory *inventory, const char *key,
	const struct object_id *except)
{
	const struct domain *domain = domains_find(&inventory->domains, key);
	struct needs needs = {0};
	const struct edge *edge;

	if (!domain)
		return needs;
	TAILQ_FOREACH(edge, &domain->incoming, incoming)
	{
		const struct declared_peering *found = peering_in_need(edge, except);

		if (found)
			add_need(arena, &needs, found->declaration, found->peering->field,
				found->peering->target);
	}
	add_members_in_need(arena, &needs, domain, MEMBER_ATTACHED, except);
	add_members_in_need(arena, &needs, domain, MEMBER_DNS_LINK, except);
	return needs_in_order(needs);
}

static bool
leads_over(const struct declared_peering *way, const struct route *route)
{
	const struct peering *peering = way->peering;

	for (int i = 0; i < peering->link_count; i++) {
		const struct claim *link = &way->declaration->links[peering->first_link + i];

		if (prefix_contains(&link->prefix, &route->next_hop))
			return !route->by_source;
	}
	return false;
}

struct leaving {
	const struct object_id *object;
};

/* Ends the walk at a subnet that stays. */
static bool
is_no_other_subnet(const struct prefix *prefix, const void *value, void *context)
{
	const struct occupant *occupant = value;
	const struct leaving *leaving = context;

	(void)prefix;
	return occupant->claim->role != CLAIM_SUBNET || occupant->claim->unrouted ||
	       answer_leaves_out(occupant->declaration, leaving->object);
}

/* The default route leads to more than a VPC's own subnets. */
static bool
serves_only(const struct domain *domain, const struct route *route, const struct prefix *prefix,
	const struct object_id *except)
{
	struct leaving leaving = {except};

	return route->destination.length > 0 && prefix_overlaps(&route->destination, prefix) &&
	       claim_set_overlaps(&domain->own, &route->destination, is_no_other_subnet, &leaving);
}

struct needs
inventory_routes_only_for(struct arena *arena, const struct inventory *inventory, const char *key,
	const struct prefix *prefix, const struct object_id *except)
{
	const struct domain *domain = domains_find(&inventory->domains, key);
	struct needs needs = {0};
	const struct edge *edge;

	if (domain)
		TAILQ_FOREACH(edge, &domain->incoming, incoming)
		{
			const struct declared_peering *way = peering_in_need(edge, except);

			for (int i = 0; way && i < way->declaration->route_count; i++) {
				const struct route *route = &way->declaration->routes[i];

				if (leads_over(way, route) &&
					serves_only(domain, route, prefix, except))
					add_need(arena, &needs, way->declaration, route->field,
						prefix_format(&route->destination,
							arena_alloc(arena, PREFIX_TEXT_SIZE)));
			}
		}
	return needs_in_order(needs);
}
