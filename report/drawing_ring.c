/* A small part of a drawing with rings in it: its nodes on an ellipse, its lines straight. */
#include <stdlib.h>

#include "report/drawing_plan.h"

enum {
	HALF_WIDTH = DRAWING_BOX_WIDTH / 2,
	HALF_HEIGHT = DRAWING_BOX_HEIGHT / 2,
	CLEAR = 28, /* between any two boxes */
	UNIT = 1000,
};

/* Bhaskara's approximation, in thousandths; `degrees` from 0 to 360. */
static int
sine(int degrees)
{
	int half = degrees % 180, product = half * (180 - half);
	int value = 4 * UNIT * product / (40500 - product);

	return degrees % 360 < 180 ? value : -value;
}

/* The order around the ring: from one neighbour to the next as long as there is one. */
static void
order_ring(const struct plan *plan, int at, int *order, int *count, bool *seen)
{
	seen[at] = true;
	order[(*count)++] = at;
	for (int next = 0; next < plan->count; next++)
		for (int i = 0; i < plan->link_count && !seen[next]; i++)
			if (drawing_other_end(&plan->links[i], at) == next)
				order_ring(plan, next, order, count, seen);
}

static void
put_on_ellipse(struct plan *plan, const int *order, int count, int across, int down)
{
	for (int i = 0; i < count; i++) {
		int angle = 360 * i / count;

		plan->places[order[i]].x = across + across * sine(angle) / UNIT;
		plan->places[order[i]].y = down - down * sine((angle + 90) % 360) / UNIT;
	}
}

static bool
is_clear(const struct plan *plan, const int *order, int count)
{
	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count; j++) {
			const struct place *a = &plan->places[order[i]];
			const struct place *b = &plan->places[order[j]];

			if (abs(a->x - b->x) < DRAWING_BOX_WIDTH + CLEAR &&
				abs(a->y - b->y) < DRAWING_BOX_HEIGHT + CLEAR)
				return false;
		}
	return true;
}

void
drawing_ring_measure(struct plan *plan)
{
	int *order = ARENA_ARRAY(plan->arena, int, (size_t)plan->count);
	bool *seen = ARENA_ARRAY(plan->arena, bool, (size_t)plan->count);
	struct place *root = &plan->places[plan->queue[0]];
	int count = 0, across = 100, down = 70;

	order_ring(plan, plan->queue[0], order, &count, seen);
	put_on_ellipse(plan, order, count, across, down);
	while (!is_clear(plan, order, count)) {
		across += 12;
		down += 9;
		put_on_ellipse(plan, order, count, across, down);
	}
	root->width = 2 * across + DRAWING_BOX_WIDTH;
	root->height = 2 * down + DRAWING_BOX_HEIGHT;
}

/* Where the line from the middle of one box to that of another leaves the first. */
static struct drawing_point
border(const struct drawing_box *from, const struct drawing_box *to)
{
	int right = to->x - from->x, down = to->y - from->y;
	struct drawing_point point = {from->x + HALF_WIDTH, from->y + HALF_HEIGHT};

	if (abs(right) * HALF_HEIGHT > abs(down) * HALF_WIDTH) {
		point.x += right > 0 ? HALF_WIDTH : -HALF_WIDTH;
		point.y += down * HALF_WIDTH / abs(right);
	} else {
		point.x += right * HALF_HEIGHT / abs(down);
		point.y += down > 0 ? HALF_HEIGHT : -HALF_HEIGHT;
	}
	return point;
}

void
drawing_ring_set(struct plan *plan, int root, int x, int y)
{
	int part = plan->places[root].part;

	for (int i = 0; i < plan->count; i++)
		if (plan->places[i].part == part)
			drawing_set_box(plan, i, x + plan->places[i].x, y + plan->places[i].y);
	for (int i = 0; i < plan->link_count; i++) {
		const struct plan_link *link = &plan->links[i];
		const struct drawing_box *first = &plan->drawing->boxes[link->first];
		const struct drawing_box *second = &plan->drawing->boxes[link->second];
		struct drawing_line *line;

		if (plan->places[link->first].part != part)
			continue;
		line = drawing_add_line(plan, link->edge);
		line->count = 2;
		line->points[0] = border(first, second);
		line->points[1] = border(second, first);
	}
}
