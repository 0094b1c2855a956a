#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "validators/policy.h"
#include "validators/rules.h"

#define HEAD "apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\n"
#define EXEMPTION(rules, names, end)                                                               \
	HEAD "spec:\n  exemptions:\n  - {" rules ", " names ", " end ", reason: r, owner: o}\n"

/* 2030-01-31T00:00:00Z */
enum { LAST_DAY = 1896048000, DAY = 24 * 3600 };

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

/* The place of a rule in the table. */
static size_t
place(const char *id)
{
	size_t rule = 0;

	while (rules[rule] != rule_find(id))
		rule++;
	return rule;
}

static enum action
action_for(const struct policy *policy, const char *rule, enum kind kind, const char *name)
{
	return policy_action_for(policy, place(rule), &(struct object_id){kind, "", name});
}

static void
the_first_entry_that_fits_the_object_counts(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		HEAD "spec:\n"
		     "  rules:\n"
		     "    cidr-overlap:\n"
		     "    - {kind: Subnet, names: '^lab-', action: warn}\n"
		     "    - {names: '^lab-\\d+$', action: off}\n"
		     "    - {kind: Subnet, action: report}\n"
		     "    missing-route:\n"
		     "    - {kind: Vpc, names: x, action: deny}\n"
		     "    - {action: report}\n",
		&error);
	static const struct {
		const char *rule;
		enum kind kind;
		const char *name;
		enum action action;
	} cases[] = {
		{"cidr-overlap", KIND_SUBNET, "lab-1", ACTION_WARN},
		{"cidr-overlap", KIND_SUBNET, "my-lab-1", ACTION_REPORT},
		{"cidr-overlap", KIND_VPC, "lab-1", ACTION_OFF},
		{"cidr-overlap", KIND_VPC, "lab-a", ACTION_DENY},
		{"missing-route", KIND_VPC, "a-x-b", ACTION_DENY},
		{"missing-route", KIND_VPC, "a-b", ACTION_REPORT},
		{"missing-route", KIND_SUBNET, "x", ACTION_REPORT},
		{"self-peering", KIND_VPC, "lab-1", ACTION_DENY},
	};

	(void)state;
	assert_non_null(policy);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(action_for(policy, cases[i].rule, cases[i].kind, cases[i].name),
			cases[i].action);
	/* For a name that no expression fits. */
	assert_int_equal(policy_action(policy, "cidr-overlap", KIND_SUBNET), ACTION_REPORT);
	assert_int_equal(policy_action(policy, "missing-route", KIND_VPC), ACTION_REPORT);
}

static const struct exemption *
exemption_of(const struct policy *policy, const char *rule, enum kind kind, const char *name,
	int64_t now)
{
	return policy_exemption(policy, place(rule), &(struct object_id){kind, "", name}, now);
}

static void
an_exemption_covers_its_rules_kinds_and_names_until_its_day_ends(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		EXEMPTION("rules: [cidr-overlap, missing-route], kinds: [Subnet]", "names: '^lab-'",
			"expires: 2030-01-31"),
		&error);
	const struct exemption *exemption = policy_exemptions(policy);

	(void)state;
	assert_non_null(exemption);
	assert_int_equal(exemption->end, LAST_DAY + DAY);
	assert_int_equal(exemption->line, 5);
	assert_ptr_equal(
		exemption_of(policy, "cidr-overlap", KIND_SUBNET, "lab-1", LAST_DAY), exemption);
	assert_ptr_equal(exemption_of(policy, "missing-route", KIND_SUBNET, "lab-1", 0), exemption);
	assert_null(exemption_of(policy, "self-peering", KIND_SUBNET, "lab-1", LAST_DAY));
	assert_null(exemption_of(policy, "cidr-overlap", KIND_VPC, "lab-1", LAST_DAY));
	assert_null(exemption_of(policy, "cidr-overlap", KIND_SUBNET, "my-lab-1", LAST_DAY));
	assert_true(policy_exemption_holds(exemption, LAST_DAY + DAY - 1));
	assert_false(policy_exemption_holds(exemption, LAST_DAY + DAY));
	assert_int_equal(policy_expired_exemptions(policy, LAST_DAY), 0);
	assert_int_equal(policy_expired_exemptions(policy, LAST_DAY + DAY), 1);
}

