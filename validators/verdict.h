/* The verdict about one object: what webhook, lint and audit all ask.
 *
 * The ratchet: an update is judged by the findings it adds. What the old object had against it
 * already does not count, and an update that changes nothing a rule looks at is allowed without
 * looking further.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "network/inventory.h"
#include "validators/finding.h"
#include "validators/policy.h"

struct verdict {
	enum action action;       /* the strongest of its findings; ACTION_OFF when there is none */
	struct findings findings; /* the certain ones first. Of one rule and action the first
				     CASE_TOLD (case.h); the rest is counted there, and in the hint
				     of the last one */
	bool exceeded;            /* more than `steps`: denied, without findings */
};

struct verdict_request {
	const struct inventory *inventory; /* locked by the caller */
	const struct policy *policy;
	const struct declaration *subject;
	const struct declaration *before; /* NULL on create and in audits */
	const struct declaration *twin;   /* see case.h */
	bool twin_differs;
	bool deleting;  /* the request deletes the subject: only the rules of deletions are asked */
	bool partial;   /* the inventory is only a part of what there is */
	uint64_t steps; /* that judging may cost (case.h); 0 where nobody waits for it */
	int64_t now;    /* seconds since 1970, for what expires; 0 when nothing does */
};

/* Lives in the arena; pointers into the inventory are not kept, so the lock may be given back
 * afterwards. */
struct verdict verdict_reach(struct arena *arena, const struct verdict_request *request);

/* The HTTP code of a refusal: 409 when another object is involved, 422 when the object itself is
 * wrong, 403 for what policy or ownership forbids. */
int verdict_code(const struct verdict *verdict);

/* The text of a refusal: each finding that warns or denies is one sentence with the rule's id in
 * brackets and then its way out, indented by two blanks; at most ten and a count of the rest. */
const char *verdict_message(struct arena *arena, const struct verdict *verdict);

/* One warning on one line: "message [rule]". */
const char *finding_warning(struct arena *arena, const struct finding *finding);
