/* Policy reports: the two forms, order, limits, what stays the same and what may be told. */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "tests/report/policy_report_samples.h"
#include "tests/support/arena_limit.h"

struct bench {
	struct arena *arena;
	struct findings findings;
	struct policy_report report;
	struct policy_report_outcome outcome;
	struct buffer out;
};

static int
set_up(void **state)
{
	static struct bench bench;

	bench = (struct bench){.arena = arena_new(64 << 20)};
	bench.findings.arena = bench.arena;
	bench.report = sample_report(&bench.findings, &sample_subnet);
	buffer_init(&bench.out, 16 << 20);
	*state = &bench;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *bench = *state;

	buffer_dispose(&bench->out);
	arena_free(bench->arena);
	return 0;
}

/* The text lives in the arena. */
static const char *
write_text(struct bench *bench)
{
	struct error error;

	buffer_clear(&bench->out);
	if (!policy_report_write(
		    bench->arena, &bench->report, &bench->out, &bench->outcome, &error))
		fail_msg("%s", error.message);
	return arena_text(bench->arena, buffer_text(&bench->out));
}

static const struct json *
parse(struct arena *arena, const char *text)
{
	const struct json *root = json_parse(arena, text, strlen(text), &json_file_limits, NULL);

	assert_non_null(root);
	return root;
}

static const struct json *
write_tree(struct bench *bench)
{
	return parse(bench->arena, write_text(bench));
}

/* The value at the path, as text. */
static const char *
at(struct bench *bench, const struct json *root, const char *path)
{
	const struct json *value = json_nearest(root, path);

	return json_is_number(value) ? json_number_text(bench->arena, value) : json_text(value);
}

/* The findings, the last one first. */
static struct findings
reversed(const struct findings *findings)
{
	struct findings other = {.arena = findings->arena};

	for (size_t i = findings->count; i > 0; i--) {
		struct finding *copy = ARENA_NEW(findings->arena, struct finding);
		const struct finding *finding = findings->first;

		for (size_t j = 1; j < i; j++)
			finding = finding->next;
		*copy = *finding;
		findings_append(&other, copy);
	}
	return other;
}

static void
a_report_is_these_very_bytes(void **state)
{
	struct bench *bench = *state;

	sample_conflict(&bench->findings, &sample_subnet);
	assert_string_equal(write_text(bench),
		"{\"apiVersion\":\"wgpolicyk8s.io/v1alpha2\",\"kind\":\"ClusterPolicyReport\","
		"\"metadata\":{\"name\":\"peerwarden-6d4d5b2a-9f0e-4c39-8f5b-0f2f5a1c7e11\","
		"\"labels\":{\"app.kubernetes.io/managed-by\":\"peerwarden\","
		"\"peerwarden.io/kind\":\"Subnet\"},"
		"\"ownerReferences\":[{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\","
		"\"name\":\"net1\",\"uid\":\"6d4d5b2a-9f0e-4c39-8f5b-0f2f5a1c7e11\"}]},"
		"\"scope\":{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"name\":\"net1\","
		"\"uid\":\"6d4d5b2a-9f0e-4c39-8f5b-0f2f5a1c7e11\"},"
		"\"summary\":{\"pass\":0,\"fail\":1,\"warn\":0,\"error\":0,\"skip\":0},"
		"\"results\":[{\"policy\":\"peerwarden\",\"rule\":\"cidr-overlap\","
		"\"source\":\"peerwarden\",\"category\":\"Network Peering\",\"result\":\"fail\","
		"\"severity\":\"high\",\"scored\":true,"
		"\"message\":\"spec.cidrBlock 10.0.5.0/24 overlaps 10.0.0.0/16 of Subnet net2\\n"
		"free for both: 10.1.0.0/24\\nor another\","
		"\"timestamp\":{\"seconds\":1700000000,\"nanos\":0},"
		"\"resources\":[{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\","
		"\"name\":\"net1\",\"uid\":\"6d4d5b2a-9f0e-4c39-8f5b-0f2f5a1c7e11\"},"
		"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Subnet\",\"name\":\"net2\"},"
		"{\"apiVersion\":\"kubeovn.io/v1\",\"kind\":\"Vpc\",\"name\":\"vpc-2\"}],"
		"\"properties\":{\"resultID\":\"d971d9b7ed0d6cb5\",\"action\":\"deny\","
		"\"field\":\"spec.cidrBlock\",\"value\":\"10.0.5.0/24\","
		"\"conflictsWith\":\"Subnet net2 spec.cidrBlock 10.0.0.0/16; "
		"Vpc vpc-2 spec.vpcPeerings[1].localConnectIP 10.0.5.1/30\"}}]}\n");
}

