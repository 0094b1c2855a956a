#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"

static void
buffer_is_an_empty_string_at_first(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;
	char *taken;

	(void)state;
	buffer_init(&buffer, 10);
	assert_string_equal(buffer_text(&buffer), "");
	taken = buffer_take(&buffer);
	assert_string_equal(taken, "");
	free(taken);
}

static void
buffer_appends_in_order_and_ends_with_nul(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1 << 20);
	assert_true(buffer_append(&buffer, "ab\0c", 4));
	assert_true(buffer_append_text(&buffer, "de"));
	assert_true(buffer_append_char(&buffer, 'f'));
	assert_true(buffer_printf(&buffer, "%d-%s", 42, "x"));
	assert_int_equal(buffer.length, 11);
	assert_memory_equal(buffer.data, "ab\0cdef42-x", 12);
}

static void
buffer_grows_to_its_maximum_and_not_beyond(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1000);
	for (int i = 0; i < 1000; i++)
		assert_true(buffer_append_char(&buffer, 'x'));
	assert_false(buffer.overflowed);
	assert_false(buffer_append_char(&buffer, 'y'));
	assert_true(buffer.overflowed);
	assert_int_equal(buffer.length, 1000);
	assert_int_equal(strlen(buffer.data), 1000);
}

static void
an_append_that_does_not_fit_appends_nothing_and_neither_does_a_later_one(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 8);
	assert_true(buffer_append_text(&buffer, "1234"));
	assert_false(buffer_printf(&buffer, "%s", "56789"));
	assert_false(buffer_append_char(&buffer, '5'));
	assert_false(buffer_append(&buffer, "", SIZE_MAX));
	assert_string_equal(buffer_text(&buffer), "1234");
	buffer_clear(&buffer);
	assert_true(buffer_append_text(&buffer, "12345678"));
	assert_string_equal(buffer_text(&buffer), "12345678");
}

static void
buffer_printf_grows_for_long_texts(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1 << 20);
	buffer_append_text(&buffer, "a");
	assert_true(buffer_printf(&buffer, "%5000d|", 7));
	assert_int_equal(buffer.length, 5002);
	assert_int_equal(strlen(buffer.data), 5002);
	assert_string_equal(buffer.data + 5000, "7|");
}

static void
json_strings_cannot_break_a_line(void **state)
{
	static const struct {
		const char *text;
		const char *json;
	} rows[] = {
		{"", "\"\""},
		{"plain text", "\"plain text\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"\n\r\t", "\"\\n\\r\\t\""},
		{"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
		{"gr\xC3\xBC\xC3\x9F", "\"gr\xC3\xBC\xC3\x9F\""},
		{"\xFFx\xC3", "\"\xEF\xBF\xBDx\xEF\xBF\xBD\""},
		{"\xC0\x80\n", "\"\xEF\xBF\xBD\xEF\xBF\xBD\\n\""},
		{"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
	};
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buffer_clear(&buffer);
		assert_true(buffer_append_json(&buffer, rows[i].text));
		assert_string_equal(buffer_text(&buffer), rows[i].json);
	}
}

static void
json_that_does_not_fit_is_reported(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 6);
	assert_false(buffer_append_json(&buffer, "12345"));
	assert_true(buffer.overflowed);
}

static void
buffer_drop_removes_from_the_front(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 100);
	buffer_drop(&buffer, 3);
	buffer_append_text(&buffer, "GET /livez");
	buffer_drop(&buffer, 4);
	assert_string_equal(buffer_text(&buffer), "/livez");
	buffer_drop(&buffer, 100);
	assert_string_equal(buffer_text(&buffer), "");
	assert_int_equal(buffer.length, 0);
}

static void
buffer_take_hands_the_content_over(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;
	char *taken;

	(void)state;
	buffer_init(&buffer, 100);
	buffer_append_text(&buffer, "mine");
	taken = buffer_take(&buffer);
	assert_string_equal(taken, "mine");
	assert_string_equal(buffer_text(&buffer), "");
	assert_int_equal(buffer.maximum, 100);
	free(taken);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_is_an_empty_string_at_first),
		cmocka_unit_test(buffer_appends_in_order_and_ends_with_nul),
		cmocka_unit_test(buffer_grows_to_its_maximum_and_not_beyond),
		cmocka_unit_test(
			an_append_that_does_not_fit_appends_nothing_and_neither_does_a_later_one),
		cmocka_unit_test(buffer_printf_grows_for_long_texts),
		cmocka_unit_test(json_strings_cannot_break_a_line),
		cmocka_unit_test(json_that_does_not_fit_is_reported),
		cmocka_unit_test(buffer_drop_removes_from_the_front),
		cmocka_unit_test(buffer_take_hands_the_content_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
