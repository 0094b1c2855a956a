#include "format/json.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"

#define HALF "01234567890123456789012345678901"

enum { MEMORY = 64 * 1024 * 1024 };

static const char sample[] =
	"{\"spec\":{\"vpcPeerings\":[{\"remoteVpc\":\"vpc-2\"},{\"remoteVpc\":\"vpc-3\","
	"\"localConnectIP\":\"169.254.0.1/30\"}],\"bfdPort\":null,\"count\":3},"
	"\"metadata\":{\"labels\":{\"a.b/"
	"c\":\"x\"}},\"status\":{\"free\":1208925819614629174706176}}";

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

static const struct json *
parse(void **state, const char *text)
{
	struct error error = {0};
	const struct json *value =
		json_parse(*state, text, strlen(text), &json_request_limits, &error);

	if (!value)
		fail_msg("%s: %s", text, error.message);
	return value;
}

static void
texts_of_the_grammar_are_accepted(void **state)
{
	static const char *const texts[] = {"0", "-0", "1", "-1.5e+10", "1E5", "0.10", "true",
		"false", "null", "\"\"", "[]", "{}", " \t\r\n[ 1 , 2 ]\n", "{\"a\":{\"b\":[{}]}}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"\\ud83d\\ude00\"", "\"\xc3\xa9\"",
		"\"\xe2\x82\xac\"", "\"\xf0\x9f\x98\x80\"", "\"\xf4\x8f\xbf\xbf\"", "\"\x7f\"",
		"{\"\":1}", "{\"a\":1,\"A\":2}", "123456789012345678901234567890", "1e400",
		"\"\xed\x9f\xbf\""};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		parse(state, texts[i]);
}

static void
every_other_text_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *place;
	} table[] = {
		{"", "byte 0: the text ends too early"},
		{"  ", "byte 2: the text ends too early"},
		{"[1,]", "byte 3: "},
		{"[1 2]", "byte 3: "},
		{"{\"a\" 1}", "byte 5: "},
		{"{a:1}", "byte 1: "},
		{"{\"a\":1,}", "byte 7: "},
		{"[1", "byte 2: the text ends too early"},
		{"]", "byte 0: "},
		{"[}", "byte 1: "},
		{"1 2", "byte 2: more text"},
		{"{}x", "byte 2: more text"},
		{"01", "byte 0: a number with a leading zero"},
		{"-01", "byte 1: "},
		{"1.", "byte 2: "},
		{".5", "byte 0: "},
		{"1.x", "byte 2: a digit is missing"},
		{"1e", "byte 2: "},
		{"1e+", "byte 3: "},
		{"-", "byte 1: "},
		{"+1", "byte 0: "},
		{"0x10", "byte 1: "},
		{"NaN", "byte 0: "},
		{"tru", "byte 0: "},
		{"nulll", "byte 4: "},
		{"// x\n1", "byte 0: "},
		{"'a'", "byte 0: "},
		{"\v1", "byte 0: "},
		{"1\f", "byte 1: "},
		{"\xef\xbb\xbf{}", "byte 0: "},
		{"\"a", "byte 2: the text ends too early"},
		{"\"a\nb\"", "byte 2: a raw control character"},
		{"\"\\x\"", "byte 1: an unknown escape"},
		{"\"\\u12g4\"", "byte 1: an unknown escape"},
		{"\"\\u00", "byte 1: an unknown escape"},
		{"\"\\u0000\"", "byte 1: U+0000"},
		{"{\"a\\u0000b\":1}", "byte 3: U+0000"},
		{"\"\\ud83d\"", "byte 1: half of a surrogate pair"},
		{"\"\\ud83dx\"", "byte 1: half"},
		{"\"\\ud83d\\u0041\"", "byte 1: half"},
		{"\"\\ude00\"", "byte 1: half"},
		{"\"\xff\"", "byte 1: invalid UTF-8"},
		{"\"\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xc0\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xc3\"", "byte 1: invalid UTF-8"},
		{"\"\xe0\x80\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xed\xa0\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xe2\x82\"", "byte 1: invalid UTF-8"},
		{"\"\xf0\x80\x80\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xf4\x90\x80\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xf5\x80\x80\x80\"", "byte 1: invalid UTF-8"},
		{"\"\xf0\x9f\x98", "byte 1: invalid UTF-8"},
		{"[1] \xff", "byte 4: more text"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct error error = {0};

		if (json_parse(*state, table[i].text, strlen(table[i].text), &json_request_limits,
			    &error))
			fail_msg("%s is accepted", table[i].text);
		assert_int_equal(error.kind, ERROR_INVALID);
		if (strncmp(error.message, table[i].place, strlen(table[i].place)) != 0)
			fail_msg("%s: %s", table[i].text, error.message);
	}
}

