/* Which policy reports are to be written: bookkeeping only, without a clock and without I/O.
 *
 * The owner tells what is wanted (from the audit) and what is stored (from the watch of the
 * reports with our label), takes the steps that are due, does them, and says how each ended. The
 * next step of an object depends on both as they are by then, so that a change that comes while the
 * object has to wait is not lost: report_plan_due() says when to ask again.
 *
 *  - An object is written to (created, updated, deleted, successful or not) once per interval at
 *    most. Nothing of that survives a restart, after which each object may be written to at once.
 *  - There are no more reports of ours than the maximum, by what the watch and the steps that
 *    ended have told: the worst first, of these the oldest objects. A report that has to go makes
 *    room before the next one is created.
 *  - What is stored and not wanted is deleted. So ask for no step before both the first list of the
 *    reports and the first audit of everything are told in full.
 *  - A report in our place that is not ours is never touched; the object has to do without.
 *
 * Times are nanoseconds of any clock that never goes back. Texts are copied. Not thread-safe. A
 * call costs time in the number of objects that have a report or want one, a look at a single one
 * excepted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "validators/finding.h"

enum { REPORT_PLAN_MAXIMUM = 10000 };
#define REPORT_PLAN_INTERVAL (60 * CLOCK_SECOND)

struct report_plan;

struct report_plan *report_plan_new(size_t maximum, int64_t interval);
void report_plan_free(struct report_plan *plan);
void report_plan_cleanup(struct report_plan **plan); /* for CLEANUP */

/* The report that an object should have; takes the place of what was wanted before. */
struct report_wish {
	const char *uid;       /* of the object */
	const char *namespace; /* "" for a cluster-scoped object */
	uint64_t content;      /* policy_report_content() */
	enum action worst;
	int64_t created; /* of the object: the oldest come first */
};
void report_plan_want(struct report_plan *plan, const struct report_wish *wish);
/* Nothing is found any more, or the object is gone. */
void report_plan_unwant(struct report_plan *plan, const char *uid);

/* What the watch shows of the report named after `uid`: ours with this content, or foreign. What a
 * watch by our label does not show, a refused create does; it is foreign until it is removed or
 * until the next list. */
void report_plan_stored(
	struct report_plan *plan, const char *uid, const char *namespace, uint64_t content);
void report_plan_foreign(struct report_plan *plan, const char *uid);
void report_plan_removed(struct report_plan *plan, const char *uid);
/* Before a new list is told: nothing is known to be stored. */
void report_plan_list_anew(struct report_plan *plan);

enum report_verb { REPORT_DELETE, REPORT_UPDATE, REPORT_CREATE };
struct report_step {
	enum report_verb verb;
	const char *uid; /* lent until the step is done */
	const char *namespace;
	uint64_t content; /* that was wanted when the step was given */
};

/* The steps that are due, at most `room`, in the order of the verbs above, the worst first; returns
 * how many. Each is with the caller until report_plan_done(), and its object has no other step
 * before. */
size_t report_plan_steps(
	struct report_plan *plan, int64_t now, struct report_step *steps, size_t room);
/* `content` is what was written, which may be newer than what the step asked for. A step that
 * failed comes again after the interval, if it is still needed. */
void report_plan_done(struct report_plan *plan, const char *uid, bool good, uint64_t content);

/* When the next step is due: `now` or later, INT64_MAX when there is nothing to wait for. */
int64_t report_plan_due(struct report_plan *plan, int64_t now);

struct report_plan_figures {
	size_t wanted;
	size_t stored;   /* ours */
	size_t left_out; /* wanted, but beyond the maximum: for a metric and a condition */
	size_t blocked;  /* wanted, but something foreign stands in the place */
	size_t behind;   /* to be created, updated or deleted, due or not, or under way */
};
struct report_plan_figures report_plan_figures(struct report_plan *plan);
