/* The picture as a flowchart of Mermaid: groups, looks, and text that stays in its quotes. */
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
mermaid(struct sample *sample, const struct topology *topology)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, SAMPLE_GRAPH_LIMIT);
	graph_write_mermaid(sample->arena, topology, &out);
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
networks_stand_in_groups(void **state)
{
	const char *text = mermaid(*state, sample_graph(*state));

	assert_true(strncmp(text, "flowchart LR\n", 13) == 0);
	assert_has(text, "  subgraph vpc_[\"Kube-OVN\"]\n");
	assert_has(text, "[\"a<br/>10.1.0.0/16 +1\"]\n");
	assert_int_equal(
		sample_occurrences(text, "subgraph "), sample_occurrences(text, "  end\n"));
}

static void
the_worst_edge_comes_first_in_red(void **state)
{
	const char *text = mermaid(*state, sample_graph(*state));
	const char *first = strstr(text, "---|\"cidr-overlap\"|");

	assert_non_null(first);
	assert_true(first < strstr(text, "-.-|\"Error: no such VPC\"|") ||
		    first < strstr(text, "---|\"Error: no such VPC\"|"));
	assert_has(text, "  linkStyle 0 stroke:#c4161c,stroke-width:3px\n");
	assert_has(text, "  linkStyle 1 stroke:#b36b00,stroke-width:2px\n");
	assert_has(text, " -.- n");
	assert_has(text, "-.-|\"DNS link\"|");
}

static void
a_network_in_conflict_is_red(void **state)
{
	struct sample *sample = *state;
	const struct field none = {"spec", 0};

	sample_vpc(sample, "a", "");
	sample_finding(sample, "quota", ACTION_DENY, (struct sample_party){KIND_VPC, "a", none, ""},
		(struct sample_party){0}, "");
	assert_has(mermaid(sample, topology_of(sample->arena, sample->inventory, &sample->report)),
		"    n0[\"a<br/>quota\"]\n  end\n  class n0 conflict\n"
		"  classDef conflict stroke:#c4161c,stroke-width:3px\n");
}

static void
hostile_text_does_not_leave_its_quotes(void **state)
{
	const char *text = mermaid(*state, sample_hostile_graph(*state));

	assert_has(text, "[\"#lt;g/#gt;#quot;]#92;n#amp;#35;x#59;[U+202E]#124;#96;\"]");
	assert_int_equal(sample_occurrences(text, "\"") % 2, 0);
}

static void
no_more_edges_than_mermaid_takes(void **state)
{
	const char *text = mermaid(*state, sample_big_graph(*state, 240, 7));

	assert_int_equal(sample_occurrences(text, " --- "), 120);
	assert_int_equal(sample_occurrences(text, " -.- "), 240);
	text = mermaid(*state, sample_big_graph(*state, 240, 9));
	assert_null(strstr(text, "%%"));
}

static void
too_many_edges_are_cut_and_it_says_so(void **state)
{
	struct sample *sample = *state;
	const char *text;

	for (int i = 0; i < 40; i++) {
		const char *peers = "v0";

		for (int j = 1; j < 40; j++)
			peers = arena_printf(sample->arena, "%s v%d", peers, j);
		sample_vpc(sample, arena_printf(sample->arena, "v%d", i), peers);
	}
	text = mermaid(sample, topology_of(sample->arena, sample->inventory, NULL));
	assert_int_equal(sample_occurrences(text, " --- "), GRAPH_MERMAID_EDGES);
	assert_has(text, "%% 300 more connections do not fit.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(networks_stand_in_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_worst_edge_comes_first_in_red, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_network_in_conflict_is_red, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			hostile_text_does_not_leave_its_quotes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_more_edges_than_mermaid_takes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			too_many_edges_are_cut_and_it_says_so, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