static void
an_exemption_that_holds_goes_before_one_that_has_expired(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		EXEMPTION("rules: [cidr-overlap]", "names: a",
			"expires: 2029-12-31") "  - {rules: [cidr-overlap], names: a, reason: r, "
					       "owner: p, expires: 2030-01-31}\n"
					       "  - {rules: [cidr-overlap], names: a, reason: r, "
					       "owner: q, expires: 2031-01-31}\n",
		&error);

	(void)state;
	assert_string_equal(exemption_of(policy, "cidr-overlap", KIND_VPC, "a", 0)->owner, "o");
	assert_string_equal(
		exemption_of(policy, "cidr-overlap", KIND_VPC, "a", LAST_DAY)->owner, "p");
	assert_string_equal(
		exemption_of(policy, "cidr-overlap", KIND_VPC, "a", LAST_DAY + DAY)->owner, "q");
	assert_string_equal(
		exemption_of(policy, "cidr-overlap", KIND_VPC, "a", LAST_DAY + 400 * DAY)->owner,
		"o");
}

static void
dates_are_those_of_the_calendar(void **state)
{
	static const struct {
		const char *date;
		int64_t end;
	} dates[] = {
		{"2000-01-01", 946684800 + DAY},
		{"2000-02-29", 951782400 + DAY},
		{"2023-12-31", 1703980800 + DAY},
		{"2024-02-29", 1709164800 + DAY},
		{"2024-03-01", 1709251200 + DAY},
		{"2100-02-28", 4107456000 + DAY},
		{"9999-12-31", 253402214400 + DAY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
		struct error error;
		const char *text = arena_printf(arena,
			EXEMPTION("rules: [cidr-overlap]", "names: a", "expires: %s"),
			dates[i].date);
		const struct policy *policy = parse(arena, text, &error);

		assert_non_null(policy);
		assert_int_equal(policy_exemptions(policy)->end, dates[i].end);
	}
}

/* The names of the ranges of a policy, joined, with those that hold the network. */
static const char *
reserved_by(struct arena *arena, const struct policy *policy, const char *network, enum kind kind)
{
	const struct reserved_range *range = policy_reserved_ranges(policy);
	struct prefix prefix;
	const char *reason, *list = "";

	assert_true(prefix_parse(network, &prefix, &reason));
	for (; range->name; range++)
		if ((range->guards & KIND_BIT(kind)) && prefix_overlaps(&range->prefix, &prefix))
			list = arena_printf(arena, "%s%s%s", list, *list ? ", " : "", range->name);
	return list;
}

static void
known_platforms_have_reserved_ranges(void **state)
{
	static const struct {
		const char *network;
		enum kind kind;
		const char *name;
	} ranges[] = {
		{"240.1.0.0/16", KIND_AWS_VPC_PEERING, "Gardener's VPN"},
		{"244.0.0.0/8", KIND_SUBNET, "Gardener's VPN"},
		{"fd8f:6d53:b97a:1::/112", KIND_IP_RANGE, "Gardener's VPN"},
		{"fd8f:6d53:b97a:2::/96", KIND_IP_RANGE, ""},
		{"169.254.169.252/30", KIND_VPC, "the cloud's metadata service"},
		{"fd00:ec2::/64", KIND_SUBNET, "the cloud's metadata service"},
		{"10.242.7.0/24", KIND_REMOTE_NETWORK, "Kyma's environment broker"},
		{"10.243.0.0/24", KIND_GCP_VPC_PEERING, "Kyma's environment broker"},
		{"10.254.0.0/24", KIND_AZURE_VPC_PEERING, "Kyma's environment broker"},
		{"10.95.0.0/16", KIND_IP_RANGE, "Kyma's environment broker"},
		{"10.96.0.0/16", KIND_IP_RANGE, ""},
		{"10.242.7.0/24", KIND_SUBNET, ""},
		{"100.64.5.0/30", KIND_VPC, "Kube-OVN's join network"},
		{"10.96.1.0/30", KIND_VPC, "the cluster's services"},
		{"10.111.0.0/16", KIND_SUBNET, "the cluster's services"},
		{"10.112.0.0/16", KIND_SUBNET, ""},
	};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		assert_string_equal(
			reserved_by(arena, policy_default(), ranges[i].network, ranges[i].kind),
			ranges[i].name);
}

static void
ranges_are_added_to_the_defaults_or_take_their_place(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		HEAD "spec: {reserved: {ranges: [{cidr: 240.0.0.0/8, name: mine, kinds: [Vpc]}]}}",
		&error);

	(void)state;
	assert_string_equal(
		reserved_by(arena, policy, "240.0.0.0/24", KIND_VPC), "mine, Gardener's VPN");
	assert_string_equal(
		reserved_by(arena, policy, "240.0.0.0/24", KIND_SUBNET), "Gardener's VPN");
	policy = parse(arena,
		HEAD
		"spec: {reserved: {defaults: false, ranges: [{cidr: 10.1.2.3/16, name: mine}]}}",
		&error);
	assert_string_equal(reserved_by(arena, policy, "10.1.0.0/24", KIND_SUBNET), "mine");
	assert_string_equal(reserved_by(arena, policy, "240.0.0.0/24", KIND_SUBNET), "");
	policy = parse(arena, HEAD "spec: {reserved: {defaults: false}}", &error);
	assert_null(policy_reserved_ranges(policy)->name);
}

