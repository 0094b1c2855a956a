#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "validators/case.h"

static const struct rule rule = {.id = "test-rule", .action = ACTION_DENY};
static const struct field field = {"spec.vpcPeerings[%d].remoteVpc", 1};

struct world {
	struct arena *arena;
	struct inventory *inventory;
	struct findings findings;
	struct declaration subject;
	struct case_ c;
	bool peering_refused[2], link_refused[2];
	struct peering peerings[2];
	struct claim links[2];
};

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;
	const char *reason;

	assert_true(prefix_parse(text, &prefix, &reason));
	return prefix;
}

static int
set_up(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof world);
	world.arena = arena_new(16 << 20);
	world.inventory = inventory_new();
	inventory_lock(world.inventory);
	world.findings.arena = world.arena;
	for (int i = 0; i < 2; i++) {
		world.links[i] = (struct claim){.domain = "vpc/a",
			.far = i ? "vpc/c" : "vpc/b",
			.role = CLAIM_LINK,
			.peering = i};
		world.links[i].prefix = prefix_of(i ? "169.254.0.4/30" : "169.254.0.0/30");
		world.links[i].host = prefix_of(i ? "169.254.0.5/30" : "169.254.0.1/30").address;
		world.peerings[i] = (struct peering){.from = "vpc/a",
			.to = world.links[i].far,
			.field = {field.path, i},
			.first_link = i,
			.link_count = 1,
			.target = i ? "c" : "b",
			.name = ""};
	}
	world.subject = (struct declaration){.object = {KIND_VPC, "", "a"},
		.home = "vpc/a",
		.defines_home = true,
		.peerings = world.peerings,
		.peering_count = 2,
		.links = world.links,
		.link_count = 2};
	world.c = (struct case_){.arena = world.arena,
		.inventory = world.inventory,
		.policy = policy_default(),
		.subject = &world.subject,
		.rule = &rule,
		.action = ACTION_DENY,
		.findings = &world.findings,
		.peering_refused = world.peering_refused,
		.link_refused = world.link_refused};
	*state = &world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	inventory_unlock(world->inventory);
	inventory_free(world->inventory);
	arena_free(world->arena);
	return 0;
}

static void
store_subnet(struct world *world, const char *name, const char *domain, struct prefix prefix)
{
	struct claim claim = {.domain = domain,
		.prefix = prefix,
		.role = CLAIM_SUBNET,
		.field = {"spec.cidrBlock", 0},
		.route_table = ""};

	inventory_store(world->inventory, &(struct declaration){.object = {KIND_SUBNET, "", name},
						  .home = domain,
						  .claims = &claim,
						  .claim_count = 1});
}

static void
a_message_starts_with_field_and_value(void **state)
{
	struct world *world = *state;
	struct finding *finding = case_finding(&world->c, field, "c");

	case_message(&world->c, finding, "is %s", "wrong");
	assert_string_equal(finding->message, "spec.vpcPeerings[1].remoteVpc c is wrong");
	case_message(&world->c, finding, ": %s", "wrong");
	assert_string_equal(finding->message, "spec.vpcPeerings[1].remoteVpc c: wrong");
	finding = case_finding(&world->c, field, NULL);
	case_message(&world->c, finding, ": missing");
	assert_string_equal(finding->message, "spec.vpcPeerings[1].remoteVpc: missing");
}

static void
hints_are_joined_line_by_line(void **state)
{
	struct world *world = *state;
	struct finding *finding = case_finding(&world->c, field, "c");

	case_hint(&world->c, finding, "one");
	case_hint(&world->c, finding, "two");
	assert_string_equal(finding->hint, "one\ntwo");
}

static void
a_silent_case_makes_no_text(void **state)
{
	struct world *world = *state;
	struct finding *finding;

	world->c.silent = true;
	finding = case_finding(&world->c, field, "c");
	case_message(&world->c, finding, "is wrong");
	case_statement(&world->c, finding, "is wrong");
	case_hint(&world->c, finding, "put it right");
	case_hint_free_link(&world->c, finding, &world->links[0]);
	case_hint_free_networks(&world->c, finding, "vpc/a", NULL, &world->links[0].prefix);
	assert_string_equal(finding->message, "");
	assert_string_equal(finding->hint, "");
}

