/* Drawings of clusters of many shapes: nothing overlaps, lines end at boxes, the SVG is XML. */
#include "report/drawing.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "format/xml.h"
#include "tests/report/sample.h"

enum { LONGEST_SVG = 8 << 20 };

static const struct drawing *
drawing_made(struct sample *sample)
{
	return drawing_of(
		sample->arena, topology_of(sample->arena, sample->inventory, &sample->report));
}

static const char *
numbered(struct sample *sample, int number)
{
	return arena_printf(sample->arena, "v%04d", number);
}

static void
add_star_around(struct sample *sample, const char *hub, int nodes)
{
	for (int i = 1; i < nodes; i++)
		sample_vpc(sample, numbered(sample, i), hub);
	sample_vpc(sample, hub, "");
}

static void
add_star(struct sample *sample, int nodes)
{
	add_star_around(sample, "hub", nodes);
}

static void
add_chain(struct sample *sample, int nodes)
{
	for (int i = 0; i < nodes; i++)
		sample_vpc(
			sample, numbered(sample, i), i + 1 < nodes ? numbered(sample, i + 1) : "");
}

/* Three under each, and some more edges across. */
static void
add_tree_with_rings(struct sample *sample, int nodes)
{
	for (int i = 0; i < nodes; i++)
		sample_vpc(sample, numbered(sample, i),
			arena_printf(sample->arena, "v%04d v%04d", i / 3, i * 7 % nodes));
}

static void
add_mesh(struct sample *sample, int nodes)
{
	for (int i = 0; i < nodes; i++) {
		const char *peers = "v0000";

		for (int j = 1; j < nodes; j++)
			peers = arena_printf(sample->arena, "%s v%04d", peers, j);
		sample_vpc(sample, numbered(sample, i), peers);
	}
}

static void
add_pairs(struct sample *sample, int nodes)
{
	for (int i = 0; i < nodes; i++)
		sample_vpc(sample, numbered(sample, i), numbered(sample, i ^ 1));
}

static void
assert_apart(const struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->box_count; i++) {
		const struct drawing_box *a = &drawing->boxes[i];

		assert_true(a->x >= 0 && a->x + DRAWING_BOX_WIDTH <= drawing->width);
		assert_true(a->y >= 0 && a->y + DRAWING_BOX_HEIGHT <= drawing->height);
		for (size_t j = 0; j < i; j++) {
			const struct drawing_box *b = &drawing->boxes[j];

			assert_true(abs(a->x - b->x) >= DRAWING_BOX_WIDTH ||
				    abs(a->y - b->y) >= DRAWING_BOX_HEIGHT);
		}
	}
}

static bool
is_on_border(const struct drawing_box *box, struct drawing_point point)
{
	int x = point.x - box->x, y = point.y - box->y;

	if (x < 0 || x > DRAWING_BOX_WIDTH || y < 0 || y > DRAWING_BOX_HEIGHT)
		return false;
	return x == 0 || x == DRAWING_BOX_WIDTH || y == 0 || y == DRAWING_BOX_HEIGHT;
}

static const struct drawing_box *
box_of(const struct drawing *drawing, size_t node)
{
	for (size_t i = 0; i < drawing->box_count; i++)
		if (drawing->boxes[i].node == &drawing->topology->nodes[node])
			return &drawing->boxes[i];
	fail_msg("node %zu is not drawn", node);
	return NULL;
}

static void
assert_joined(const struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->line_count; i++) {
		const struct drawing_line *line = &drawing->lines[i];
		const struct drawing_box *first = box_of(drawing, line->edge->first);
		const struct drawing_box *second = box_of(drawing, line->edge->second);
		struct drawing_point start = line->points[0];
		struct drawing_point end = line->points[line->count - 1];

		assert_true(line->count >= 2 && line->count <= DRAWING_POINTS);
		assert_true((is_on_border(first, start) && is_on_border(second, end)) ||
			    (is_on_border(second, start) && is_on_border(first, end)));
	}
}

/* A straight line of a tree runs beside all boxes, not through one. */
static void
assert_free_way(const struct drawing *drawing, const struct drawing_line *line)
{
	for (int i = 1; i < line->count && !line->curved; i++) {
		struct drawing_point a = line->points[i - 1], b = line->points[i];

		if (a.x != b.x && a.y != b.y)
			continue;
		for (size_t j = 0; j < drawing->box_count; j++) {
			const struct drawing_box *box = &drawing->boxes[j];
			bool beside = (a.x <= box->x && b.x <= box->x) ||
				      (a.x >= box->x + DRAWING_BOX_WIDTH &&
					      b.x >= box->x + DRAWING_BOX_WIDTH);
			bool above = (a.y <= box->y && b.y <= box->y) ||
				     (a.y >= box->y + DRAWING_BOX_HEIGHT &&
					     b.y >= box->y + DRAWING_BOX_HEIGHT);

			assert_true(beside || above);
		}
	}
}

