/* Reports: order, the two sides of one conflict, and the two forms of output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "report/report.h"

static const struct object_id net1 = {KIND_SUBNET, "", "net1"};
static const struct object_id net2 = {KIND_SUBNET, "", "net2"};
static const struct field cidr_block = {"spec.cidrBlock", 0};

static const struct finding *
overlap(struct findings *findings, const struct object_id *subject, const struct object_id *other)
{
	struct finding *finding = findings_add(
		findings, "cidr-overlap", ACTION_DENY, subject, cidr_block, "10.0.0.0/16");

	finding_counterpart(findings, finding, other, cidr_block, "10.0.0.0/16");
	finding->message = "spec.cidrBlock 10.0.0.0/16 overlaps \"the other\"";
	finding->hint = "first line\nsecond line";
	finding_seal(finding);
	return finding;
}

static const struct finding *
warning(struct findings *findings, const struct object_id *subject)
{
	struct finding *finding =
		findings_add(findings, "missing-route", ACTION_WARN, subject, cidr_block, "");

	finding->message = "no route";
	finding->hint = "";
	finding_seal(finding);
	return finding;
}

static void
the_second_side_of_a_conflict_replaces_the_first(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);
	struct findings findings = {.arena = arena};
	const struct report_entry *entry;

	(void)state;
	report_init(&report, arena);
	report_add(&report, overlap(&findings, &net1, &net2), "a.yaml", 1, 1);
	report_add(&report, warning(&findings, &net1), "a.yaml", 2, 1);
	report_add(&report, overlap(&findings, &net2, &net1), "b.yaml", 3, 1);

	assert_int_equal(report_count(&report, ACTION_DENY), 1);
	assert_int_equal(report_count(&report, ACTION_WARN), 1);
	entry = report_next(&report, NULL);
	assert_string_equal(entry->finding->rule, "missing-route");
	entry = report_next(&report, entry);
	assert_string_equal(entry->file, "b.yaml");
	assert_null(report_next(&report, entry));
	assert_int_equal(report_worst(&report), ACTION_DENY);
}

static void
findings_that_are_off_are_left_out(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);
	struct findings findings = {.arena = arena};
	struct finding *finding =
		findings_add(&findings, "missing-route", ACTION_OFF, &net1, cidr_block, "");

	(void)state;
	report_init(&report, arena);
	finding->message = finding->hint = "";
	finding_seal(finding);
	report_add(&report, finding, NULL, 0, 0);
	assert_null(report_next(&report, NULL));
	assert_int_equal(report_worst(&report), ACTION_OFF);
}

static void
text_shows_place_action_message_and_indented_hint(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);
	struct buffer out CLEANUP(buffer_dispose);
	struct findings findings = {.arena = arena};

	(void)state;
	report_init(&report, arena);
	buffer_init(&out, 1 << 16);
	report_add(&report, overlap(&findings, &net1, &net2), "a.yaml", 7, 14);
	report.objects = 2;
	report_write_text(&report, false, &out);
	assert_string_equal(buffer_text(&out), "a.yaml:7:14: Subnet net1: deny: spec.cidrBlock "
					       "10.0.0.0/16 overlaps \"the other\" [cidr-overlap]\n"
					       "    first line\n"
					       "    second line\n"
					       "2 objects: 1 to deny, 0 warnings, 0 notes\n");
	buffer_clear(&out);
	report_write_text(&report, true, &out);
	assert_non_null(strstr(buffer_text(&out), "\033[31;1mdeny\033[0m"));
}

static void
json_is_what_the_contract_says(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);
	struct buffer out CLEANUP(buffer_dispose);
	struct findings findings = {.arena = arena};
	const struct json *root, *finding;

	(void)state;
	report_init(&report, arena);
	buffer_init(&out, 1 << 16);
	report_add(&report, overlap(&findings, &net1, &net2), "a \"b\".yaml", 7, 14);
	report_add(&report, warning(&findings, &net2), NULL, 0, 0);
	report.objects = 2;
	report_write_json(&report, &out);
	root = json_parse(arena, buffer_text(&out), out.length, &json_file_limits, NULL);
	assert_non_null(root);
	finding = json_first(json_member(root, "findings"));
	assert_string_equal(json_text(json_nearest(finding, "object.apiVersion")), "kubeovn.io/v1");
	assert_string_equal(json_text(json_nearest(finding, "counterparts[0].name")), "net2");
	assert_string_equal(
		json_text(json_nearest(finding, "counterparts[0].field")), "spec.cidrBlock");
	assert_string_equal(json_text(json_nearest(finding, "location.file")), "a \"b\".yaml");
	assert_int_equal(json_count(json_member(root, "findings")), 2);
	assert_true(json_is_null(json_member(json_next(finding), "location")));
}

static void
assumptions_are_named_once_and_foreign_objects_are_counted(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct report report CLEANUP(report_dispose);
	struct buffer out CLEANUP(buffer_dispose);
	const struct json *root;

	(void)state;
	report_init(&report, arena);
	buffer_init(&out, 1 << 16);
	report_assume(&report, &net1, "VPC a exists");
	report_assume(&report, NULL, "there is no \"b\"");
	report_assume(&report, &net2, "VPC a exists");
	report.objects = 1;
	report.foreign = 1;
	report_write_text(&report, false, &out);
	assert_string_equal(buffer_text(&out), "assuming VPC a exists\n"
					       "assuming there is no \"b\"\n"
					       "1 object: 0 to deny, 0 warnings, 0 notes; "
					       "1 foreign object passed over\n");
	buffer_clear(&out);
	report_write_json(&report, &out);
	root = json_parse(arena, buffer_text(&out), out.length, &json_file_limits, NULL);
	assert_int_equal(json_count(json_member(root, "assumptions")), 2);
	assert_string_equal(json_text(json_nearest(root, "assumptions[0].object.name")), "net1");
	assert_string_equal(
		json_text(json_nearest(root, "assumptions[1].message")), "there is no \"b\"");
	assert_true(json_is_null(json_nearest(root, "assumptions[1].object")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_side_of_a_conflict_replaces_the_first),
		cmocka_unit_test(findings_that_are_off_are_left_out),
		cmocka_unit_test(text_shows_place_action_message_and_indented_hint),
		cmocka_unit_test(json_is_what_the_contract_says),
		cmocka_unit_test(assumptions_are_named_once_and_foreign_objects_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