static void
a_nul_within_the_text_is_refused(void **state)
{
	assert_null(json_parse(*state, "1\0", 2, &json_request_limits, NULL));
	assert_null(json_parse(*state, "\"a\0b\"", 5, &json_request_limits, NULL));
}

static enum error_kind
kind_within(void **state, const char *text, struct json_limits limits)
{
	struct error error = {0};

	json_parse(*state, text, strlen(text), &limits, &error);
	return error.kind;
}

static void
limits_hold_at_their_exact_borders(void **state)
{
	struct json_limits limits = {.bytes = 9, .depth = 2, .values = 4};

	assert_int_equal(kind_within(state, "[[1],22] ", limits), ERROR_NONE);
	assert_int_equal(kind_within(state, "[[1],22]  ", limits), ERROR_EXHAUSTED);
	assert_int_equal(kind_within(state, "[[[]]]", limits), ERROR_EXHAUSTED);
	assert_int_equal(kind_within(state, "[1,2,3]", limits), ERROR_NONE);
	assert_int_equal(kind_within(state, "[1,2,3,4]", limits), ERROR_EXHAUSTED);
	limits.depth = 0;
	assert_int_equal(kind_within(state, "1", limits), ERROR_NONE);
	assert_int_equal(kind_within(state, "[]", limits), ERROR_EXHAUSTED);
}

static void
no_limit_is_deeper_than_the_parser_goes(void **state)
{
	struct json_limits limits = {.bytes = 4000, .depth = SIZE_MAX, .values = SIZE_MAX};
	char text[2100] = "";

	memset(text, '[', 1000);
	memset(text + 1000, ']', 1000);
	assert_int_equal(kind_within(state, text, limits), ERROR_NONE);
	memset(text, '[', 1001);
	memset(text + 1001, ']', 1001);
	assert_int_equal(kind_within(state, text, limits), ERROR_EXHAUSTED);
}

static void
a_number_of_64_characters_is_refused(void **state)
{
	assert_int_equal(kind_within(state, "1" HALF HALF, json_request_limits), ERROR_EXHAUSTED);
	assert_int_equal(kind_within(state, "0." HALF "0123456789012345678901234567890",
				 json_request_limits),
		ERROR_EXHAUSTED);
	parse(state, "1" HALF "012345678901234567890123456789");
}

static void
duplicate_names_are_refused_at_every_level(void **state)
{
	static const char *const texts[] = {"{\"a\":1,\"a\":1}",
		"[{\"b\":1},{\"a\":1,\"b\":2,\"a\":3}]",
		"{\"x\":{\"y\":[{\"a\":1,\"\\u0061\":2}]}}", "{\"\":1,\"\":2}"};
	struct json_limits lenient = json_request_limits;

	lenient.refuse_duplicates = false;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(kind_within(state, texts[i], json_request_limits), ERROR_INVALID);
		assert_int_equal(kind_within(state, texts[i], lenient), ERROR_NONE);
	}
}

/* {"n0":0,"n1":1,...} with `last` as the name of one more member. */
static void
write_wide_object(struct buffer *text, int width, const char *last)
{
	buffer_append_char(text, '{');
	for (int i = 0; i < width; i++)
		buffer_printf(text, "\"n%d\":%d,", i, i);
	buffer_printf(text, "\"%s\":0}", last);
}

static void
duplicate_names_are_found_in_objects_of_every_width(void **state)
{
	static const int widths[] = {1, 14, 15, 16, 17, 1000, 100000};

	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		CLEANUP(buffer_dispose) struct buffer text;

		buffer_init(&text, MEMORY);
		write_wide_object(&text, widths[i], "other");
		assert_int_equal(
			kind_within(state, buffer_text(&text), json_request_limits), ERROR_NONE);
		buffer_clear(&text);
		write_wide_object(&text, widths[i], "n0");
		assert_int_equal(
			kind_within(state, buffer_text(&text), json_request_limits), ERROR_INVALID);
	}
}

