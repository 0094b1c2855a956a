/* What every answer of the Azure Resource Manager is made of, read out of JSON. The first fault
 * ends in the error, and what is read after it is empty.
 *
 * Names of members are compared with case, as Azure writes them; ids are not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"
#include "network/declaration.h"
#include "network/prefix.h"

struct azure_reader {
	struct arena *arena;
	struct error *error;
	bool failed;
};

struct azure_ranges {
	const struct prefix *items;
	size_t count;
};
struct azure_tags {
	const struct tag *items;
	size_t count;
};

enum azure_provisioning {
	AZURE_PROVISIONING_OTHER, /* also where it is not told */
	AZURE_PROVISIONING_UPDATING,
	AZURE_PROVISIONING_SUCCEEDED,
	AZURE_PROVISIONING_FAILED,
	AZURE_PROVISIONING_DELETING
};

/* NULL, with an error, for what is no JSON object, or beyond 8 MiB or 400 000 values. */
const struct json *azure_read_object(
	struct arena *arena, const char *text, size_t length, struct error *error);

const char *azure_read_text(const struct json *object, const char *name); /* or "" */
/* A text that has to be there; without it, "" and the error. */
const char *azure_read_needed(
	struct azure_reader *reader, const struct json *object, const char *name);
/* The id of the object that a member is: {"id": ...}. */
const char *azure_read_reference(
	struct azure_reader *reader, const struct json *object, const char *name);
/* The ranges of an address space: {"addressPrefixes": [...]}; none where it is not there. */
struct azure_ranges azure_read_ranges(struct azure_reader *reader, const struct json *space);
struct azure_tags azure_read_tags(struct azure_reader *reader, const struct json *object);
enum azure_provisioning azure_read_provisioning(const struct json *properties);
int64_t azure_read_count(const struct json *object, const char *name); /* -1: not told */

/* The row whose text a member has, in any case of letters; 0 for none. Row 0 is not compared. */
unsigned azure_read_word(
	const struct json *object, const char *name, const char *const *words, unsigned count);

/* Room for items that come one for each of an array's; NULL, and the error, where it is too much.
 */
void *azure_read_room(struct azure_reader *reader, size_t count, size_t size);
bool azure_read_fail(
	struct azure_reader *reader, enum error_kind kind, const char *what, const char *words);

/* The value of a tag whose key is `key` in this very case, or NULL. */
const char *azure_read_tag(const struct azure_tags *tags, const char *key);
