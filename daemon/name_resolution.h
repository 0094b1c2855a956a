/* Whether the two networks of a peering resolve each other's private DNS names.
 *
 * The annotation peerwarden.io/dns-resolution says "keep", "on" or "off"; without it the program's
 * setting counts, and any other word means keep.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "cloud/cloud.h"
#include "format/json.h"

bool name_resolution_parse(const char *word, enum cloud_names *names);

struct name_choice {
	enum cloud_names names;
	const char *problem; /* what was asked for and is not done; NULL where all is as asked */
	const char *hint;    /* the way out */
};
/* `usual` counts without an annotation. Texts live in the arena. */
struct name_choice name_resolution_of(
	struct arena *arena, const struct json *object, enum cloud_names usual);
