#include "cli/outline.h"

#include "cli/aftermath.h"

bool
outline_is_cheaper(const struct cost *a, const struct cost *b)
{
	return a->refused != b->refused ? a->refused < b->refused : a->warnings < b->warnings;
}

/* Of what is refused nobody counts the warnings. */
void
outline_add_cost(struct cost *cost, const struct step *step)
{
	if (step->outcome == OUTCOME_REFUSED) {
		cost->refused++;
		return;
	}
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next)
		cost->warnings += finding->action == ACTION_WARN;
}

static void
sum_up(struct outline *outline, const struct step *step)
{
	const struct definition *const *put_right = step->put_right;

	outline->outcomes[step->outcome]++;
	outline_add_cost(&outline->cost, step);
	for (const struct finding *finding = step->verdict.findings.first; finding;
		finding = finding->next, put_right++)
		outline->put_right += finding->action == ACTION_WARN && *put_right != NULL;
}

struct outline
outline_make(struct simulation *simulation, const struct definition *const *order, size_t count)
{
	struct outline outline = {
		.steps = ARENA_ARRAY(simulation->arena, struct step, count), .count = count};
	struct aftermath *aftermath = aftermath_new(simulation);

	for (size_t i = 0; i < count; i++) {
		struct step *step = &outline.steps[i];

		simulation_take(simulation, simulation->arena, order[i], step);
		step->put_right = ARENA_ARRAY(
			simulation->arena, const struct definition *, step->verdict.findings.count);
		aftermath_follow(aftermath, step);
	}
	aftermath_free(aftermath);
	simulation_reset(simulation);
	for (size_t i = 0; i < count; i++)
		sum_up(&outline, &outline.steps[i]);
	return outline;
}
