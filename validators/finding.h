/* A finding: what a rule has against an object, with whom it collides, and the way out.
 *
 * Rules write findings through the few verbs below; everything lives in the arena of the case. The
 * id of a finding is a hash of the rule and of all parties with their fields and values, without
 * list positions and in no particular order: it stays the same between runs, and the two sides of
 * one conflict give the same id.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "network/declaration.h"

enum action { ACTION_OFF, ACTION_REPORT, ACTION_WARN, ACTION_DENY, ACTIONS };
const char *action_name(enum action action); /* "off", "report", "warn", "deny" */
bool action_parse(const char *text, enum action *action);

/* What may be said of objects other than the subject: everything, which objects they are, or not
 * even that. */
enum disclosure { DISCLOSE_ALL, DISCLOSE_NAMES, DISCLOSE_RULE, DISCLOSURES };
const char *disclosure_name(enum disclosure disclosure); /* "all", "names", "rule" */

struct party {
	struct object_id object;
	struct field field;
	const char *value; /* as the object has it, or its canonical text; "" when the object as a
			      whole is meant. One line of at most about 512 bytes */
	struct party *next;
};

struct finding {
	const char *rule; /* its id */
	enum action action;
	struct party subject;
	struct party *counterparts;
	const char *message; /* one sentence that starts with the field and value at fault; no full
				stop, no rule id */
	const char *hint;    /* one or more lines: the way out; "" when there is none */
	bool between_others; /* the subject only brings the counterparts together: they alone make
				the id */
	bool untold;         /* has no message and no hint, and is only counted */
	char id[17];
	struct finding *next;
};

struct findings {
	struct arena *arena;
	struct finding *first;
	struct finding *last;
	size_t count;
	size_t untold[ACTIONS]; /* that are not in the list */
};

/* At the end; the findings take it. */
void findings_append(struct findings *findings, struct finding *finding);
struct finding *findings_add(struct findings *findings, const char *rule, enum action action,
	const struct object_id *object, struct field field, const char *value);
void finding_counterpart(struct findings *findings, struct finding *finding,
	const struct object_id *object, struct field field, const char *value);
/* Called once when the finding is complete. */
void finding_seal(struct finding *finding);

/* The findings as they may be told. One that has counterparts, even if only in its subject, is told
 * anew from the fields of its subject and the names of other objects, without a value of anyone and
 * without its way out; any other stays as it is. Lives in the arena, and shares what it does not
 * change. */
struct findings findings_told(
	struct arena *arena, const struct findings *findings, enum disclosure disclosure);
