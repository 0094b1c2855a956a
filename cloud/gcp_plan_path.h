/* The path of a network, "projects/p/global/networks/n", and its parts.
 */
#pragma once

#include "base/arena.h"

/* "" where one of the two is. */
const char *gcp_plan_path_make(struct arena *arena, const char *project, const char *network);
/* "" of what is no such path. */
const char *gcp_plan_path_project(struct arena *arena, const char *path);
const char *gcp_plan_path_network(const char *path);
/* "p/n", as a message says it. */
const char *gcp_plan_path_text(struct arena *arena, const char *path);
