#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static char folder[64];

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *name, const char *content)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

/* a.yaml  b.yml  notes.txt  sub/c.yaml  .hidden.yaml  ..data/d.yaml
 * link.yaml -> a.yaml  loop -> .  sub/deep.json */
static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/test_file.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	mkdir(path_of("sub"), 0700);
	mkdir(path_of("..data"), 0700);
	write_file("b.yml", "b");
	write_file("a.yaml", "content of a\n");
	write_file("notes.txt", "");
	write_file("sub/c.yaml", "c");
	write_file("sub/deep.json", "{}");
	write_file(".hidden.yaml", "h");
	write_file("..data/d.yaml", "d");
	return symlink("a.yaml", path_of("link.yaml")) || symlink(".", path_of("loop.yaml"));
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"loop.yaml", "link.yaml", "..data/d.yaml",
		".hidden.yaml", "sub/deep.json", "sub/c.yaml", "notes.txt", "a.yaml", "b.yml",
		"..data", "sub"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		remove(path_of(names[i]));
	return rmdir(folder);
}

static void
file_read_reads_all_of_a_file(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;
	struct error error = {0};

	(void)state;
	buffer_init(&buffer, 100);
	assert_true(file_read(path_of("a.yaml"), &buffer, &error));
	assert_string_equal(buffer_text(&buffer), "content of a\n");
	assert_int_equal(error.kind, ERROR_NONE);
}

static void
file_read_obeys_the_limit_to_the_byte(void **state)
{
	CLEANUP(buffer_dispose) struct buffer exact, tight;
	struct error error = {0};

	(void)state;
	buffer_init(&exact, 13);
	buffer_init(&tight, 12);
	assert_true(file_read(path_of("a.yaml"), &exact, &error));
	assert_false(file_read(path_of("a.yaml"), &tight, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	assert_non_null(strstr(error.message, "a.yaml: larger than 12 bytes"));
}

static void
file_read_says_what_is_wrong(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;
	struct error error = {0};

	(void)state;
	buffer_init(&buffer, 100);
	assert_false(file_read(path_of("missing"), &buffer, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(error.message, "missing: No such file"));
	assert_false(file_read(path_of("a.yaml/x"), &buffer, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_false(file_read(folder, &buffer, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void
file_read_reads_standard_input_and_leaves_it_open(void **state)
{
	CLEANUP(buffer_dispose) struct buffer buffer;
	int saved = dup(STDIN_FILENO);

	(void)state;
	buffer_init(&buffer, 100);
	assert_non_null(freopen(path_of("a.yaml"), "r", stdin));
	assert_true(file_read("-", &buffer, NULL));
	assert_string_equal(buffer_text(&buffer), "content of a\n");
	assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_CUR), 13);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
assert_listed(const char **paths, const char *const *names)
{
	assert_non_null(paths);
	for (; *names; names++, paths++) {
		assert_non_null(*paths);
		assert_string_equal(*paths, path_of(*names));
	}
	assert_null(*paths);
}

static void
file_list_finds_suffixes_in_order_without_hidden_names_or_loops(void **state)
{
	static const char *const suffixes[] = {".yaml", ".yml", NULL};
	static const char *const expected[] = {"a.yaml", "b.yml", "link.yaml", "sub/c.yaml", NULL};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);

	(void)state;
	assert_listed(file_list(arena, folder, suffixes, NULL), expected);
}

static void
file_list_of_a_file_is_that_file_whatever_its_name(void **state)
{
	static const char *const suffixes[] = {".yaml", NULL};
	static const char *const expected[] = {"notes.txt", NULL};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);

	(void)state;
	assert_listed(file_list(arena, path_of("notes.txt"), suffixes, NULL), expected);
}

static void
file_list_of_nothing_fits_is_empty_and_of_no_folder_is_an_error(void **state)
{
	static const char *const suffixes[] = {".xml", NULL};
	static const char *const expected[] = {NULL};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
	struct error error = {0};

	(void)state;
	assert_listed(file_list(arena, folder, suffixes, &error), expected);
	assert_null(file_list(arena, path_of("missing"), suffixes, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_read_reads_all_of_a_file),
		cmocka_unit_test(file_read_obeys_the_limit_to_the_byte),
		cmocka_unit_test(file_read_says_what_is_wrong),
		cmocka_unit_test(file_read_reads_standard_input_and_leaves_it_open),
		cmocka_unit_test(file_list_finds_suffixes_in_order_without_hidden_names_or_loops),
		cmocka_unit_test(file_list_of_a_file_is_that_file_whatever_its_name),
		cmocka_unit_test(file_list_of_nothing_fits_is_empty_and_of_no_folder_is_an_error),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
