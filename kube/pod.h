/* Which pod this program is, when no flag says it. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* `given`, or POD_NAME of the environment, or the host's name; NULL when there is none. */
const char *pod_name(struct arena *arena, const char *given);
/* `given`, or POD_NAMESPACE of the environment, or the namespace of the pod's ServiceAccount. */
const char *pod_namespace(struct arena *arena, const char *given);

/* Empty, or a name that needs no escape in a path (RFC 1123). */
bool pod_is_name(const char *text);
/* Whether both are there and names, which --pod-name and --pod-namespace give; ERROR_INVALID says
 * what they are for: "they say ...". */
bool pod_check(const char *name, const char *namespace, const char *purpose, struct error *error);
