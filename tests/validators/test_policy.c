#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "validators/policy.h"
#include "validators/rules.h"

#define HEAD "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\n"

static const struct policy *
parse(struct arena *arena, const char *text, struct error *error)
{
	return policy_parse(arena, text, strlen(text), error);
}

static const char *
first_pool(const struct prefix *pools)
{
	static char text[PREFIX_TEXT_SIZE];

	return prefix_format(pools, text);
}

static void
every_rule_has_its_default(void **state)
{
	(void)state;
	for (size_t i = 0; rules[i]; i++)
		for (int kind = 0; kind < KINDS; kind++)
			assert_int_equal(
				policy_action(policy_default(), rules[i]->id, (enum kind)kind),
				rules[i]->action);
	assert_int_equal(policy_action(policy_default(), "no-such-rule", KIND_VPC), ACTION_OFF);
	assert_null(policy_declaration(policy_default()));
	assert_string_equal(
		first_pool(policy_network_pools(policy_default(), FAMILY_4)), "10.0.0.0/8");
	assert_string_equal(
		first_pool(policy_network_pools(policy_default(), FAMILY_6)), "fd00::/8");
	assert_string_equal(
		first_pool(policy_link_pools(policy_default(), FAMILY_4)), "169.254.0.0/16");
	assert_string_equal(first_pool(policy_link_pools(policy_default(), FAMILY_6)), "fd69::/64");
}

static void
actions_are_set_for_all_kinds_or_for_one(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		HEAD "metadata: {name: mine}\n"
		     "spec:\n"
		     "  rules:\n"
		     "    missing-route: \"off\"\n"
		     "    unknown-remote: off\n"
		     "    one-sided-peering: {Vpc: report}\n",
		&error);

	(void)state;
	assert_non_null(policy);
	assert_int_equal(policy_action(policy, "missing-route", KIND_VPC), ACTION_OFF);
	assert_int_equal(policy_action(policy, "missing-route", KIND_SUBNET), ACTION_OFF);
	assert_int_equal(policy_action(policy, "unknown-remote", KIND_VPC), ACTION_OFF);
	assert_int_equal(policy_action(policy, "one-sided-peering", KIND_VPC), ACTION_REPORT);
	assert_int_equal(policy_action(policy, "one-sided-peering", KIND_SUBNET), ACTION_WARN);
	assert_int_equal(policy_action(policy, "cidr-overlap", KIND_SUBNET), ACTION_DENY);
}

static void
pools_take_the_place_of_the_defaults(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		HEAD
		"spec: {pools: {networks: [192.168.0.0/16, 10.9.0.0/16], links: [\"fd01::/48\"]}}",
		&error);
	const struct prefix *pools = policy_network_pools(policy, FAMILY_4);

	(void)state;
	assert_string_equal(first_pool(&pools[0]), "192.168.0.0/16");
	assert_string_equal(first_pool(&pools[1]), "10.9.0.0/16");
	assert_int_equal(pools[2].length, 0);
	assert_int_equal(policy_network_pools(policy, FAMILY_6)->length, 0);
	assert_int_equal(policy_link_pools(policy, FAMILY_4)->length, 0);
	assert_string_equal(first_pool(policy_link_pools(policy, FAMILY_6)), "fd01::/48");
}

static void
ranges_of_the_shoot_become_a_declaration(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(
		arena, HEAD "spec: {shoot: {cidrs: [10.180.0.0/16, \"fd00:180::/48\"]}}", &error);
	const struct declaration *declaration = policy_declaration(policy);

	(void)state;
	assert_non_null(declaration);
	assert_int_equal(declaration->object.kind, KIND_PEERING_POLICY);
	assert_int_equal(declaration->claim_count, 2);
	assert_string_equal(declaration->claims[0].domain, DOMAIN_OF_SHOOT);
	assert_string_equal(field_text(arena, declaration->claims[1].field), "spec.shoot.cidrs[1]");
	assert_string_equal(first_pool(&declaration->claims[1].prefix), "fd00:180::/48");
}

static void
an_empty_policy_is_the_default(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena, HEAD "spec:\n", &error);

	(void)state;
	assert_non_null(policy);
	assert_int_equal(policy_action(policy, "cidr-overlap", KIND_VPC), ACTION_DENY);
}

static void
mistakes_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} mistakes[] = {
		{HEAD "spec:\n  rules:\n    no-such-rule: warn\n",
			"line 5: there is no rule \"no-such-rule\""},
		{HEAD "spec:\n  rules:\n    cidr-overlap: {Pod: warn}\n",
			"line 5: there is no kind \"Pod\""},
		{HEAD "spec:\n  rules:\n    cidr-overlap: refuse\n",
			"line 5: expected deny, warn, report or off"},
		{HEAD "spec:\n  rules:\n    cidr-overlap: true\n",
			"line 5: expected deny, warn, report or off"},
		{HEAD "spec:\n  rules: [cidr-overlap]\n",
			"line 4: expected rules and their actions, not array"},
		{HEAD "spec:\n  pool: {}\n", "line 4: there is no key \"pool\" here"},
		{HEAD "spec:\n  pools: {networks: 10.0.0.0/8}\n",
			"line 4: expected a list of networks"},
		{HEAD "spec:\n  pools:\n    networks:\n    - 10.0.0.0\n",
			"line 6: \"10.0.0.0\" is no network"},
		{HEAD "spec:\n  pools: {links: [0.0.0.0/0]}\n",
			"line 4: \"0.0.0.0/0\" is every address"},
		{HEAD "spec:\n  shoot: {cidrs: [10.0.0.0/16, 7]}\n",
			"line 4: \"\" is no network: expected text"},
		{HEAD "extra: 1\n", "line 3: there is no key \"extra\" here"},
		{"apiVersion: v1\nkind: PeeringPolicy\n",
			"line 1: expected apiVersion peerwarden.io/v1alpha1"},
		{"apiVersion: peerwarden.io/v1alpha1\nkind: Policy\n",
			"line 2: expected kind PeeringPolicy"},
		{"kind: PeeringPolicy\n", "line 1: expected apiVersion"},
		{"", "line 1: expected one PeeringPolicy, not 0 documents"},
		{HEAD "---\n" HEAD, "line 1: expected one PeeringPolicy, not 2 documents"},
		{HEAD "spec: [\n", "line "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct error error = {0};

		assert_null(parse(arena, mistakes[i].text, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		if (strncmp(error.message, mistakes[i].message, strlen(mistakes[i].message)) != 0)
			fail_msg("%s, not %s", error.message, mistakes[i].message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_default),
		cmocka_unit_test(actions_are_set_for_all_kinds_or_for_one),
		cmocka_unit_test(pools_take_the_place_of_the_defaults),
		cmocka_unit_test(ranges_of_the_shoot_become_a_declaration),
		cmocka_unit_test(an_empty_policy_is_the_default),
		cmocka_unit_test(mistakes_are_refused_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
