#include "base/json_members.h"
#include "report/graph.h"
#include "report/graph_parts.h"

/* null for NULL */
static void
write_maybe(struct buffer *out, const char *name, const char *text)
{
	if (text) {
		json_members_text(out, name, text);
		return;
	}
	json_members_begin(out, name);
	buffer_append_text(out, "null");
}

static void
write_list(struct buffer *out, const char *name, const char *const *texts, size_t count)
{
	json_members_open_list(out, name);
	for (size_t i = 0; i < count; i++)
		json_members_text(out, NULL, texts[i]);
	json_members_close_list(out);
}

static void
write_findings(const struct topology_findings *findings, struct buffer *out)
{
	json_members_text(out, "state", graph_state(findings->state));
	write_list(out, "rules", findings->rules, findings->rule_count);
	write_list(out, "findings", findings->ids, findings->count);
}

static void
write_node(const struct topology_node *node, struct buffer *out)
{
	size_t shown =
		node->prefix_count < TOPOLOGY_PREFIXES ? node->prefix_count : TOPOLOGY_PREFIXES;

	json_members_open(out, NULL);
	json_members_text(out, "key", node->key);
	json_members_text(out, "name", node->name);
	json_members_text(out, "type", graph_type(node->type));
	json_members_flag(out, "defined", node->defined);
	json_members_flag(out, "deleting", node->leaving);
	write_list(out, "prefixes", node->prefixes, shown);
	json_members_number(out, "prefixCount", (double)node->prefix_count);
	json_members_number(out, "connectionCount", (double)node->edge_count);
	write_maybe(out, "problem", node->problem);
	write_findings(&node->findings, out);
	json_members_close(out);
}

static void
write_edge(const struct topology *topology, const struct topology_edge *edge, struct buffer *out)
{
	static const char *const types[] = {[TOPOLOGY_PEERING] = "peering",
		[TOPOLOGY_DNS_LINK] = "dns-link",
		[TOPOLOGY_ROUTER_PORT] = "router-port"};
	const char *first = topology->nodes[edge->first].key;
	const char *second = topology->nodes[edge->second].key;

	json_members_open(out, NULL);
	json_members_text(out, "type", types[edge->join]);
	json_members_text(out, "first", first);
	json_members_text(out, "second", second);
	json_members_open_list(out, "declaredBy");
	if (edge->from_first)
		json_members_text(out, NULL, first);
	if (edge->from_second)
		json_members_text(out, NULL, second);
	json_members_close_list(out);
	json_members_flag(out, "oneSided", topology_is_one_sided(topology, edge));
	json_members_flag(out, "deleting", edge->leaving);
	write_maybe(out, "standing", edge->standing);
	write_findings(&edge->findings, out);
	json_members_close(out);
}

static void
write_all_findings(const struct report *report, struct buffer *out)
{
	json_members_open_list(out, "findings");
	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry)) {
		json_members_begin(out, NULL);
		report_write_entry_json(report->arena, entry, out);
	}
	json_members_close_list(out);
}

void
graph_write_json(const struct topology *topology, const struct report *report, struct buffer *out)
{
	json_members_open(out, NULL);
	json_members_open_list(out, "networks");
	for (size_t i = 0; i < topology->node_count; i++)
		write_node(&topology->nodes[i], out);
	json_members_close_list(out);
	json_members_open_list(out, "connections");
	for (size_t i = 0; i < topology->edge_count; i++)
		write_edge(topology, &topology->edges[i], out);
	json_members_close_list(out);
	write_all_findings(report, out);
	json_members_open_list(out, "assumptions");
	for (const struct assumption *assumption = report->assumptions; assumption;
		assumption = assumption->next)
		json_members_text(out, NULL, assumption->message);
	json_members_close_list(out);
	json_members_close(out);
	buffer_append_char(out, '\n');
}
