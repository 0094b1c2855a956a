#include "http/lines.h"

#include <string.h>

/* Memory beyond this is given back after its line: one huge event must not weigh for ever. */
enum { KEPT_CAPACITY = 256 * 1024 };

void
lines_init(struct lines *lines, struct line_reader reader, size_t longest)
{
	lines->reader = reader;
	buffer_init(&lines->rest, longest);
}

void
lines_dispose(struct lines *lines)
{
	buffer_dispose(&lines->rest);
}

static bool
finish(struct lines *lines, struct error *error)
{
	const struct buffer *rest = &lines->rest;
	bool goes_on = rest->length == 0 || lines->reader.read(lines->reader.context,
						    buffer_text(rest), rest->length, error);

	if (rest->capacity > KEPT_CAPACITY)
		buffer_dispose(&lines->rest);
	else
		buffer_clear(&lines->rest);
	return goes_on;
}

bool
lines_feed(struct lines *lines, const char *data, size_t length, struct error *error)
{
	const char *end = data + length;

	while (data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		const char *stop = newline ? newline : end;

		if (!buffer_append(&lines->rest, data, (size_t)(stop - data)))
			return error_set(error, ERROR_EXHAUSTED, "a line has more than %zu bytes",
				lines->rest.maximum);
		if (newline && !finish(lines, error))
			return false;
		data = newline ? newline + 1 : end;
	}
	return true;
}
