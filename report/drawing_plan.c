#include "report/drawing_plan.h"

#include <stdlib.h>

enum {
	MARGIN = 12,
	PART_GAP = 36, /* between parts */
	PART_MARGIN = PART_GAP - DRAWING_GAP,
	RING_NODES = 12,
	BEND = 48, /* how far a curve leaves a box before it turns */
};

void
drawing_set_box(struct plan *plan, int index, int x, int y)
{
	plan->drawing->boxes[index] =
		(struct drawing_box){.node = plan->places[index].node, .x = x, .y = y};
}

void
drawing_add_point(struct drawing_line *line, int x, int y)
{
	if (line->count && line->points[line->count - 1].x == x &&
		line->points[line->count - 1].y == y)
		return;
	line->points[line->count++] = (struct drawing_point){x, y};
}

struct drawing_line *
drawing_add_line(struct plan *plan, const struct topology_edge *edge)
{
	struct drawing_line *line = &plan->drawing->lines[plan->drawing->line_count++];

	*line = (struct drawing_line){.edge = edge};
	return line;
}

int
drawing_shelve(struct block *blocks, int count, int width, int shelf_gap, int *height, int *shelves)
{
	int x = 0, y = *height, highest = 0, used = 0, shelf = 0;

	shelves[0] = y;
	for (int i = 0; i < count; i++) {
		if (x > 0 && x + blocks[i].width > width) {
			y += highest + shelf_gap;
			shelves[++shelf] = y;
			x = 0;
			highest = 0;
		}
		blocks[i].x = x;
		blocks[i].y = y;
		blocks[i].shelf = shelf;
		if (x + blocks[i].width > used)
			used = x + blocks[i].width;
		if (blocks[i].height > highest)
			highest = blocks[i].height;
		x += blocks[i].width + DRAWING_GAP;
	}
	*height = y + highest;
	return used;
}

/* The worst that stands at each node or at one of its edges. */
static enum topology_state *
states_of(struct arena *arena, const struct topology *topology)
{
	enum topology_state *states =
		ARENA_ARRAY(arena, enum topology_state, topology->node_count + 1);

	for (size_t i = 0; i < topology->node_count; i++)
		states[i] = topology->nodes[i].findings.state;
	for (size_t i = 0; i < topology->edge_count; i++) {
		const struct topology_edge *edge = &topology->edges[i];

		if (edge->findings.state > states[edge->first])
			states[edge->first] = edge->findings.state;
		if (edge->findings.state > states[edge->second])
			states[edge->second] = edge->findings.state;
	}
	return states;
}

static int
compare_counts(const void *left, const void *right)
{
	size_t a = *(const size_t *)left, b = *(const size_t *)right;

	return a > b ? -1 : a < b;
}

/* How many edges a node needs to be among the busiest of the candidates; `room` is how many with
 * just as many find a place. */
static size_t
busy_from(
	struct arena *arena, const struct topology *topology, const bool *candidates, size_t *room)
{
	size_t *counts = ARENA_ARRAY(arena, size_t, topology->node_count + 1);
	size_t count = 0, limit;

	*room = DRAWING_NODES;
	for (size_t i = 0; i < topology->node_count; i++)
		if (candidates[i])
			counts[count++] = topology->nodes[i].edge_count;
	if (count <= DRAWING_NODES)
		return 0;
	qsort(counts, count, sizeof *counts, compare_counts);
	limit = counts[DRAWING_NODES - 1];
	for (size_t i = 0; counts[i] > limit; i++)
		--*room;
	return limit;
}

static enum drawing_choice
choice_of(const struct topology *topology, const enum topology_state *states)
{
	enum topology_state worst = TOPOLOGY_SOUND;

	if (topology->node_count <= DRAWING_NODES)
		return DRAWING_ALL;
	for (size_t i = 0; i < topology->node_count; i++)
		worst = states[i] > worst ? states[i] : worst;
	return worst == TOPOLOGY_CONFLICT ? DRAWING_CONFLICTS
	       : worst == TOPOLOGY_WARNED ? DRAWING_WARNED
					  : DRAWING_BUSIEST;
}

static bool *
candidates_of(struct plan *plan)
{
	const struct topology *topology = plan->topology;
	enum topology_state *states = states_of(plan->arena, topology);
	bool *candidates = ARENA_ARRAY(plan->arena, bool, topology->node_count + 1);
	enum drawing_choice choice = choice_of(topology, states);

	plan->drawing->choice = choice;
	for (size_t i = 0; i < topology->node_count; i++)
		candidates[i] = choice == DRAWING_CONFLICTS ? states[i] == TOPOLOGY_CONFLICT
				: choice == DRAWING_WARNED  ? states[i] == TOPOLOGY_WARNED
							    : true;
	return candidates;
}

