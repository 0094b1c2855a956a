/* Which rights the credential has in a project.
 *
 * Follows projects.testIamPermissions of the Resource Manager API v3: who asks needs no right for
 * it, and is told which of those that were asked for he has, by whatever role, in the project or
 * above it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"

/* What reading, making, changing and removing half a peering takes, NULL at the end. */
extern const char *const gcp_rights_needed[];
enum { GCP_RIGHTS_NEEDED = 7 };

struct gcp_rights {
	const char *const *names;
	size_t count;
};

/* Texts live in the arena. ERROR_INVALID, ERROR_EXHAUSTED. */
bool gcp_rights_read(struct arena *arena, const struct json *root, struct gcp_rights *granted,
	struct error *error);
bool gcp_rights_has(const struct gcp_rights *granted, const char *right);
