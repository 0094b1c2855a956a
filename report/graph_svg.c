#include <string.h>

#include "report/drawing.h"
#include "report/graph.h"
#include "report/graph_parts.h"
#include "report/visible.h"

enum {
	MARGIN = 16,
	LEAST_WIDTH = 640,
	WIDTH_WITH_REMARK = 980,
	HEAD = 62,
	REMARK = 20,
	ROW = 20,
	SAMPLE = 34,    /* of a line in the legend */
	TEXT_LEFT = 96, /* of an entry, from the margin */
	LONGEST_TITLE = 2000,
};

static const char style[] =
	"<style>\n"
	".graph{--page:#fff;--text:#1b2330;--soft:#566072;--line:#8b95a5;--red:#c4161c;"
	"--amber:#8a5a00;--onred:#fff;"
	"font-family:system-ui,\"DejaVu Sans\",Helvetica,Arial,sans-serif;font-size:12.5px}\n"
	"@media (prefers-color-scheme:dark){.graph{--page:#12171f;--text:#e8ecf2;--soft:#a9b4c4;"
	"--line:#75849a;--red:#ff7b7b;--amber:#e8b14a;--onred:#14181f}}\n"
	"@media print{.graph{--page:#fff;--text:#1b2330;--soft:#566072;--line:#8b95a5;"
	"--red:#c4161c;--amber:#8a5a00;--onred:#fff}}\n"
	".graph .page{fill:var(--page)}\n"
	".graph .heading{fill:var(--text);font-size:18px;font-weight:650}\n"
	".graph .say{fill:var(--text)}\n"
	".graph .aside{fill:var(--soft)}\n"
	".graph .sample{fill:none;stroke:var(--line);stroke-width:1.5}\n"
	".graph .sample.one{stroke-dasharray:7 4}\n"
	".graph .sample.dotted{stroke-dasharray:2 4;stroke-linecap:round}\n"
	".graph .sample.dashes{stroke-dasharray:9 3 2 3}\n"
	".graph .sample.absent{stroke-dasharray:4 3}\n"
	".graph .sample.amber{stroke:var(--amber);stroke-width:2.25}\n"
	".graph .sample.red{stroke:var(--red);stroke-width:3}\n"
	".graph .pill{fill:var(--amber)}\n"
	".graph .pill.red{fill:var(--red)}\n"
	".graph .digits{fill:var(--onred);font-size:11px;font-weight:700;text-anchor:middle}\n"
	"</style>\n";

/* What is numbered: an edge or, when that is NULL, a node. */
struct item {
	const struct topology_edge *edge;
	const struct topology_node *node;
};

struct picture {
	struct arena *arena;
	const struct topology *topology;
	const struct drawing *drawing;
	const char *remark;
	struct item *items; /* by their numbers, from 1 */
	size_t count;
	size_t conflicts;
	int width;
	int y; /* of what comes next */
};

static const struct topology_findings *
findings_of(const struct item *item)
{
	return item->edge ? &item->edge->findings : &item->node->findings;
}

static void
note(struct picture *picture, const struct item *item)
{
	const struct topology_findings *findings = findings_of(item);

	if (findings->number == 0)
		return;
	picture->items[findings->number] = *item;
	picture->count++;
	picture->conflicts += findings->state == TOPOLOGY_CONFLICT;
}

static void
gather(struct picture *picture)
{
	const struct topology *topology = picture->topology;

	picture->items = ARENA_ARRAY(
		picture->arena, struct item, topology->node_count + topology->edge_count + 1);
	for (size_t i = 0; i < topology->edge_count; i++)
		note(picture, &(struct item){.edge = &topology->edges[i]});
	for (size_t i = 0; i < topology->node_count; i++)
		note(picture, &(struct item){.node = &topology->nodes[i]});
}

static const char *
many(struct arena *arena, size_t count, const char *one)
{
	return arena_printf(arena, "%zu %s%s", count, one, count == 1 ? "" : "s");
}

static const char *
summary(const struct picture *picture)
{
	struct arena *arena = picture->arena;
	size_t warned = picture->count - picture->conflicts;

	return arena_printf(arena, "%s, %s; %s, %s",
		many(arena, picture->topology->node_count, "network"),
		many(arena, picture->topology->edge_count, "connection"),
		picture->conflicts ? arena_printf(arena, "%zu in conflict", picture->conflicts)
				   : "nothing in conflict",
		warned ? arena_printf(arena, "%zu with warnings or notes", warned) : "no warnings");
}

static void
write_words(const char *class, int x, int y, const char *text, struct buffer *out)
{
	buffer_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, x, y, text);
}

static void
write_head(struct picture *picture, struct buffer *out)
{
	write_words("heading", MARGIN, 28, "Network peerings", out);
	write_words("aside", MARGIN, 48, summary(picture), out);
	picture->y = HEAD;
	if (!picture->remark)
		return;
	write_words("say", MARGIN, 68, picture->remark, out);
	picture->y += REMARK;
}