static void
choose_nodes(struct plan *plan, int *place_of)
{
	const struct topology *topology = plan->topology;
	bool *candidates = candidates_of(plan);
	size_t room, limit = busy_from(plan->arena, topology, candidates, &room);

	plan->places = ARENA_ARRAY(plan->arena, struct place, DRAWING_NODES);
	for (size_t i = 0; i < topology->node_count; i++) {
		size_t count = topology->nodes[i].edge_count;

		place_of[i] = DRAWING_NOWHERE;
		if (!candidates[i] || count < limit || (count == limit && room == 0))
			continue;
		room -= count == limit;
		place_of[i] = plan->count;
		plan->places[plan->count++] = (struct place){.node = &topology->nodes[i],
			.part = DRAWING_NOWHERE,
			.parent = DRAWING_NOWHERE};
	}
}

static void
choose_edges(struct plan *plan, const int *place_of)
{
	const struct topology *topology = plan->topology;

	plan->links = ARENA_ARRAY(plan->arena, struct plan_link, DRAWING_EDGES);
	for (int state = TOPOLOGY_CONFLICT; state >= TOPOLOGY_SOUND; state--)
		for (size_t i = 0; i < topology->edge_count; i++) {
			const struct topology_edge *edge = &topology->edges[i];

			if ((int)edge->findings.state == state &&
				place_of[edge->first] != DRAWING_NOWHERE &&
				place_of[edge->second] != DRAWING_NOWHERE &&
				plan->link_count < DRAWING_EDGES)
				plan->links[plan->link_count++] = (struct plan_link){
					edge, place_of[edge->first], place_of[edge->second], false};
		}
}

int
drawing_other_end(const struct plan_link *link, int end)
{
	if (link->first == end)
		return link->second;
	return link->second == end ? link->first : DRAWING_NOWHERE;
}

/* The nodes that can be reached from `start`, in the queue, breadth first; each learns its parent.
 */
static void
walk(struct plan *plan, int start, int part)
{
	int length = 1;

	plan->queue[0] = start;
	plan->places[start].part = part;
	for (int at = 0; at < length; at++)
		for (int i = 0; i < plan->link_count; i++) {
			int next = drawing_other_end(&plan->links[i], plan->queue[at]);

			if (next == DRAWING_NOWHERE || plan->places[next].part == part)
				continue;
			plan->places[next].part = part;
			plan->places[next].parent = plan->queue[at];
			plan->places[next].edge = plan->links[i].edge;
			plan->links[i].in_tree = true;
			plan->queue[length++] = next;
		}
	plan->queue_length = length;
}

static int
degree(const struct plan *plan, int place)
{
	int count = 0;

	for (int i = 0; i < plan->link_count; i++)
		count += drawing_other_end(&plan->links[i], place) != DRAWING_NOWHERE;
	return count;
}

/* Of the part in the queue. */
static int
busiest(const struct plan *plan)
{
	int best = plan->queue[0], best_degree = degree(plan, best);

	for (int i = 1; i < plan->queue_length; i++) {
		int candidate = plan->queue[i], its_degree = degree(plan, candidate);

		if (its_degree > best_degree || (its_degree == best_degree && candidate < best)) {
			best = candidate;
			best_degree = its_degree;
		}
	}
	return best;
}

/* Walks the part of `start` anew from its busiest node. */
static void
walk_part(struct plan *plan, int start)
{
	int root;

	walk(plan, start, start);
	root = busiest(plan);
	for (int i = 0; i < plan->link_count; i++)
		if (plan->places[plan->links[i].first].part == start)
			plan->links[i].in_tree = false;
	walk(plan, root, plan->count + root);
	plan->places[root].parent = DRAWING_NOWHERE;
}

static bool
has_ring(const struct plan *plan, int part)
{
	for (int i = 0; i < plan->link_count; i++)
		if (plan->places[plan->links[i].first].part == part && !plan->links[i].in_tree)
			return true;
	return false;
}

/* The part in the queue. */
static bool
is_ring(const struct plan *plan)
{
	return plan->queue_length <= RING_NODES &&
	       has_ring(plan, plan->places[plan->queue[0]].part);
}

struct part {
	int root;
	int size;
	bool ring;
};

/* The largest first, then by the key of the root. */
static int
compare_parts(const void *left, const void *right)
{
	const struct part *a = left, *b = right;

	return a->size != b->size ? b->size - a->size : a->root - b->root;
}

static int
measure_parts(struct plan *plan, struct part *parts)
{
	int count = 0;

	for (int i = 0; i < plan->count; i++) {
		if (plan->places[i].part != DRAWING_NOWHERE)
			continue;
		walk_part(plan, i);
		parts[count] = (struct part){plan->queue[0], plan->queue_length, is_ring(plan)};
		if (parts[count].ring)
			drawing_ring_measure(plan);
		else
			drawing_tree_measure(plan, parts[count].root, DRAWING_WIDTH);
		count++;
	}
	qsort(parts, (size_t)count, sizeof *parts, compare_parts);
	return count;
}

