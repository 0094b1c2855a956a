/* What becomes of the members of a YAML map once all are read: merge keys and repeated names. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "format/json_tree.h"

/* For "<<": moves the members of `from`, a map or a list of maps, to the end of `object`. */
bool yaml_members_merge(cJSON *object, const cJSON *from, struct error *error);

/* Keeps the last member of each name, as Go does, and refuses a name that was written twice: only
 * merging may repeat one. */
bool yaml_members_settle(cJSON *object, struct error *error);
