/* For fuzz targets of what reads files: while `fuzz_files` has entries, file_read finds these and
 * no others, and nobody may ask for standard input. To be linked with --wrap=file_read
 * (tests/CMakeLists.txt). */
#pragma once

#include "base/buffer.h"
#include "base/file.h"
#include "tests/support/fuzz.h"

struct fuzz_file {
	const char *path; /* NULL ends the list */
	const char *text;
	size_t length;
};

static const struct fuzz_file *fuzz_files;

bool __real_file_read(const char *path, struct buffer *buffer, struct error *error);
bool __wrap_file_read(const char *path, struct buffer *buffer, struct error *error);

bool
__wrap_file_read(const char *path, struct buffer *buffer, struct error *error)
{
	if (!fuzz_files)
		return __real_file_read(path, buffer, error);
	FUZZ_CHECK(strcmp(path, "-") != 0);
	for (const struct fuzz_file *file = fuzz_files; file->path; file++)
		if (strcmp(file->path, path) == 0)
			return buffer_append(buffer, file->text, file->length) ||
			       error_set(error, ERROR_EXHAUSTED, "%s: too large", path);
	return error_set(error, ERROR_NOT_FOUND, "%s: not there", path);
}
