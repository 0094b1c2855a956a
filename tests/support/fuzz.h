/* For the fuzz targets: what each of them needs. A target states what must hold for every input,
 * and ends the process when it does not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                      \
	((condition) ? (void)0                                                                     \
		     : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

/* A copy with a NUL behind it, in a block of exactly its size, so that a sanitizer sees the first
 * byte read beyond it. free() it. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static inline void
fuzz_free(char **text)
{
	free(*text);
}

/* What nobody has filled is seen: callers do not have to clear an error beforehand. */
#define FUZZ_ERROR                                                                                 \
	{                                                                                          \
		.kind = ERROR_BUG                                                                  \
	}

/* A failure says why. */
static inline void
fuzz_check_error(const struct error *error)
{
	FUZZ_CHECK(error->kind != ERROR_NONE && error->kind != ERROR_BUG);
	FUZZ_CHECK(*error->message);
}
