/* A cluster in which definitions are applied, or deleted, one after the other: what `kubectl apply
 * -f` meets. What is admitted counts for the next, what is refused does not.
 */
#pragma once

#include "cli/preview.h"
#include "cli/state.h"
#include "validators/verdict.h"

enum outcome {
	OUTCOME_CREATED,
	OUTCOME_CHANGED,
	OUTCOME_UNCHANGED,
	OUTCOME_DELETED,
	OUTCOME_ABSENT, /* was to be deleted, and does not exist */
	OUTCOME_REFUSED,
	OUTCOMES
};

/* One definition that was tried. */
struct step {
	const struct definition *definition;
	enum outcome outcome;
	struct changes changes; /* by the mutating webhook */
	struct verdict verdict;
	struct declaration declaration; /* that was judged */
	/* For each finding, after which definition it no longer holds, or NULL; filled by a trial.
	 */
	const struct definition **put_right;
};

struct target;   /* an object as it is now */
struct prepared; /* a definition, prepared on top of some stored object */

struct simulation {
	struct arena *arena;
	struct inventory *inventory;
	const struct policy *policy;
	bool deleting;
	int64_t now;
	struct target *targets;    /* by the number of an object's first definition */
	struct prepared *prepared; /* by the definition's number */
	size_t count;
	struct error error; /* the first one */
};

/* Begins with the state, whose inventory is used and stays locked by the caller all the time. Fails
 * for a definition that cannot be prepared. */
bool simulation_begin(struct arena *arena, const struct bundle *bundle, const struct state *state,
	const struct policy *policy, bool deleting, struct simulation *simulation,
	struct error *error);
/* Everything as it was at the beginning. */
void simulation_reset(struct simulation *simulation);

/* What was there before a step. */
struct undo {
	struct target *target;
	const struct json *object;
	const struct json *applied;
	struct declaration declaration;
};

/* Tries one definition. The findings live in `arena`. What goes wrong is kept in
 * simulation->error, and the definition counts as refused. */
struct undo simulation_take(struct simulation *simulation, struct arena *arena,
	const struct definition *definition, struct step *step);
void simulation_undo(struct simulation *simulation, const struct undo *undo);

/* Would the definition change nothing, whatever comes before it? */
bool simulation_is_idle(const struct simulation *simulation, const struct definition *definition);

/* The verdict on a step's object as it is now. */
struct verdict simulation_judge_again(
	const struct simulation *simulation, struct arena *arena, const struct step *step);
