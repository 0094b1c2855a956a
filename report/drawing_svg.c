/* A drawing as SVG. Colours are never alone: what is denied or warned of also has a mark and a
 * thicker line, and each kind of network says its name. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/drawing.h"
#include "report/visible.h"

enum {
	ROUND = 7,       /* of a corner of a line */
	LABEL = 15,      /* characters of a name that fit into a box */
	LABEL_START = 7, /* of those, before the ellipsis of a longer one */
	KIND_LABEL = 25, /* characters below it */
	LABEL_LEFT = 13,
	MARK = 8, /* radius */
	DIGIT = 5,
};

static const char *const style =
	"<style>\n"
	".topology{--box:#fff;--rim:#8a94a6;--name:#1b2330;--kind:#566072;--join:#8b95a5;"
	"--warn:#8a5a00;--deny:#c4161c;--onmark:#fff;"
	"font-family:system-ui,\"DejaVu Sans\",Helvetica,Arial,sans-serif}\n"
	"@media (prefers-color-scheme:dark){.topology{--box:#1c2430;--rim:#66748a;--name:#e8ecf2;"
	"--kind:#a9b4c4;--join:#75849a;--warn:#e8b14a;--deny:#ff7b7b;--onmark:#14181f}}\n"
	"@media print{.topology{--box:#fff;--rim:#8a94a6;--name:#1b2330;--kind:#566072;"
	"--join:#8b95a5;--warn:#8a5a00;--deny:#c4161c;--onmark:#fff}}\n"
	".topology .line{fill:none;stroke:var(--join);stroke-width:1.5}\n"
	".topology .reach{fill:none;stroke:transparent;stroke-width:14}\n"
	".topology .dns .line{stroke-dasharray:2 4;stroke-linecap:round}\n"
	".topology .port .line{stroke-dasharray:9 3 2 3}\n"
	".topology .half .line{stroke-dasharray:7 4}\n"
	".topology .warned .line{stroke:var(--warn);stroke-width:2.25}\n"
	".topology .conflict .line{stroke:var(--deny);stroke-width:3}\n"
	".topology .mark{fill:var(--warn)}\n"
	".topology .conflict .mark{fill:var(--deny)}\n"
	".topology .sign{fill:var(--onmark);font-size:11px;font-weight:700;text-anchor:middle}\n"
	".topology .box{fill:var(--box);stroke:var(--rim)}\n"
	".topology .absent .box{stroke-dasharray:4 3}\n"
	".topology .warned .box{stroke:var(--warn);stroke-width:2.25}\n"
	".topology .conflict .box{stroke:var(--deny);stroke-width:2.5}\n"
	".topology .name{fill:var(--name);font-size:12.5px;font-weight:600}\n"
	".topology .kind{fill:var(--kind);font-size:10px}\n"
	".topology .stripe{fill:#868e96}\n"
	".topology .vpc .stripe{fill:#0b7fab}\n"
	".topology .shoot .stripe{fill:#3b5bdb}\n"
	".topology .aws .stripe{fill:#7048e8}\n"
	".topology .gcp .stripe{fill:#2b8a3e}\n"
	".topology .azure .stripe{fill:#1c7ed6}\n"
	".topology .zone .stripe{fill:#a61e8a}\n"
	".topology a{cursor:pointer}\n"
	".topology a:hover .line,.topology a:focus-visible .line{stroke-width:5}\n"
	".topology a:focus{outline:none}\n"
	".topology a:hover .box,.topology a:focus-visible .box{stroke-width:4}\n"
	"</style>\n";

static const char *
state_class(enum topology_state state)
{
	static const char *const classes[] = {[TOPOLOGY_SOUND] = "",
		[TOPOLOGY_WARNED] = " warned",
		[TOPOLOGY_CONFLICT] = " conflict"};

	return classes[state];
}

static const char *
join_class(enum topology_join join)
{
	static const char *const classes[] = {[TOPOLOGY_PEERING] = "peering",
		[TOPOLOGY_DNS_LINK] = "dns",
		[TOPOLOGY_ROUTER_PORT] = "port"};

	return classes[join];
}