static void
each_form_names_its_kinds_and_only_openreports_says_its_limits(void **state)
{
	struct bench *bench = *state;
	const struct json *report;

	bench->report.object = sample_gateway;
	sample_conflict(&bench->findings, &sample_gateway);
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "kind"), "PolicyReport");
	assert_string_equal(at(bench, report, "metadata.namespace"), "team-a");
	assert_string_equal(at(bench, report, "scope.namespace"), "team-a");
	assert_null(json_member(report, "configuration"));
	bench->report.form = POLICY_REPORT_OPENREPORTS;
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "apiVersion"), "openreports.io/v1alpha1");
	assert_string_equal(at(bench, report, "kind"), "Report");
	assert_string_equal(at(bench, report, "source"), "peerwarden");
	assert_string_equal(at(bench, report, "configuration.limits.maxResults"), "100");
	assert_string_equal(at(bench, report, "configuration.limits.statusFilter[1]"), "warn");
	assert_int_equal(json_count(json_nearest(report, "configuration.limits.statusFilter")), 2);
	bench->report.object = sample_subnet;
	assert_string_equal(at(bench, write_tree(bench), "kind"), "ClusterReport");
	assert_string_equal(
		policy_report_plural(POLICY_REPORT_OPENREPORTS, false), "clusterreports");
	assert_string_equal(policy_report_api(POLICY_REPORT_WGPOLICY), "wgpolicyk8s.io/v1alpha2");
}

static void
actions_become_results_and_severities_with_the_worst_first(void **state)
{
	struct bench *bench = *state;
	const struct json *report;

	sample_all(&bench->findings, &sample_subnet);
	report = write_tree(bench);
	assert_int_equal(json_count(json_member(report, "results")), 3);
	assert_string_equal(at(bench, report, "results[0].result"), "fail");
	assert_string_equal(at(bench, report, "results[0].severity"), "high");
	assert_string_equal(at(bench, report, "results[1].result"), "warn");
	assert_string_equal(at(bench, report, "results[1].severity"), "medium");
	assert_string_equal(at(bench, report, "results[2].result"), "warn");
	assert_string_equal(at(bench, report, "results[2].severity"), "low");
	assert_string_equal(at(bench, report, "summary.fail"), "1");
	assert_string_equal(at(bench, report, "summary.warn"), "2");
	assert_int_equal(bench->outcome.worst, ACTION_DENY);
	assert_int_equal(bench->outcome.results, 3);
	assert_int_equal(bench->outcome.left_out, 0);
}

static void
the_order_of_findings_does_not_show_and_each_id_stands_once(void **state)
{
	struct bench *bench = *state;
	struct findings backwards;
	const char *text;

	sample_all(&bench->findings, &sample_subnet);
	sample_conflict(&bench->findings, &sample_subnet);
	text = write_text(bench);
	backwards = reversed(&bench->findings);
	bench->report.findings = &backwards;
	assert_string_equal(write_text(bench), text);
	assert_int_equal(bench->outcome.results, 3);
}

static void
passed_rules_are_reported_when_asked_for(void **state)
{
	static const char *const asked[] = {"self-peering", "cidr-overlap", "quota", NULL};
	struct bench *bench = *state;
	const struct json *report;

	sample_conflict(&bench->findings, &sample_subnet);
	bench->report.asked = asked;
	bench->report.form = POLICY_REPORT_OPENREPORTS;
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "summary.pass"), "2");
	assert_string_equal(at(bench, report, "results[1].rule"), "self-peering");
	assert_string_equal(at(bench, report, "results[1].result"), "pass");
	assert_string_equal(at(bench, report, "results[2].rule"), "quota");
	assert_string_equal(at(bench, report, "results[2].properties.resultID"),
		"6d4d5b2a-9f0e-4c39-8f5b-0f2f5a1c7e11.quota");
	assert_string_equal(at(bench, report, "configuration.limits.statusFilter[2]"), "pass");
	assert_int_equal(bench->outcome.worst, ACTION_DENY);
}

