/* Words that the forms of the picture share. */
#include "report/graph_parts.h"

#include "tests/report/sample.h"

static void
text_stays_on_one_line_and_within_its_limit(void **state)
{
	static const struct {
		const char *text;
		size_t limit;
		const char *written;
	} cases[] = {
		{"plain", 5, "plain"},
		{"plain", 4, "plai\xe2\x80\xa6"},
		{"two\nlines\tand a tab", 100, "two lines and a tab"},
		{"\xc3\xa4\xc3\xb6\xc3\xbc", 2, "\xc3\xa4\xc3\xb6\xe2\x80\xa6"},
		{"<a>&\"", 100, "&lt;a&gt;&amp;&quot;"},
		{"a\xe2\x80\xae", 100, "a[U+202E]"},
		{"", 0, ""},
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
			graph_text(arena, cases[i].text, cases[i].limit), cases[i].written);
	arena_free(arena);
}

static void
what_is_wrong_names_rules_and_only_bad_standings(void **state)
{
	struct topology_edge edge = {.standing = "active"};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	assert_string_equal(graph_trouble(arena, &edge), "");
	edge.findings.rules[0] = "quota";
	edge.findings.rules[1] = "cidr-overlap";
	edge.findings.rule_count = 2;
	assert_string_equal(graph_trouble(arena, &edge), "quota, cidr-overlap");
	edge.troubled = true;
	assert_string_equal(graph_trouble(arena, &edge), "quota, cidr-overlap; active");
	edge.findings.rule_count = 0;
	assert_string_equal(graph_trouble(arena, &edge), "active");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_on_one_line_and_within_its_limit),
		cmocka_unit_test(what_is_wrong_names_rules_and_only_bad_standings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