static void
integers_are_given_only_within_53_bits(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t integer;
	} table[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"-7", true, -7},
		{"1.0", true, 1},
		{"1e3", true, 1000},
		{"9007199254740991", true, 9007199254740991},
		{"-9007199254740991", true, -9007199254740991},
		{"9007199254740992", false, 0},
		{"9007199254740993", false, 0},
		{"1.5", false, 0},
		{"1e400", false, 0},
		{"-1e400", false, 0},
		{"18446744073709551616", false, 0},
		{"\"1\"", false, 0},
		{"true", false, 0},
		{"null", false, 0},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int64_t integer = 0;

		if (json_integer(parse(state, table[i].text), &integer) != table[i].good)
			fail_msg("%s", table[i].text);
		assert_int_equal(integer, table[i].integer);
	}
}

static void
numbers_keep_their_text(void **state)
{
	static const char *const texts[] = {"0", "-0", "-12", "123456789012345",
		"340282366920938463463374607431768211456", "1.50", "1E400", "0.1e-7"};
	const struct json *list =
		parse(state, "[\"1\\\"2\",{\"3\":4},1208925819614629174706176,-5.0,\"6\",7]");

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_string_equal(json_number_text(*state, parse(state, texts[i])), texts[i]);
	assert_string_equal(json_number_text(*state, json_nearest(list, "[1][3]")), "4");
	assert_string_equal(
		json_number_text(*state, json_nearest(list, "[2]")), "1208925819614629174706176");
	assert_string_equal(json_number_text(*state, json_nearest(list, "[3]")), "-5.0");
	assert_string_equal(json_number_text(*state, json_nearest(list, "[5]")), "7");
	assert_null(json_number_text(*state, json_nearest(list, "[4]")));
	assert_null(json_number_text(*state, NULL));
}

static void
every_reader_accepts_an_absent_value(void **state)
{
	int64_t integer;

	(void)state;
	assert_false(json_is_null(NULL));
	assert_false(json_is_object(NULL));
	assert_false(json_is_array(NULL));
	assert_false(json_is_number(NULL));
	assert_false(json_is_boolean(NULL));
	assert_true(json_boolean(NULL, true));
	assert_false(json_integer(NULL, &integer));
	assert_null(json_text(json_member(json_member(NULL, "a"), "b")));
	assert_null(json_present(NULL, "a"));
	assert_null(json_member_text(NULL, "a"));
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	assert_null(json_name(NULL));
	assert_null(json_nearest(NULL, "a"));
	assert_string_equal(json_type_name(NULL), "absent");
	assert_int_equal(json_location(NULL).line, 0);
	assert_true(json_equal(NULL, NULL));
	assert_false(json_equal(NULL, parse(state, "null")));
}

static void
members_are_read_by_exact_name(void **state)
{
	const struct json *object = parse(
		state, "{\"Name\":\"N\",\"name\":\"n\",\"no\":null,\"yes\":true,\"off\":false}");

	assert_string_equal(json_member_text(object, "name"), "n");
	assert_string_equal(json_member_text(object, "Name"), "N");
	assert_null(json_member(object, "NAME"));
	assert_true(json_is_null(json_member(object, "no")));
	assert_null(json_present(object, "no"));
	assert_non_null(json_present(object, "name"));
	assert_true(json_boolean(json_member(object, "yes"), false));
	assert_false(json_boolean(json_member(object, "off"), true));
	assert_true(json_boolean(json_member(object, "name"), true));
	assert_int_equal(json_count(object), 5);
	assert_string_equal(json_name(json_first(object)), "Name");
	assert_string_equal(json_name(json_next(json_first(object))), "name");
	assert_null(json_member(parse(state, "[1]"), ""));
}

static void
types_have_names(void **state)
{
	static const char *const table[][2] = {{"\"\"", "string"}, {"1", "number"},
		{"true", "boolean"}, {"false", "boolean"}, {"null", "null"}, {"[]", "array"},
		{"{}", "object"}};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_string_equal(json_type_name(parse(state, table[i][0])), table[i][1]);
}

