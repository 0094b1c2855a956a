/* The decision about one review: judged and, when admitted, kept, under one lock, so that of two
 * conflicting requests at the same moment one always sees the other.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "validators/verdict.h"
#include "webhook/review.h"
#include "webhook/source.h"

struct decision {
	enum action action;       /* ACTION_DENY refuses; anything less admits */
	int code;                 /* of a refusal */
	const char *message;      /* of a refusal */
	struct findings findings; /* all there is to say */
	struct findings told;     /* what the user may read of it */
	bool withheld;            /* `told` says less */
};

/* What /mutate has held for the object is released. Lives in the arena. Never blocks but on the
 * inventory's lock. The source is ready (source_state) where the kind is guarded. */
struct decision decide(struct arena *arena, struct source *source, const struct review *review);
