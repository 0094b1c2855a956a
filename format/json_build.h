/* Builds the tree of a JSON text that json_scan has found good: for this folder only.
 *
 * The nodes are cJSON items, but cJSON's own parser is not asked: everything that it would check is
 * known already, and it is the most expensive part of a decision. The test compares both.
 */
#pragma once

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "format/json_scan.h"

/* NULL when the arena is exhausted. `text` is copied; what `scan` cuts becomes null. */
cJSON *json_build(
	struct arena *arena, const char *text, size_t length, const struct json_scan *scan);