static void
write_drawing(struct picture *picture, struct buffer *out)
{
	if (picture->drawing->box_count == 0)
		return;
	buffer_printf(out, "<g transform=\"translate(%d %d)\">\n",
		(picture->width - picture->drawing->width) / 2, picture->y);
	drawing_write_svg(picture->arena, picture->drawing, false, out);
	buffer_append_text(out, "</g>\n");
	picture->y += picture->drawing->height;
}

static void
write_legend(struct picture *picture, struct buffer *out)
{
	static const struct {
		const char *class;
		const char *words;
		int width; /* of the words, at least */
	} entries[] = {
		{"sample", "peering", 64},
		{"sample one", "peering of one side only", 160},
		{"sample dotted", "DNS link", 68},
		{"sample dashes", "router port", 82},
		{"sample amber", "warning, note or trouble", 154},
		{"sample red", "to be denied", 88},
		{"sample absent", "box: defined by no object", 166},
	};
	int x = MARGIN;

	picture->y += ROW + 4;
	for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
		int width = SAMPLE + 8 + entries[i].width + 14;

		if (x + width > picture->width) {
			x = MARGIN;
			picture->y += ROW;
		}
		buffer_printf(out, "<path class=\"%s\" d=\"M%d %dh%d\"/>", entries[i].class, x,
			picture->y - 4, SAMPLE);
		write_words("aside", x + SAMPLE + 8, picture->y, entries[i].words, out);
		x += width;
	}
}

static const char *
item_words(const struct picture *picture, const struct item *item)
{
	struct arena *arena = picture->arena;

	if (item->edge)
		return arena_printf(arena, "%s: %s",
			graph_ends(arena, picture->topology, item->edge),
			graph_trouble(arena, item->edge));
	return arena_printf(
		arena, "%s: %s", item->node->name, graph_rules(arena, &item->node->findings));
}

/* As the actions of a policy are called, and as long. */
static const char *
item_mark(const struct item *item)
{
	enum action action = findings_of(item)->action;

	return action == ACTION_DENY                ? "deny"
	       : action == ACTION_WARN              ? "warn"
	       : item->edge && item->edge->troubled ? "state"
						    : "note";
}

static void
write_item(struct picture *picture, size_t number, struct buffer *out)
{
	const struct item *item = &picture->items[number];
	bool conflict = findings_of(item)->state == TOPOLOGY_CONFLICT;
	const char *words = item_words(picture, item);
	size_t room = (size_t)(picture->width - 2 * MARGIN - TEXT_LEFT) / 7;

	picture->y += ROW;
	buffer_printf(out,
		"<g><title>%s</title><rect class=\"pill%s\" x=\"%d\" y=\"%d\" width=\"30\" "
		"height=\"16\" rx=\"%d\"/><text class=\"digits\" x=\"%d\" y=\"%d\">%zu</text>",
		graph_text(picture->arena, words, LONGEST_TITLE), conflict ? " red" : "", MARGIN,
		picture->y - 12, conflict ? 8 : 3, MARGIN + 15, picture->y, number);
	write_words("aside", MARGIN + 40, picture->y, item_mark(item), out);
	write_words("say", MARGIN + TEXT_LEFT - 16, picture->y,
		graph_text(picture->arena, words, room), out);
	buffer_append_text(out, "</g>\n");
}

static void
write_items(struct picture *picture, struct buffer *out)
{
	size_t listed = picture->count < DRAWING_NUMBERS ? picture->count : DRAWING_NUMBERS;

	if (listed)
		picture->y += 12;
	for (size_t number = 1; number <= listed; number++)
		write_item(picture, number, out);
	if (listed == picture->count)
		return;
	picture->y += ROW;
	write_words("aside", MARGIN, picture->y,
		arena_printf(picture->arena,
			"and %zu more: peerwarden audit lists them all, --focus draws a part",
			picture->count - listed),
		out);
}

void
graph_write_svg(struct arena *arena, const struct topology *topology, struct buffer *out)
{
	const struct drawing *drawing = drawing_of(arena, topology);
	struct picture picture = {.arena = arena,
		.topology = topology,
		.drawing = drawing,
		.remark = drawing_remark(arena, drawing)};
	int least = picture.remark ? WIDTH_WITH_REMARK : LEAST_WIDTH;
	struct buffer body;

	gather(&picture);
	picture.width = drawing->width > least ? drawing->width : least;
	buffer_init(&body, out->maximum);
	write_head(&picture, &body);
	write_drawing(&picture, &body);
	write_legend(&picture, &body);
	write_items(&picture, &body);
	buffer_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"group\" "
		"aria-labelledby=\"graph-title graph-desc\">\n"
		"<title id=\"graph-title\">Network peerings</title>\n"
		"<desc id=\"graph-desc\">%s</desc>\n",
		picture.width, picture.y + MARGIN, picture.width, picture.y + MARGIN,
		summary(&picture));
	buffer_append_text(out, style);
	buffer_append_text(out, "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
	buffer_append(out, body.data, body.length);
	buffer_append_text(out, "</svg>\n");
	out->overflowed |= body.overflowed;
	buffer_dispose(&body);
}
