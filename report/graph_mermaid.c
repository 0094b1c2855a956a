/* Mermaid. Its labels stand in quotes; in them a character is written by its number between # and ;
 * or by the name that HTML has for it, so that references of XML only change their first sign. */
#include <string.h>

#include "report/drawing.h"
#include "report/graph.h"
#include "report/graph_parts.h"

enum { LONGEST_LABEL = 60 };

struct chart {
	struct arena *arena;
	const struct topology *topology;
	const struct drawing *drawing;
	size_t edge_count;
};

static void
write_label(struct arena *arena, const char *text, struct buffer *out)
{
	bool reference = false;

	for (const char *at = graph_text(arena, text, LONGEST_LABEL); *at; at++) {
		if (*at == '&' || (*at == ';' && reference)) {
			reference = *at == '&';
			buffer_append_char(out, reference ? '#' : ';');
		} else if (!reference && strchr("#;`\\|", *at)) {
			buffer_printf(out, "#%d;", *at);
		} else {
			buffer_append_char(out, *at);
		}
	}
}

static size_t
index_of(const struct chart *chart, const struct topology_node *node)
{
	return (size_t)(node - chart->topology->nodes);
}

static void
write_node(const struct chart *chart, const struct topology_node *node, struct buffer *out)
{
	buffer_printf(out, "    n%zu[\"", index_of(chart, node));
	write_label(chart->arena, topology_short_name(node), out);
	if (node->prefix_count)
		buffer_printf(out, "<br/>%s", node->prefixes[0]);
	if (node->prefix_count > 1)
		buffer_printf(out, " +%zu", node->prefix_count - 1);
	if (node->findings.rule_count)
		buffer_printf(out, "<br/>%s", graph_rules(chart->arena, &node->findings));
	buffer_append_text(out, "\"]\n");
}

static void
write_group(const struct chart *chart, enum domain_type type, struct buffer *out)
{
	bool open = false;

	for (size_t i = 0; i < chart->drawing->box_count; i++) {
		const struct topology_node *node = chart->drawing->boxes[i].node;

		if (node->type != type)
			continue;
		if (!open)
			buffer_printf(out, "  subgraph %s_[\"%s\"]\n", graph_type(type),
				graph_type_title(type));
		open = true;
		write_node(chart, node, out);
	}
	if (open)
		buffer_append_text(out, "  end\n");
}

/* What is worst first: the lines of a drawing end with it. */
static const struct topology_edge *
edge_at(const struct chart *chart, size_t place)
{
	return chart->drawing->lines[chart->drawing->line_count - 1 - place].edge;
}

static void
write_edge(const struct chart *chart, const struct topology_edge *edge, struct buffer *out)
{
	bool dotted =
		edge->join != TOPOLOGY_PEERING || topology_is_one_sided(chart->topology, edge);
	const char *trouble = graph_trouble(chart->arena, edge);
	const char *label = *trouble                         ? trouble
			    : edge->standing                 ? edge->standing
			    : edge->join != TOPOLOGY_PEERING ? topology_join_name(edge->join)
							     : NULL;

	buffer_printf(out, "  n%zu %s", edge->first, dotted ? "-.-" : "---");
	if (label) {
		buffer_append_text(out, "|\"");
		write_label(chart->arena, label, out);
		buffer_append_text(out, "\"|");
	}
	buffer_printf(out, " n%zu\n", edge->second);
}

static const char *
looks_of(enum topology_state state)
{
	return state == TOPOLOGY_CONFLICT ? "stroke:#c4161c,stroke-width:3px"
					  : "stroke:#b36b00,stroke-width:2px";
}

static void
write_edge_looks(const struct chart *chart, enum topology_state state, struct buffer *out)
{
	const char *gap = "  linkStyle ";

	for (size_t i = 0; i < chart->edge_count; i++)
		if (edge_at(chart, i)->findings.state == state) {
			buffer_printf(out, "%s%zu", gap, i);
			gap = ",";
		}
	if (*gap == ',')
		buffer_printf(out, " %s\n", looks_of(state));
}

static void
write_node_looks(const struct chart *chart, enum topology_state state, struct buffer *out)
{
	const char *gap = "  class ";

	for (size_t i = 0; i < chart->drawing->box_count; i++) {
		const struct topology_node *node = chart->drawing->boxes[i].node;

		if (node->findings.state != state)
			continue;
		buffer_printf(out, "%sn%zu", gap, index_of(chart, node));
		gap = ",";
	}
	if (*gap == ',')
		buffer_printf(out, " %s\n  classDef %s %s\n", graph_state(state),
			graph_state(state), looks_of(state));
}

void
graph_write_mermaid(struct arena *arena, const struct topology *topology, struct buffer *out)
{
	const struct drawing *drawing = drawing_of(arena, topology);
	const char *remark = drawing_remark(arena, drawing);
	struct chart chart = {arena, topology, drawing, drawing->line_count};

	if (chart.edge_count > GRAPH_MERMAID_EDGES)
		chart.edge_count = GRAPH_MERMAID_EDGES;
	buffer_append_text(out, "flowchart LR\n");
	if (remark)
		buffer_printf(out, "%%%% %s\n", remark);
	if (chart.edge_count < drawing->line_count)
		buffer_printf(out, "%%%% %zu more connections do not fit.\n",
			drawing->line_count - chart.edge_count);
	for (int type = 0; type < GRAPH_TYPES; type++)
		write_group(&chart, (enum domain_type)type, out);
	for (size_t i = 0; i < chart.edge_count; i++)
		write_edge(&chart, edge_at(&chart, i), out);
	for (int state = TOPOLOGY_CONFLICT; state > TOPOLOGY_SOUND; state--) {
		write_edge_looks(&chart, (enum topology_state)state, out);
		write_node_looks(&chart, (enum topology_state)state, out);
	}
}
