/* Policy reports: the two forms, order, and what may be told. */
#include "base/text.h"
#include "tests/report/policy_report_bench.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(a_report_is_these_very_bytes),
		BENCH_TEST(each_form_names_its_kinds_and_only_openreports_says_its_limits),
		BENCH_TEST(actions_become_results_and_severities_with_the_worst_first),
		BENCH_TEST(the_order_of_findings_does_not_show_and_each_id_stands_once),
		BENCH_TEST(passed_rules_are_reported_when_asked_for),
		BENCH_TEST(nothing_found_is_nothing_to_report),
		BENCH_TEST(a_report_is_ours_by_label_and_name),
		BENCH_TEST(what_may_not_be_told_of_others_is_nowhere),
		BENCH_TEST(a_party_is_one_resource_whatever_its_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
