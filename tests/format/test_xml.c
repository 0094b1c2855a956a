#include "format/xml.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "tests/support/arena_limit.h"

#define ANSWER                                                                                     \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n"              \
	"  <requestId>r-1</requestId>\n"                                                           \
	"  <vpcSet>\n    <item><vpcId> vpc-1\n</vpcId><tagSet/></item>\n"                          \
	"    <!-- <item/> --><other/>\n"                                                           \
	"    <item><vpcId>vpc-2</vpcId><tagSet></tagSet></item>\n  </vpcSet>\n"                    \
	"</DescribeVpcsResponse>\n"

enum { MEMORY = 1 << 20 };

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

static const struct xml *
parse(void **state, const char *text)
{
	struct error error = {0};
	const struct xml *root = xml_parse(*state, text, strlen(text), &error);

	if (!root)
		fail_msg("%s: %s", text, error.message);
	return root;
}

static void
an_answer_becomes_a_tree(void **state)
{
	const struct xml *root = parse(state, ANSWER);
	const struct xml *item = xml_find(root, "vpcSet/item");

	assert_string_equal(root->name, "DescribeVpcsResponse");
	assert_string_equal(root->text, "");
	assert_null(root->next);
	assert_string_equal(xml_text(root, "requestId"), "r-1");
	assert_string_equal(xml_text(item, "vpcId"), "vpc-1");
	assert_non_null(xml_find(item, "tagSet"));
	assert_null(xml_find(item, "tagSet")->first);
	item = xml_next(item);
	assert_string_equal(xml_text(item, "vpcId"), "vpc-2");
	assert_string_equal(xml_text(item, "tagSet"), "");
	assert_null(xml_next(item));
}

static void
what_is_not_there_is_nothing(void **state)
{
	const struct xml *root = parse(state, ANSWER);

	assert_null(xml_find(root, "vpcSe"));
	assert_null(xml_find(root, "vpcSets"));
	assert_null(xml_find(root, "vpcSet/item/vpcId/x"));
	assert_null(xml_find(NULL, "a"));
	assert_null(xml_next(NULL));
	assert_null(xml_next(root));
	assert_string_equal(xml_text(root, "absent/path"), "");
	assert_string_equal(xml_text(NULL, "a"), "");
	assert_ptr_equal(xml_find(root, ""), root);
}

static void
text_is_whole_without_the_white_space_around_it(void **state)
{
	static const char *const table[][2] = {
		{"<a>x</a>", "x"},
		{"<a/>", ""},
		{"<a> \n\t </a>", ""},
		{"<a> x  y </a>", "x  y"},
		{"<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x20AC;</a>", "<&>\"'A\xe2\x82\xac"},
		{"<a>x<!-- no -->y<?z?>!</a>", "xy!"},
		{"<a><![CDATA[<b>&amp;]]></a>", "<b>&amp;"},
		{"<a>x<b/>y</a>", ""},
		{"<a b='c'>x</a>", "x"},
		{"\xef\xbb\xbf<a>\xc3\xa9</a>", "\xc3\xa9"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		assert_string_equal(parse(state, table[i][0])->text, table[i][1]);
}

static void
a_prefix_of_a_name_is_dropped(void **state)
{
	const struct xml *root = parse(state, "<s:E xmlns:s='u'><s:B>x</s:B></s:E>");

	assert_string_equal(root->name, "E");
	assert_string_equal(xml_text(root, "B"), "x");
}

static void
every_other_text_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} table[] = {
		{"", "line 1, column 1: no element found"},
		{"  ", "line 1, column 3: no element found"},
		{"{}", "line 1, column 1: not well-formed"},
		{"<a>", "line 1, column 4: no element found"},
		{"<a></b>", "line 1, column 6: mismatched tag"},
		{"<a>\n<b></a>", "line 2, column 6: mismatched tag"},
		{"<a/><b/>", "line 1, column 5: junk after document element"},
		{"<a b=1/>", "line 1, column 6: not well-formed"},
		{"<a b='1' b='2'/>", "line 1, column 10: duplicate attribute"},
		{"<a>&b;</a>", "line 1, column 4: undefined entity"},
		{"<a>&#0;</a>", "line 1, column 4: reference to invalid character"},
		{"<a>\xff</a>", "line 1, column 4: not well-formed"},
		{"<a>\xc0\x80</a>", "line 1, column 4: not well-formed"},
		{"<a>\xed\xa0\x80</a>", "line 1, column 4: not well-formed"},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
			"line 1, column 47: not well-formed"},
		{"<!DOCTYPE a><a/>", "line 1, column 12: a document type is not allowed"},
		{"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "line 1, column 40: a document"},
		{"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "line 1, column 13: a document"},
		{"<!DOCTYPE a [<!ENTITY % b SYSTEM 'x'> %b;]><a/>", "line 1, column 13: a doc"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct error error = {0};

		if (xml_parse(*state, table[i].text, strlen(table[i].text), &error))
			fail_msg("%s is accepted", table[i].text);
		assert_int_equal(error.kind, ERROR_INVALID);
		if (strncmp(error.message, table[i].message, strlen(table[i].message)) != 0)
			fail_msg("%s: %s", table[i].text, error.message);
	}
}

static void
a_nul_within_the_text_is_refused(void **state)
{
	assert_null(xml_parse(*state, "<a>\0</a>", 8, NULL));
	assert_null(xml_parse(*state, "<a/>\0", 5, NULL));
}

static enum error_kind
kind_of_nested(void **state, int depth)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct error error = {0};

	buffer_init(&text, MEMORY);
	for (int i = 0; i < depth; i++)
		buffer_append_text(&text, "<a>");
	for (int i = 0; i < depth; i++)
		buffer_append_text(&text, "</a>");
	xml_parse(*state, buffer_text(&text), text.length, &error);
	return error.kind;
}

static void
elements_nest_to_a_limit(void **state)
{
	assert_int_equal(kind_of_nested(state, XML_DEPTH), ERROR_NONE);
	assert_int_equal(kind_of_nested(state, XML_DEPTH + 1), ERROR_INVALID);
	assert_int_equal(kind_of_nested(state, 100000), ERROR_INVALID);
}

static void
the_length_has_a_limit(void **state)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct error error = {0};

	buffer_init(&text, SIZE_MAX);
	buffer_append_text(&text, "<a/>");
	while (text.length < XML_BYTES)
		buffer_append_text(&text, "            ");
	assert_int_equal(text.length, XML_BYTES);
	assert_non_null(xml_parse(*state, buffer_text(&text), XML_BYTES, NULL));
	buffer_append_char(&text, '\n');
	assert_null(xml_parse(*state, buffer_text(&text), text.length, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
}

static bool
attempt(struct arena *arena, void *context, struct error *error)
{
	const struct xml *root = xml_parse(arena, ANSWER, strlen(ANSWER), error);

	(void)context;
	if (root)
		assert_string_equal(xml_text(root, "vpcSet/item/vpcId"), "vpc-1");
	return root;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	(void)state;
	assert_true(arena_limit_walk(attempt, NULL) > 256);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_becomes_a_tree),
		TEST(what_is_not_there_is_nothing),
		TEST(text_is_whole_without_the_white_space_around_it),
		TEST(a_prefix_of_a_name_is_dropped),
		TEST(every_other_text_is_refused_with_its_place),
		TEST(a_nul_within_the_text_is_refused),
		TEST(elements_nest_to_a_limit),
		TEST(the_length_has_a_limit),
		TEST(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
