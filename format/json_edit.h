/* Edits an object in place and writes the same edits as a JSON Patch, so that what is judged and
 * what the API server is told can never differ.
 *
 * Fields are given as messages show them (json_path.h); digits are an index, never a name. The
 * object is this caller's own copy.
 */
#pragma once

#include <stdbool.h>

#include "format/json.h"
#include "format/json_patch.h"

struct json_edit {
	struct arena *arena;      /* for what is added */
	const struct json *root;  /* an object */
	struct json_patch *patch; /* receives the operations; may be NULL */

	struct {
		const void *list, *item;
		size_t index;
	} last; /* the item found last, so that edits all along a list take time in its length; 0
		 * at first */
};

/* Puts text at `field`, in place of what is there. What is missing on the way is added, absent or
 * null: an object for a name, a list for an index; an index may be one past the end. False, and
 * nothing is done, when something of another type stands on the way. */
bool json_edit_set(struct json_edit *edit, const char *field, const char *text);

/* Takes away the value at `field`; false when there is none. */
bool json_edit_remove(struct json_edit *edit, const char *field);
