#include "network/domain.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "network/hash.h"

const char *
domain_rivalry(const char *zone)
{
	const char *start = strrchr(zone, '/');

	if (domain_type(zone) != DOMAIN_ZONE)
		return NULL;
	while (start > zone && start[-1] != '/')
		start--;
	return text_starts_with(start, "dnsforwardingrulesets/") ? "ruleset" : start;
}

void
domains_init(struct domains *domains)
{
	table_init(&domains->table);
	table_init(&domains->edges);
	domains->recent = memory_alloc(sizeof *domains->recent);
	domains->seed = hash_seed();
}

void
domains_dispose(struct domains *domains)
{
	table_dispose(&domains->table);
	table_dispose(&domains->edges);
	free(domains->recent);
}

static bool
has_key(const struct table_entry *entry, const void *key)
{
	return strcmp(((const struct domain *)entry)->key, key) == 0;
}

const struct domain *
domains_find(const struct domains *domains, const char *key)
{
	struct recent_domains *recent = domains->recent;
	const struct domain *found;

	recent->steps += DOMAINS_STEPS_OF_A_QUESTION;
	for (int i = 0; i < DOMAINS_RECENT; i++)
		if (recent->items[i] && text_equal(recent->items[i]->key, key))
			return recent->items[i];
	found = (const struct domain *)table_find(
		&domains->table, hash_text(domains->seed, key), has_key, key);
	if (found)
		recent->items[recent->next++ % DOMAINS_RECENT] = found;
	return found;
}

static void
forget_recent(struct recent_domains *recent, const struct domain *domain)
{
	for (int i = 0; i < DOMAINS_RECENT; i++)
		if (recent->items[i] == domain)
			recent->items[i] = NULL;
}

static struct domain *
domain_get(struct domains *domains, const char *key)
{
	uint64_t hash = hash_text(domains->seed, key);
	struct domain *domain = (struct domain *)table_find(&domains->table, hash, has_key, key);
	size_t size = strlen(key) + 1;

	if (domain)
		return domain;
	domain = memory_alloc(sizeof *domain + size);
	memcpy(domain->key, key, size);
	TAILQ_INIT(&domain->outgoing);
	TAILQ_INIT(&domain->incoming);
	for (int i = 0; i < MEMBERSHIPS; i++)
		TAILQ_INIT(&domain->members[i]);
	table_insert(&domains->table, &domain->entry, hash);
	return domain;
}

static bool
is_unused(const struct domain *domain)
{
	for (int i = 0; i < MEMBERSHIPS; i++)
		if (!TAILQ_EMPTY(&domain->members[i]))
			return false;
	return domain->own.count == 0 && domain->links.count == 0 &&
	       TAILQ_EMPTY(&domain->outgoing) && TAILQ_EMPTY(&domain->incoming);
}

static void
drop_if_unused(struct domains *domains, struct domain *domain)
{
	if (!is_unused(domain))
		return;
	table_remove(&domains->table, &domain->entry);
	forget_recent(domains->recent, domain);
	free(domain->hubs);
	free(domain);
}

/* --- hubs --- */

static bool
insert_visited(const struct prefix *prefix, const void *occupant, void *tree)
{
	prefix_tree_insert(tree, prefix, occupant);
	return true;
}

static bool
remove_visited(const struct prefix *prefix, const void *occupant, void *tree)
{
	prefix_tree_remove(tree, prefix, occupant);
	return true;
}

/* `hub` takes in the claims of a neighbour. */
static void
absorb(struct domain *hub, struct domain *neighbour)
{
	neighbour->hubs = memory_resize(
		neighbour->hubs, (neighbour->hub_count + 1) * sizeof(struct domain *));
	neighbour->hubs[neighbour->hub_count++] = hub;
	claim_set_all(&neighbour->own, insert_visited, hub->around);
}

static void
forget_hub(struct domain *neighbour, const struct domain *hub)
{
	for (size_t i = 0; i < neighbour->hub_count; i++)
		if (neighbour->hubs[i] == hub) {
			neighbour->hubs[i] = neighbour->hubs[--neighbour->hub_count];
			return;
		}
}

static void
each_neighbour(
	struct domain *domain, void (*visit)(struct domain *domain, struct domain *neighbour))
{
	struct edge *edge;

	TAILQ_FOREACH(edge, &domain->outgoing, outgoing)
	if (edge->to != domain)
		visit(domain, edge->to);
	TAILQ_FOREACH(edge, &domain->incoming, incoming)
	if (!edge->reverse && edge->from != domain)
		visit(domain, edge->from);
}

