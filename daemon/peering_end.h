/* How a pass over a peering ends: what is written to the object, what is told, and when the next
 * one comes.
 */
#pragma once

#include <stdbool.h>

#include "daemon/peering_pass.h"
#include "daemon/workers.h"

struct work_result peering_end_again(int64_t delay);
struct work_result peering_end_failed(int64_t delay);

/* Until its next look is due the object is left alone. */
struct work_result peering_end_rest(const struct peering_pass *pass);
/* Its cloud may still move: the plan says when to look, or it has a passing problem. */
struct work_result peering_end_look_again(const struct peering_pass *pass);
/* What was just done is not to be seen in the cloud yet. */
struct work_result peering_end_not_seen(struct peering_pass *pass);
/* A call of the API server failed; what has changed there is read by the next pass. */
struct work_result peering_end_of_error(
	const struct peering_pass *pass, const char *action, const struct error *error);

/* Writes state and conditions, as the plan and the problem have them. False when the pass has to
 * end, as `result` says. */
bool peering_end_store(struct peering_pass *pass, struct work_result *result);
/* With a problem that keeps it from going on. */
struct work_result peering_end_with_problem(struct peering_pass *pass);
/* A read or a step (NULL: a read) of the cloud failed. What was cut, because the program ends or
 * the lead is lost, says nothing about the cloud: it is neither told nor written. */
struct work_result peering_end_of_fault(
	struct peering_pass *pass, const struct cloud_fault *fault, const struct cloud_step *step);
/* With the problem or the readiness that the plan has found. */
struct work_result peering_end_of_plan(struct peering_pass *pass);
/* Takes our finalizer from an object that is deleted; `left` is what stays in the cloud, or NULL.
 */
struct work_result peering_end_let_go(struct peering_pass *pass, const char *left);
