/* A stream comes apart into the same lines, and ends at the same place, however it was cut.
 *
 * Input: one byte for the longest line, one for the size of the pieces, then the stream. */
#include "base/cleanup.h"
#include "http/lines.h"
#include "tests/support/fuzz.h"

struct record {
	struct buffer lines; /* each with its '\n' */
	size_t longest;
	bool ended; /* the reader wanted no more */
};

static void
dispose(struct record *record)
{
	buffer_dispose(&record->lines);
}

static bool
take(void *context, const char *text, size_t length, struct error *error)
{
	struct record *record = context;

	FUZZ_CHECK(!record->ended);
	FUZZ_CHECK(length > 0 && length <= record->longest && text[length] == '\0');
	FUZZ_CHECK(!memchr(text, '\n', length));
	buffer_append(&record->lines, text, length);
	buffer_append_char(&record->lines, '\n');
	record->ended = text[0] == '!';
	return !record->ended || error_set(error, ERROR_INVALID, "no more");
}

static enum error_kind
read_in_pieces(struct record *record, const char *text, size_t length, size_t piece)
{
	struct lines lines;
	struct error error = {0};

	buffer_init(&record->lines, SIZE_MAX);
	lines_init(&lines, (struct line_reader){take, record}, record->longest);
	for (size_t at = 0; at < length && error.kind == ERROR_NONE; at += piece)
		if (!lines_feed(
			    &lines, text + at, piece < length - at ? piece : length - at, &error))
			fuzz_check_error(&error);
	lines_dispose(&lines);
	return error.kind;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(dispose) struct record whole = {0}, apart = {0};
	CLEANUP(fuzz_free) char *text = size > 2 ? fuzz_text(data + 2, size - 2) : NULL;

	if (!text)
		return 0;
	whole.longest = apart.longest = (size_t)data[0] + 1;
	FUZZ_CHECK(read_in_pieces(&whole, text, size - 2, size) ==
		   read_in_pieces(&apart, text, size - 2, (size_t)data[1] + 1));
	FUZZ_CHECK(strcmp(buffer_text(&whole.lines), buffer_text(&apart.lines)) == 0 &&
		   whole.lines.length == apart.lines.length);
	return 0;
}