struct node_words {
	const char *class;
	const char *kind; /* below the name */
};

static const struct node_words *
node_words(enum domain_type type)
{
	static const struct node_words words[] = {
		[DOMAIN_VPC] = {"vpc", "VPC"},
		[DOMAIN_SHOOT] = {"shoot", "Gardener"},
		[DOMAIN_AWS] = {"aws", "AWS"},
		[DOMAIN_GCP] = {"gcp", "GCP"},
		[DOMAIN_AZURE] = {"azure", "Azure"},
		[DOMAIN_SEGMENT] = {"segment", "external network"},
		[DOMAIN_ZONE] = {"zone", "DNS"},
	};

	return &words[type];
}

/* The byte at which the character of this number starts. */
static size_t
byte_of(const char *text, size_t number)
{
	size_t at = 0;

	while (text[at] && ((text[at] & 0xc0) == 0x80 || number-- > 0))
		at++;
	return at;
}

static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

/* The middle of a long name is left out: both ends tell names apart. */
static const char *
label(struct arena *arena, const char *name)
{
	size_t length = characters(name);

	if (length <= LABEL)
		return name;
	return arena_printf(arena, "%s\xe2\x80\xa6%s",
		arena_text_part(arena, name, byte_of(name, LABEL_START)),
		name + byte_of(name, length - (LABEL - LABEL_START - 1)));
}

static int
direction(int from, int to)
{
	return from < to ? 1 : from > to ? -1 : 0;
}

/* How round the corner can be: at most half of each of its two sides, which are upright or level.
 */
static int
corner_radius(const struct drawing_point *corner)
{
	int radius = ROUND;

	for (int i = -1; i <= 1; i += 2) {
		int side = abs(corner[i].x - corner->x) + abs(corner[i].y - corner->y);

		if (side / 2 < radius)
			radius = side / 2;
	}
	return radius;
}

static void
write_path(const struct drawing_line *line, struct buffer *out)
{
	const struct drawing_point *points = line->points, *end = &points[line->count - 1];

	buffer_printf(out, "M%d %d", points[0].x, points[0].y);
	if (line->curved) {
		buffer_printf(out, "C%d %d %d %d %d %d", points[1].x, points[1].y, points[2].x,
			points[2].y, end->x, end->y);
		return;
	}
	for (const struct drawing_point *corner = points + 1; corner < end; corner++) {
		int radius = corner_radius(corner);

		buffer_printf(out, "L%d %dQ%d %d %d %d",
			corner->x + radius * direction(corner->x, corner[-1].x),
			corner->y + radius * direction(corner->y, corner[-1].y), corner->x,
			corner->y, corner->x + radius * direction(corner->x, corner[1].x),
			corner->y + radius * direction(corner->y, corner[1].y));
	}
	buffer_printf(out, "L%d %d", end->x, end->y);
}

/* The middle of a curve, or of the last straight piece, which no other line shares. */
static struct drawing_point
middle(const struct drawing_line *line)
{
	const struct drawing_point *points = line->points;
	const struct drawing_point *end = &points[line->count - 1];

	if (line->curved)
		return (struct drawing_point){
			(points[0].x + 3 * points[1].x + 3 * points[2].x + end->x) / 8,
			(points[0].y + 3 * points[1].y + 3 * points[2].y + end->y) / 8};
	return (struct drawing_point){(end[-1].x + end->x) / 2, (end[-1].y + end->y) / 2};
}

/* A number may be long; what is warned of is square. */
static void
write_mark(struct arena *arena, const struct topology_findings *findings, bool linked,
	struct drawing_point at, struct buffer *out)
{
	bool conflict = findings->state == TOPOLOGY_CONFLICT;
	const char *sign = conflict ? "\xc3\x97" : "!";
	int half = MARK;

	if (findings->state == TOPOLOGY_SOUND)
		return;
	if (!linked && findings->number && findings->number <= DRAWING_NUMBERS) {
		sign = arena_printf(arena, "%zu", findings->number);
		half += DIGIT * (int)(strlen(sign) - 1) / 2;
	}
	buffer_printf(out,
		"<rect class=\"mark\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>"
		"<text class=\"sign\" x=\"%d\" y=\"%d\">%s</text>",
		at.x - half, at.y - MARK, 2 * half, 2 * MARK, conflict ? MARK : 3, at.x, at.y + 4,
		sign);
}

