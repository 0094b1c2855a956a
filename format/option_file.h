/* The YAML file that --config names: one map of option names and values (base/options.h).
 *
 * A value is text, a number, or true or false, taken as one would type it for a flag. At most 1
 * MiB.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/options.h"

/* Ended by a NULL name; lives in the arena. NULL, with the file and the reason, when it cannot be
 * read or is of another shape. */
const struct option_value *option_file_read(
	struct arena *arena, const char *path, struct error *error);

/* options_parse, with the file that the flag "config" names, if there is one. */
bool option_file_parse(struct arena *arena, const struct option_table *table, int argc, char **argv,
	void *settings, const char ***operands, struct error *error);
