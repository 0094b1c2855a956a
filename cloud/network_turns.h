/* Turns on networks: at most one change of peerings at a time on each network, on both ends, as
 * Google Cloud wants it and Azure is best served.
 *
 * Who wants to change a peering between two networks asks for both at once, and holds both or none,
 * so nobody who holds one waits for another. Nobody blocks either: who is not first is told how
 * long it is worth to wait, by how many are before him and since when the first of them holds.
 * Turns go by the order of the first asking; who has asked and does not come again, or holds and
 * does not go on, loses his place after NETWORK_TURNS_PATIENCE. One process alone is put in order;
 * what others do the cloud answers with its own "in progress". Thread-safe.
 *
 * A network is known by its text, whatever its case. Who asks for another pair than before has left
 * and asks anew. NETWORK_TURNS_MOST may stand in line; who asks beyond that gets no place, and is
 * told to come again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "cloud/cloud.h"

#define NETWORK_TURNS_PATIENCE (120 * CLOCK_SECOND)
enum { NETWORK_TURNS_MOST = 16384 };

struct network_turns;

/* `usual` is how long a change takes, nanoseconds. */
struct network_turns *network_turns_new(int64_t usual);
void network_turns_free(struct network_turns *turns); /* NULL is allowed */

/* True when `who` holds both from now on, or held them before; false with the nanoseconds after
 * which to ask again, at most half of the patience. `one` and `other` may be the same text. `now`
 * is clock_monotonic. */
bool network_turns_take(struct network_turns *turns, const char *who, const char *one,
	const char *other, int64_t now, int64_t *wait);
/* True while `who` stands in line behind others, and has asked again by this; with *wait as above.
 * False where he stands in no line, or is first. */
bool network_turns_waits(struct network_turns *turns, const char *who, int64_t now, int64_t *wait);
/* True while the wish's object does so: then the plan is to wait, and nothing needs to be read,
 * however many stand in line. NULL: nobody is waited for. */
bool network_turns_plan(
	struct network_turns *turns, const struct cloud_wish *wish, struct cloud_plan *plan);
/* `who` neither holds nor waits any more. */
void network_turns_leave(struct network_turns *turns, const char *who);
