#include "format/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"

enum { MEMORY = 64 * 1024 * 1024 };

static int
set_up(void **state)
{
	*state = arena_new(MEMORY);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static struct yaml_documents
parse_all(void **state, const char *text)
{
	struct yaml_documents documents;
	struct error error = {0};

	if (!yaml_parse(*state, text, strlen(text), &json_file_limits, &documents, &error))
		fail_msg("%s: %s", text, error.message);
	return documents;
}

static const struct json *
parse(void **state, const char *text)
{
	struct yaml_documents documents = parse_all(state, text);

	assert_int_equal(documents.count, 1);
	return documents.items[0];
}

static struct error
refusal_within(void **state, const char *text, const struct json_limits *limits)
{
	struct yaml_documents documents;
	struct error error = {0};

	if (yaml_parse(*state, text, strlen(text), limits, &documents, &error))
		fail_msg("%s is accepted", text);
	return error;
}

static struct error
refusal(void **state, const char *text)
{
	return refusal_within(state, text, &json_file_limits);
}

/* The YAML text holds the same data as the JSON text. */
static void
assert_same(void **state, const char *yaml, const char *json)
{
	const struct json *want = json_parse(*state, json, strlen(json), &json_file_limits, NULL);

	assert_non_null(want);
	if (!json_equal(parse(state, yaml), want))
		fail_msg("%s is not %s", yaml, json);
}

static void
maps_lists_and_scalars_become_a_tree(void **state)
{
	assert_same(state, "a: 1\nb:\n- x\n- w: z\nc: {d: [1, two]}\ne:\n",
		"{\"a\":1,\"b\":[\"x\",{\"w\":\"z\"}],\"c\":{\"d\":[1,\"two\"]},\"e\":null}");
	assert_same(
		state, "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}");
	assert_same(state, "text\n", "\"text\"");
	assert_same(state, "{\n\t\"a\":\t[1.5, \"x\\/y\", \"\\u00e9\", {}, []]\n}\n",
		"{\"a\":[1.5,\"x/y\",\"\\u00e9\",{},[]]}");
}

static void
keys_that_are_no_text_become_text(void **state)
{
	assert_same(state, "on: 1\n12: 2\n0x10: 3\n1.50: 4\noff: 5\n2001-01-01: 6\n'~': 7\n",
		"{\"true\":1,\"12\":2,\"16\":3,\"1.5\":4,\"false\":5,\"2001-01-01\":6,\"~\":7}");
}

static void
every_value_has_its_line_and_column(void **state)
{
	static const struct {
		const char *path;
		size_t line;
		size_t column;
	} table[] = {
		{"", 2, 1},
		{"kind", 2, 7},
		{"spec", 4, 3},
		{"spec.list", 5, 3},
		{"spec.list[0]", 5, 5},
		{"spec.list[1]", 6, 5},
		{"spec.list[1].x", 6, 8},
		{"spec.flow", 7, 9},
		{"spec.flow[1]", 7, 13},
		{"spec.\xc3\xa9[1]", 8, 10},
		{"spec.none", 9, 8},
	};
	const struct json *root = parse(state,
		"# comment\nkind: Vpc\nspec:\n  list:\n  - a\n  - x: 1\n  flow: [1, 2]\n"
		"  \xc3\xa9: [\xc3\xa9, x]\n  none:\n");

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct json *value = json_nearest(root, table[i].path);
		struct json_location at = json_location(value);

		if (at.line != table[i].line || at.column != table[i].column)
			fail_msg("%s: %zu:%zu", table[i].path, at.line, at.column);
	}
}

static void
windows_line_ends_and_a_byte_order_mark_are_accepted(void **state)
{
	const struct json *root = parse(state, "\xef\xbb\xbf"
					       "a:\r\n- 1\r\n- b: two\r\n");

	assert_int_equal(json_location(root).column, 1);
	assert_string_equal(json_text(json_nearest(root, "a[1].b")), "two");
	assert_int_equal(json_location(json_nearest(root, "a[1].b")).line, 3);
	assert_int_equal(json_location(json_nearest(root, "a[1].b")).column, 6);
}

static void
aliases_are_copies_at_a_place_of_their_own(void **state)
{
	const struct json *root = parse(state, "a: &x {b: [1, 2]}\nc: *x\nd: [*x, *x]\n");

	assert_true(json_equal(json_member(root, "a"), json_member(root, "c")));
	assert_int_equal(json_count(json_member(root, "d")), 2);
	assert_true(json_equal(json_nearest(root, "d[1]"), json_member(root, "a")));
	assert_null(json_name(json_nearest(root, "d[0]")));
	assert_int_equal(json_location(json_member(root, "c")).line, 2);
	assert_int_equal(json_location(json_member(root, "c")).column, 4);
	assert_int_equal(json_location(json_nearest(root, "c.b[1]")).line, 1);
	assert_string_equal(json_name(json_next(json_member(root, "a"))), "c");
}