static void
limits_and_quotas_replace_only_what_is_named(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = policy_default();

	(void)state;
	assert_int_equal(policy_shortest_prefix(policy, FAMILY_4), 12);
	assert_int_equal(policy_shortest_prefix(policy, FAMILY_6), 48);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_AWS), 50);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_GCP), 25);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_AZURE), 500);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_NONE), 0);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_OTHER), 0);
	assert_int_equal(policy_quota(policy, QUOTA_ROUTES, PROVIDER_AWS), 500);
	assert_int_equal(policy_quota(policy, QUOTA_LINKS, PROVIDER_AZURE), 1000);
	assert_int_equal(policy_quota(policy, QUOTA_RULESET_LINKS, PROVIDER_AZURE), 500);
	policy = parse(arena,
		HEAD "spec:\n"
		     "  limits: {prefixLength: {ipv4: 16}}\n"
		     "  quotas: {peerings: {aws: 0, kubeOvn: 7}, rulesetLinks: {azure: 3}}\n",
		&error);
	assert_int_equal(policy_shortest_prefix(policy, FAMILY_4), 16);
	assert_int_equal(policy_shortest_prefix(policy, FAMILY_6), 48);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_AWS), 0);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_NONE), 7);
	assert_int_equal(policy_quota(policy, QUOTA_PEERINGS, PROVIDER_GCP), 25);
	assert_int_equal(policy_quota(policy, QUOTA_RULESET_LINKS, PROVIDER_AZURE), 3);
}

static void
readers_are_told_all(void **state)
{
	static const char *const nobody[] = {NULL}, *const readers[] = {"a", "net", NULL},
				 *const masters[] = {"system:masters", NULL};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 20);
	struct error error;
	const struct policy *policy = parse(arena,
		HEAD "spec: {messages: {otherSide: rule, readers: {groups: [net], users: [ann]}}}",
		&error);

	(void)state;
	assert_int_equal(policy_disclosure(policy_default()), DISCLOSE_ALL);
	assert_int_equal(policy_disclosure_to(policy_default(), "bob", nobody), DISCLOSE_ALL);
	assert_int_equal(policy_disclosure(policy), DISCLOSE_RULE);
	assert_int_equal(policy_disclosure_to(policy, "bob", nobody), DISCLOSE_RULE);
	assert_int_equal(policy_disclosure_to(policy, "ann", nobody), DISCLOSE_ALL);
	assert_int_equal(policy_disclosure_to(policy, "net", nobody), DISCLOSE_RULE);
	assert_int_equal(policy_disclosure_to(policy, "bob", readers), DISCLOSE_ALL);
	assert_int_equal(policy_disclosure_to(policy, "bob", masters), DISCLOSE_ALL);
	policy = parse(arena, HEAD "spec: {messages: {otherSide: names}}", &error);
	assert_int_equal(policy_disclosure_to(policy, "bob", readers), DISCLOSE_NAMES);
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
		cmocka_unit_test(the_first_entry_that_fits_the_object_counts),
		cmocka_unit_test(an_exemption_covers_its_rules_kinds_and_names_until_its_day_ends),
		cmocka_unit_test(an_exemption_that_holds_goes_before_one_that_has_expired),
		cmocka_unit_test(dates_are_those_of_the_calendar),
		cmocka_unit_test(known_platforms_have_reserved_ranges),
		cmocka_unit_test(ranges_are_added_to_the_defaults_or_take_their_place),
		cmocka_unit_test(limits_and_quotas_replace_only_what_is_named),
		cmocka_unit_test(readers_are_told_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
