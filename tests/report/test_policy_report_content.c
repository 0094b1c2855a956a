/* What stays the same in a policy report, and what makes it another. */
#include "tests/report/policy_report_bench.h"

static void
results_that_stay_keep_their_timestamp(void **state)
{
	struct bench *bench = *state;
	const struct json *report;
	uint64_t content;

	sample_all(&bench->findings, &sample_subnet);
	bench->report.stored = write_tree(bench);
	content = bench->outcome.content;
	bench->report.now += INT64_C(3600000000000);
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "results[0].timestamp.seconds"), "1700000000");
	assert_int_equal(bench->outcome.content, content);
	bench->findings.last->action = ACTION_WARN;
	sample_finding(&bench->findings, "quota", ACTION_DENY, &sample_subnet, "new");
	bench->findings.first->message = "spec.cidrBlock reads differently now";
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "results[0].timestamp.seconds"), "1700000000");
	assert_string_equal(at(bench, report, "results[1].rule"), "quota");
	assert_string_equal(at(bench, report, "results[1].timestamp.seconds"), "1700003600");
	assert_string_equal(at(bench, report, "results[4].rule"), "broad-prefix");
	assert_string_equal(at(bench, report, "results[4].timestamp.seconds"), "1700003600");
	assert_true(bench->outcome.content != content);
}

static void
a_stored_timestamp_that_makes_no_sense_is_not_kept(void **state)
{
	static const char *const wrong[] = {"{\"seconds\":-1,\"nanos\":0}",
		"{\"seconds\":1,\"nanos\":-1}", "{\"seconds\":1,\"nanos\":1000000000}",
		"{\"seconds\":\"1\",\"nanos\":0}", "{\"seconds\":1}", "7", "null"};
	struct bench *bench = *state;
	const struct finding *finding = sample_conflict(&bench->findings, &sample_subnet);

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *stored = arena_printf(bench->arena,
			"{\"results\":[{\"result\":\"fail\",\"message\":\"%s\\nfree for both: "
			"10.1.0.0/24\\nor another\",\"timestamp\":%s,\"properties\":"
			"{\"resultID\":\"%s\"}}]}",
			finding->message, wrong[i], finding->id);

		bench->report.stored = parse(bench->arena, stored);
		assert_string_equal(
			at(bench, write_tree(bench), "results[0].timestamp.seconds"), "1700000000");
	}
}

static void
timestamps_order_of_members_and_what_others_add_are_no_difference(void **state)
{
	static const char plain[] =
		"{\"kind\":\"Report\",\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\"}},"
		"\"results\":[{\"rule\":\"r\",\"result\":\"fail\",\"timestamp\":{\"seconds\":1}}]}";
	static const char same[] =
		"{\"results\":[{\"timestamp\":{\"seconds\":9},\"result\":\"fail\",\"rule\":\"r\"}],"
		"\"metadata\":{\"uid\":\"u\",\"name\":\"a\"},\"kind\":\"Report\"}";
	static const char *const others[] = {
		"{\"kind\":\"Report\",\"metadata\":{\"name\":\"b\"},"
		"\"results\":[{\"rule\":\"r\",\"result\":\"fail\"}]}",
		"{\"kind\":\"Report\",\"metadata\":{\"name\":\"a\"},"
		"\"results\":[{\"rule\":\"fail\",\"result\":\"r\"}]}",
		"{\"kind\":\"Report\",\"metadata\":{\"name\":\"a\"},"
		"\"results\":[{\"rule\":\"r\",\"result\":\"fail\",\"scored\":false}]}",
		"{\"kind\":\"Report\",\"metadata\":{\"name\":\"a\"},\"results\":[]}",
	};
	struct bench *bench = *state;
	const struct json *first = parse(bench->arena, plain);

	assert_true(policy_report_same(bench->arena, first, parse(bench->arena, same)));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(
			policy_report_same(bench->arena, first, parse(bench->arena, others[i])));
	assert_false(policy_report_same(bench->arena, parse(bench->arena, "{\"results\":[1,2]}"),
		parse(bench->arena, "{\"results\":[2,1]}")));
}

static void
every_single_change_by_hand_is_a_difference(void **state)
{
	static const char *const changes[][2] = {{"\"fail\":1", "\"fail\":0"},
		{"\"scored\":true", "\"scored\":false"}, {"net2", "net3"},
		{"managed-by\":\"p", "managed-by\":\"q"}, {"resultID", "resultId"},
		{"ownerReferences", "ownerreferences"}, {"io/kind\":\"Subnet", "io/kind\":\"Vpc"},
		{"\"severity\":\"high\"", "\"severity\":\"low\""}};
	struct bench *bench = *state;
	const char *text;
	const struct json *report;

	sample_all(&bench->findings, &sample_subnet);
	text = write_text(bench);
	report = parse(bench->arena, text);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		const char *place = strstr(text, changes[i][0]);
		const char *changed;

		assert_non_null(place);
		changed = arena_printf(bench->arena, "%.*s%s%s", (int)(place - text), text,
			changes[i][1], place + strlen(changes[i][0]));
		assert_false(
			policy_report_same(bench->arena, report, parse(bench->arena, changed)));
	}
}

static void
a_report_in_place_of_a_stored_one_names_its_version(void **state)
{
	struct bench *bench = *state;
	uint64_t content;

	sample_all(&bench->findings, &sample_subnet);
	write_tree(bench);
	content = bench->outcome.content;
	assert_null(strstr(write_text(bench), "resourceVersion"));
	bench->report.stored =
		parse(bench->arena, "{\"metadata\":{\"resourceVersion\":\"77\"},\"results\":[]}");
	assert_string_equal(at(bench, write_tree(bench), "metadata.resourceVersion"), "77");
	assert_int_equal(bench->outcome.content, content);
}

static void
an_item_of_a_list_is_the_same_without_its_version_and_kind(void **state)
{
	struct bench *bench = *state;
	const char *text;

	sample_all(&bench->findings, &sample_subnet);
	text = write_text(bench);
	assert_true(policy_report_same(bench->arena, parse(bench->arena, text),
		parse(bench->arena,
			arena_printf(bench->arena, "{%s", strstr(text, "\"metadata\"")))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(results_that_stay_keep_their_timestamp),
		BENCH_TEST(a_stored_timestamp_that_makes_no_sense_is_not_kept),
		BENCH_TEST(timestamps_order_of_members_and_what_others_add_are_no_difference),
		BENCH_TEST(every_single_change_by_hand_is_a_difference),
		BENCH_TEST(a_report_in_place_of_a_stored_one_names_its_version),
		BENCH_TEST(an_item_of_a_list_is_the_same_without_its_version_and_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
