#include "report/topology.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PARTIES = 8 }; /* of one finding that are looked at */

struct making {
	struct arena *arena;
	const struct inventory *inventory;
	struct topology *topology;
	struct declarations declarations;
	const char **keys;
	size_t key_count;
};

static void
add_key(struct making *making, const char *key)
{
	if (key)
		making->keys[making->key_count++] = key;
}

/* An external network is of interest only where a router has a port on it. */
static const char *
home_to_show(const struct declaration *declaration)
{
	if (!declaration->home || declaration->object.kind == KIND_PEERING_POLICY)
		return NULL;
	return domain_type(declaration->home) == DOMAIN_SEGMENT ? NULL : declaration->home;
}

static void
add_keys(struct making *making, const struct declaration *declaration)
{
	add_key(making, home_to_show(declaration));
	for (int i = 0; i < declaration->peering_count; i++) {
		add_key(making, declaration->peerings[i].from);
		add_key(making, declaration->peerings[i].to);
	}
	for (int i = 0; i < declaration->dns_link_count; i++)
		add_key(making, declaration->dns_links[i].zone);
	for (int i = 0; i < declaration->attachment_count; i++)
		add_key(making, declaration->attachments[i].segment);
}

static int
compare_keys(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void
make_nodes(struct making *making)
{
	struct topology *topology = making->topology;
	size_t limit = 1;

	for (size_t i = 0; i < making->declarations.count; i++) {
		const struct declaration *declaration = making->declarations.items[i];

		limit += 1 + 2 * (size_t)declaration->peering_count +
			 (size_t)declaration->dns_link_count +
			 (size_t)declaration->attachment_count;
	}
	making->keys = ARENA_ARRAY(making->arena, const char *, limit);
	for (size_t i = 0; i < making->declarations.count; i++)
		add_keys(making, making->declarations.items[i]);
	qsort(making->keys, making->key_count, sizeof *making->keys, compare_keys);
	topology->nodes = ARENA_ARRAY(making->arena, struct topology_node, making->key_count + 1);
	for (size_t i = 0; i < making->key_count; i++)
		if (i == 0 || !text_equal(making->keys[i], making->keys[i - 1]))
			topology->nodes[topology->node_count++] = (struct topology_node){
				.key = making->keys[i],
				.name = domain_name(making->arena, making->keys[i]),
				.type = domain_type(making->keys[i]),
			};
}

static int
compare_key_with_node(const void *key, const void *node)
{
	return strcmp(key, ((const struct topology_node *)node)->key);
}

static struct topology_node *
node_of(const struct topology *topology, const char *key)
{
	return key ? bsearch(key, topology->nodes, topology->node_count, sizeof *topology->nodes,
			     compare_key_with_node)
		   : NULL;
}

static void
add_edge(struct topology *topology, const char *from_key, const char *to_key,
	enum topology_join join)
{
	const struct topology_node *from = node_of(topology, from_key);
	const struct topology_node *to = node_of(topology, to_key);

	if (!from || !to || from == to)
		return;
	topology->edges[topology->edge_count++] = (struct topology_edge){
		.first = (size_t)((from < to ? from : to) - topology->nodes),
		.second = (size_t)((from < to ? to : from) - topology->nodes),
		.join = join,
		.from_first = from<to, .from_second = from> to,
	};
}

static int
compare_sizes(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_edges(const void *left, const void *right)
{
	const struct topology_edge *a = left, *b = right;

	if (a->first != b->first)
		return compare_sizes(a->first, b->first);
	if (a->second != b->second)
		return compare_sizes(a->second, b->second);
	return compare_sizes(a->join, b->join);
}

static void
merge_edges(struct topology *topology)
{
	struct topology_edge *last = NULL;
	size_t count = topology->edge_count;

	qsort(topology->edges, count, sizeof *topology->edges, compare_edges);
	topology->edge_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct topology_edge edge = topology->edges[i];

		if (last && compare_edges(last, &edge) == 0) {
			last->from_first |= edge.from_first;
			last->from_second |= edge.from_second;
			continue;
		}
		last = &topology->edges[topology->edge_count++];
		*last = edge;
	}
}

static void
make_edges(struct making *making)
{
	struct topology *topology = making->topology;

	topology->edges = ARENA_ARRAY(making->arena, struct topology_edge, making->key_count + 1);
	for (size_t i = 0; i < making->declarations.count; i++) {
		const struct declaration *declaration = making->declarations.items[i];

		for (int j = 0; j < declaration->peering_count; j++)
			add_edge(topology, declaration->peerings[j].from,
				declaration->peerings[j].to, TOPOLOGY_PEERING);
		for (int j = 0; j < declaration->dns_link_count; j++)
			add_edge(topology, declaration->home, declaration->dns_links[j].zone,
				TOPOLOGY_DNS_LINK);
		for (int j = 0; j < declaration->attachment_count; j++)
			add_edge(topology, declaration->home, declaration->attachments[j].segment,
				TOPOLOGY_ROUTER_PORT);
	}
	merge_edges(topology);
	for (size_t i = 0; i < topology->edge_count; i++) {
		topology->nodes[topology->edges[i].first].edge_count++;
		topology->nodes[topology->edges[i].second].edge_count++;
	}
}

static void
add_prefix(struct making *making, const struct claim *claim)
{
	struct topology_node *node = node_of(making->topology, claim->domain);
	char text[PREFIX_TEXT_SIZE];

	if (!node || claim->role == CLAIM_LINK || claim->role == CLAIM_BFD)
		return;
	if (node->prefix_count < TOPOLOGY_PREFIXES)
		node->prefixes[node->prefix_count] =
			arena_text(making->arena, prefix_format(&claim->prefix, text));
	node->prefix_count++;
}

static void
describe_nodes(struct making *making)
{
	for (size_t i = 0; i < making->declarations.count; i++) {
		const struct declaration *declaration = making->declarations.items[i];
		struct topology_node *home = node_of(making->topology, declaration->home);

		if (home && declaration->defines_home) {
			home->defined = true;
			home->leaving |= declaration->deleting;
			if (declaration->lookup_problem)
				home->problem = declaration->lookup_problem;
		}
		for (int j = 0; j < declaration->claim_count; j++)
			add_prefix(making, &declaration->claims[j]);
	}
}

/* Those that deny go before the others, the last of which is dropped when there is no room. */
static void
note_rule(struct topology_findings *findings, const struct finding *finding)
{
	size_t at = 0, last = findings->rule_count;

	while (at < last && !text_equal(findings->rules[at], finding->rule))
		at++;
	if (at == TOPOLOGY_RULES) {
		if (finding->action != ACTION_DENY)
			return;
		at--;
	} else if (at == last) {
		findings->rule_count++;
	}
	if (finding->action == ACTION_DENY) {
		memmove(findings->rules + 1, findings->rules, at * sizeof findings->rules[0]);
		at = 0;
	}
	findings->rules[at] = finding->rule;
}

/* The array doubles whenever its count is a power of two. */
static void
blame(struct making *making, struct topology_findings *findings, const struct finding *finding)
{
	enum topology_state state =
		finding->action == ACTION_DENY ? TOPOLOGY_CONFLICT : TOPOLOGY_WARNED;
	size_t count = findings->count;

	if (count && text_equal(findings->ids[count - 1], finding->id))
		return;
	if ((count & (count - 1)) == 0) {
		const char **ids = ARENA_ARRAY(making->arena, const char *, count ? 2 * count : 1);

		if (count)
			memcpy(ids, findings->ids, count * sizeof *ids);
		findings->ids = ids;
	}
	findings->ids[findings->count++] = finding->id;
	if (state > findings->state)
		findings->state = state;
	if (finding->action > findings->action)
		findings->action = finding->action;
	note_rule(findings, finding);
}

/* Is `field` inside the list entry that `entry` names? */
static bool
in_entry(struct field field, struct field entry)
{
	const char *place;

	if (!field.path || field.index != entry.index)
		return false;
	place = strstr(entry.path, "%d");
	return place ? strncmp(field.path, entry.path, (size_t)(place + 2 - entry.path)) == 0
		     : text_equal(field.path, entry.path);
}

/* An object whose peering is in no list is that peering. */
static bool
in_peering(struct field field, struct field entry)
{
	return in_entry(field, entry) || (entry.index == 0 && !strstr(entry.path, "%d"));
}

static struct topology_edge *
edge_between(const struct topology *topology, const char *one, const char *other, int join)
{
	const struct topology_node *a = node_of(topology, one), *b = node_of(topology, other);
	struct topology_edge key;

	if (!a || !b)
		return NULL;
	key = (struct topology_edge){
		.first = (size_t)((a < b ? a : b) - topology->nodes),
		.second = (size_t)((a < b ? b : a) - topology->nodes),
		.join = (enum topology_join)join,
	};
	return bsearch(&key, topology->edges, topology->edge_count, sizeof *topology->edges,
		compare_edges);
}

static bool
blame_edge(struct making *making, struct topology_edge *edge, const struct finding *finding)
{
	if (edge)
		blame(making, &edge->findings, finding);
	return edge != NULL;
}

/* The edges that the party's own field declares. */
static bool
blame_declared(struct making *making, const struct declaration *declaration,
	const struct party *party, const struct finding *finding)
{
	const struct topology *topology = making->topology;
	bool found = false;

	for (int i = 0; i < declaration->peering_count; i++) {
		const struct peering *peering = &declaration->peerings[i];

		if (in_peering(party->field, peering->field))
			found |= blame_edge(making,
				edge_between(
					topology, peering->from, peering->to, TOPOLOGY_PEERING),
				finding);
	}
	for (int i = 0; i < declaration->dns_link_count; i++)
		found |= blame_edge(making,
			edge_between(topology, declaration->home, declaration->dns_links[i].zone,
				TOPOLOGY_DNS_LINK),
			finding);
	for (int i = 0; i < declaration->attachment_count; i++)
		if (in_entry(party->field, declaration->attachments[i].field))
			found |= blame_edge(making,
				edge_between(topology, declaration->home,
					declaration->attachments[i].segment, TOPOLOGY_ROUTER_PORT),
				finding);
	return found;
}

static bool
blame_joins(struct making *making, const char *const *homes, size_t count,
	const struct finding *finding)
{
	bool found = false;

	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			for (int join = TOPOLOGY_PEERING; join <= TOPOLOGY_ROUTER_PORT; join++)
				found |= blame_edge(making,
					edge_between(making->topology, homes[i], homes[j], join),
					finding);
	return found;
}

static void
place_finding(struct making *making, const struct finding *finding)
{
	const char *homes[PARTIES];
	size_t count = 0;
	bool found = false;

	for (const struct party *party = &finding->subject; party && count < PARTIES;
		party = party == &finding->subject ? finding->counterparts : party->next) {
		const struct declaration *declaration =
			inventory_find(making->inventory, &party->object);

		if (!declaration)
			continue;
		homes[count++] = declaration->home;
		found |= blame_declared(making, declaration, party, finding);
	}
	if (found || blame_joins(making, homes, count, finding))
		return;
	for (size_t i = 0; i < count; i++) {
		struct topology_node *node = node_of(making->topology, homes[i]);

		if (node)
			blame(making, &node->findings, finding);
	}
}

/* Each edge that an object declares. */
static void
mark_edge(struct topology_edge *edge, const struct declaration *declaration,
	const struct topology_standing *standing)
{
	if (!edge)
		return;
	edge->leaving |= declaration->deleting;
	if (!standing || (edge->standing && (standing->good || edge->troubled)))
		return;
	edge->standing = standing->text;
	edge->troubled = !standing->good;
	if (edge->troubled && edge->findings.state == TOPOLOGY_SOUND)
		edge->findings.state = TOPOLOGY_WARNED;
}

static void
mark_edges(const struct topology *topology, const struct declaration *declaration,
	const struct topology_standing *standing)
{
	for (int i = 0; i < declaration->peering_count; i++)
		mark_edge(edge_between(topology, declaration->peerings[i].from,
				  declaration->peerings[i].to, TOPOLOGY_PEERING),
			declaration, standing);
	for (int i = 0; i < declaration->dns_link_count; i++)
		mark_edge(edge_between(topology, declaration->home, declaration->dns_links[i].zone,
				  TOPOLOGY_DNS_LINK),
			declaration, standing);
}

static void
mark_all(struct making *making, const struct topology_standings *standings)
{
	for (size_t i = 0; i < making->declarations.count; i++)
		if (making->declarations.items[i]->deleting)
			mark_edges(making->topology, making->declarations.items[i], NULL);
	for (size_t i = 0; standings && i < standings->count; i++) {
		const struct declaration *declaration =
			inventory_find(making->inventory, &standings->items[i].object);

		if (declaration)
			mark_edges(making->topology, declaration, &standings->items[i]);
	}
}

const struct topology *
topology_with(struct arena *arena, const struct inventory *inventory, const struct report *report,
	const struct topology_standings *standings)
{
	struct topology *topology = ARENA_NEW(arena, struct topology);
	struct making making = {.arena = arena, .inventory = inventory, .topology = topology};
	const struct report_entry *entry = NULL;

	making.declarations = inventory_all(making.arena, making.inventory);
	make_nodes(&making);
	make_edges(&making);
	describe_nodes(&making);
	while (report && (entry = report_next(report, entry)))
		place_finding(&making, entry->finding);
	mark_all(&making, standings);
	topology_number(topology);
	return topology;
}

const struct topology *
topology_of(struct arena *arena, const struct inventory *inventory, const struct report *report)
{
	return topology_with(arena, inventory, report, NULL);
}
