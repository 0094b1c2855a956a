/* A part of a drawing as a tree: each node above its children, the leaves in pairs of columns on
 * both sides of a trunk, inner nodes side by side. */
#include <stdlib.h>

#include "report/drawing_plan.h"

enum {
	BOX_WIDTH = DRAWING_BOX_WIDTH,
	BOX_HEIGHT = DRAWING_BOX_HEIGHT,
	GUTTER = 44, /* between two columns of leaves: the trunk and its branches */
	PAIR_WIDTH = 2 * BOX_WIDTH + GUTTER,
	ROW_GAP = 12,
	BUS = 16,     /* below a node, to the line that spreads to its children */
	DROP = 18,    /* from there to them */
	CHANNEL = 16, /* left of the shelves, when there are several */
};

static int
compare_children(const void *left, const void *right)
{
	int a = *(const int *)left, b = *(const int *)right;

	return a < b ? -1 : a > b;
}

/* Children in the order of their keys, leaves first. */
static void
gather_children(struct plan *plan)
{
	const int *nodes = plan->queue;
	int length = plan->queue_length;

	for (int i = 1; i < length; i++)
		plan->places[plan->places[nodes[i]].parent].child_count++;
	for (int i = 0; i < length; i++) {
		struct place *place = &plan->places[nodes[i]];

		place->children = ARENA_ARRAY(plan->arena, int, (size_t)place->child_count + 1);
		for (int wants_leaf = 1; wants_leaf >= 0; wants_leaf--) {
			int from = wants_leaf ? 0 : place->leaf_count, to = from;

			for (int j = 1; j < length; j++)
				if (plan->places[nodes[j]].parent == nodes[i] &&
					(plan->places[nodes[j]].child_count == 0) == wants_leaf)
					place->children[to++] = nodes[j];
			qsort(place->children + from, (size_t)(to - from), sizeof(int),
				compare_children);
			if (wants_leaf)
				place->leaf_count = to;
		}
	}
}

static int
rows_in(int leaves, int pairs)
{
	return (leaves + 2 * pairs - 1) / (2 * pairs);
}

/* How many pairs of columns so many leaves fill, so that they are not much higher than wide. */
static int
pairs_for(int leaves, int width)
{
	int pairs = 1;

	while ((pairs + 1) * (PAIR_WIDTH + DRAWING_GAP) <= width + DRAWING_GAP &&
		rows_in(leaves, pairs) * (BOX_HEIGHT + ROW_GAP) * 13 / 10 > pairs * PAIR_WIDTH)
		pairs++;
	return pairs;
}

static void
add_leaves(struct place *place, int width)
{
	int pairs = pairs_for(place->leaf_count, width);
	int rows = rows_in(place->leaf_count, pairs);

	for (int first = 0; first < place->leaf_count; first += 2 * rows) {
		int left = place->leaf_count - first;
		int count = left < 2 * rows ? left : 2 * rows;
		bool single = count == 1;

		place->blocks[place->block_count++] = (struct block){.child = DRAWING_NOWHERE,
			.first = first,
			.count = count,
			.width = single ? BOX_WIDTH : PAIR_WIDTH,
			.height = (count + 1) / 2 * (BOX_HEIGHT + ROW_GAP) - ROW_GAP,
			.entry = single ? BOX_WIDTH / 2 : PAIR_WIDTH / 2};
	}
}

static void
measure(struct plan *plan, int index, int width)
{
	struct place *place = &plan->places[index];
	int inner = place->child_count - place->leaf_count;
	int part = inner > 1 ? width / 2 : width - CHANNEL;
	size_t limit = (size_t)place->child_count + 1;
	int last_shelf;

	place->width = BOX_WIDTH;
	place->height = BOX_HEIGHT;
	if (place->child_count == 0)
		return;
	place->blocks = ARENA_ARRAY(plan->arena, struct block, limit);
	place->shelves = ARENA_ARRAY(plan->arena, int, limit);
	add_leaves(place, width);
	for (int i = place->leaf_count; i < place->child_count; i++) {
		struct place *child = &plan->places[place->children[i]];

		measure(plan, place->children[i], part > PAIR_WIDTH ? part : PAIR_WIDTH);
		place->blocks[place->block_count++] = (struct block){.child = place->children[i],
			.width = child->width,
			.height = child->height,
			.entry = child->x + BOX_WIDTH / 2};
	}
	place->height += BUS + DROP;
	place->width = drawing_shelve(place->blocks, place->block_count, width, BUS + DROP,
		&place->height, place->shelves);
	last_shelf = place->blocks[place->block_count - 1].shelf;
	if (last_shelf > 0) {
		for (int i = 0; i < place->block_count; i++)
			place->blocks[i].x += CHANNEL;
		place->width += CHANNEL;
	}
	place->x = place->block_count == 1
			   ? place->blocks[0].x + place->blocks[0].entry - BOX_WIDTH / 2
			   : (place->width - BOX_WIDTH) / 2;
}

/* From the parent's lower side to above the block, where `entry` is. */
static struct drawing_line *
lead_to(struct plan *plan, int child, const struct block *block, int x, int y)
{
	int above = plan->places[child].parent;
	const struct place *parent = &plan->places[above];
	const struct drawing_box *box = &plan->drawing->boxes[above];
	struct drawing_line *line = drawing_add_line(plan, plan->places[child].edge);
	int middle = box->x + BOX_WIDTH / 2;
	int bus = y + parent->shelves[block->shelf] - DROP;

	drawing_add_point(line, middle, box->y + BOX_HEIGHT);
	drawing_add_point(line, middle, y + parent->shelves[0] - DROP);
	if (block->shelf > 0) {
		drawing_add_point(line, x, y + parent->shelves[0] - DROP);
		drawing_add_point(line, x, bus);
	}
	drawing_add_point(line, x + block->x + block->entry, bus);
	return line;
}

static void
set_leaves(struct plan *plan, const struct place *place, const struct block *block, int x, int y)
{
	int trunk = x + block->x + block->entry;

	for (int i = 0; i < block->count; i++) {
		int leaf = place->children[block->first + i];
		bool right = i % 2 == 1;
		int left_x = x + block->x + (right ? BOX_WIDTH + GUTTER : 0);
		int top = y + block->y + i / 2 * (BOX_HEIGHT + ROW_GAP);
		struct drawing_line *line = lead_to(plan, leaf, block, x, y);

		drawing_set_box(plan, leaf, left_x, top);
		if (block->count == 1) {
			drawing_add_point(line, trunk, top);
			continue;
		}
		drawing_add_point(line, trunk, top + BOX_HEIGHT / 2);
		drawing_add_point(line, right ? left_x : left_x + BOX_WIDTH, top + BOX_HEIGHT / 2);
	}
}

void
drawing_tree_set(struct plan *plan, int index, int x, int y)
{
	const struct place *place = &plan->places[index];

	drawing_set_box(plan, index, x + place->x, y);
	for (int i = 0; i < place->block_count; i++) {
		const struct block *block = &place->blocks[i];

		if (block->child == DRAWING_NOWHERE) {
			set_leaves(plan, place, block, x, y);
			continue;
		}
		drawing_add_point(lead_to(plan, block->child, block, x, y),
			x + block->x + block->entry, y + block->y);
		drawing_tree_set(plan, block->child, x + block->x, y + block->y);
	}
}

void
drawing_tree_measure(struct plan *plan, int root, int width)
{
	gather_children(plan);
	measure(plan, root, width);
}