static void
nothing_found_is_nothing_to_report(void **state)
{
	struct bench *bench = *state;

	sample_finding(&bench->findings, "quota", ACTION_OFF, &sample_subnet, "unseen");
	assert_int_equal(json_count(json_member(write_tree(bench), "results")), 0);
	assert_int_equal(bench->outcome.results, 0);
	assert_int_equal(bench->outcome.worst, ACTION_OFF);
}

static void
more_results_than_the_maximum_are_counted_and_noted(void **state)
{
	struct bench *bench = *state;
	const struct json *report;

	for (int i = 0; i < 9; i++)
		sample_finding(&bench->findings, "broad-prefix", ACTION_WARN, &sample_subnet,
			arena_printf(bench->arena, "10.%d.0.0/7", i));
	sample_conflict(&bench->findings, &sample_subnet);
	bench->findings.untold[ACTION_WARN] = 5;
	bench->report.maximum = 4;
	report = write_tree(bench);
	assert_int_equal(json_count(json_member(report, "results")), 4);
	assert_string_equal(at(bench, report, "results[0].rule"), "cidr-overlap");
	assert_string_equal(at(bench, report, "summary.warn"), "14");
	assert_string_equal(
		at(bench, report, "metadata.annotations[peerwarden.io/results-left-out]"), "11");
	assert_int_equal(bench->outcome.left_out, 11);
	assert_int_equal(bench->outcome.results, 4);
}

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
a_report_is_ours_by_label_and_name(void **state)
{
	static const char *const foreign[] = {"{}", "{\"metadata\":{\"name\":\"peerwarden-u\"}}",
		"{\"metadata\":{\"name\":\"peerwarden-u\",\"labels\":"
		"{\"app.kubernetes.io/managed-by\":\"kyverno\"}}}",
		"{\"metadata\":{\"name\":\"u\",\"labels\":"
		"{\"app.kubernetes.io/managed-by\":\"peerwarden\"}}}"};
	struct bench *bench = *state;

	assert_string_equal(policy_report_uid(write_tree(bench)), sample_uid);
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		assert_null(policy_report_uid(parse(bench->arena, foreign[i])));
}

static void
what_may_not_be_told_of_others_is_nowhere(void **state)
{
	struct bench *bench = *state;
	const char *text;

	sample_conflict(&bench->findings, &sample_subnet);
	bench->report.disclosure = DISCLOSE_NAMES;
	text = write_text(bench);
	assert_non_null(strstr(text, "\"name\":\"net2\""));
	assert_null(strstr(text, "10.0.0.0/16"));
	assert_null(strstr(text, "10.1.0.0/24"));
	bench->report.disclosure = DISCLOSE_RULE;
	text = write_text(bench);
	assert_null(strstr(text, "net2"));
	assert_null(strstr(text, "vpc-2"));
	assert_null(strstr(text, "10.0.0.0/16"));
	assert_non_null(strstr(text, "\"value\":\"10.0.5.0/24\""));
}

/* Message and hint of 2-byte characters after `shift` bytes, so that every limit falls inside one.
 */
