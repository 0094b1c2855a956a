/* Steps of a field path as messages show it: "spec.vpcPeerings[1].remoteVpc",
 * "metadata.labels[a.b/c]".
 *
 * A name stands after a dot or at the start; brackets hold an index, or a name that has dots
 * itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_path_step {
	const char *text; /* lent from the path, not NUL-terminated */
	size_t length;
};

/* Takes the next step off `*path`; false at its end. */
bool json_path_next(const char **path, struct json_path_step *step);

/* Whether the step is an index: digits alone. The index is at most JSON_PATH_INDEX_MAX, which
 * stands for every number that is too large for a list. */
bool json_path_index(struct json_path_step step, size_t *index);

#define JSON_PATH_INDEX_MAX ((size_t)999999999)
