#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { FIRST_CAPACITY = 256 };

void
buffer_init(struct buffer *buffer, size_t maximum)
{
	*buffer = (struct buffer){.maximum = maximum};
}

void
buffer_dispose(struct buffer *buffer)
{
	free(buffer->data);
	buffer_init(buffer, buffer->maximum);
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->overflowed = false;
	if (buffer->data)
		buffer->data[0] = '\0';
}

/* Makes room for `extra` bytes and the NUL; false once the maximum would be passed. */
static bool
reserve(struct buffer *buffer, size_t extra)
{
	size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
	size_t needed;

	if (buffer->overflowed || extra > buffer->maximum - buffer->length) {
		buffer->overflowed = true;
		return false;
	}
	needed = buffer->length + extra + 1;
	if (needed <= buffer->capacity)
		return true;
	while (capacity < needed)
		capacity *= 2;
	buffer->data = memory_resize(buffer->data, capacity);
	buffer->capacity = capacity;
	return true;
}

bool
buffer_append(struct buffer *buffer, const void *data, size_t length)
{
	if (!reserve(buffer, length))
		return false;
	if (length > 0)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
	return true;
}

bool
buffer_append_text(struct buffer *buffer, const char *text)
{
	return buffer_append(buffer, text, strlen(text));
}

bool
buffer_append_char(struct buffer *buffer, char c)
{
	return buffer_append(buffer, &c, 1);
}

bool
buffer_printf(struct buffer *buffer, const char *format, ...)
{
	size_t room = buffer->capacity - buffer->length;
	va_list arguments;
	int length;

	if (buffer->overflowed)
		return false;
	va_start(arguments, format);
	length = vsnprintf(
		buffer->data ? buffer->data + buffer->length : NULL, room, format, arguments);
	va_end(arguments);
	if (length < 0 || !reserve(buffer, (size_t)length)) {
		if (buffer->data)
			buffer->data[buffer->length] = '\0';
		return false;
	}
	if ((size_t)length >= room) {
		va_start(arguments, format);
		vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
		va_end(arguments);
	}
	buffer->length += (size_t)length;
	return true;
}

/* The escape of one byte that may not stand as it is in a JSON string; the rest get \u00XX. */
static const char *
short_escape(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

static void
append_escaped(struct buffer *buffer, char c)
{
	const char *escape = short_escape(c);

	if ((unsigned char)c >= 0x80)
		buffer_append_text(buffer, "\xEF\xBF\xBD"); /* U+FFFD */
	else if (escape)
		buffer_append_text(buffer, escape);
	else
		buffer_printf(buffer, "\\u%04x", (unsigned)c);
}

static bool
is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\' && c != 0x7F;
}

static void
append_valid(struct buffer *buffer, const char *text, size_t length)
{
	size_t from = 0;

	for (size_t at = 0; at < length; at++) {
		if (is_plain(text[at]))
			continue;
		buffer_append(buffer, text + from, at - from);
		append_escaped(buffer, text[at]);
		from = at + 1;
	}
	buffer_append(buffer, text + from, length - from);
}

/* Most text is plain: that goes out in one piece. */
static bool
append_plain(struct buffer *buffer, const char *text, size_t length)
{
	char *out;

	if (!reserve(buffer, length + 2))
		return false;
	out = buffer->data + buffer->length;
	*out++ = '"';
	memcpy(out, text, length);
	out[length] = '"';
	out[length + 1] = '\0';
	buffer->length += length + 2;
	return true;
}

bool
buffer_append_json(struct buffer *buffer, const char *text)
{
	size_t left = 0;

	while (is_plain(text[left]) && (unsigned char)text[left] < 0x7F)
		left++;
	if (text[left] == '\0')
		return append_plain(buffer, text, left);
	left += strlen(text + left);
	buffer_append_char(buffer, '"');
	while (left > 0) {
		size_t valid = text_valid_utf8(text, left);

		append_valid(buffer, text, valid);
		if (valid < left)
			append_escaped(buffer, text[valid++]);
		text += valid;
		left -= valid;
	}
	return buffer_append_char(buffer, '"');
}

void
buffer_drop(struct buffer *buffer, size_t length)
{
	if (length > buffer->length)
		length = buffer->length;
	if (length == 0)
		return;
	buffer->length -= length;
	memmove(buffer->data, buffer->data + length, buffer->length + 1);
}

const char *
buffer_text(const struct buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}

char *
buffer_take(struct buffer *buffer)
{
	char *data = buffer->data ? buffer->data : memory_text("");

	buffer_init(buffer, buffer->maximum);
	return data;
}
