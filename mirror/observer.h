/* Who wants to know what a mirror sees, at the moment that it is in the inventory.
 *
 * All functions are called with the inventory locked, in the same hold as the change itself, from
 * the thread of the kind's reflector; they must be short and must not lock it again. For one kind
 * the calls come one after another.
 *
 *     an event            saw, reached (the event's version)
 *     a bookmark          reached
 *     an item of a list   saw
 *     the end of a list   reached (the list's version); an object that is gone is in no sighting:
 *                         it is missing in the inventory
 *
 * What was reached only grows, with one exception: while a kind is not installed it is
 * MIRROR_ABSENT, and its first list afterwards starts from that list's version. MIRROR_ABSENT is
 * told once each try of ABSENT_TIME has found no such kind (an API server learns a little late of a
 * CRD that another one serves already), and then again at each further try, at least every 10 s.
 * A kind may come back unnoticed between two tries: who learns of a newer object of an absent kind
 * should wait for the next call but one. An etcd that was restored from a backup does not lower it.
 *
 * Of a kind that is not selected MIRROR_LEFT_OUT is told once, by mirror_start, and nothing else.
 */
#pragma once

#include <stdint.h>

#include "network/sighting.h"

struct mirror_observer { /* each function may be NULL */
	/* The texts are lent for the call. An object that cannot be decoded is told as well. */
	void (*saw)(void *context, const struct sighting *sighting);
	/* All changes of the kind up to this version are in the inventory. */
	void (*reached)(void *context, enum kind kind, uint64_t version);
	void *context;
};
