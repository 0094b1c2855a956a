/* What a mirror has seen of one object.
 *
 * Versions are resourceVersions: etcd's revisions, comparable between all kinds that live in the
 * same etcd (KEP-5504).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "network/declaration.h"

struct sighting {
	struct object_id object;
	const char *uid;  /* "" when the object has none */
	uint64_t version; /* of the object; of its deletion when it is deleted */
	bool deleted;
	int64_t created; /* when, in seconds since 1970; 0 when that is unknown */
};

/* In place of the version that a kind has come to: it is not installed. */
#define MIRROR_ABSENT UINT64_MAX
/* The same: nobody looks, because this program does not guard the kind. It stays so. */
#define MIRROR_LEFT_OUT (UINT64_MAX - 1)
