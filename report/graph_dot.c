/* DOT. Graphviz reads references such as &lt; in labels, so that text may come as XML has it. It
 * reads them before its own escapes: a backslash is doubled, not written as a reference. */
#include "report/graph.h"
#include "report/graph_parts.h"

enum { LONGEST_LABEL = 60, LONGEST_TOOLTIP = 1000 };

static void
write_quoted(struct arena *arena, const char *text, size_t limit, struct buffer *out)
{
	for (const char *at = graph_text(arena, text, limit); *at; at++)
		buffer_append_text(out, *at == '\\' ? "\\\\" : (char[]){*at, '\0'});
}

static void
write_attribute(
	struct arena *arena, const char *name, const char *text, size_t limit, struct buffer *out)
{
	buffer_printf(out, "%s=\"", name);
	write_quoted(arena, text, limit, out);
	buffer_append_text(out, "\" ");
}

static const char *
colour_of(enum topology_state state)
{
	return state == TOPOLOGY_CONFLICT ? "#c4161c"
	       : state == TOPOLOGY_WARNED ? "#b36b00"
					  : "#8b95a5";
}

static void
write_looks(const struct topology_findings *findings, const char *line, struct buffer *out)
{
	buffer_printf(out, "color=\"%s\" style=\"%s\"", colour_of(findings->state), line);
	if (findings->state == TOPOLOGY_CONFLICT)
		buffer_append_text(out, " penwidth=3");
	buffer_append_text(out, "];\n");
}

static void
write_node(struct arena *arena, const struct topology *topology, size_t index, struct buffer *out)
{
	const struct topology_node *node = &topology->nodes[index];

	buffer_printf(out, "    n%zu [label=\"", index);
	write_quoted(arena, topology_short_name(node), LONGEST_LABEL, out);
	if (node->prefix_count) {
		buffer_append_text(out, "\\n");
		write_quoted(arena, node->prefixes[0], LONGEST_LABEL, out);
	}
	if (node->prefix_count > 1)
		buffer_printf(out, " +%zu", node->prefix_count - 1);
	if (node->findings.rule_count) {
		buffer_append_text(out, "\\n");
		write_quoted(arena, graph_rules(arena, &node->findings), LONGEST_LABEL, out);
	}
	buffer_append_text(out, "\" ");
	write_attribute(arena, "tooltip",
		node->problem ? arena_printf(arena, "%s: %s", node->name, node->problem)
			      : node->name,
		LONGEST_TOOLTIP, out);
	write_looks(&node->findings, node->defined ? "rounded" : "rounded,dashed", out);
}

static void
write_cluster(struct arena *arena, const struct topology *topology, enum domain_type type,
	struct buffer *out)
{
	bool open = false;

	for (size_t i = 0; i < topology->node_count; i++) {
		if (topology->nodes[i].type != type)
			continue;
		if (!open)
			buffer_printf(out, "  subgraph cluster_%s {\n    label=\"%s\";\n",
				graph_type(type), graph_type_title(type));
		open = true;
		write_node(arena, topology, i, out);
	}
	if (open)
		buffer_append_text(out, "  }\n");
}

static void
write_edge(struct arena *arena, const struct topology *topology, const struct topology_edge *edge,
	struct buffer *out)
{
	const char *line = edge->join == TOPOLOGY_DNS_LINK || edge->join == TOPOLOGY_ROUTER_PORT
				   ? "dotted"
			   : topology_is_one_sided(topology, edge) ? "dashed"
								   : "solid";
	const char *ends = graph_ends(arena, topology, edge);
	const char *trouble = graph_trouble(arena, edge);

	buffer_printf(out, "  n%zu -- n%zu [", edge->first, edge->second);
	if (*trouble)
		write_attribute(arena, "label", trouble, LONGEST_LABEL, out);
	write_attribute(arena, "tooltip",
		edge->standing ? arena_printf(arena, "%s: %s", ends, edge->standing) : ends,
		LONGEST_TOOLTIP, out);
	write_looks(&edge->findings, line, out);
}

void
graph_write_dot(struct arena *arena, const struct topology *topology, struct buffer *out)
{
	buffer_append_text(out, "graph peerwarden {\n"
				"  graph [rankdir=LR fontname=\"Helvetica\" charset=\"UTF-8\"];\n"
				"  node [shape=box fontname=\"Helvetica\" fontsize=11];\n"
				"  edge [fontname=\"Helvetica\" fontsize=10 "
				"fontcolor=\"#c4161c\"];\n");
	for (int type = 0; type < GRAPH_TYPES; type++)
		write_cluster(arena, topology, (enum domain_type)type, out);
	for (size_t i = 0; i < topology->edge_count; i++)
		write_edge(arena, topology, &topology->edges[i], out);
	buffer_append_text(out, "}\n");
}
