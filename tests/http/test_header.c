#include "http/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
a_header_has_a_name_and_a_value_and_nothing_that_ends_its_line(void **state)
{
	static const struct {
		const char *line;
		bool sound;
	} rows[] = {
		{"X-Amz-Date: 20260102T030405Z", true},
		{"If-Match: \"1\"", true},
		{"a:b", true},
		{"a: b: c", true},
		{"", false},
		{": b", false},
		{"a", false},
		{"a;", false},
		{"a:", false},
		{"a: ", false},
		{"a b: c", false},
		{"a : c", false},
		{"a: b\rc", false},
		{"a: b\nc", false},
		{"a: b\tc", false},
		{"a: \x7f", false},
		{"a: \xc3\xa4", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (header_is_sound(rows[i].line) != rows[i].sound)
			fail_msg("row %zu: %s", i, rows[i].line);
}

static void
accept_is_json_unless_the_caller_names_another(void **state)
{
	static const char *const lines[] = {"a: b", "ACCEPT: text/xml", NULL};
	struct curl_slist *list = NULL;

	(void)state;
	assert_true(header_append_lines(&list, lines));
	assert_string_equal(list->data, "a: b");
	assert_string_equal(list->next->data, "ACCEPT: text/xml");
	assert_null(list->next->next);
	curl_slist_free_all(list);
	list = NULL;
	assert_true(header_append_lines(&list, NULL));
	assert_string_equal(list->data, "Accept: application/json");
	assert_null(list->next);
	curl_slist_free_all(list);
}

static void
a_type_cannot_forge_a_header(void **state)
{
	struct arena *arena = arena_new(10000);
	struct curl_slist *list = NULL;

	(void)state;
	assert_true(header_append_type(&list, arena, "text/plain; charset=utf-8"));
	assert_string_equal(list->data, "Content-Type: text/plain; charset=utf-8");
	assert_false(header_append_type(&list, arena, "text/plain\r\nX-Other: a"));
	assert_false(header_append_type(&list, arena, ""));
	assert_true(header_append_type(&list, arena, NULL));
	assert_string_equal(list->next->data, "Content-Type:");
	curl_slist_free_all(list);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_has_a_name_and_a_value_and_nothing_that_ends_its_line),
		cmocka_unit_test(accept_is_json_unless_the_caller_names_another),
		cmocka_unit_test(a_type_cannot_forge_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
