#include "report/graph_parts.h"

#include "base/cleanup.h"
#include "report/visible.h"

const char *
graph_type(enum domain_type type)
{
	static const char *const types[] = {[DOMAIN_VPC] = "vpc",
		[DOMAIN_SHOOT] = "shoot",
		[DOMAIN_AWS] = "aws",
		[DOMAIN_GCP] = "gcp",
		[DOMAIN_AZURE] = "azure",
		[DOMAIN_SEGMENT] = "segment",
		[DOMAIN_ZONE] = "zone"};

	return types[type];
}

const char *
graph_type_title(enum domain_type type)
{
	static const char *const titles[] = {[DOMAIN_VPC] = "Kube-OVN",
		[DOMAIN_SHOOT] = "Gardener",
		[DOMAIN_AWS] = "AWS",
		[DOMAIN_GCP] = "Google Cloud",
		[DOMAIN_AZURE] = "Azure",
		[DOMAIN_SEGMENT] = "external networks",
		[DOMAIN_ZONE] = "DNS"};

	return titles[type];
}

const char *
graph_state(enum topology_state state)
{
	static const char *const states[] = {[TOPOLOGY_SOUND] = "sound",
		[TOPOLOGY_WARNED] = "warned",
		[TOPOLOGY_CONFLICT] = "conflict"};

	return states[state];
}

const char *
graph_rules(struct arena *arena, const struct topology_findings *findings)
{
	const char *text = "";

	for (size_t i = 0; i < findings->rule_count; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", findings->rules[i]);
	return text;
}

const char *
graph_trouble(struct arena *arena, const struct topology_edge *edge)
{
	const char *rules = graph_rules(arena, &edge->findings);

	if (!edge->troubled)
		return rules;
	return arena_printf(arena, "%s%s%s", rules, *rules ? "; " : "", edge->standing);
}

const char *
graph_ends(struct arena *arena, const struct topology *topology, const struct topology_edge *edge)
{
	bool turned = !edge->from_first;
	const char *from = topology->nodes[turned ? edge->second : edge->first].name;
	const char *to = topology->nodes[turned ? edge->first : edge->second].name;

	return arena_printf(arena, "%s %s %s", from,
		edge->from_first && edge->from_second ? "\xe2\x86\x94" : "\xe2\x86\x92", to);
}

/* The byte where the text is cut. A character of more bytes stays whole. */
static size_t
cut_at(const char *text, size_t limit)
{
	size_t at = 0;

	while (text[at] && ((text[at] & 0xc0) == 0x80 || limit-- > 0))
		at++;
	return at;
}

const char *
graph_text(struct arena *arena, const char *text, size_t limit)
{
	struct buffer out CLEANUP(buffer_dispose);
	size_t length = cut_at(text, limit);
	char *part = arena_text_part(arena, text, length);

	for (char *at = part; *at; at++)
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	/* A hidden character is written with at most 12 others, markup with 6. */
	buffer_init(&out, 16 * length + 16);
	visible_write(&out, part);
	return arena_printf(arena, "%s%s", buffer_text(&out), text[length] ? "\xe2\x80\xa6" : "");
}