static void
nearest_is_the_deepest_value_on_the_way(void **state)
{
	const struct json *root = parse(state, sample);
	const struct json *spec = json_member(root, "spec");
	const struct json *peerings = json_member(spec, "vpcPeerings");
	const struct json *second = json_next(json_first(peerings));

	assert_ptr_equal(json_nearest(root, ""), root);
	assert_ptr_equal(json_nearest(root, "spec"), spec);
	assert_ptr_equal(json_nearest(root, "spe"), root);
	assert_ptr_equal(json_nearest(root, "specs"), root);
	assert_ptr_equal(json_nearest(root, "spec.vpcPeerings[1]"), second);
	assert_ptr_equal(json_nearest(root, "spec.vpcPeerings[1].localConnectIP"),
		json_member(second, "localConnectIP"));
	assert_ptr_equal(json_nearest(root, "spec.vpcPeerings[1].absent[3].x"), second);
	assert_ptr_equal(json_nearest(root, "spec.vpcPeerings[2].remoteVpc"), peerings);
	assert_ptr_equal(json_nearest(root, "spec.vpcPeerings[99999999999999999999]"), peerings);
	assert_true(json_is_null(json_nearest(root, "spec.bfdPort.ip")));
	assert_string_equal(json_text(json_nearest(root, "metadata.labels[a.b/c]")), "x");
}

static void
equality_ignores_the_order_of_members_alone(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} table[] = {
		{"{\"a\":1,\"b\":[1,2]}", "{ \"b\":[1,2], \"a\":1}", true},
		{"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
		{"{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false},
		{"{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false},
		{"{\"a\":1}", "{\"a\":2}", false},
		{"{}", "{}", true},
		{"{}", "[]", false},
		{"[1,2]", "[2,1]", false},
		{"[1]", "[1,1]", false},
		{"\"a\"", "\"\\u0061\"", true},
		{"\"a\"", "\"A\"", false},
		{"1", "1.0", true},
		{"1", "\"1\"", false},
		{"true", "false", false},
		{"true", "true", true},
		{"null", "null", true},
		{"9007199254740992", "9007199254740993", false},
		{"9007199254740993", "9007199254740993", true},
		{"1e400", "1e401", false},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct json *a = parse(state, table[i].a);
		const struct json *b = parse(state, table[i].b);

		if (json_equal(a, b) != table[i].equal || json_equal(b, a) != table[i].equal)
			fail_msg("%s %s", table[i].a, table[i].b);
	}
}

static const struct json_passed_over passed_over[] = {
	{"metadata", "managedFields"}, {"user", "extra"}, {"user", "groups"}, {0}};

static const struct json *
parse_partly(void **state, const char *text, struct error *error)
{
	return json_parse_partly(
		*state, text, strlen(text), &json_request_limits, passed_over, error);
}

static void
members_that_are_passed_over_come_out_as_null(void **state)
{
	static const struct {
		const char *text;
		const char *same;
	} table[] = {
		{"{\"metadata\":{\"managedFields\":[{\"a\":1}],\"name\":\"x\"}}",
			"{\"metadata\":{\"managedFields\":null,\"name\":\"x\"}}"},
		{"{\"user\":{\"groups\": [1,2,3] ,\"n\":1.5,\"extra\":\"long text\"},\"n\":2.5}",
			"{\"user\":{\"groups\":null,\"n\":1.5,\"extra\":null},\"n\":2.5}"},
		/* another parent, no parent, a parent that is a neighbour, a longer name */
		{"{\"tags\":{\"extra\":\"long text\"}}", "{\"tags\":{\"extra\":\"long text\"}}"},
		{"{\"managedFields\":[1,2,3]}", "{\"managedFields\":[1,2,3]}"},
		{"[{\"user\":1},{\"extra\":[1,2,3]}]", "[{\"user\":1},{\"extra\":[1,2,3]}]"},
		{"{\"user\":{\"extras\":[1,2,3]}}", "{\"user\":{\"extras\":[1,2,3]}}"},
		{"{\"user\":[{\"extra\":[1,2,3]}]}", "{\"user\":[{\"extra\":[1,2,3]}]}"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct error error = {0};
		const struct json *value = parse_partly(state, table[i].text, &error);

		if (!value || !json_equal(value, parse(state, table[i].same)))
			fail_msg("%s: %s", table[i].text, error.message);
	}
}

static void
what_is_passed_over_is_checked_like_the_rest(void **state)
{
	static const char *const texts[] = {
		"{\"user\":{\"extra\":{\"a\":1,\"a\":2}}}",
		"{\"user\":{\"extra\":{\"b\":{\"a\":1,\"\\u0061\":2}}}}",
		"{\"user\":{\"extra\":[{\"x\":[{\"a\":1,\"b\":3,\"a\":2}]}]}}",
		"{\"user\":{\"extra\":[1,2,3],\"extra\":[1,2,3]}}",
		"{\"user\":{\"extra\":[1,2,03]}}",
		"{\"user\":{\"extra\":\"\xff long\"}}",
		"{\"user\":{\"extra\":{\"a\":1,}}}",
		"{\"user\":{\"extra\":[1,2,3}}}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct error whole = {0}, partly = {0};

		assert_null(json_parse(
			*state, texts[i], strlen(texts[i]), &json_request_limits, &whole));
		if (parse_partly(state, texts[i], &partly) || partly.kind != whole.kind ||
			strcmp(partly.message, whole.message) != 0)
			fail_msg("%s: %s, %s", texts[i], whole.message, partly.message);
	}
}

static void
more_to_pass_over_than_there_is_room_for_is_kept(void **state)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct error error = {0};
	const struct json *list;
	size_t kept = 0;

	buffer_init(&text, 4096);
	for (int i = 0; i < 40; i++)
		buffer_printf(&text, "%s{\"user\":{\"extra\":[1,2,%d]}}", i ? "," : "[", i);
	buffer_append_char(&text, ']');
	list = json_first(parse_partly(state, buffer_text(&text), &error));
	for (size_t i = 0; i < 40; i++, list = json_next(list)) {
		const struct json *extra = json_member(json_member(list, "user"), "extra");

		assert_true(json_is_null(extra) || json_count(extra) == 3);
		kept += json_count(extra) == 3;
	}
	assert_int_equal(kept, 24);
}

static void
values_from_json_have_no_location(void **state)
{
	struct json_location at = json_location(parse(state, sample));

	assert_int_equal(at.line + at.column, 0);
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	size_t cap = 0;
	const struct json *root = NULL;

	for (; !root; cap += 16) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(cap);
		struct error error = {0};

		root = json_parse(arena, sample, strlen(sample), &json_request_limits, &error);
		if (root)
			assert_true(json_equal(root, parse(state, sample)));
		else
			assert_int_equal(error.kind, ERROR_EXHAUSTED);
		assert_true(cap < 16 * 1024);
	}
	assert_true(cap > 1024);
}

static void *
parse_many_times(void *unused)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	size_t failures = 0;

	(void)unused;
	for (int i = 0; i < 200; i++) {
		const struct json *root =
			json_parse(arena, sample, strlen(sample), &json_request_limits, NULL);

		if (json_count(json_nearest(root, "spec.vpcPeerings")) != 2)
			failures++;
		arena_reset(arena);
	}
	return failures ? arena : NULL;
}

