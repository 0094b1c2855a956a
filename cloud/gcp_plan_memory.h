/* What the program remembers of a peering between two plans, which no cloud tells: whether it has
 * asked for its turn, whether an answer was lost, since when its halves are not connected. What a
 * crash loses of it is learned again. Thread-safe; bounded: the oldest gives way.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct gcp_plan_note {
	const char *state;      /* of the last plan, of static storage; NULL: none */
	bool asked;             /* for its turn, and has not left since */
	bool offered;           /* steps, in its turn, and none was done since */
	bool locked;            /* the remote half is not ours to remove, as Google has said */
	int64_t unsure_until;   /* clock_monotonic; a change may be under way that is not known */
	int64_t inactive_since; /* clock_monotonic; 0: not at all */
};

struct gcp_plan_memory;

struct gcp_plan_memory *gcp_plan_memory_new(void);
void gcp_plan_memory_free(struct gcp_plan_memory *memory); /* NULL is allowed */

/* All zero where there is none. */
struct gcp_plan_note gcp_plan_memory_get(struct gcp_plan_memory *memory, const char *uid);
/* One of which nothing is worth keeping, but the state, is forgotten. */
void gcp_plan_memory_set(
	struct gcp_plan_memory *memory, const char *uid, const struct gcp_plan_note *note);