static void
assert_svg_is_xml(struct sample *sample, const struct drawing *drawing)
{
	struct buffer out CLEANUP(buffer_dispose);
	struct error error;

	buffer_init(&out, LONGEST_SVG);
	drawing_write_svg(sample->arena, drawing, true, &out);
	assert_false(out.overflowed);
	if (!xml_parse(sample->arena, out.data, out.length, &error))
		fail_msg("%s", error.message);
}

static void
assert_readable(struct sample *sample, const struct drawing *drawing)
{
	assert_apart(drawing);
	assert_joined(drawing);
	for (size_t i = 0; i < drawing->line_count; i++)
		assert_free_way(drawing, &drawing->lines[i]);
	assert_svg_is_xml(sample, drawing);
}

static void
all_shapes_are_readable_at_5_and_at_200_nodes(void **state)
{
	static void (*const shapes[])(struct sample *, int) = {
		add_star, add_chain, add_tree_with_rings, add_mesh, add_pairs};

	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		for (int nodes = 5; nodes <= 200; nodes += 195) {
			struct sample sample;
			const struct drawing *drawing;

			sample_init(&sample);
			shapes[i](&sample, nodes);
			drawing = drawing_made(&sample);
			assert_in_range(drawing->box_count, nodes, nodes + 1);
			assert_int_equal(drawing->hidden_nodes, 0);
			assert_readable(&sample, drawing);
			sample_dispose(&sample);
		}
}

/* Any number of parts of any shape: some rings, some trees, some alone. */
static void
add_random_world(struct sample *sample, unsigned seed)
{
	unsigned state = seed * 2654435761u + 1;
	int nodes = 2 + (int)(seed * 7 % 200), most = 1 + (int)(seed % 4);

	for (int i = 0; i < nodes; i++) {
		const char *peers = "";

		for (int j = 0; j < most; j++) {
			state = state * 1664525u + 1013904223u;
			if (state >> 30)
				peers = arena_printf(sample->arena, "%s%sv%04d", peers,
					*peers ? " " : "", (int)(state >> 8) % nodes);
		}
		sample_vpc(sample, numbered(sample, i), peers);
	}
}

static void
random_worlds_are_readable(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 60; seed++) {
		struct sample sample;

		sample_init(&sample);
		add_random_world(&sample, seed);
		assert_readable(&sample, drawing_made(&sample));
		sample_dispose(&sample);
	}
}

static void
of_too_many_that_are_sound_the_busiest_are_drawn(void **state)
{
	struct sample sample;
	const struct drawing *drawing;

	(void)state;
	sample_init(&sample);
	for (int i = 0; i < 9; i++)
		sample_vpc(&sample, arena_printf(sample.arena, "alone-%d", i), "");
	add_star_around(&sample, "z-hub", 1000);
	add_pairs(&sample, 10);
	drawing = drawing_made(&sample);

	assert_int_equal(drawing->choice, DRAWING_BUSIEST);
	assert_int_equal(drawing->box_count, DRAWING_NODES);
	assert_string_equal(drawing->boxes[DRAWING_NODES - 1].node->name, "VPC z-hub");
	assert_readable(&sample, drawing);
	sample_dispose(&sample);
}

static void
of_too_many_without_a_conflict_those_warned_of_are_drawn(void **state)
{
	struct sample sample;
	const struct drawing *drawing;

	(void)state;
	sample_init(&sample);
	add_star(&sample, 1000);
	sample_finding(&sample, "missing-route", ACTION_WARN,
		(struct sample_party){KIND_VPC, "v0501", {"spec.vpcPeerings[%d].remoteVpc", 0}, ""},
		(struct sample_party){0}, "");
	drawing = drawing_made(&sample);

	assert_int_equal(drawing->choice, DRAWING_WARNED);
	assert_int_equal(drawing->box_count, 2);
	assert_string_equal(drawing_remark(sample.arena, drawing),
		"Too many for one picture: only those that are warned of are in it, without 998 "
		"other networks and 998 other connections.");
	sample_dispose(&sample);
}

static void
a_star_of_200_fits_into_the_width(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	add_star(&sample, 200);
	assert_in_range(drawing_made(&sample)->width, 1, DRAWING_WIDTH + 40);
	assert_in_range(drawing_made(&sample)->height, 1, 2200);
	sample_dispose(&sample);
}

