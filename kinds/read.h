/* Reading members of an object that may hold anything: null counts as absent, another type than the
 * needed one is a flaw.
 *
 * The last part of a field's path names the member: {"spec.vpcPeerings[%d].remoteVpc", 1} is member
 * "remoteVpc" of `parent`.
 */
#pragma once

#include <stdbool.h>

#include "format/json.h"
#include "kinds/draft.h"
#include "kinds/id_form.h"

/* NULL when absent or null. */
const struct json *read_member(const struct json *parent, struct field field);

/* False, with a flaw, when it is there and no text; *text is NULL when absent. */
bool read_text(const struct draft *draft, enum flaw_type type, const struct json *parent,
	struct field field, const char **text);

/* An id that has to be there in its form; NULL, with a flaw, otherwise. */
const char *read_id(const struct draft *draft, const struct json *parent, struct field field,
	const struct id_form *form);
/* An id that may be left out. An empty text counts as absent, with a soft flaw. */
const char *read_optional_id(const struct draft *draft, const struct json *parent,
	struct field field, const struct id_form *form);

/* NULL, with a flaw, when it is there and neither an array nor null; likewise for an object. */
const struct json *read_list(const struct draft *draft, enum flaw_type type,
	const struct json *parent, struct field field);
const struct json *read_object(const struct draft *draft, enum flaw_type type,
	const struct json *parent, struct field field);
/* The entry of a list. Null is an entry without members, as for Go; a scalar or a list is a flaw
 * and false. */
bool read_is_entry(const struct draft *draft, enum flaw_type type, const struct json *entry,
	struct field field);
const struct json *read_spec(const struct draft *draft, const struct json *object);

bool read_flag(const struct json *parent, struct field field); /* true only for true */

/* Declares the field as fixed: its text, "true" or "false", or `otherwise` when absent. */
void read_fixed(const struct draft *draft, const struct json *parent, struct field field,
	const char *otherwise);
