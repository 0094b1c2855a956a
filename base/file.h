/* Whole files, read with a limit; and the sorted listing of a folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

/* Reads all of `path` ("-" is standard input) into `buffer`, whose maximum is the limit.
 * ERROR_NOT_FOUND, ERROR_DENIED, ERROR_EXHAUSTED (too large), ERROR_INVALID (a folder, or
 * unreadable). */
bool file_read(const char *path, struct buffer *buffer, struct error *error);

/* The files below `path` whose name ends in one of the NULL-terminated `suffixes`, with their
 * folders, in byte order, without following links to folders and without hidden names (".*", which
 * also skips the
 * "..data" twins of a mounted ConfigMap). When `path` is itself a file it is the only entry,
 * whatever its name. The array ends with NULL and lives in the arena. */
const char **file_list(
	struct arena *arena, const char *path, const char *const *suffixes, struct error *error);
