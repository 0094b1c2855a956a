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

static void
write_file(char path[], const char *text)
{
	FILE *file = fdopen(mkstemp(path), "w");

	fputs(text, file);
	fclose(file);
}

static const struct option_value *
read_text(const char *text, struct error *error)
{
	char path[] = "/tmp/peerwarden-options-XXXXXX";
	const struct option_value *values;

	write_file(path, text);
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

static void
what_the_flag_config_names_is_read_before_the_other_flags(void **state)
{
	struct chosen {
		const char *config, *colour, *size;
	};
	static const struct option options[] = {
		{.name = "config", .offset = offsetof(struct chosen, config), .flag_only = true},
		{.name = "colour", .offset = offsetof(struct chosen, colour)},
		{.name = "size", .offset = offsetof(struct chosen, size)},
		{0},
	};
	static const struct option_table table = {.options = options, .program = "program"};
	char path[] = "/tmp/peerwarden-options-XXXXXX";
	char *argv[] = {(char[]){"program"}, (char[]){"--config"}, path, (char[]){"--size"},
		(char[]){"2"}, NULL};
	struct chosen chosen = {0};
	const char **operands;
	struct error error;

	(void)state;
	write_file(path, "colour: red\nsize: 1\n");
	assert_true(option_file_parse(arena, &table, 1, argv, &chosen, &operands, &error));
	assert_null(chosen.colour);
	assert_true(option_file_parse(arena, &table, 5, argv, &chosen, &operands, &error));
	assert_string_equal(chosen.colour, "red");
	assert_string_equal(chosen.size, "2");
	unlink(path);
	argv[2] = (char[]){"nowhere.yaml"};
	assert_false(option_file_parse(arena, &table, 5, argv, &chosen, &operands, &error));
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
		cmocka_unit_test(what_the_flag_config_names_is_read_before_the_other_flags),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