/* Opens the element of a node or an edge; write_end closes it. */
static void
write_start(const struct topology_findings *findings, const char *class, bool linked,
	struct buffer *out)
{
	if (!linked || findings->count == 0) {
		buffer_printf(out, "<g class=\"%s%s\"", class, state_class(findings->state));
		buffer_append_char(out, '>');
		return;
	}
	buffer_printf(out, "<a class=\"%s%s\" href=\"#finding-%s\" data-findings=\"", class,
		state_class(findings->state), findings->ids[0]);
	for (size_t i = 0; i < findings->count; i++)
		buffer_printf(out, "%s%s", i ? " " : "", findings->ids[i]);
	buffer_append_text(out, "\">");
}

static void
write_end(const struct topology_findings *findings, bool linked, struct buffer *out)
{
	buffer_append_text(out, linked && findings->count ? "</a>\n" : "</g>\n");
}

static void
write_finding_count(const struct topology_findings *findings, struct buffer *out)
{
	if (findings->count)
		buffer_printf(out, "\n%zu finding%s%s", findings->count,
			findings->count == 1 ? "" : "s",
			findings->state == TOPOLOGY_CONFLICT ? ", to be denied" : "");
	for (size_t i = 0; i < findings->rule_count; i++)
		buffer_printf(out, "%s%s", i ? ", " : ": ", findings->rules[i]);
}

static void
write_line_title(
	const struct topology *topology, const struct topology_edge *edge, struct buffer *out)
{
	bool turned = !edge->from_first;

	buffer_append_text(out, "<title>");
	visible_write(out, topology->nodes[turned ? edge->second : edge->first].name);
	buffer_append_text(
		out, edge->from_first && edge->from_second ? " \xe2\x86\x94 " : " \xe2\x86\x92 ");
	visible_write(out, topology->nodes[turned ? edge->first : edge->second].name);
	buffer_printf(out, "\n%s%s%s", topology_join_name(edge->join),
		topology_is_one_sided(topology, edge) ? " that only one side declares" : "",
		edge->leaving ? ", being deleted" : "");
	if (edge->standing) {
		buffer_append_char(out, '\n');
		visible_write(out, edge->standing);
	}
	write_finding_count(&edge->findings, out);
	buffer_append_text(out, "</title>");
}

static void
write_line(struct arena *arena, const struct topology *topology, const struct drawing_line *line,
	bool linked, struct buffer *out)
{
	const struct topology_edge *edge = line->edge;

	write_start(&edge->findings,
		topology_is_one_sided(topology, edge) ? "peering half" : join_class(edge->join),
		linked, out);
	write_line_title(topology, edge, out);
	if (linked && edge->findings.count) {
		buffer_append_text(out, "<path class=\"reach\" d=\"");
		write_path(line, out);
		buffer_append_text(out, "\"/>");
	}
	buffer_append_text(out, "<path class=\"line\" d=\"");
	write_path(line, out);
	buffer_append_text(out, "\"/>");
	write_mark(arena, &edge->findings, linked, middle(line), out);
	write_end(&edge->findings, linked, out);
}

static void
write_box_title(const struct topology_node *node, struct buffer *out)
{
	size_t shown =
		node->prefix_count < TOPOLOGY_PREFIXES ? node->prefix_count : TOPOLOGY_PREFIXES;

	buffer_append_text(out, "<title>");
	visible_write(out, node->name);
	if (!node->defined)
		buffer_append_text(out, "\nnot defined by an object");
	if (node->leaving)
		buffer_append_text(out, "\nbeing deleted");
	if (node->problem) {
		buffer_append_text(out, "\nthe cloud does not tell: ");
		visible_write(out, node->problem);
	}
	for (size_t i = 0; i < shown; i++)
		buffer_printf(out, "\n%s", node->prefixes[i]);
	if (shown < node->prefix_count)
		buffer_printf(out, "\nand %zu more", node->prefix_count - shown);
	write_finding_count(&node->findings, out);
	buffer_append_text(out, "</title>");
}