static void
of_too_many_nodes_those_in_conflict_are_drawn_and_the_rest_is_counted(void **state)
{
	static const struct field entry = {"spec.vpcPeerings[%d].remoteVpc", 0};
	struct sample sample;
	const struct drawing *drawing;

	(void)state;
	sample_init(&sample);
	add_star(&sample, 1000);
	sample_finding(&sample, "cidr-overlap", ACTION_DENY,
		(struct sample_party){KIND_VPC, "v0500", entry, ""}, (struct sample_party){0}, "");
	sample_finding(&sample, "missing-route", ACTION_WARN,
		(struct sample_party){KIND_VPC, "v0501", entry, ""}, (struct sample_party){0}, "");
	drawing = drawing_made(&sample);

	assert_int_equal(drawing->box_count, 2);
	assert_int_equal(drawing->hidden_nodes, 998);
	assert_int_equal(drawing->hidden_edges, 998);
	assert_string_equal(drawing->boxes[1].node->name, "VPC v0500");
	assert_readable(&sample, drawing);
	sample_dispose(&sample);
}

static void
of_more_conflicts_than_fit_those_with_the_most_edges_are_drawn(void **state)
{
	struct sample sample;
	const struct drawing *drawing;

	(void)state;
	sample_init(&sample);
	add_star_around(&sample, "z-hub", 600);
	for (int i = 1; i < 600; i++)
		sample_finding(&sample, "cidr-overlap", ACTION_DENY,
			(struct sample_party){KIND_VPC, numbered(&sample, i),
				{"spec.vpcPeerings[%d].remoteVpc", 0}, ""},
			(struct sample_party){0}, "");
	drawing = drawing_made(&sample);

	assert_int_equal(drawing->box_count, DRAWING_NODES);
	assert_int_equal(drawing->hidden_nodes, 600 - DRAWING_NODES);
	assert_string_equal(drawing->boxes[DRAWING_NODES - 1].node->name, "VPC z-hub");
	assert_int_equal(drawing->line_count, DRAWING_NODES - 1);
	assert_readable(&sample, drawing);
	sample_dispose(&sample);
}

static void
write_twins(struct buffer *out, bool backwards)
{
	struct sample sample;

	sample_init(&sample);
	for (int i = 0; i < 30; i++)
		sample_vpc(&sample, numbered(&sample, backwards ? 29 - i : i), "hub v0003");
	drawing_write_svg(sample.arena, drawing_made(&sample), true, out);
	sample_dispose(&sample);
}

static void
the_same_objects_in_another_order_give_the_same_bytes(void **state)
{
	struct buffer one CLEANUP(buffer_dispose), other CLEANUP(buffer_dispose);

	(void)state;
	buffer_init(&one, LONGEST_SVG);
	buffer_init(&other, LONGEST_SVG);
	write_twins(&one, false);
	write_twins(&other, true);
	assert_string_equal(buffer_text(&one), buffer_text(&other));
}

static void
a_hostile_name_stays_text(void **state)
{
	struct sample sample;
	struct buffer out CLEANUP(buffer_dispose);

	(void)state;
	sample_init(&sample);
	sample_vpc(&sample, "<g/>\"\xe2\x80\xae", "");
	buffer_init(&out, LONGEST_SVG);
	drawing_write_svg(sample.arena, drawing_made(&sample), false, &out);
	assert_null(strstr(buffer_text(&out), "<g/>"));
	assert_null(strstr(buffer_text(&out), "\xe2\x80\xae"));
	assert_non_null(strstr(buffer_text(&out), "VPC &lt;g/&gt;&quot;[U+202E]"));
	assert_svg_is_xml(&sample, drawing_made(&sample));
	sample_dispose(&sample);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_shapes_are_readable_at_5_and_at_200_nodes),
		cmocka_unit_test(random_worlds_are_readable),
		cmocka_unit_test(of_too_many_that_are_sound_the_busiest_are_drawn),
		cmocka_unit_test(of_too_many_without_a_conflict_those_warned_of_are_drawn),
		cmocka_unit_test(a_star_of_200_fits_into_the_width),
		cmocka_unit_test(
			of_too_many_nodes_those_in_conflict_are_drawn_and_the_rest_is_counted),
		cmocka_unit_test(of_more_conflicts_than_fit_those_with_the_most_edges_are_drawn),
		cmocka_unit_test(the_same_objects_in_another_order_give_the_same_bytes),
		cmocka_unit_test(a_hostile_name_stays_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
