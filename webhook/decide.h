/* The decision about one review: judged and, when admitted, reserved, so that of two conflicting
 * requests one always sees the other, whichever replica they come to (docs/never-both.md).
 *
 * A decision may have to wait: for its reservation to be written and to come back, for another that
 * stands against it to end, for the mirror, or for one read of the object that it would be refused
 * for. It blocks nobody meanwhile. With a folder in place of a cluster it never waits: what is
 * admitted counts as applied.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "webhook/judgement.h"
#include "webhook/review.h"
#include "webhook/source.h"

struct deciding;

/* Lives in the arena, as does the decision. The review is lent. The source is ready (source_state)
 * where the kind is guarded. By `deadline` (clock_monotonic) there is an answer. What /mutate has
 * held for the object is released. */
struct deciding *decide_begin(
	struct arena *arena, struct source *source, const struct review *review, int64_t deadline);

/* True when there is a decision. Otherwise it has to wait: decide_wait, and again. */
bool decide_go_on(struct deciding *deciding, struct decision *decision);

/* Calls `resume` once, in any thread, when it is worth to go on; perhaps before this returns, and
 * then nothing here is touched any more. */
void decide_wait(struct deciding *deciding, void (*resume)(void *context), void *context);

/* Nobody wants the decision any more: gives its reservation back. Not needed after a decision, and
 * not to be called while it waits. */
void decide_abandon(struct deciding *deciding);

/* All at once, for a source that is a folder. */
struct decision decide(struct arena *arena, struct source *source, const struct review *review);