static void
release(struct domain *hub, struct domain *neighbour)
{
	forget_hub(neighbour, hub);
}

static void
gain_neighbour(struct domain *domain, struct domain *neighbour)
{
	domain->neighbour_count++;
	if (domain->around) {
		absorb(domain, neighbour);
	} else if (domain->neighbour_count >= DOMAIN_HUB_FROM) {
		domain->around = prefix_tree_new();
		each_neighbour(domain, absorb);
	}
}

static void
lose_neighbour(struct domain *domain, struct domain *neighbour)
{
	domain->neighbour_count--;
	if (!domain->around)
		return;
	forget_hub(neighbour, domain);
	if (domain->neighbour_count >= DOMAIN_HUB_UNTIL) {
		claim_set_all(&neighbour->own, remove_visited, domain->around);
		return;
	}
	each_neighbour(domain, release);
	prefix_tree_free(domain->around);
	domain->around = NULL;
}

/* --- claims --- */

/* Remote networks have few that declare peerings to them. `change` is 1 or -1, in two's complement.
 */
static void
count_remote(struct domain *domain, const struct claim *claim, size_t change)
{
	enum family family = claim->prefix.address.family;
	struct edge *edge;

	if (claim->role != CLAIM_REMOTE)
		return;
	domain->remote[family] += change;
	TAILQ_FOREACH(edge, &domain->incoming, incoming)
	edge->from->remote_ahead[family] += change;
}

static void
add_claim(struct domains *domains, const struct occupant *occupant)
{
	struct domain *domain = domain_get(domains, occupant->claim->domain);

	claim_set_insert(&domain->own, occupant);
	count_remote(domain, occupant->claim, 1);
	for (size_t i = 0; i < domain->hub_count; i++)
		prefix_tree_insert(domain->hubs[i]->around, &occupant->claim->prefix, occupant);
}

static void
remove_claim(struct domains *domains, const struct occupant *occupant)
{
	struct domain *domain = domain_get(domains, occupant->claim->domain);

	claim_set_remove(&domain->own, occupant);
	count_remote(domain, occupant->claim, (size_t)-1);
	for (size_t i = 0; i < domain->hub_count; i++)
		prefix_tree_remove(domain->hubs[i]->around, &occupant->claim->prefix, occupant);
	drop_if_unused(domains, domain);
}

static bool
has_far_end(const struct claim *link)
{
	return link->far && !text_equal(link->domain, link->far);
}

static void
remove_link(struct domains *domains, const struct occupant *occupant, const char *key)
{
	struct domain *domain = domain_get(domains, key);

	claim_set_remove(&domain->links, occupant);
	drop_if_unused(domains, domain);
}

static void
add_occupants(struct domains *domains, const struct holding *holding)
{
	const struct declaration *d = holding->declaration;
	const struct occupant *links = holding->occupants + d->claim_count;

	for (int i = 0; i < d->claim_count; i++)
		add_claim(domains, &holding->occupants[i]);
	for (int i = 0; i < d->link_count; i++) {
		claim_set_insert(&domain_get(domains, d->links[i].domain)->links, &links[i]);
		if (has_far_end(&d->links[i]))
			claim_set_insert(&domain_get(domains, d->links[i].far)->links, &links[i]);
	}
}

static void
remove_occupants(struct domains *domains, const struct holding *holding)
{
	const struct declaration *d = holding->declaration;
	const struct occupant *links = holding->occupants + d->claim_count;

	for (int i = 0; i < d->claim_count; i++)
		remove_claim(domains, &holding->occupants[i]);
	for (int i = 0; i < d->link_count; i++) {
		remove_link(domains, &links[i], d->links[i].domain);
		if (has_far_end(&d->links[i]))
			remove_link(domains, &links[i], d->links[i].far);
	}
}

/* --- peerings --- */

struct ends {
	const struct domain *from;
	const struct domain *to;
};

static bool
has_ends(const struct table_entry *entry, const void *key)
{
	const struct edge *edge = (const struct edge *)entry;
	const struct ends *ends = key;

	return edge->from == ends->from && edge->to == ends->to;
}

static uint64_t
hash_ends(const struct domains *domains, const struct domain *from, const struct domain *to)
{
	return hash_word(hash_word(domains->seed, (uintptr_t)from), (uintptr_t)to);
}

static struct edge *
find_edge(const struct domains *domains, const struct domain *from, const struct domain *to)
{
	struct ends ends = {from, to};

	return (struct edge *)table_find(
		&domains->edges, hash_ends(domains, from, to), has_ends, &ends);
}

