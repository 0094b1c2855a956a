#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "validators/finding.h"

static const struct object_id net1 = {KIND_SUBNET, "", "net1"}, net2 = {KIND_SUBNET, "", "net2"},
			      vpc1 = {KIND_VPC, "", "vpc-1"};
static const struct field block = {"spec.cidrBlock", 0};

static struct finding *
between(struct findings *findings, const struct object_id *one, const struct object_id *other)
{
	struct finding *finding =
		findings_add(findings, "cidr-overlap", ACTION_DENY, one, block, one->name);

	finding_counterpart(findings, finding, other, block, other->name);
	finding_seal(finding);
	return finding;
}

static void
both_sides_of_a_conflict_have_one_id(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};

	(void)state;
	assert_string_equal(
		between(&findings, &net1, &net2)->id, between(&findings, &net2, &net1)->id);
	assert_int_equal(strlen(findings.first->id), 16);
	assert_int_equal(findings.count, 2);
	assert_ptr_equal(findings.last, findings.first->next);
}

static void
ids_are_the_same_in_every_run(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};

	(void)state;
	assert_string_equal(between(&findings, &net1, &net2)->id, "b86cbd8c76d7cf7b");
}

static void
ids_do_not_depend_on_list_positions(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};
	const char *ids[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct finding *finding = findings_add(&findings, "self-peering", ACTION_DENY,
			&vpc1, (struct field){"spec.vpcPeerings[%d].remoteVpc", i}, "vpc-1");

		finding_seal(finding);
		ids[i] = finding->id;
	}
	assert_string_equal(ids[0], ids[1]);
}

static void
ids_differ_by_rule_object_field_and_value(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};
	const struct field gateway = {"spec.gateway", 0};
	struct finding *all[] = {
		findings_add(&findings, "cidr-overlap", ACTION_DENY, &net1, block, "10.0.0.0/16"),
		findings_add(
			&findings, "malformed-address", ACTION_DENY, &net1, block, "10.0.0.0/16"),
		findings_add(&findings, "cidr-overlap", ACTION_DENY, &net2, block, "10.0.0.0/16"),
		findings_add(&findings, "cidr-overlap", ACTION_DENY, &net1, gateway, "10.0.0.0/16"),
		findings_add(&findings, "cidr-overlap", ACTION_DENY, &net1, block, "10.0.0.0/17"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		finding_seal(all[i]);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(all[i]->id, all[k]->id);
}

static void
the_action_is_no_part_of_the_id(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};
	struct finding *deny =
		findings_add(&findings, "cidr-overlap", ACTION_DENY, &net1, block, "");
	struct finding *warn =
		findings_add(&findings, "cidr-overlap", ACTION_WARN, &net1, block, "");

	(void)state;
	finding_seal(deny);
	finding_seal(warn);
	assert_string_equal(deny->id, warn->id);
}

/* A peering that brings two subnets together is the same conflict as the one of the subnets. */
static void
a_subject_between_others_is_no_part_of_the_id(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};
	struct finding *finding = findings_add(&findings, "cidr-overlap", ACTION_DENY, &vpc1,
		(struct field){"spec.vpcPeerings[%d].remoteVpc", 0}, "vpc-2");

	(void)state;
	finding->between_others = true;
	finding_counterpart(&findings, finding, &net1, block, "net1");
	finding_counterpart(&findings, finding, &net2, block, "net2");
	finding_seal(finding);
	assert_string_equal(finding->id, between(&findings, &net1, &net2)->id);
}

static void
findings_outlive_the_names_they_were_made_from(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};
	char name[] = "net1", value[] = "10.0.0.0/16";
	struct finding *finding = findings_add(&findings, "cidr-overlap", ACTION_DENY,
		&(struct object_id){KIND_SUBNET, "", name}, block, value);

	(void)state;
	memset(name, 'x', strlen(name));
	memset(value, 'x', strlen(value));
	assert_string_equal(finding->subject.object.name, "net1");
	assert_string_equal(finding->subject.value, "10.0.0.0/16");
}

static void
a_value_stands_on_one_line_and_is_cut_where_a_character_ends(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = {.arena = arena};
	const struct finding *finding = findings_add(
		&findings, "malformed-address", ACTION_DENY, &net1, block, "1\n2\x1b[3");
	char value[2000];

	(void)state;
	assert_string_equal(finding->subject.value, "1?2?[3");
	memset(value, 'a', sizeof value);
	memcpy(value + 511, "\xc3\xa4", 3);
	finding = findings_add(&findings, "malformed-address", ACTION_DENY, &net1, block, value);
	assert_int_equal(strlen(finding->subject.value), 511 + 3);
	value[511] = '\0';
	finding = findings_add(&findings, "malformed-address", ACTION_DENY, &net1, block, value);
	assert_string_equal(finding->subject.value, value);
	memset(value, 'a', sizeof value);
	value[sizeof value - 1] = '\0';
	finding = findings_add(&findings, "malformed-address", ACTION_DENY, &net1, block, value);
	assert_int_equal(strlen(finding->subject.value), 512 + 3);
	assert_string_equal(finding->subject.value + 512, "...");
}

