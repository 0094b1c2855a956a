/* One judgement about a review: what it asks for as declarations, the verdict against what counts
 * at this moment, and the decision that the API server and the user are told.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "validators/verdict.h"
#include "webhook/review.h"
#include "webhook/source.h"

struct decision {
	enum action action;  /* ACTION_DENY refuses; anything less admits */
	int code;            /* of a refusal */
	const char *message; /* of a refusal */
	const char
		*retry_after; /* not NULL: there is no decision now, for the reason in `message` */
	struct findings findings; /* all there is to say */
	struct findings told;     /* what the user may read of it */
	bool withheld;            /* `told` says less */
};

/* What the review asks for. */
struct change_of {
	struct declaration subject; /* on DELETE the object that goes */
	struct declaration before;
	bool is_update;
};
bool judgement_decode(struct arena *arena, const struct review *review, struct change_of *change,
	struct error *error);

/* A status says what is, not what is wanted; a deletion that has begun goes on; an update that
 * claims and declares the same as before cannot make anything worse; and some kinds only inform. */
bool judgement_is_needed(const struct review *review, const struct change_of *change);

/* With the inventory locked. */
struct verdict judgement_reach(struct arena *arena, struct source *source,
	const struct review *review, const struct change_of *change);

/* Without the lock. */
struct decision judgement_conclude(struct arena *arena, struct source *source,
	const struct review *review, const struct verdict *verdict);
struct decision judgement_refuse(struct arena *arena, int code, const char *message);
struct decision judgement_allow(struct arena *arena);
struct decision judgement_put_off(struct arena *arena, const char *retry_after, const char *why);
