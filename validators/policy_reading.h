/* Reading the tree of a policy file: what every part of it needs. Every reader takes a value of the
 * file and fails with its line.
 */
#pragma once

#include "format/json.h"
#include "validators/policy_parts.h"

struct policy_reading {
	struct arena *arena;
	struct policy *policy;
	struct policy_entry **entry_end; /* where the next entry of the rule at work goes */
	struct error *error;
};

struct policy_key {
	const char *name;
	bool (*read)(struct policy_reading *reading, const struct json *value);
};

/* False, with ERROR_INVALID: "line 4: " and the text. */
bool policy_reading_fail(struct policy_reading *reading, const struct json *value,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* An object whose members are all among `keys`, ended by a NULL name; null is an empty object. */
bool policy_reading_keys(
	struct policy_reading *reading, const struct json *object, const struct policy_key *keys);
/* `what` says what the members are: "rules and their actions". */
bool policy_reading_is_object(
	struct policy_reading *reading, const struct json *value, const char *what);
bool policy_reading_is_list(
	struct policy_reading *reading, const struct json *value, const char *what);

/* One line of text that is not blank: the member of that name, which has to be there. */
bool policy_reading_text(struct policy_reading *reading, const struct json *object,
	const char *name, const char **text);
/* A whole number up to `maximum`. */
bool policy_reading_number(struct policy_reading *reading, const struct json *value,
	unsigned maximum, unsigned *number);
/* A network other than all of its family. */
bool policy_reading_network(
	struct policy_reading *reading, const struct json *value, struct prefix *network);

bool policy_reading_kind(struct policy_reading *reading, const struct json *at, const char *name,
	unsigned *guards); /* adds its bit */
/* The member `kinds`, a list; every kind when it is absent. */
bool policy_reading_kinds(
	struct policy_reading *reading, const struct json *object, unsigned *guards);
bool policy_reading_rule(
	struct policy_reading *reading, const struct json *at, const char *id, size_t *rule);
/* The member `names`, an expression; NULL when it is absent. */
bool policy_reading_names(struct policy_reading *reading, const struct json *object,
	const struct policy_pattern **names);
