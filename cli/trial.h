/* A trial: what one order of the definitions leads to, step by step, and which later step puts a
 * warning right: the first half of a pair is warned of until the second one is there. */
#pragma once

#include "cli/simulation.h"

struct cost {
	size_t refused;
	size_t warnings;
};

struct trial {
	struct step *steps;
	size_t count;
	struct cost cost;
	size_t put_right; /* warnings that do not last */
	size_t outcomes[OUTCOMES];
};

/* Takes the definitions (`count` of them) in this order, from the beginning and back to it. Lives
 * in the simulation's arena. */
struct trial trial_run(
	struct simulation *simulation, const struct definition *const *order, size_t count);

/* Refusals weigh more than any number of warnings. */
bool trial_is_cheaper(const struct cost *a, const struct cost *b);
void trial_add_cost(struct cost *cost, const struct step *step);