static void
threads_parse_at_once_in_arenas_of_their_own(void **state)
{
	pthread_t threads[4];
	void *failed;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, parse_many_times, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_of_the_grammar_are_accepted),
		TEST(every_other_text_is_refused_with_its_place),
		TEST(a_nul_within_the_text_is_refused),
		TEST(limits_hold_at_their_exact_borders),
		TEST(no_limit_is_deeper_than_the_parser_goes),
		TEST(a_number_of_64_characters_is_refused),
		TEST(duplicate_names_are_refused_at_every_level),
		TEST(duplicate_names_are_found_in_objects_of_every_width),
		TEST(integers_are_given_only_within_53_bits),
		TEST(numbers_keep_their_text),
		TEST(every_reader_accepts_an_absent_value),
		TEST(members_are_read_by_exact_name),
		TEST(types_have_names),
		TEST(nearest_is_the_deepest_value_on_the_way),
		TEST(equality_ignores_the_order_of_members_alone),
		TEST(members_that_are_passed_over_come_out_as_null),
		TEST(what_is_passed_over_is_checked_like_the_rest),
		TEST(more_to_pass_over_than_there_is_room_for_is_kept),
		TEST(values_from_json_have_no_location),
		TEST(every_shortage_of_memory_is_a_clean_failure),
		TEST(threads_parse_at_once_in_arenas_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
