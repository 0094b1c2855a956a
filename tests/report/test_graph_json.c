/* The picture as JSON: the contract of docs/graph.md. */
#include "tests/report/sample_graph.h"

#include "format/json.h"
#include "format/json_limits.h"

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
written(struct sample *sample, const struct topology *topology)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, SAMPLE_GRAPH_LIMIT);
	graph_write_json(topology, &sample->report, &out);
	assert_false(out.overflowed);
	return arena_text(sample->arena, buffer_text(&out));
}

static void
assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in\n%s", part, text);
}

static const struct json *
parsed(struct sample *sample, const struct topology *topology)
{
	const char *text = written(sample, topology);
	struct error error;
	const struct json *value =
		json_parse(sample->arena, text, strlen(text), &json_file_limits, &error);

	if (!value)
		fail_msg("%s", error.message);
	return value;
}

static void
networks_and_connections_have_all_their_members(void **state)
{
	const char *text = written(*state, sample_graph(*state));

	parsed(*state, sample_graph(*state));
	assert_has(text,
		"{\"key\":\"vpc/a\",\"name\":\"VPC a\",\"type\":\"vpc\",\"defined\":true,"
		"\"deleting\":false,\"prefixes\":[\"10.1.0.0/16\",\"10.2.0.0/16\"],"
		"\"prefixCount\":2,\"connectionCount\":2,\"problem\":null,\"state\":\"sound\","
		"\"rules\":[],\"findings\":[]}");
	assert_has(text, "{\"type\":\"peering\",\"first\":\"vpc/a\",\"second\":\"vpc/c\","
			 "\"declaredBy\":[\"vpc/a\"],\"oneSided\":true,\"deleting\":false,"
			 "\"standing\":null,\"state\":\"sound\",\"rules\":[],\"findings\":[]}");
	assert_has(text, "\"standing\":\"Error: no such VPC\",\"state\":\"warned\"");
	assert_has(text, "\"type\":\"dns-link\"");
}

static void
a_finding_stands_in_full_and_by_its_id_where_it_belongs(void **state)
{
	struct sample *sample = *state;
	const struct topology *topology = sample_graph(sample);
	const char *id = report_next(&sample->report, NULL)->finding->id;
	const char *text = written(sample, topology);

	assert_int_equal(sample_occurrences(text, id), 2);
	assert_has(text, arena_printf(sample->arena,
				 "\"state\":\"conflict\",\"rules\":[\"cidr-overlap\"],"
				 "\"findings\":[\"%s\"]}",
				 id));
	assert_has(text, arena_printf(sample->arena, "\"findings\":[{\"id\":\"%s\",\"rule\":", id));
}

static void
a_hostile_name_comes_out_as_it_is(void **state)
{
	const struct json *networks =
		json_member(parsed(*state, sample_hostile_graph(*state)), "networks");
	bool found = false;

	for (const struct json *each = json_first(networks); each; each = json_next(each))
		found |= strcmp(json_member_text(each, "name"), "VPC " SAMPLE_HOSTILE) == 0;
	assert_true(found);
}

static void
assumptions_are_listed(void **state)
{
	struct sample *sample = *state;

	report_assume(&sample->report, NULL, "VPC c exists");
	assert_has(written(sample, sample_graph(sample)), "\"assumptions\":[\"VPC c exists\"]}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			networks_and_connections_have_all_their_members, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_finding_stands_in_full_and_by_its_id_where_it_belongs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_hostile_name_comes_out_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(assumptions_are_listed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
