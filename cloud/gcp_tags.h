/* The Resource Manager tags that hold for a network: its own and those that it inherits from its
 * project, folders and organization. Labels and the network tags of virtual machines are others.
 *
 * Follows effectiveTags.list of the Resource Manager API v3. A tag's key is written as
 * "<organization or project>/<name>".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"

struct gcp_tag {
	const char *key;   /* "123456789012/shoot--kyma--c-123" */
	const char *name;  /* its last part */
	const char *value; /* the last part of the value's name */
	bool inherited;
};
struct gcp_tags {
	const struct gcp_tag *items;
	size_t count;
};

/* A page: its tags are added to those that are there. *next is the token of the next page, or "".
 * Texts live in the arena. ERROR_INVALID, ERROR_EXHAUSTED. */
bool gcp_tags_read(struct arena *arena, const struct json *root, struct gcp_tags *tags,
	const char **next, struct error *error);

/* The first tag of exactly that name; NULL where there is none, and for a name of NULL or "". */
const struct gcp_tag *gcp_tags_find(const struct gcp_tags *tags, const char *name);
/* The first whose key merely has the name somewhere in it, which Kyma's Cloud Manager takes for the
 * same: c-12 in c-123. For a note beside a refusal. */
const struct gcp_tag *gcp_tags_find_like(const struct gcp_tags *tags, const char *name);
