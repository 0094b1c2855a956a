/* Remote halves that Azure has refused to delete a moment ago, so that a remote side which does not
 * let us does not keep an object for ever. Thread-safe.
 *
 * Bounded: the oldest gives way. What is lost is asked of Azure once more.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"

#define AZURE_PLAN_REFUSALS_AGE (600 * CLOCK_SECOND)

struct azure_plan_refusals;

struct azure_plan_refusals *azure_plan_refusals_new(void);
void azure_plan_refusals_free(struct azure_plan_refusals *refusals); /* NULL is allowed */

/* Copies all; `uid` of the object that is deleted, `words` why. `now` is clock_monotonic. */
void azure_plan_refusals_add(
	struct azure_plan_refusals *refusals, const char *uid, const char *words, int64_t now);
/* The words of a refusal within AZURE_PLAN_REFUSALS_AGE, in the arena; or NULL. */
const char *azure_plan_refusals_find(
	struct arena *arena, struct azure_plan_refusals *refusals, const char *uid, int64_t now);
