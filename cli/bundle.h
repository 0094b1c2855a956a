/* A bundle: the objects of the files that a user named, in the order of the input.
 *
 * Objects of kinds that are not ours are only counted. One object may be defined more than once:
 * the last definition is the one that would stay.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "kinds/manifest.h"
#include "validators/finding.h"

/* One definition of one object. */
struct definition {
	const struct manifest *manifest;
	struct object_id object;
	const char *key;            /* says which object it is; see bundle_key */
	size_t number;              /* its place in the input, from 0 */
	struct definition *earlier; /* of the same object, further up in the input */
	struct definition *later;
	struct definition *next;
};

struct bundle {
	struct arena *arena;
	struct manifests manifests; /* all of them, foreign ones too */
	struct definition *first;
	struct definition *last;
	size_t count;
	struct map *by_object; /* the last definition by its key */
};

/* Reads `paths` (ended by NULL). ERROR_* for unreadable input and for an object without a name. The
 * bundle is to be disposed of in any case. */
bool bundle_read(
	struct arena *arena, const char *const *paths, struct bundle *bundle, struct error *error);
void bundle_dispose(struct bundle *bundle); /* usable with CLEANUP */

size_t bundle_foreign(const struct bundle *bundle);

/* Where the field of a finding stands in the input. */
struct json_location bundle_location(
	struct arena *arena, const struct definition *definition, const struct finding *finding);

/* Of which object a manifest speaks. kubectl puts what names no namespace into "default". False
 * when it has no name. */
bool bundle_object(
	const struct kind_definition *kind, const struct json *object, struct object_id *id);
/* A text that is the same for the same object. */
const char *bundle_key(struct arena *arena, const struct object_id *object);
