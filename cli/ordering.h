/* The search for an order of the definitions that meets fewer refusals or, with as many, fewer
 * warnings.
 *
 * A few definitions are tried in all orders; of more, each time the one that meets the least is
 * taken next. Both end after a bounded number of verdicts.
 */
#pragma once

#include "cli/trial.h"

/* Puts the better order into `order`, which holds the given one, and returns true; or returns
 * false. `certain` tells whether there is none that is better still. Definitions of one object keep
 * their order among themselves, and those that change nothing their places. */
bool ordering_improve(struct simulation *simulation, const struct cost *given,
	const struct definition **order, size_t count, bool *certain);
