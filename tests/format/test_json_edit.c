#include "format/json_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/yaml.h"

static const struct json *
parse(struct arena *arena, const char *text)
{
	struct yaml_documents documents;
	struct error error;

	if (!yaml_parse(arena, text, strlen(text), &json_file_limits, &documents, &error))
		fail_msg("%s", error.message);
	return documents.items[0];
}

struct row {
	const char *before;
	const char *field;
	const char *text; /* NULL removes */
	const char *after;
	const char *patch; /* NULL when the edit is refused */
};

static const struct row rows[] = {
	{"{a: 1}", "a", "x", "{a: x}", "[{'op':'replace','path':'/a','value':'x'}]"},
	{"{a: [1, 2]}", "a[1]", "x", "{a: [1, x]}", "[{'op':'replace','path':'/a/1','value':'x'}]"},
	{"{a: [1]}", "a[1]", "x", "{a: [1, x]}", "[{'op':'add','path':'/a/1','value':'x'}]"},
	{"{a: {}}", "a.b", "x", "{a: {b: x}}", "[{'op':'add','path':'/a/b','value':'x'}]"},
	{"{a: {}}", "a.l[d.e/f]", "x", "{a: {l: {d.e/f: x}}}",
		"[{'op':'add','path':'/a/l','value':{}},"
		"{'op':'add','path':'/a/l/d.e~1f','value':'x'}]"},
	{"{a: null}", "a.b", "x", "{a: {b: x}}",
		"[{'op':'add','path':'/a','value':{}},{'op':'add','path':'/a/b','value':'x'}]"},
	{"{a: null}", "a", "x", "{a: x}", "[{'op':'replace','path':'/a','value':'x'}]"},
	{"{}", "a[0].b", "x", "{a: [{b: x}]}",
		"[{'op':'add','path':'/a','value':[]},{'op':'add','path':'/a/0','value':{}},"
		"{'op':'add','path':'/a/0/b','value':'x'}]"},
	{"{a: [1]}", "a[2]", "x", "{a: [1]}", NULL},
	{"{a: {}}", "a[0]", "x", "{a: {}}", NULL},
	{"{a: {b: 1}}", "a[1].c", "x", "{a: {b: 1}}", NULL},
	{"{a: {'0': 1}}", "a[0]", NULL, "{a: {'0': 1}}", NULL},
	{"{}", "a[1].b", "x", "{}", NULL},
	{"{a: [1]}", "a.b", "x", "{a: [1]}", NULL},
	{"{a: text}", "a.b", "x", "{a: text}", NULL},
	{"{a: 1, b: 2, c: 3}", "b", NULL, "{a: 1, c: 3}", "[{'op':'remove','path':'/b'}]"},
	{"{a: [1, 2, 3]}", "a[0]", NULL, "{a: [2, 3]}", "[{'op':'remove','path':'/a/0'}]"},
	{"{a: [1, 2, 3]}", "a[2]", NULL, "{a: [1, 2]}", "[{'op':'remove','path':'/a/2'}]"},
	{"{a: [1]}", "a[0]", NULL, "{a: []}", "[{'op':'remove','path':'/a/0'}]"},
	{"{a: [1]}", "a[1]", NULL, "{a: [1]}", NULL},
	{"{a: {}}", "a.b", NULL, "{a: {}}", NULL},
	{"{a: {}}", "a.b.c", NULL, "{a: {}}", NULL},
};

static bool
apply(struct json_edit *edit, const struct row *row)
{
	return row->text ? json_edit_set(edit, row->field, row->text)
			 : json_edit_remove(edit, row->field);
}

static char *
with_double_quotes(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

static void
an_edit_changes_the_object_and_writes_the_same_change_as_a_patch(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *root = parse(*state, rows[i].before);
		CLEANUP(buffer_dispose) struct buffer out;
		struct json_patch patch;
		struct json_edit edit = {.arena = *state, .root = root, .patch = &patch};
		bool done;

		buffer_init(&out, 4096);
		patch = json_patch_open(&out);
		done = apply(&edit, &rows[i]);
		json_patch_close(&patch);
		if (done != (rows[i].patch != NULL) ||
			!json_equal(root, parse(*state, rows[i].after)) ||
			strcmp(buffer_text(&out),
				with_double_quotes(*state, rows[i].patch ? rows[i].patch : "[]")) !=
				0)
			fail_msg("%s of %s: %s", rows[i].field, rows[i].before, buffer_text(&out));
	}
}

static void
a_list_can_be_emptied_and_filled_again(void **state)
{
	const struct json *root = parse(*state, "{a: [1, 2, 3, 4]}");
	struct json_edit edit = {.arena = *state, .root = root};

	for (int i = 0; i < 4; i++)
		assert_true(json_edit_remove(
			&edit, i % 2 ? "a[0]" : arena_printf(*state, "a[%d]", 3 - i)));
	assert_int_equal(json_count(json_member(root, "a")), 0);
	assert_true(json_edit_set(&edit, "a[0]", "x"));
	assert_true(json_edit_set(&edit, "a[1]", "z"));
	assert_true(json_equal(root, parse(*state, "{a: [x, z]}")));
}

static void
values_keep_their_place_and_new_ones_take_that_of_their_parent(void **state)
{
	const struct json *root = parse(*state, "a:\n- {b: [1]}\nc: 2\n");
	struct json_edit edit = {.arena = *state, .root = root};

	assert_true(json_edit_set(&edit, "a[0].b", "x"));
	assert_string_equal(json_text(json_nearest(root, "a[0].b")), "x");
	assert_string_equal(json_name(json_nearest(root, "a[0].b")), "b");
	assert_int_equal(json_location(json_nearest(root, "a[0].b")).line, 2);
	assert_int_equal(json_location(json_nearest(root, "a[0].b")).column, 7);
	assert_true(json_edit_set(&edit, "a[0].d.e", "y"));
	assert_int_equal(json_location(json_nearest(root, "a[0].d.e")).line, 2);
	assert_int_equal(json_location(json_nearest(root, "a[0].d.e")).column, 3);
	assert_string_equal(json_type_name(json_member(root, "c")), "number");
}

static void
nothing_is_no_object_to_edit(void **state)
{
	struct json_edit edit = {.arena = *state};

	assert_false(json_edit_set(&edit, "a", "y"));
	assert_false(json_edit_remove(&edit, "a"));
}

static int
set_up(void **state)
{
	*state = arena_new(1 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_edit_changes_the_object_and_writes_the_same_change_as_a_patch),
		TEST(a_list_can_be_emptied_and_filled_again),
		TEST(values_keep_their_place_and_new_ones_take_that_of_their_parent),
		TEST(nothing_is_no_object_to_edit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
