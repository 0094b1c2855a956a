/* Questions about a topology, and a part cut out of it. */
#include <string.h>

#include "base/text.h"
#include "report/topology.h"

bool
topology_is_one_sided(const struct topology *topology, const struct topology_edge *edge)
{
	return edge->join == TOPOLOGY_PEERING && !(edge->from_first && edge->from_second) &&
	       topology->nodes[edge->first].type == DOMAIN_VPC &&
	       topology->nodes[edge->second].type == DOMAIN_VPC;
}

const char *
topology_join_name(enum topology_join join)
{
	static const char *const names[] = {[TOPOLOGY_PEERING] = "peering",
		[TOPOLOGY_DNS_LINK] = "DNS link",
		[TOPOLOGY_ROUTER_PORT] = "router port"};

	return names[join];
}

const char *
topology_short_name(const struct topology_node *node)
{
	static const char *const starts[] = {
		"VPC ", "AWS VPC ", "GCP network ", "VNet ", "the network of Subnet ", "DNS zone "};

	if (node->type == DOMAIN_SHOOT)
		return "shoot";
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (text_starts_with(node->name, starts[i]))
			return node->name + strlen(starts[i]);
	return node->name;
}

static void
number(struct topology_findings *findings, enum topology_state state, size_t *last)
{
	if (findings->state == state)
		findings->number = ++*last;
}

void
topology_number(struct topology *topology)
{
	size_t last = 0;

	for (int state = TOPOLOGY_CONFLICT; state > TOPOLOGY_SOUND; state--) {
		for (size_t i = 0; i < topology->edge_count; i++)
			number(&topology->edges[i].findings, (enum topology_state)state, &last);
		for (size_t i = 0; i < topology->node_count; i++)
			number(&topology->nodes[i].findings, (enum topology_state)state, &last);
	}
}

static bool
is_named(const struct topology_node *node, const char *name)
{
	return text_equal(node->key, name) || text_equal(node->name, name) ||
	       text_equal(topology_short_name(node), name);
}

/* Distances from the nodes of that name, plus one; 0 is beyond `depth`. */
static size_t *
measure_distances(
	struct arena *arena, const struct topology *topology, const char *name, size_t depth)
{
	size_t *distances = ARENA_ARRAY(arena, size_t, topology->node_count + 1);
	bool grows = false;

	for (size_t i = 0; i < topology->node_count; i++)
		if (is_named(&topology->nodes[i], name)) {
			distances[i] = 1;
			grows = true;
		}
	if (!grows)
		return NULL;
	for (size_t step = 1; step <= depth && grows; step++) {
		grows = false;
		for (size_t i = 0; i < topology->edge_count; i++) {
			size_t *first = &distances[topology->edges[i].first];
			size_t *second = &distances[topology->edges[i].second];

			if (*first == step && *second == 0) {
				*second = step + 1;
				grows = true;
			} else if (*second == step && *first == 0) {
				*first = step + 1;
				grows = true;
			}
		}
	}
	return distances;
}

const struct topology *
topology_near(struct arena *arena, const struct topology *whole, const char *name, size_t depth)
{
	size_t *places = measure_distances(arena, whole, name, depth);
	struct topology *part;

	if (!places)
		return NULL;
	part = ARENA_NEW(arena, struct topology);
	part->nodes = ARENA_ARRAY(arena, struct topology_node, whole->node_count + 1);
	part->edges = ARENA_ARRAY(arena, struct topology_edge, whole->edge_count + 1);
	for (size_t i = 0; i < whole->node_count; i++)
		if (places[i]) {
			part->nodes[part->node_count] = whole->nodes[i];
			part->nodes[part->node_count].edge_count = 0;
			places[i] = ++part->node_count;
		}
	for (size_t i = 0; i < whole->edge_count; i++) {
		struct topology_edge edge = whole->edges[i];

		if (!places[edge.first] || !places[edge.second])
			continue;
		edge.first = places[edge.first] - 1;
		edge.second = places[edge.second] - 1;
		part->nodes[edge.first].edge_count++;
		part->nodes[edge.second].edge_count++;
		part->edges[part->edge_count++] = edge;
	}
	topology_number(part);
	return part;
}