/* From the side that faces the other box; two boxes in one column are joined on their right. */
static void
draw_curve(struct plan *plan, const struct plan_link *link)
{
	const struct drawing_box *from = &plan->drawing->boxes[link->first];
	const struct drawing_box *to = &plan->drawing->boxes[link->second];
	bool same_column = abs(from->x - to->x) < DRAWING_BOX_WIDTH;
	bool from_right = same_column || from->x < to->x, to_right = same_column || to->x < from->x;
	struct drawing_line *line = drawing_add_line(plan, link->edge);
	int from_x = from->x + (from_right ? DRAWING_BOX_WIDTH : 0);
	int to_x = to->x + (to_right ? DRAWING_BOX_WIDTH : 0);
	int from_y = from->y + DRAWING_BOX_HEIGHT / 2, to_y = to->y + DRAWING_BOX_HEIGHT / 2;

	line->curved = true;
	line->count = 4;
	line->points[0] = (struct drawing_point){from_x, from_y};
	line->points[1] = (struct drawing_point){from_x + (from_right ? BEND : -BEND), from_y};
	line->points[2] = (struct drawing_point){to_x + (to_right ? BEND : -BEND), to_y};
	line->points[3] = (struct drawing_point){to_x, to_y};
}

static void
draw_curves(struct plan *plan, const struct part *part)
{
	int mark = plan->places[part->root].part;

	for (int i = 0; i < plan->link_count; i++)
		if (!plan->links[i].in_tree && plan->places[plan->links[i].first].part == mark)
			draw_curve(plan, &plan->links[i]);
}

static void
set_parts(struct plan *plan, const struct part *parts, const struct block *blocks, int count)
{
	for (int i = 0; i < count; i++) {
		int x = blocks[i].x + MARGIN, y = blocks[i].y;

		if (parts[i].ring) {
			drawing_ring_set(plan, parts[i].root, x, y);
			continue;
		}
		drawing_tree_set(plan, parts[i].root, x, y);
		draw_curves(plan, &parts[i]);
	}
}

static void
pack_parts(struct plan *plan, const struct part *parts, int count)
{
	struct block *blocks = ARENA_ARRAY(plan->arena, struct block, (size_t)count + 1);
	int *shelves = ARENA_ARRAY(plan->arena, int, (size_t)count + 1);
	int height = MARGIN;

	for (int i = 0; i < count; i++) {
		const struct place *root = &plan->places[parts[i].root];

		blocks[i] =
			(struct block){.width = root->width + PART_MARGIN, .height = root->height};
	}
	plan->drawing->width =
		drawing_shelve(blocks, count, DRAWING_WIDTH, PART_GAP, &height, shelves) +
		2 * MARGIN - PART_MARGIN;
	plan->drawing->height = height + MARGIN;
	set_parts(plan, parts, blocks, count);
}

static int
compare_lines(const void *left, const void *right)
{
	const struct topology_edge *a = ((const struct drawing_line *)left)->edge;
	const struct topology_edge *b = ((const struct drawing_line *)right)->edge;

	if (a->findings.state != b->findings.state)
		return a->findings.state < b->findings.state ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Curves may leave the rectangle of their part on the right. */
static void
make_room(struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->line_count; i++)
		for (int j = 0; j < drawing->lines[i].count; j++)
			if (drawing->lines[i].points[j].x + MARGIN > drawing->width)
				drawing->width = drawing->lines[i].points[j].x + MARGIN;
}

const struct drawing *
drawing_of(struct arena *arena, const struct topology *topology)
{
	struct drawing *drawing = ARENA_NEW(arena, struct drawing);
	struct plan plan = {.arena = arena, .topology = topology, .drawing = drawing};
	int *place_of = ARENA_ARRAY(arena, int, topology->node_count + 1);
	struct part parts[DRAWING_NODES];

	drawing->topology = topology;
	choose_nodes(&plan, place_of);
	choose_edges(&plan, place_of);
	plan.queue = ARENA_ARRAY(arena, int, (size_t)plan.count + 1);
	drawing->boxes = ARENA_ARRAY(arena, struct drawing_box, (size_t)plan.count + 1);
	drawing->box_count = (size_t)plan.count;
	drawing->lines = ARENA_ARRAY(arena, struct drawing_line, (size_t)plan.link_count + 1);
	pack_parts(&plan, parts, measure_parts(&plan, parts));
	qsort(drawing->lines, drawing->line_count, sizeof *drawing->lines, compare_lines);
	make_room(drawing);
	drawing->hidden_nodes = topology->node_count - drawing->box_count;
	drawing->hidden_edges = topology->edge_count - drawing->line_count;
	return drawing;
}
