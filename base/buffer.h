/* A growing byte buffer with a stated maximum: response bodies, log lines, patches.
 *
 * Appending beyond the maximum appends nothing more and marks the buffer as overflowed; callers
 * look once at the end. The content is always followed by a NUL that is not counted in `length`.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *data; /* NULL while empty and never grown: use buffer_text() for a string */
	size_t length;
	size_t capacity;
	size_t maximum;
	bool overflowed;
};

void buffer_init(struct buffer *buffer, size_t maximum);
void buffer_dispose(struct buffer *buffer); /* usable with CLEANUP */
void buffer_clear(struct buffer *buffer);   /* empties, keeps the memory */

bool buffer_append(struct buffer *buffer, const void *data, size_t length);
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_char(struct buffer *buffer, char c);
bool buffer_printf(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends `text` as a JSON string with its quotes. Control characters and invalid UTF-8 come out
 * escaped or as U+FFFD, so that nothing a caller sends can break a line (RFC 8259 section 7). */
bool buffer_append_json(struct buffer *buffer, const char *text);

/* Removes the first `length` bytes. */
void buffer_drop(struct buffer *buffer, size_t length);

/* The content as a string; lent until the next change. */
const char *buffer_text(const struct buffer *buffer);

/* Hands the content over (free() it; never NULL); the buffer is empty afterwards. */
char *buffer_take(struct buffer *buffer);
