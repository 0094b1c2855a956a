/* Ways out as commands of gcloud. A command has in it only what no shell takes for more than a
 * word; a name that is none is left for the reader to fill in. Texts live in the arena.
 */
#pragma once

#include "cloud/gcp_facts.h"

/* Binds the tag to the remote network, and creates it where there is none. */
const char *gcp_plan_hint_tag(
	struct arena *arena, const struct cloud_wish *wish, const struct gcp_facts *facts);

/* Of a half in the network of that path. */
const char *gcp_plan_hint_list(struct arena *arena, const char *path);
const char *gcp_plan_hint_create(
	struct arena *arena, const char *name, const char *path, const char *peer);
const char *gcp_plan_hint_delete(struct arena *arena, const char *name, const char *path);
const char *gcp_plan_hint_export(struct arena *arena, const char *name, const char *path);
