/* What the auditor remembers of each object that the mirror has shown: who it is for the API server
 * (uid, time of creation), what of it was judged, and which report it wishes.
 *
 * An object that was deleted and created again is another subject. One that is gone is kept by its
 * uid until subjects_sweep, so that its report can be taken back. Not thread-safe: the inventory's
 * lock guards them. About 300 bytes each.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "network/inventory.h"
#include "network/sighting.h"
#include "validators/finding.h"

struct subject {
	struct object_id object; /* owned */
	char *uid;
	int64_t created; /* seconds since 1970; 0 when that is unknown */
	uint64_t print;  /* of all that a rule looks at */
	uint64_t round;  /* that has judged it last */
	bool wished;     /* a report, with this content: */
	uint64_t content;
	enum action worst;
	char *key;
};

struct subjects;

struct subjects *subjects_new(void);
void subjects_free(struct subjects *subjects);

/* True when there is something to judge anew: the object has come, gone, or changed in what a rule
 * looks at. `inventory` has what was seen. One without a uid is nobody, and always new. */
bool subjects_see(struct subjects *subjects, const struct inventory *inventory,
	const struct sighting *sighting);

/* NULL when there is none. Lent until it is swept. */
struct subject *subjects_of_object(struct subjects *subjects, const struct object_id *object);
struct subject *subjects_of_uid(struct subjects *subjects, const char *uid);

/* Forgets all that this round has not judged; tells those that have wished a report before. */
void subjects_sweep(struct subjects *subjects, uint64_t round,
	void (*gone)(void *context, const char *uid), void *context);
