/* How a struct json is laid out; for this folder only.
 *
 * A value is a cJSON item. One that comes from YAML is the first field of a larger node with its
 * place, which a bit of the type says. cJSON uses the bits up to 0x200.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
	JSON_TREE_KIND = 0xff,
	JSON_TREE_LOCATED = 1 << 16, /* the item is part of a struct json_tree_node */
	JSON_TREE_MERGED = 1 << 17,  /* the member came by a YAML merge key */
	JSON_TREE_DROPPED = 1 << 18, /* another member takes its place */
	JSON_TREE_OPEN = 1 << 19,    /* its end has not been read yet */
};

/* A number keeps its text in `valuestring`; when that is NULL it is an integer of at most 15
 * digits. */
struct json_tree_node {
	cJSON item;
	uint32_t line;
	uint32_t column;
	uint32_t name_line;
	uint32_t name_column;
};

static inline int
json_tree_kind(const cJSON *item)
{
	return item->type & JSON_TREE_KIND;
}

/* Appends to the children; cJSON keeps the last child in the `prev` of the first. */
void json_tree_append(cJSON *parent, cJSON *child);

/* The members of `object` by name, members of one name in their own order. The caller frees the
 * array. */
cJSON **json_tree_sorted(const cJSON *object, size_t *count);

/* Refuses two members of one name in one object, at every level. */
bool json_tree_check_names(const cJSON *value, struct error *error);