static void
actions_have_names(void **state)
{
	enum action action;

	(void)state;
	for (int i = 0; i < ACTIONS; i++) {
		assert_true(action_parse(action_name((enum action)i), &action));
		assert_int_equal(action, i);
	}
	assert_false(action_parse("refuse", &action));
	assert_false(action_parse(NULL, &action));
}

/* Findings with another side, with the subject as the other side, with none, and with both. */
static struct findings
some_findings(struct arena *arena)
{
	struct findings findings = {.arena = arena};
	struct finding *finding = findings_add(&findings, "cidr-overlap", ACTION_DENY, &net1,
		(struct field){"spec.list[%d]", 3}, "10.0.0.0/16");

	finding->message = "10.0.0.0/16 overlaps 10.0.5.0/24 of Subnet net2 in VPC vpc-1";
	finding->hint = "free: 10.1.0.0/16";
	finding_counterpart(&findings, finding, &net2, block, "10.0.5.0/24");
	finding_counterpart(&findings, finding, &vpc1, block, "");
	finding_counterpart(&findings, finding, &net2, block, "10.0.6.0/24");
	finding = findings_add(&findings, "link-address-conflict", ACTION_DENY, &net1, block, "a");
	finding_counterpart(&findings, finding, &net1, (struct field){"spec.list[%d]", 0}, "b");
	finding_counterpart(&findings, finding, &net1, (struct field){"spec.list[%d]", 1}, "b");
	finding = findings_add(&findings, "self-peering", ACTION_DENY, &net1, block, "a");
	finding->message = "a peers with itself";
	finding->hint = "remove it";
	finding = findings_add(&findings, "missing-route", ACTION_WARN, &net1, block, "a");
	finding->message = "a has no route from vpc-1";
	finding_counterpart(&findings, finding, &net1, block, "b");
	finding_counterpart(&findings, finding, &vpc1, block, "c");
	return findings;
}

static void
a_finding_is_told_anew_without_what_the_other_side_says(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct findings findings = some_findings(arena);
	struct findings told = findings_told(arena, &findings, DISCLOSE_NAMES);

	(void)state;
	assert_int_equal(told.count, 4);
	assert_string_equal(
		told.first->message, "spec.list[3] does not fit Subnet net2, Vpc vpc-1");
	assert_string_equal(told.first->hint,
		"the policy withholds what other objects say; peerwarden explain cidr-overlap");
	assert_int_equal(told.first->action, ACTION_DENY);
	assert_string_equal(told.first->next->message,
		"spec.cidrBlock does not fit spec.list[0], spec.list[1]");
	assert_string_equal(told.first->next->next->message, "a peers with itself");
	assert_string_equal(told.first->next->next->hint, "remove it");
	assert_string_equal(
		told.last->message, "spec.cidrBlock does not fit spec.cidrBlock, Vpc vpc-1");
	told = findings_told(arena, &findings, DISCLOSE_RULE);
	assert_string_equal(told.first->message, "spec.list[3] does not fit what exists");
	assert_string_equal(told.first->next->message,
		"spec.cidrBlock does not fit spec.list[0], spec.list[1]");
	assert_string_equal(
		told.last->message, "spec.cidrBlock does not fit spec.cidrBlock, what exists");
	assert_string_equal(findings.last->message, "a has no route from vpc-1");
	told = findings_told(arena, &findings, DISCLOSE_ALL);
	assert_ptr_equal(told.first, findings.first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_of_a_conflict_have_one_id),
		cmocka_unit_test(ids_are_the_same_in_every_run),
		cmocka_unit_test(ids_do_not_depend_on_list_positions),
		cmocka_unit_test(ids_differ_by_rule_object_field_and_value),
		cmocka_unit_test(the_action_is_no_part_of_the_id),
		cmocka_unit_test(a_subject_between_others_is_no_part_of_the_id),
		cmocka_unit_test(findings_outlive_the_names_they_were_made_from),
		cmocka_unit_test(a_value_stands_on_one_line_and_is_cut_where_a_character_ends),
		cmocka_unit_test(actions_have_names),
		cmocka_unit_test(a_finding_is_told_anew_without_what_the_other_side_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
