/* The picture for Graphviz: clusters, looks, and text that stays in its quotes. */
#include "tests/report/sample_graph.h"

static int
set_up(void **state)
{
	static struct sample sample;

	sample_init(&sample);
	*state = &sample;
	return 0;
}

static int
tear_down(void **state)
{
	sample_dispose(*state);
	return 0;
}

static const char *
dot(struct sample *sample, const struct topology *topology)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, SAMPLE_GRAPH_LIMIT);
	graph_write_dot(sample->arena, topology, &out);
	assert_false(out.overflowed);
	return arena_text(sample->arena, buffer_text(&out));
}

static void
assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in\n%s", part, text);
}

static void
networks_stand_in_clusters(void **state)
{
	const char *text = dot(*state, sample_graph(*state));

	assert_true(strncmp(text, "graph peerwarden {\n", 19) == 0);
	assert_has(text, "subgraph cluster_vpc {\n    label=\"Kube-OVN\";\n");
	assert_has(text, "subgraph cluster_aws {\n    label=\"AWS\";\n");
	assert_has(text, "[label=\"a\\n10.1.0.0/16 +1\" tooltip=\"VPC a\"");
	assert_null(strstr(text, "cluster_gcp"));
}

static void
edges_show_what_is_known_of_them(void **state)
{
	const char *text = dot(*state, sample_graph(*state));

	assert_int_equal(sample_occurrences(text, " -- "), 4);
	assert_has(text, "[label=\"cidr-overlap\" tooltip=\"VPC a \xe2\x86\x94 VPC b\" "
			 "color=\"#c4161c\" style=\"solid\" penwidth=3];");
	assert_has(text, "[tooltip=\"VPC a \xe2\x86\x92 VPC c\" color=\"#8b95a5\" "
			 "style=\"dashed\"];");
	assert_has(text, "label=\"Error: no such VPC\"");
	assert_has(text, "style=\"dotted\"");
}

static void
hostile_text_does_not_leave_its_quotes(void **state)
{
	const char *text = dot(*state, sample_hostile_graph(*state));

	assert_has(text, "label=\"&lt;g/&gt;&quot;]\\\\n&amp;#x;[U+202E]|`\"");
	for (const char *line = text; line && *line; line = strchr(line + 1, '\n')) {
		size_t length = strcspn(line + 1, "\n");
		size_t quotes = 0;

		for (size_t i = 0; i < length; i++)
			quotes += line[i + 1] == '"';
		assert_int_equal(quotes % 2, 0);
	}
}

static void
everything_is_in_it(void **state)
{
	const char *text = dot(*state, sample_big_graph(*state, 1000, 0));

	assert_int_equal(sample_occurrences(text, "tooltip=\"VPC v"), 1500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(networks_stand_in_clusters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			edges_show_what_is_known_of_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			hostile_text_does_not_leave_its_quotes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(everything_is_in_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
