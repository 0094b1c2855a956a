/* How a drawing is planned: what is chosen to be in it, and the layouts that put it into place.
 * Nobody else includes this. Sizes are in pixels, nodes go by their index in `places`.
 */
#pragma once

#include "report/drawing.h"

enum {
	DRAWING_GAP = 16, /* between blocks on a shelf */
	DRAWING_NOWHERE = -1,
};

/* A rectangle with something in it, placed beside others on shelves. */
struct block {
	int child;        /* the node whose tree is in it, or DRAWING_NOWHERE: leaves */
	int first, count; /* the leaves: a part of the parent's children */
	int width, height;
	int x, y; /* within what holds it */
	int shelf;
	int entry; /* x of where the line from above comes in, within the block */
};

/* Of each node that is drawn. */
struct place {
	const struct topology_node *node;
	int part;   /* the mark of the connected part that it is in, or DRAWING_NOWHERE */
	int parent; /* in the part's tree, or DRAWING_NOWHERE */
	const struct topology_edge *edge; /* to the parent */
	int *children;                    /* leaves first */
	int child_count, leaf_count;
	struct block *blocks;
	int block_count;
	int width, height; /* of all that hangs on it; at a part's root, of the part */
	int x, y;          /* of the box, within that */
	int *shelves;      /* y of each */
};

struct plan_link {
	const struct topology_edge *edge;
	int first, second;
	bool in_tree;
};

struct plan {
	struct arena *arena;
	const struct topology *topology;
	struct drawing *drawing;
	struct place *places;
	int count;
	struct plan_link *links;
	int link_count;
	int *queue; /* the nodes of the part at hand, its root first */
	int queue_length;
};

/* The node at the other end of the link, or DRAWING_NOWHERE when `end` is no end of it. */
int drawing_other_end(const struct plan_link *link, int end);
void drawing_set_box(struct plan *plan, int index, int x, int y);
struct drawing_line *drawing_add_line(struct plan *plan, const struct topology_edge *edge);
/* A point in the same place as the one before is left out. */
void drawing_add_point(struct drawing_line *line, int x, int y);

/* Puts blocks side by side, on a new shelf where the width is reached. Returns the width used;
 * `height` is where the first shelf begins, then where the last one ends. */
int drawing_shelve(
	struct block *blocks, int count, int width, int shelf_gap, int *height, int *shelves);

/* Each layout measures the part in the queue, and later sets its boxes and the lines of its tree
 * (a ring: all its lines). */
void drawing_tree_measure(struct plan *plan, int root, int width);
void drawing_tree_set(struct plan *plan, int root, int x, int y);
void drawing_ring_measure(struct plan *plan);
void drawing_ring_set(struct plan *plan, int root, int x, int y);
