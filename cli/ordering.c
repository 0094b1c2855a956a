#include "cli/ordering.h"

#include <stdint.h>
#include <string.h>

enum { ALL_ORDERS_UP_TO = 7, VERDICTS = 20000, SCRATCH_MEMORY = 64 * 1024 * 1024 };

struct search {
	struct simulation *simulation;
	struct arena *scratch; /* for one verdict */
	const struct definition **movable;
	bool *placed;
	size_t count;
	const struct definition **order; /* under way */
	const struct definition **best;
	struct cost best_cost;
	size_t verdicts;
};

static struct undo
try(struct search *search, const struct definition *definition, struct cost *cost)
{
	struct step step;
	struct undo undo;

	arena_reset(search->scratch);
	undo = simulation_take(search->simulation, search->scratch, definition, &step);
	trial_add_cost(cost, &step);
	search->verdicts++;
	return undo;
}

/* An earlier definition of the same object goes first. */
static bool
may_follow(const struct search *search, size_t candidate)
{
	const struct definition *earlier = search->movable[candidate]->earlier;

	if (search->placed[candidate])
		return false;
	for (size_t i = 0; i < candidate && earlier; i++)
		if (search->movable[i] == earlier)
			return search->placed[i];
	return true;
}

/* Orders that cost as much as the best one already are not followed to their end. */
static void
try_all(struct search *search, size_t depth, const struct cost *cost)
{
	if (!trial_is_cheaper(cost, &search->best_cost))
		return;
	if (depth == search->count) {
		search->best_cost = *cost;
		memcpy(search->best, search->order, search->count * sizeof *search->best);
		return;
	}
	for (size_t i = 0; i < search->count; i++) {
		struct cost next = *cost;
		struct undo undo;

		if (!may_follow(search, i))
			continue;
		undo = try(search, search->movable[i], &next);
		search->placed[i] = true;
		search->order[depth] = search->movable[i];
		try_all(search, depth + 1, &next);
		search->placed[i] = false;
		simulation_undo(search->simulation, &undo);
	}
}

/* Takes all that meet nothing; returns how many. What meets least stands in `*least`. */
static size_t
take_free_ones(struct search *search, size_t depth, size_t *least)
{
	struct cost least_cost = {SIZE_MAX, SIZE_MAX};
	size_t taken = 0;

	for (size_t i = 0; i < search->count && search->verdicts < VERDICTS; i++) {
		struct cost cost = {0};
		struct undo undo;

		if (!may_follow(search, i))
			continue;
		undo = try(search, search->movable[i], &cost);
		if (cost.refused + cost.warnings == 0) {
			search->placed[i] = true;
			search->order[depth + taken++] = search->movable[i];
			continue;
		}
		simulation_undo(search->simulation, &undo);
		if (trial_is_cheaper(&cost, &least_cost)) {
			least_cost = cost;
			*least = i;
		}
	}
	return taken;
}

static void
take_rest(struct search *search, size_t depth)
{
	for (size_t i = 0; i < search->count; i++)
		if (!search->placed[i])
			search->order[depth++] = search->movable[i];
}

static void
take_cheapest_first(struct search *search)
{
	size_t depth = 0;

	while (depth < search->count && search->verdicts < VERDICTS) {
		size_t least = 0, taken = take_free_ones(search, depth, &least);

		if (taken == 0 && search->verdicts < VERDICTS) {
			try(search, search->movable[least], &(struct cost){0});
			search->placed[least] = true;
			search->order[depth] = search->movable[least];
			taken = 1;
		}
		depth += taken;
	}
	take_rest(search, depth);
	simulation_reset(search->simulation);
}

static struct cost
cost_of(struct search *search, const struct definition *const *order)
{
	struct cost cost = {0};

	for (size_t i = 0; i < search->count; i++)
		try(search, order[i], &cost);
	simulation_reset(search->simulation);
	return cost;
}

static void
search_at_length(struct search *search)
{
	struct cost cost;

	take_cheapest_first(search);
	cost = cost_of(search, search->order);
	if (!trial_is_cheaper(&cost, &search->best_cost))
		return;
	search->best_cost = cost;
	memcpy(search->best, search->order, search->count * sizeof *search->best);
}

static struct search
begin(struct simulation *simulation, const struct cost *given,
	const struct definition *const *order, size_t count)
{
	struct arena *arena = simulation->arena;
	struct search search = {
		.simulation = simulation,
		.scratch = arena_new(SCRATCH_MEMORY),
		.movable = ARENA_ARRAY(arena, const struct definition *, count),
		.placed = ARENA_ARRAY(arena, bool, count),
		.order = ARENA_ARRAY(arena, const struct definition *, count),
		.best = ARENA_ARRAY(arena, const struct definition *, count),
		.best_cost = *given,
	};

	for (size_t i = 0; i < count; i++)
		if (!simulation_is_idle(simulation, order[i]))
			search.movable[search.count++] = order[i];
	return search;
}

bool
ordering_improve(struct simulation *simulation, const struct cost *given,
	const struct definition **order, size_t count, bool *certain)
{
	struct search search;
	size_t next = 0;
	bool improved;

	*certain = given->refused + given->warnings == 0;
	if (*certain)
		return false;
	search = begin(simulation, given, order, count);
	*certain = search.count <= ALL_ORDERS_UP_TO;
	if (*certain)
		try_all(&search, 0, &(struct cost){0});
	else
		search_at_length(&search);
	improved = trial_is_cheaper(&search.best_cost, given);
	for (size_t i = 0; i < count && improved; i++)
		if (!simulation_is_idle(simulation, order[i]))
			order[i] = search.best[next++];
	*certain |= search.best_cost.refused + search.best_cost.warnings == 0;
	arena_free(search.scratch);
	return improved;
}
