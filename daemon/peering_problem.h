/* What keeps a peering from going on, in the words of a condition and of an Event, and how long it
 * is worth to wait.
 *
 * Reasons are Kyma's (v1beta1). Metric: peerwarden_cloud_faults_total.
 */
#pragma once

#include <stdbool.h>

#include "cloud/cloud.h"
#include "daemon/workers.h"

struct peering_problem {
	const char *reason; /* NULL: there is none */
	const char *message;
	const char *hint; /* or "" */
	enum cloud_failure failure;
};

/* Of a failed plan (`step` is NULL) or of a step; counts it. */
struct peering_problem peering_problem_of_fault(struct arena *arena,
	const struct cloud_words *words, const struct cloud_fault *fault,
	const struct cloud_step *step);
struct peering_problem peering_problem_of_plan(const struct cloud_plan *plan);

/* "message; way out: hint" */
const char *peering_problem_text(struct arena *arena, const struct peering_problem *problem);

/* True for what goes away by itself within seconds: nothing is written about it. */
bool peering_problem_is_passing(const struct peering_problem *problem);
/* Of reason, message and hint; 0 for none. */
uint64_t peering_problem_hash(const struct peering_problem *problem);
/* When to try again. What waits for a user: after 60 s, doubled with each of the `repeats` up to 10
 * min, and never longer than `resync`, which is also for what stays until the spec changes. */
struct work_result peering_problem_result(
	const struct peering_problem *problem, unsigned repeats, int64_t resync);
