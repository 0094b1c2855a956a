#include "http/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* What was read, each line followed by '|'. */
struct record {
	struct buffer text;
	const char *refused;
};

static bool
read_line(void *context, const char *text, size_t length, struct error *error)
{
	struct record *record = context;

	assert_int_equal(strlen(text), length);
	if (record->refused && strcmp(text, record->refused) == 0)
		return error_set(error, ERROR_INVALID, "refused");
	buffer_printf(&record->text, "%s|", text);
	return true;
}

static void
whole_lines_come_out_however_the_stream_is_cut(void **state)
{
	static const char stream[] = "one\n\ntwo two\nthree\nunfinished";

	(void)state;
	for (size_t piece = 1; piece < sizeof stream; piece++) {
		struct record record = {0};
		struct lines lines;

		buffer_init(&record.text, 1000);
		lines_init(&lines, (struct line_reader){read_line, &record}, 100);
		for (size_t at = 0; at < sizeof stream - 1; at += piece) {
			size_t left = sizeof stream - 1 - at;

			assert_true(
				lines_feed(&lines, stream + at, left < piece ? left : piece, NULL));
		}
		assert_string_equal(buffer_text(&record.text), "one|two two|three|");
		lines_dispose(&lines);
		buffer_dispose(&record.text);
	}
}

static void
a_line_beyond_the_limit_is_exhausted(void **state)
{
	struct record record = {0};
	struct error error = {0};
	struct lines lines;

	(void)state;
	buffer_init(&record.text, 1000);
	lines_init(&lines, (struct line_reader){read_line, &record}, 4);
	assert_true(lines_feed(&lines, "four\n", 5, &error));
	assert_true(lines_feed(&lines, "fo", 2, &error));
	assert_false(lines_feed(&lines, "ur!\n", 4, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	assert_string_equal(buffer_text(&record.text), "four|");
	lines_dispose(&lines);
	buffer_dispose(&record.text);
}

static void
a_reader_can_end_the_stream(void **state)
{
	struct record record = {.refused = "two"};
	struct error error = {0};
	struct lines lines;

	(void)state;
	buffer_init(&record.text, 1000);
	lines_init(&lines, (struct line_reader){read_line, &record}, 100);
	assert_false(lines_feed(&lines, "one\ntwo\nthree\n", 14, &error));
	assert_string_equal(error.message, "refused");
	assert_string_equal(buffer_text(&record.text), "one|");
	lines_dispose(&lines);
	buffer_dispose(&record.text);
}

static void
the_memory_of_a_huge_line_is_given_back(void **state)
{
	static char huge[1024 * 1024];
	struct record record = {0};
	struct lines lines;

	(void)state;
	memset(huge, 'x', sizeof huge);
	huge[sizeof huge - 1] = '\n';
	buffer_init(&record.text, 2 * sizeof huge);
	lines_init(&lines, (struct line_reader){read_line, &record}, sizeof huge);
	assert_true(lines_feed(&lines, huge, sizeof huge, NULL));
	assert_int_equal(record.text.length, sizeof huge);
	assert_int_equal(lines.rest.capacity, 0);
	lines_dispose(&lines);
	buffer_dispose(&record.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_lines_come_out_however_the_stream_is_cut),
		cmocka_unit_test(a_line_beyond_the_limit_is_exhausted),
		cmocka_unit_test(a_reader_can_end_the_stream),
		cmocka_unit_test(the_memory_of_a_huge_line_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