const struct edge *
domains_find_edge(const struct domains *domains, const struct domain *from, const struct domain *to)
{
	return find_edge(domains, from, to);
}

static struct edge *
edge_new(struct domains *domains, struct domain *from, struct domain *to)
{
	struct edge *edge = memory_alloc(sizeof *edge);

	edge->from = from;
	edge->to = to;
	TAILQ_INIT(&edge->peerings);
	table_insert(&domains->edges, &edge->entry, hash_ends(domains, from, to));
	TAILQ_INSERT_TAIL(&from->outgoing, edge, outgoing);
	TAILQ_INSERT_TAIL(&to->incoming, edge, incoming);
	for (enum family family = 0; family < FAMILIES; family++)
		from->remote_ahead[family] += to->remote[family];
	if (from == to)
		return edge;
	edge->reverse = find_edge(domains, to, from);
	if (edge->reverse) {
		edge->reverse->reverse = edge;
	} else {
		gain_neighbour(from, to);
		gain_neighbour(to, from);
	}
	return edge;
}

static void
edge_free(struct domains *domains, struct edge *edge)
{
	struct domain *from = edge->from;
	struct domain *to = edge->to;

	table_remove(&domains->edges, &edge->entry);
	TAILQ_REMOVE(&from->outgoing, edge, outgoing);
	TAILQ_REMOVE(&to->incoming, edge, incoming);
	for (enum family family = 0; family < FAMILIES; family++)
		from->remote_ahead[family] -= to->remote[family];
	if (edge->reverse) {
		edge->reverse->reverse = NULL;
	} else if (from != to) {
		lose_neighbour(from, to);
		lose_neighbour(to, from);
	}
	free(edge);
	drop_if_unused(domains, from);
	if (from != to)
		drop_if_unused(domains, to);
}

static void
add_peering(struct domains *domains, struct peering_place *place)
{
	const struct peering *peering = place->item.peering;
	struct domain *from, *to;

	if (!peering->from || !peering->to)
		return;
	from = domain_get(domains, peering->from);
	to = domain_get(domains, peering->to);
	place->edge = find_edge(domains, from, to);
	if (!place->edge)
		place->edge = edge_new(domains, from, to);
	TAILQ_INSERT_TAIL(&place->edge->peerings, place, places);
}

static void
remove_peering(struct domains *domains, struct peering_place *place)
{
	if (!place->edge)
		return;
	TAILQ_REMOVE(&place->edge->peerings, place, places);
	if (TAILQ_EMPTY(&place->edge->peerings))
		edge_free(domains, place->edge);
}

/* --- members --- */

static void
add_members(struct domains *domains, struct holding *holding)
{
	for (size_t i = 0; i < holding->member_count; i++) {
		struct member *member = &holding->members[i];

		if (!member->key)
			continue;
		member->domain = domain_get(domains, member->key);
		TAILQ_INSERT_TAIL(&member->domain->members[member->membership], member, members);
	}
}

static void
remove_members(struct domains *domains, struct holding *holding)
{
	for (size_t i = 0; i < holding->member_count; i++) {
		struct member *member = &holding->members[i];

		if (!member->domain)
			continue;
		TAILQ_REMOVE(&member->domain->members[member->membership], member, members);
		drop_if_unused(domains, member->domain);
	}
}

void
domains_add(struct domains *domains, struct holding *holding)
{
	add_occupants(domains, holding);
	for (int i = 0; i < holding->declaration->peering_count; i++)
		add_peering(domains, &holding->peerings[i]);
	add_members(domains, holding);
}

void
domains_remove(struct domains *domains, struct holding *holding)
{
	remove_members(domains, holding);
	for (int i = 0; i < holding->declaration->peering_count; i++)
		remove_peering(domains, &holding->peerings[i]);
	remove_occupants(domains, holding);
}

bool
domain_overlaps_next_door(const struct domain *domain, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context)
{
	const struct edge *edge;

	if (domain->around)
		return prefix_tree_overlaps(domain->around, prefix, visit, context);
	TAILQ_FOREACH(edge, &domain->outgoing, outgoing)
	if (edge->to != domain && !claim_set_overlaps(&edge->to->own, prefix, visit, context))
		return false;
	TAILQ_FOREACH(edge, &domain->incoming, incoming)
	if (!edge->reverse && edge->from != domain &&
		!claim_set_overlaps(&edge->from->own, prefix, visit, context))
		return false;
	return true;
}