static void
a_later_anchor_takes_the_place_of_an_earlier_one(void **state)
{
	assert_same(state, "a: [&b 1, &b 2, *b]\n", "{\"a\":[1,2,2]}");
	assert_same(state, "a: &b {c: &b 2}\nd: *b\n", "{\"a\":{\"c\":2},\"d\":2}");
	assert_same(state, "a: &x k\n*x : 2\n", "{\"a\":\"k\",\"k\":2}");
}

static void
wrong_aliases_are_refused(void **state)
{
	assert_string_equal(
		refusal(state, "a: *b\n").message, "line 1, column 4: an alias without anchor");
	assert_string_equal(refusal(state, "a: &x\n- *x\n").message,
		"line 2, column 3: the alias stands within its own anchor");
	assert_string_equal(refusal(state, "a: &x 1\n---\nb: *x\n").message,
		"line 3, column 4: an alias without anchor");
}

static void
merge_keys_work_as_in_go(void **state)
{
	static const struct {
		const char *yaml;
		const char *json;
	} table[] = {
		{"<<: {a: 1}\na: 2\n", "{\"a\":2}"},
		{"a: 2\n<<: {a: 1}\n", "{\"a\":1}"},
		{"<<: [{a: 1}, {a: 2, b: 3}]\n", "{\"a\":1,\"b\":3}"},
		{"<<: []\nc: 1\n", "{\"c\":1}"},
		{"x: &x {a: 1, b: 2}\nw: {<<: *x, b: 3}\nz: {<<: [*x]}\n",
			"{\"x\":{\"a\":1,\"b\":2},\"w\":{\"a\":1,\"b\":3},\"z\":{\"a\":1,\"b\":2}"
			"}"},
		{"<<: &z {a: 1}\nb: *z\n", "{\"a\":1,\"b\":{\"a\":1}}"},
		{"<<: [&z {a: 1, b: 2}, &y {a: 5}]\nc: *z\nd: *y\n",
			"{\"a\":1,\"b\":2,\"c\":{\"a\":1,\"b\":2},\"d\":{\"a\":5}}"},
		{"'<<': 1\n", "{\"<<\":1}"},
		{"a: <<\n", "{\"a\":\"<<\"}"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_same(state, table[i].yaml, table[i].json);
	assert_string_equal(refusal(state, "a: 1\n<<: 1\n").message,
		"line 2, column 5: only maps can be merged");
	assert_string_equal(refusal(state, "<<: [{a: 1}, 2]\n").message,
		"line 1, column 14: only maps can be merged");
}

static void
duplicate_keys_are_refused_with_both_lines(void **state)
{
	static const char *const texts[] = {"x:\n  a: 1\n  b: 2\n  a: 3\n",
		"x:\n  1: 1\n  b: 2\n  '1': 3\n", "x:\n  a: 1\n  <<: {a: 2}\n  a: 3\n"};

	assert_string_equal(refusal(state, texts[0]).message,
		"line 4, column 3: the key \"a\" stands already in line 2");
	assert_string_equal(refusal(state, texts[1]).message,
		"line 4, column 3: the key \"1\" stands already in line 2");
	assert_string_equal(refusal(state, texts[2]).message,
		"line 4, column 3: the key \"a\" stands already in line 2");
	assert_int_equal(refusal(state, texts[0]).kind, ERROR_INVALID);
}

static void
streams_give_all_documents_but_the_empty_ones(void **state)
{
	struct yaml_documents documents = parse_all(
		state, "---\na: 1\n---\n---\n# only this\n---\nb: 2\n...\n---\n~\n--- []\n");

	assert_int_equal(documents.count, 3);
	assert_non_null(json_member(documents.items[0], "a"));
	assert_non_null(json_member(documents.items[1], "b"));
	assert_int_equal(json_location(json_member(documents.items[1], "b")).line, 7);
	assert_true(json_is_array(documents.items[2]));
	assert_int_equal(parse_all(state, "").count, 0);
	assert_int_equal(parse_all(state, "# nothing\n").count, 0);
	assert_int_equal(parse_all(state, "---\n---\n").count, 0);
}

static void
syntax_errors_tell_line_and_column(void **state)
{
	static const struct {
		const char *text;
		const char *place;
	} table[] = {
		{"a:\n\tb: 1\n", "line 2, column 1: "},
		{"a: 1\nb: [1,\n", "line 3, column 1: "},
		{"a: b: c\n", "line 1, column 5: "},
		{"a: 1\n b: 2\n", "line 2, column 3: "},
		{"a: \"x\n", "line 2, column 1: "},
		{"a: @x\n", "line 1, column 4: "},
		{"ok: 1\n---\na: }\n", "line 3, column 4: "},
		{"a: \"\\q\"\n", "line 1, column 5: "},
		{"a: 1\nb: x\x01y\n", "line 2, column 5: control characters"},
		{"a: 1\nb: \xc3\xa9\xff\n", "line 2, column 5: invalid UTF-8"},
		{"a: \"\\0\"\n", "line 1, column 4: U+0000"},
		{"? [a]\n: 1\n", "line 1, column 3: a key must be"},
		{"~: 1\n", "line 1, column 1: a key must be"},
		{"a: .inf\n", "line 1, column 4: .inf is a number"},
		{"a: !!int x\n", "line 1, column 4: \"x\" does not fit"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct error error = refusal(state, table[i].text);

		assert_int_equal(error.kind, ERROR_INVALID);
		if (strncmp(error.message, table[i].place, strlen(table[i].place)) != 0)
			fail_msg("%s: %s", table[i].text, error.message);
	}
}

static void
limits_hold_at_their_exact_borders(void **state)
{
	static const char text[] = "a: [1, 2]\n";
	struct json_limits limits = {.bytes = sizeof text - 1, .depth = 2, .values = 4};
	struct yaml_documents documents;

	assert_true(yaml_parse(*state, text, strlen(text), &limits, &documents, NULL));
	limits.values--;
	assert_int_equal(refusal_within(state, text, &limits).kind, ERROR_EXHAUSTED);
	limits.values++;
	limits.depth--;
	assert_int_equal(refusal_within(state, text, &limits).kind, ERROR_EXHAUSTED);
	limits.depth++;
	limits.bytes--;
	assert_int_equal(refusal_within(state, text, &limits).kind, ERROR_EXHAUSTED);
}

static void
aliases_do_not_lead_around_the_limit_of_depth(void **state)
{
	struct json_limits limits = {.bytes = 100, .depth = 3, .values = 100};

	assert_int_equal(refusal_within(state, "- &a [[]]\n- [*a]\n- [[*a]]\n", &limits).kind,
		ERROR_EXHAUSTED);
	limits.depth = 5;
	assert_int_equal(json_count(parse(state, "- &a [[]]\n- [*a]\n- [[*a]]\n")), 3);
}

static void
bombs_end_at_the_limit(void **state)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct json_limits limits = json_request_limits;

	buffer_init(&text, 64 * 1024);
	buffer_append_text(&text, "a0: &a0 [x, x]\n");
	for (int i = 1; i < 60; i++)
		buffer_printf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	assert_int_equal(refusal_within(state, buffer_text(&text), &limits).kind, ERROR_EXHAUSTED);
	buffer_clear(&text);
	buffer_append_text(&text, "a0: &a0 {k: {x: 1}}\n");
	for (int i = 1; i < 60; i++)
		buffer_printf(&text, "a%d: &a%d {<<: *a%d, l%d: *a%d}\n", i, i, i - 1, i, i - 1);
	assert_int_equal(refusal_within(state, buffer_text(&text), &limits).kind, ERROR_EXHAUSTED);
	buffer_clear(&text);
	for (int i = 0; i < 900; i++)
		buffer_append_text(&text, "[");
	assert_int_equal(refusal_within(state, buffer_text(&text), &limits).kind, ERROR_EXHAUSTED);
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	static const char text[] = "a: &x {b: 1, c: [y, 2.5]}\nd: {<<: *x, e: *x}\n---\nf: 1\n";
	bool done = false;
	size_t cap = 0;

	(void)state;
	for (; !done; cap += 16) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(cap);
		struct yaml_documents documents;
		struct error error = {0};

		done = yaml_parse(arena, text, strlen(text), &json_file_limits, &documents, &error);
		assert_int_equal(error.kind, done ? ERROR_NONE : ERROR_EXHAUSTED);
		assert_true(cap < 16 * 1024);
	}
	assert_true(cap > 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(maps_lists_and_scalars_become_a_tree),
		TEST(keys_that_are_no_text_become_text),
		TEST(every_value_has_its_line_and_column),
		TEST(windows_line_ends_and_a_byte_order_mark_are_accepted),
		TEST(aliases_are_copies_at_a_place_of_their_own),
		TEST(a_later_anchor_takes_the_place_of_an_earlier_one),
		TEST(wrong_aliases_are_refused),
		TEST(merge_keys_work_as_in_go),
		TEST(duplicate_keys_are_refused_with_both_lines),
		TEST(streams_give_all_documents_but_the_empty_ones),
		TEST(syntax_errors_tell_line_and_column),
		TEST(limits_hold_at_their_exact_borders),
		TEST(aliases_do_not_lead_around_the_limit_of_depth),
		TEST(bombs_end_at_the_limit),
		TEST(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
