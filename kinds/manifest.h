/* Manifests: the objects of YAML and JSON files, as people keep them for kubectl.
 *
 * A path is a file, a folder with everything below it (*.yaml, *.yml, *.json), or "-" for standard
 * input. Several documents per file and List objects are taken apart. Objects of kinds that are not
 * ours are kept, with a NULL definition, so that callers can count them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"
#include "kinds/kind.h"

struct manifest {
	const char *file; /* as one would open it; "-" for standard input */
	const struct json *object;
	const struct kind_definition *definition;
	struct manifest *next;
};

struct manifests {
	struct manifest *first;
	struct manifest *last;
	size_t count;
};

/* Appends the objects of `path` in the order of file names and documents. ERROR_INVALID names file,
 * line and column; the list then holds what came before. */
bool manifests_read(
	struct arena *arena, const char *path, struct manifests *manifests, struct error *error);

/* The object as the API server would store it: its text is brought to canonical form in place, and
 * the changes are listed. Then its declaration. ERROR_INVALID when the object has no name. */
bool manifest_decode(struct arena *arena, const struct manifest *manifest, struct changes *changes,
	struct declaration *declaration, struct error *error);
