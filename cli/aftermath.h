/* What becomes of warnings: the first half of a pair is warned of until the second one is there. */
#pragma once

#include "cli/simulation.h"

struct aftermath;

struct aftermath *aftermath_new(struct simulation *simulation);
void aftermath_free(struct aftermath *aftermath);

/* After each step, in order: tells earlier steps what this one puts right. The steps must stay
 * where they are. */
void aftermath_follow(struct aftermath *aftermath, struct step *step);