static void
the_policy_is_an_upper_bound_for_the_softer_case(void **state)
{
	struct world *world = *state;

	assert_int_equal(case_softer_finding(&world->c, field, "")->action, ACTION_WARN);
	world->c.action = ACTION_REPORT;
	assert_int_equal(case_softer_finding(&world->c, field, "")->action, ACTION_REPORT);
	assert_int_equal(case_finding(&world->c, field, "")->action, ACTION_REPORT);
}

static void
denied_entries_are_passed_over(void **state)
{
	struct world *world = *state;
	int seen = 0;

	case_refuse_peering(
		&world->c, case_softer_finding(&world->c, field, ""), &world->peerings[0]);
	each_peering(&world->c, peering)
		seen++;
	assert_int_equal(seen, 2);
	case_refuse_peering(&world->c, case_finding(&world->c, field, ""), &world->peerings[0]);
	each_peering(&world->c, peering)
		assert_string_equal(peering->target, "c");
	each_link(&world->c, link)
		assert_string_equal(link->far, "vpc/c");
}

static void
free_link_networks_leave_out_those_of_the_subject(void **state)
{
	struct world *world = *state;
	struct finding *finding = case_finding(&world->c, field, "c");

	case_hint_free_link(&world->c, finding, &world->links[0]);
	assert_string_equal(finding->hint,
		"free link network: 169.254.0.8/30, ends 169.254.0.9/30 and 169.254.0.10/30");
}

static void
free_networks_have_the_length_that_was_asked_for(void **state)
{
	struct world *world = *state;
	struct finding *finding = case_finding(&world->c, field, "c");
	struct prefix prefix = prefix_of("fd00:5::/64"), wide = prefix_of("10.0.0.0/7");

	store_subnet(world, "s", "vpc/b", prefix_of("fd00::/64"));
	case_hint_free_networks(&world->c, finding, "vpc/a", "vpc/b", &prefix);
	assert_string_equal(
		finding->hint, "free for both: fd00:0:0:1::/64, fd00:0:0:2::/64, fd00:0:0:3::/64");
	finding = case_finding(&world->c, field, "c");
	case_hint_free_networks(&world->c, finding, "vpc/a", NULL, &wide);
	assert_string_equal(finding->hint, "");
}

static void
all_claims_are_seen_however_many(void **state)
{
	enum { MANY = 3 * INVENTORY_ANSWERS };
	struct world *world = *state;
	struct prefix prefix = prefix_of("10.0.0.0/24");
	struct occupants all;

	for (int i = 0; i < MANY; i++) {
		store_subnet(world, arena_printf(world->arena, "s%d", i), "vpc/b", prefix);
		assert_true(prefix_next(&prefix, &prefix));
	}
	store_subnet(world, "wide", "vpc/b", prefix_of("10.0.0.0/8"));
	assert_true(inventory_claims(world->arena, world->inventory, "vpc/b", NULL).more);
	all = case_claims(&world->c, "vpc/b");
	assert_int_equal(all.count, MANY + 1);
	for (size_t i = 1; i < all.count; i++)
		assert_true(all.items[i].claim != all.items[i - 1].claim);
}

static void
the_answer_of_a_peering_is_found(void **state)
{
	struct world *world = *state;
	struct peering back = {
		.from = "vpc/b", .to = "vpc/a", .target = "a", .name = "", .field = field};

	assert_null(case_answer(&world->c, "vpc/a", "vpc/b").peering);
	inventory_store(world->inventory, &(struct declaration){.object = {KIND_VPC, "", "b"},
						  .home = "vpc/b",
						  .defines_home = true,
						  .peerings = &back,
						  .peering_count = 1});
	assert_string_equal(case_answer(&world->c, "vpc/a", "vpc/b").peering->target, "a");
	assert_ptr_equal(case_answer(&world->c, "vpc/c", "vpc/a").peering, &world->peerings[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_message_starts_with_field_and_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hints_are_joined_line_by_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_silent_case_makes_no_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_policy_is_an_upper_bound_for_the_softer_case, set_up, tear_down),
		cmocka_unit_test_setup_teardown(denied_entries_are_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			free_link_networks_leave_out_those_of_the_subject, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			free_networks_have_the_length_that_was_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			all_claims_are_seen_however_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_answer_of_a_peering_is_found, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
