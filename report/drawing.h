/* A drawing of a topology: where its nodes stand and how its edges run, and the same as SVG 1.1.
 *
 * Each connected part is drawn by itself: a small one with rings on an ellipse, any other as a tree
 * under its node with the most edges, the leaves in columns beside a trunk. The parts are packed
 * from left to right. One topology gives one drawing. Units are CSS pixels, from the top left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "report/topology.h"

/* A topology with more nodes than this is cut to those in conflict; when there are none, to those
 * that are warned of; when there are none either, to those with the most edges. Of more that are
 * left, those with the most edges. */
enum { DRAWING_NODES = 240, DRAWING_EDGES = 2000 };
enum { DRAWING_BOX_WIDTH = 158, DRAWING_BOX_HEIGHT = 40, DRAWING_WIDTH = 1116 };
enum { DRAWING_POINTS = 8 };
enum { DRAWING_NUMBERS = 60 }; /* the last number that stands in a mark */

enum drawing_choice { DRAWING_ALL, DRAWING_CONFLICTS, DRAWING_WARNED, DRAWING_BUSIEST };

struct drawing_point {
	int x, y;
};

struct drawing_box {
	const struct topology_node *node;
	int x, y; /* of its upper left corner */
};

struct drawing_line {
	const struct topology_edge *edge;
	struct drawing_point points[DRAWING_POINTS];
	int count;
	bool curved; /* a cubic curve of four points, instead of straight lines */
};

struct drawing {
	const struct topology *topology;
	struct drawing_box *boxes; /* in the order of the topology's nodes */
	size_t box_count;
	struct drawing_line *lines; /* those in conflict last: on top */
	size_t line_count;
	int width, height;
	enum drawing_choice choice;
	size_t hidden_nodes; /* that are not in the drawing */
	size_t hidden_edges;
};

/* Lives in the arena and lends from the topology. */
const struct drawing *drawing_of(struct arena *arena, const struct topology *topology);

/* "Too many for one picture: …" as one sentence, or NULL when nothing is left out. */
const char *drawing_remark(struct arena *arena, const struct drawing *drawing);

/* One <svg> element with its own style, light and dark. With `linked`, what has findings is a link
 * to "#finding-<id>" of the first one and names them all in data-findings; otherwise its mark is
 * its number in the topology, up to DRAWING_NUMBERS. */
void drawing_write_svg(
	struct arena *arena, const struct drawing *drawing, bool linked, struct buffer *out);
