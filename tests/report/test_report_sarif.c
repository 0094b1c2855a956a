/* SARIF: what the form says of findings, places and counterparts. Against the schema, it is checked
 * in tests/command_line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "tests/report/sample_report.h"
#include "validators/rules.h"

static const struct json *
write_run(struct arena *arena, const struct report *report)
{
	struct buffer out CLEANUP(buffer_dispose);
	const struct json *root;

	buffer_init(&out, 1 << 20);
	report_write_sarif(report, &out);
	assert_false(out.overflowed);
	root = json_parse(arena, buffer_text(&out), out.length, &json_file_limits, NULL);
	assert_non_null(root);
	assert_string_equal(json_member_text(root, "version"), "2.1.0");
	assert_int_equal(json_count(json_member(root, "runs")), 1);
	return json_first(json_member(root, "runs"));
}

static void
assert_text(const struct json *root, const char *path, const char *text)
{
	const char *found = json_text(json_nearest(root, path));

	if (!found || strcmp(found, text) != 0)
		fail_msg("%s is \"%s\"", path, found ? found : "not there");
}

static void
a_result_says_rule_level_place_and_message(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 22);
	struct report report CLEANUP(report_dispose);
	const struct json *run;

	(void)state;
	sample_fill(&report, arena);
	run = write_run(arena, &report);
	assert_int_equal(json_count(json_member(run, "results")), 3);
	assert_text(run, "results[0].ruleId", "cidr-overlap");
	assert_text(run, "results[0].level", "error");
	assert_text(run, "results[1].level", "warning");
	assert_text(run, "results[2].level", "note");
	assert_text(run, "results[1].message.text", "no route\nfirst line\nsecond <line>");
	assert_text(run, "results[0].locations[0].physicalLocation.artifactLocation.uri",
		"my%20net/a%3Ab.yaml");
	assert_text(run, "results[0].locations[0].logicalLocations[0].fullyQualifiedName",
		"Subnet/net2");
	assert_text(run, "results[2].locations[0].logicalLocations[0].fullyQualifiedName",
		"IpRange/kyma/range");
	assert_text(run, "results[0].partialFingerprints.peerwarden/v1",
		report_next(&report, NULL)->finding->id);
	assert_text(run, "results[0].relatedLocations[0].logicalLocations[0].name", "net1");
	assert_text(run, "results[0].relatedLocations[0].message.text",
		"Subnet net1: spec.cidrBlock 10.0.0.0/8");
	assert_text(run, "invocations[0].toolExecutionNotifications[0].message.text",
		"assuming VPC <v> exists");
}

static int64_t
number_at(const struct json *root, const char *path)
{
	int64_t number = 0;

	assert_true(json_integer(json_nearest(root, path), &number));
	return number;
}

static void
an_unknown_place_is_left_out(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 22);
	struct report report CLEANUP(report_dispose);
	const struct json *run, *place, *region;

	(void)state;
	sample_fill(&report, arena);
	run = write_run(arena, &report);
	assert_int_equal(
		number_at(run, "results[0].locations[0].physicalLocation.region.startColumn"), 14);
	region = json_nearest(run, "results[1].locations[0].physicalLocation.region");
	assert_int_equal(number_at(region, "startLine"), 3);
	assert_null(json_member(region, "startColumn"));
	place = json_nearest(run, "results[2].locations[0]");
	assert_null(json_member(place, "physicalLocation"));
}

static void
each_rule_stands_where_its_results_look_for_it(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 22);
	struct report report CLEANUP(report_dispose);
	const struct json *run, *known;
	size_t count = 0;

	(void)state;
	sample_fill(&report, arena);
	run = write_run(arena, &report);
	known = json_nearest(run, "tool.driver.rules");
	while (rules[count])
		count++;
	assert_int_equal(json_count(known), count + 1); /* and what lint alone says */
	for (int i = 0; i < 3; i++) {
		const struct json *result =
			json_nearest(run, arena_printf(arena, "results[%d]", i));
		int64_t index = number_at(result, "ruleIndex");

		assert_text(run, arena_printf(arena, "tool.driver.rules[%d].id", (int)index),
			json_member_text(result, "ruleId"));
	}
}

static void
an_empty_report_is_a_run_without_results(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 22);
	struct report report CLEANUP(report_dispose);
	const struct json *run;

	(void)state;
	report_init(&report, arena);
	run = write_run(arena, &report);
	assert_non_null(json_member(run, "results"));
	assert_int_equal(json_count(json_member(run, "results")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_says_rule_level_place_and_message),
		cmocka_unit_test(an_unknown_place_is_left_out),
		cmocka_unit_test(each_rule_stands_where_its_results_look_for_it),
		cmocka_unit_test(an_empty_report_is_a_run_without_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
