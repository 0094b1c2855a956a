/* An outline: what one order of the definitions leads to, step by step. */
#pragma once

#include "cli/simulation.h"

struct cost {
	size_t refused;
	size_t warnings;
};

struct outline {
	struct step *steps;
	size_t count;
	struct cost cost;
	size_t put_right; /* warnings that do not last */
	size_t outcomes[OUTCOMES];
};

/* Takes the definitions (`count` of them) in this order, from the beginning and back to it. Lives
 * in the simulation's arena. */
struct outline outline_make(
	struct simulation *simulation, const struct definition *const *order, size_t count);

/* Refusals weigh more than any number of warnings. */
bool outline_is_cheaper(const struct cost *a, const struct cost *b);
void outline_add_cost(struct cost *cost, const struct step *step);
