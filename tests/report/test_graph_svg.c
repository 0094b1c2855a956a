/* The picture by itself: well-formed, told in words as well, bounded. */
#include "tests/report/sample_graph.h"

#include "format/xml.h"

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
svg(struct sample *sample, const struct topology *topology)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, SAMPLE_GRAPH_LIMIT);
	graph_write_svg(sample->arena, topology, &out);
	assert_false(out.overflowed);
	return arena_text(sample->arena, buffer_text(&out));
}

static void
assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in\n%s", part, text);
}

static const struct xml *
parsed(struct sample *sample, const char *text)
{
	struct error error;
	const struct xml *document = xml_parse(sample->arena, text, strlen(text), &error);

	if (!document)
		fail_msg("%s", error.message);
	return document;
}

static void
it_says_in_words_what_it_shows(void **state)
{
	const char *text = svg(*state, sample_graph(*state));

	parsed(*state, text);
	assert_has(text, "<title id=\"graph-title\">");
	assert_has(
		text, "6 networks, 4 connections; 1 in conflict, 1 with warnings or notes</desc>");
	assert_has(text, "VPC a \xe2\x86\x94 VPC b: cidr-overlap");
	assert_has(text, "AWS VPC vpc-1: Error: no such VPC");
	assert_has(text, "peering that only one side declares");
}

static void
a_conflict_has_its_number_in_the_picture_and_in_the_list(void **state)
{
	const char *text = svg(*state, sample_graph(*state));

	assert_int_equal(sample_occurrences(text, ">1</text>"), 2);
	assert_int_equal(sample_occurrences(text, ">2</text>"), 2);
	assert_int_equal(sample_occurrences(text, ">3</text>"), 0);
	assert_has(text, "class=\"peering conflict\"");
	assert_has(text, "class=\"peering half\"");
}

static void
it_needs_nothing_else(void **state)
{
	const char *text = svg(*state, sample_graph(*state));

	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "href"));
	assert_null(strstr(text, "url("));
	assert_null(strstr(text, "@import"));
}

static void
a_hostile_name_stays_text(void **state)
{
	const char *text = svg(*state, sample_hostile_graph(*state));

	parsed(*state, text);
	assert_null(strstr(text, "<g/>"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_has(text, "[U+202E]");
}

static void
nothing_is_a_picture_too(void **state)
{
	struct sample *sample = *state;

	assert_has(svg(sample, topology_of(sample->arena, sample->inventory, NULL)),
		"0 networks, 0 connections; nothing in conflict, no warnings");
}

static void
ten_thousand_networks_give_a_bounded_picture_that_says_so(void **state)
{
	const char *text = svg(*state, sample_big_graph(*state, 10000, 0));

	parsed(*state, text);
	assert_in_range(strlen(text), 1, 400 * 1000);
	assert_has(text,
		"Too many for one picture: only those with the most connections are in it, "
		"without 9760 other networks and 4880 other connections.");
}

static void
a_long_list_is_cut_and_says_so(void **state)
{
	struct sample *sample = *state;
	const char *text;

	sample_big_graph(sample, 180, 0);
	for (int i = 0; i < 180; i++)
		sample_finding(sample, "cidr-overlap", ACTION_DENY,
			(struct sample_party){KIND_VPC, arena_printf(sample->arena, "v%05d", i),
				sample_entry, ""},
			(struct sample_party){0}, "");
	text = svg(sample, topology_of(sample->arena, sample->inventory, &sample->report));
	assert_has(text, "and 30 more");
	assert_int_equal(sample_occurrences(text, ">60</text>"), 2);
	assert_int_equal(sample_occurrences(text, ">61</text>"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_says_in_words_what_it_shows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_conflict_has_its_number_in_the_picture_and_in_the_list, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(it_needs_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_hostile_name_stays_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_a_picture_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			ten_thousand_networks_give_a_bounded_picture_that_says_so, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_long_list_is_cut_and_says_so, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