static void
make_long(struct bench *bench, struct finding *finding, size_t shift)
{
	char *text = ARENA_ARRAY(bench->arena, char, 8001);

	memset(text, 'x', shift);
	for (size_t i = shift; i + 2 < 8000; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	finding->message = text;
	finding->subject.value = text;
}

static void
long_text_is_cut_between_characters(void **state)
{
	struct bench *bench = *state;
	struct finding *finding = sample_conflict(&bench->findings, &sample_subnet);

	for (size_t shift = 0; shift < 4; shift++) {
		const struct json *report;
		const char *message, *value;

		make_long(bench, finding, shift);
		report = write_tree(bench);
		message = at(bench, report, "results[0].message");
		value = at(bench, report, "results[0].properties.value");
		assert_in_range(strlen(message), 2047, 2048);
		assert_in_range(strlen(value), 511, 512);
		assert_true(text_ends_with(message, "\xc3\xa9..."));
		assert_true(text_ends_with(value, "\xc3\xa9..."));
	}
}

static void
the_largest_report_is_smaller_than_what_etcd_takes(void **state)
{
	struct bench *bench = *state;
	char name[254], quotes[513], text[4001];

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = quotes[sizeof quotes - 1] = text[sizeof text - 1] = '\0';
	memset(quotes, '"', sizeof quotes - 1);
	memset(text, '"', sizeof text - 1);
	for (int i = 0; i < 150; i++) {
		struct finding *finding = sample_finding(&bench->findings, "cidr-overlap",
			ACTION_DENY, &sample_subnet, arena_printf(bench->arena, "%d", i));

		for (int j = 0; j < 20; j++) {
			name[0] = (char)('a' + j);
			finding_counterpart(&bench->findings, finding,
				&(struct object_id){KIND_AWS_VPC_PEERING, name, name},
				(struct field){"spec.remoteVpcId", 0}, quotes);
		}
		finding->subject.value = quotes;
		finding->message = text;
	}
	assert_in_range(strlen(write_text(bench)), 500000, 1400000);
	assert_int_equal(bench->outcome.results, POLICY_REPORT_RESULTS);
	assert_int_equal(bench->outcome.left_out, 50);
}

static void
control_characters_do_not_get_through(void **state)
{
	struct bench *bench = *state;
	struct finding *finding =
		sample_finding(&bench->findings, "quota", ACTION_WARN, &sample_subnet, "v");
	const struct json *report;

	finding->message = "a\nb\x1b[2J";
	finding->hint = "c\r\nd\x7f";
	report = write_tree(bench);
	assert_string_equal(at(bench, report, "results[0].message"), "a?b?[2J\nc?\nd?");
}

static void
a_party_is_one_resource_whatever_its_fields(void **state)
{
	static const struct object_id other = {KIND_VPC, "", "vpc-2"};
	struct bench *bench = *state;
	struct finding *finding = sample_conflict(&bench->findings, &sample_subnet);
	const struct field field = {"spec.namespaces", 0};

	finding_counterpart(&bench->findings, finding, &other, field, "");
	finding_counterpart(&bench->findings, finding, &sample_subnet, field, "");
	assert_int_equal(json_count(json_nearest(write_tree(bench), "results[0].resources")), 3);
}

static void
a_uid_that_can_be_no_name_is_refused(void **state)
{
	static const char *const wrong[] = {NULL, "", "a/b", "../x", "A", "a b"};
	struct bench *bench = *state;
	struct error error;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		bench->report.uid = wrong[i];
		assert_false(policy_report_write(
			bench->arena, &bench->report, &bench->out, &bench->outcome, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	assert_int_equal(bench->out.length, 0);
}

static void
a_buffer_that_is_too_small_is_said(void **state)
{
	struct bench *bench = *state;
	struct buffer small CLEANUP(buffer_dispose);
	struct error error;

	buffer_init(&small, 300);
	sample_all(&bench->findings, &sample_subnet);
	assert_false(
		policy_report_write(bench->arena, &bench->report, &small, &bench->outcome, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
}

static bool
attempt(struct arena *arena, void *context, struct error *error)
{
	struct bench *bench = context;
	struct buffer out CLEANUP(buffer_dispose);
	struct policy_report_outcome outcome;

	buffer_init(&out, 1 << 20);
	if (!policy_report_write(arena, &bench->report, &out, &outcome, error))
		return false;
	assert_int_equal(outcome.content, bench->outcome.content);
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	struct bench *bench = *state;

	sample_all(&bench->findings, &sample_subnet);
	bench->report.stored = write_tree(bench);
	assert_in_range(arena_limit_walk(attempt, bench), 1024, 1 << 18);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_is_these_very_bytes),
		TEST(each_form_names_its_kinds_and_only_openreports_says_its_limits),
		TEST(actions_become_results_and_severities_with_the_worst_first),
		TEST(the_order_of_findings_does_not_show_and_each_id_stands_once),
		TEST(passed_rules_are_reported_when_asked_for),
		TEST(nothing_found_is_nothing_to_report),
		TEST(more_results_than_the_maximum_are_counted_and_noted),
		TEST(results_that_stay_keep_their_timestamp),
		TEST(a_stored_timestamp_that_makes_no_sense_is_not_kept),
		TEST(timestamps_order_of_members_and_what_others_add_are_no_difference),
		TEST(every_single_change_by_hand_is_a_difference),
		TEST(a_report_is_ours_by_label_and_name),
		TEST(what_may_not_be_told_of_others_is_nowhere),
		TEST(long_text_is_cut_between_characters),
		TEST(the_largest_report_is_smaller_than_what_etcd_takes),
		TEST(control_characters_do_not_get_through),
		TEST(a_party_is_one_resource_whatever_its_fields),
		TEST(a_uid_that_can_be_no_name_is_refused),
		TEST(a_buffer_that_is_too_small_is_said),
		TEST(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