/* The kind and the first prefix, which is cut where it does not fit, and how many there are more.
 */
static const char *
kind_label(struct arena *arena, const struct topology_node *node)
{
	const char *kind = node_words(node->type)->kind;
	const char *more =
		node->prefix_count > 1 ? arena_printf(arena, " +%zu", node->prefix_count - 1) : "";
	int room = KIND_LABEL - (int)strlen(kind) - 3 - (int)strlen(more);

	if (node->prefix_count == 0)
		return kind;
	if ((int)strlen(node->prefixes[0]) <= room)
		return arena_printf(arena, "%s \xc2\xb7 %s%s", kind, node->prefixes[0], more);
	return arena_printf(
		arena, "%s \xc2\xb7 %.*s\xe2\x80\xa6%s", kind, room - 1, node->prefixes[0], more);
}

static void
write_label(struct arena *arena, const struct drawing_box *box, struct buffer *out)
{
	const struct topology_node *node = box->node;

	buffer_printf(out,
		"<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">"
		"<text class=\"name\" y=\"17\">",
		box->x + LABEL_LEFT, box->y, DRAWING_BOX_WIDTH - LABEL_LEFT - 3,
		DRAWING_BOX_HEIGHT);
	visible_write(out, label(arena, topology_short_name(node)));
	buffer_printf(out, "</text><text class=\"kind\" y=\"32\">%s", kind_label(arena, node));
	buffer_append_text(out, "</text></svg>");
}

static void
write_box(struct arena *arena, const struct drawing_box *box, bool linked, struct buffer *out)
{
	const struct topology_node *node = box->node;
	const char *class = arena_printf(
		arena, "%s%s", node_words(node->type)->class, node->defined ? "" : " absent");

	write_start(&node->findings, class, linked, out);
	write_box_title(node, out);
	buffer_printf(out,
		"<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>"
		"<rect class=\"stripe\" x=\"%d\" y=\"%d\" width=\"4\" height=\"%d\" rx=\"2\"/>",
		box->x, box->y, DRAWING_BOX_WIDTH, DRAWING_BOX_HEIGHT, box->x + 4, box->y + 6,
		DRAWING_BOX_HEIGHT - 12);
	write_label(arena, box, out);
	write_mark(arena, &node->findings, linked,
		(struct drawing_point){box->x + DRAWING_BOX_WIDTH - 2, box->y + 2}, out);
	write_end(&node->findings, linked, out);
}

const char *
drawing_remark(struct arena *arena, const struct drawing *drawing)
{
	static const char *const choices[] = {[DRAWING_ALL] = "only a part of them",
		[DRAWING_CONFLICTS] = "only those in conflict",
		[DRAWING_WARNED] = "only those that are warned of",
		[DRAWING_BUSIEST] = "only those with the most connections"};

	if (!drawing->hidden_nodes && !drawing->hidden_edges)
		return NULL;
	return arena_printf(arena,
		"Too many for one picture: %s are in it, without %zu other network%s and %zu other "
		"connection%s.",
		choices[drawing->choice], drawing->hidden_nodes,
		drawing->hidden_nodes == 1 ? "" : "s", drawing->hidden_edges,
		drawing->hidden_edges == 1 ? "" : "s");
}

void
drawing_write_svg(
	struct arena *arena, const struct drawing *drawing, bool linked, struct buffer *out)
{
	const struct topology *topology = drawing->topology;

	buffer_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"topology\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"group\" "
		"aria-label=\"%zu networks and %zu connections\">\n",
		drawing->width, drawing->height, drawing->width, drawing->height,
		drawing->box_count, drawing->line_count);
	buffer_append_text(out, style);
	for (size_t i = 0; i < drawing->line_count; i++)
		write_line(arena, topology, &drawing->lines[i], linked, out);
	for (size_t i = 0; i < drawing->box_count; i++)
		write_box(arena, &drawing->boxes[i], linked, out);
	buffer_append_text(out, "</svg>\n");
}
