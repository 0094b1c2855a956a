#include "format/option_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct option_value *
read_text(const char *text, struct error *error)
{
	char path[] = "/tmp/peerwarden-options-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	const struct option_value *values;

	fputs(text, file);
	fclose(file);
	values = option_file_read(arena, path, error);
	unlink(path);
	return values;
}

static void
scalars_come_as_one_would_type_them(void **state)
{
	struct error error;
	const struct option_value *values =
		read_text("a: text\nb: 12\nc: yes\nd: \"no\"\n", &error);

	(void)state;
	assert_non_null(values);
	assert_string_equal(values[0].name, "a");
	assert_string_equal(values[0].value, "text");
	assert_string_equal(values[1].value, "12");
	assert_string_equal(values[2].value, "true");
	assert_string_equal(values[3].value, "no");
	assert_null(values[4].name);
}

static void
an_empty_file_has_no_options(void **state)
{
	struct error error;
	const struct option_value *values = read_text("# nothing\n", &error);

	(void)state;
	assert_non_null(values);
	assert_null(values[0].name);
	values = read_text("null\n", &error);
	assert_non_null(values);
	assert_null(values[0].name);
}

static void
another_shape_is_refused_with_the_file_and_the_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{"- a\n", "must be one map"},
		{"a: b\n---\nc: d\n", "must be one map"},
		{"x: y\na: [b]\n", "line 2: a must be text"},
		{"a: {b: c}\n", "line 1: a must be text"},
		{"a: b: c\n", "line 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct error error;

		assert_null(read_text(rows[i].text, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.message, rows[i].reason));
		assert_non_null(strstr(error.message, "/tmp/peerwarden-options-"));
	}
}

static void
a_file_that_is_not_there_is_named(void **state)
{
	struct error error;

	(void)state;
	assert_null(option_file_read(arena, "nowhere.yaml", &error));
	assert_non_null(strstr(error.message, "nowhere.yaml"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_come_as_one_would_type_them),
		cmocka_unit_test(an_empty_file_has_no_options),
		cmocka_unit_test(another_shape_is_refused_with_the_file_and_the_reason),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
