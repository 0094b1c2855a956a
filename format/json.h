/* JSON values, read-only, from JSON text or from YAML: one tree for every reader above this floor.
 *
 * Parsing is strict where hostile input could mean two things: RFC 8259 grammar, valid UTF-8
 * without U+0000, no duplicate member names where the limits ask for it, nothing after the value.
 * Size, depth and number of values are checked before a single value is built. Numbers keep their
 * text, since Kubernetes writes integers beyond 64 bits (Subnet status); no function here converts
 * one that it cannot represent. The tree lives in the arena and stays valid as long as it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json_limits.h"

struct json; /* one value */

/* `text` has `length` bytes and a NUL behind them (text[length] == 0).
 * ERROR_INVALID with byte offset for a wrong text, ERROR_EXHAUSTED for one beyond the limits. */
const struct json *json_parse(struct arena *arena, const char *text, size_t length,
	const struct json_limits *limits, struct error *error);

/* As json_parse, and every byte is checked alike; but the values of some members may come out as
 * null, for a reader who has no use for them and for whom they are half of the text. The rows stand
 * in groups of one parent and end with a NULL parent. */
const struct json *json_parse_partly(struct arena *arena, const char *text, size_t length,
	const struct json_limits *limits, const struct json_passed_over *passed_over,
	struct error *error);

/* All of these accept NULL and answer as for a value of another type, so that a chain of members
 * needs one check at its end: json_text(json_member(json_member(review, "request"), "uid")). */
bool json_is_null(const struct json *value); /* an absent value (NULL) is not null */
bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_number(const struct json *value);
const char *json_text(const struct json *value);             /* NULL unless a string; lent */
bool json_boolean(const struct json *value, bool otherwise); /* `otherwise` unless true or false */
bool json_is_boolean(const struct json *value);
bool json_integer(
	const struct json *value, int64_t *integer); /* false unless a whole number within 2^53 */
/* The number as it was written, whatever its size; from YAML, as the JSON number that it stands
 * for. NULL unless a number. Lives in the arena or where the value lives. */
const char *json_number_text(struct arena *arena, const struct json *value);
const char *json_type_name(const struct json *value); /* "string", "number", …, "absent" */

/* The first member of that exact name (case matters), or NULL. */
const struct json *json_member(const struct json *object, const char *name);
/* As json_member, but NULL also for a member that is null: Go reads both as the zero value. */
const struct json *json_present(const struct json *object, const char *name);
/* json_text(json_member(object, name)). */
const char *json_member_text(const struct json *object, const char *name);

size_t json_count(const struct json *value); /* items or members */

/* for (const struct json *item = json_first(list); item; item = json_next(item)) */
const struct json *json_first(const struct json *value);
const struct json *json_next(const struct json *value);
const char *json_name(const struct json *member); /* the member's name, or NULL for an item */

/* The value at a path like "spec.vpcPeerings[1].localConnectIP" or "metadata.labels[a.b/c]"
 * (brackets hold an index, or a name with dots), or the deepest value on the way that exists. Never
 * NULL for a non-NULL root. */
const struct json *json_nearest(const struct json *root, const char *path);

/* Where the value stands in its file, from 1; 0 and 0 for values parsed from JSON. For a member,
 * the place of its value. */
struct json_location {
	size_t line;
	size_t column;
};
struct json_location json_location(const struct json *value);

/* True when both hold the same data, whatever the order of members. */
bool json_equal(const struct json *a, const struct json *b);
