#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/yaml.h"
#include "kinds/kind.h"
#include "validators/verdict.h"

#define VPC(name, spec)                                                                            \
	"{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: " name "}, spec: {" spec "}}"
#define SUBNET(name, vpc, cidr)                                                                    \
	"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: " name "}, spec: {vpc: " vpc   \
	", cidrBlock: " cidr "}}"
#define PEER(remote, address) "{remoteVpc: " remote ", localConnectIP: " address "}"
#define ROUTE(cidr, hop)      "{cidr: " cidr ", nextHopIP: " hop ", policy: policyDst}"
#define HALF_1                                                                                     \
	VPC("vpc-1", "vpcPeerings: [" PEER("vpc-2", "169.254.0.1/30") "], staticRoutes: [" ROUTE(  \
			     "172.31.0.0/16", "169.254.0.2") "]")
#define HALF_2                                                                                     \
	VPC("vpc-2", "vpcPeerings: [" PEER("vpc-1", "169.254.0.2/30") "], staticRoutes: [" ROUTE(  \
			     "10.0.0.0/16", "169.254.0.1") "]")

struct world {
	struct arena *arena;
	struct inventory *inventory;
};

static struct declaration
decode(struct arena *arena, const char *text)
{
	struct yaml_documents documents;
	struct declaration declaration = {0};
	struct error error;

	if (!yaml_parse(arena, text, strlen(text), &json_file_limits, &documents, &error) ||
		!kind_decode(arena, kind_of_object(documents.items[0]), documents.items[0], NULL,
			&declaration, &error))
		fail_msg("%s", error.message);
	return declaration;
}

static void
store(struct world *world, const char *text)
{
	struct declaration declaration = decode(world->arena, text);

	inventory_store(world->inventory, &declaration);
}

static int
set_up(void **state)
{
	static struct world world;

	world = (struct world){arena_new(16 << 20), inventory_new()};
	inventory_lock(world.inventory);
	store(&world, SUBNET("net1", "vpc-1", "10.0.0.0/16"));
	store(&world, SUBNET("net2", "vpc-2", "172.31.0.0/16"));
	store(&world, VPC("vpc-1", ""));
	store(&world, VPC("vpc-2", ""));
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

static struct verdict
reach_with(struct world *world, const struct policy *policy, int64_t now, const char *subject_text,
	const char *before_text)
{
	struct declaration subject = decode(world->arena, subject_text), before;

	if (before_text)
		before = decode(world->arena, before_text);
	return verdict_reach(world->arena, &(struct verdict_request){
						   .inventory = world->inventory,
						   .policy = policy,
						   .subject = &subject,
						   .before = before_text ? &before : NULL,
						   .now = now,
					   });
}

static struct verdict
reach(struct world *world, const char *subject_text, const char *before_text)
{
	return reach_with(world, policy_default(), 0, subject_text, before_text);
}

static void
what_was_wrong_before_does_not_count(void **state)
{
	static const char bad[] =
		VPC("vpc-1", "vpcPeerings: [" PEER("vpc-1", "169.254.0.1/30") "]");
	static const char worse[] =
		VPC("vpc-1", "vpcPeerings: [" PEER("nowhere", "169.254.0.5/30") ", " PEER(
				     "vpc-1", "169.254.0.1/30") "]");
	struct world *world = *state;
	struct verdict verdict;

	assert_int_equal(reach(world, bad, NULL).action, ACTION_DENY);
	assert_int_equal(reach(world, bad, bad).findings.count, 0);
	verdict = reach(world, worse, bad);
	assert_int_equal(verdict.action, ACTION_WARN);
	assert_int_equal(verdict.findings.count, 1);
	assert_string_equal(verdict.findings.first->rule, "unknown-remote");
}

static void
an_old_finding_that_becomes_certain_counts(void **state)
{
	static const char soft[] = "{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: u}, "
				   "spec: {vpc: vpc-1, cidrBlock: 10.0.5.0/24, vlan: v}}";
	static const char hard[] = "{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: u}, "
				   "spec: {vpc: vpc-1, cidrBlock: 10.0.5.0/24, vlan: v, "
				   "logicalGateway: true}}";
	struct world *world = *state;

	assert_int_equal(reach(world, soft, NULL).action, ACTION_WARN);
	assert_int_equal(reach(world, hard, soft).action, ACTION_DENY);
	assert_int_equal(reach(world, soft, hard).action, ACTION_WARN);
}

static void
a_deletion_is_allowed(void **state)
{
	struct world *world = *state;
	struct declaration subject =
		decode(world->arena, VPC("vpc-1", "vpcPeerings: [" PEER("vpc-1", "x") "]"));
	struct verdict verdict = verdict_reach(world->arena, &(struct verdict_request){
								     .inventory = world->inventory,
								     .policy = policy_default(),
								     .subject = &subject,
								     .deleting = true,
							     });

	assert_int_equal(verdict.action, ACTION_OFF);
	assert_int_equal(verdict.findings.count, 0);
}

static void
the_certain_findings_come_first(void **state)
{
	struct world *world = *state;
	struct verdict verdict = reach(world,
		VPC("vpc-1", "vpcPeerings: [" PEER("vpc-9", "169.254.0.1/30") ", " PEER(
				     "vpc-2", "nonsense") ", " PEER("vpc-1", "169.254.0.9/30") "]"),
		NULL);

	assert_int_equal(verdict.findings.count, 3);
	assert_string_equal(verdict.findings.first->rule, "malformed-address");
	assert_string_equal(verdict.findings.first->next->rule, "self-peering");
	assert_string_equal(verdict.findings.last->rule, "unknown-remote");
	assert_int_equal(verdict.findings.last->action, ACTION_WARN);
}

static void
the_code_says_whose_fault_it_is(void **state)
{
	static const char awry[] =
		"{apiVersion: cloud-resources.kyma-project.io/v1beta1, kind: AwsVpcPeering, "
		"metadata: {name: a}, spec: {remoteVpcId: "
		"vpc-0a1b2c3d, remoteRegion: eu-west-1, remoteAccountId: \"123456789012\"}}";
	struct world *world = *state;
	struct verdict verdict;

	store(world, HALF_1);
	store(world, HALF_2);
	verdict = reach(world, SUBNET("net3", "vpc-2", "10.0.5.0/24"), NULL);
	assert_int_equal(verdict_code(&verdict), 409);
	verdict = reach(world, SUBNET("net3", "vpc-2", "10.0.5.0"), NULL);
	assert_int_equal(verdict_code(&verdict), 422);
	store(world, "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: kube-system, name: "
		     "shoot-info}, data: {shootName: c-1, provider: aws}}");
	store(world, "{apiVersion: peerwarden.io/v1alpha1, kind: RemoteNetwork, metadata: {name: "
		     "r}, spec: {aws: {vpcId: vpc-0a1b2c3d, region: eu-west-1, "
		     "accountId: \"123456789012\"}, cidrs: [10.3.0.0/16], tags: {}}}");
	verdict = reach(world, awry, NULL);
	assert_int_equal(verdict_code(&verdict), 403);
}

static void
a_refusal_reads_as_documented(void **state)
{
	struct world *world = *state;
	struct verdict verdict;

	store(world, HALF_1);
	store(world, HALF_2);
	verdict = reach(world, SUBNET("net3", "vpc-2", "10.0.5.0/24"), NULL);
	assert_string_equal(verdict_message(world->arena, &verdict),
		"spec.cidrBlock 10.0.5.0/24 overlaps 10.0.0.0/16 of Subnet net1 in VPC vpc-1, "
		"which is peered with vpc-2 [cidr-overlap]\n"
		"  free for both: 10.1.0.0/24, 10.1.1.0/24, 10.1.2.0/24");
}

static void
a_warning_is_one_short_line(void **state)
{
	struct world *world = *state;
	struct verdict verdict = reach(world, HALF_1, VPC("vpc-1", ""));
	const char *text = finding_warning(world->arena, verdict.findings.first);

	assert_string_equal(text, "vpc-2 does not peer back to vpc-1 yet: no traffic flows until "
				  "it does [one-sided-peering]");
	assert_true(strlen(text) <= 120);
}

static void
the_same_finding_is_told_once(void **state)
{
	struct world *world = *state;
	struct verdict verdict = reach(world,
		VPC("vpc-3", "vpcPeerings: [" PEER("vpc-3", "169.254.0.1/30") ", " PEER(
				     "vpc-3", "169.254.0.5/30") "]"),
		NULL);

	assert_int_equal(verdict.findings.count, 1);
}

static void
a_long_message_ends_with_a_count(void **state)
{
	struct world *world = *state;
	const char *entries = "";
	const char *message;
	struct verdict verdict;

	for (int i = 0; i < 13; i++)
		entries = arena_printf(world->arena,
			"%s%s{remoteVpc: vpc-%d, localConnectIP: nonsense-%d}", entries,
			i ? ", " : "", i + 10, i);
	verdict = reach(world,
		arena_printf(world->arena, VPC("vpc-3", "vpcPeerings: [%s]"), entries), NULL);
	message = verdict_message(world->arena, &verdict);
	assert_int_equal(verdict.findings.count, 13);
	assert_string_equal(strrchr(message, '\n'), "\nand 3 more");
}

static void
findings_outlive_what_the_inventory_lends(void **state)
{
	struct world *world = *state;
	struct verdict verdict;

	store(world, HALF_1);
	verdict = reach(world, SUBNET("net3", "vpc-2", "10.0.5.0/24"), NULL);
	inventory_remove(world->inventory, &(struct object_id){KIND_SUBNET, "", "net1"});
	assert_string_equal(verdict.findings.first->counterparts->object.name, "net1");
	assert_string_equal(verdict.findings.first->counterparts->value, "10.0.0.0/16");
}

/* The peering and the two subnets tell of one conflict. */
static void
all_sides_of_an_overlap_have_one_id(void **state)
{
	struct world *world = *state;
	struct verdict from_subnet, from_other, from_vpc;

	store(world, HALF_1);
	store(world, SUBNET("net2", "vpc-2", "10.0.5.0/24"));
	from_subnet = reach(world, SUBNET("net2", "vpc-2", "10.0.5.0/24"), NULL);
	from_other = reach(world, SUBNET("net1", "vpc-1", "10.0.0.0/16"), NULL);
	from_vpc = reach(world, HALF_1, NULL);
	assert_string_equal(from_subnet.findings.first->rule, "cidr-overlap");
	assert_string_equal(from_subnet.findings.first->id, from_other.findings.first->id);
	assert_string_equal(from_subnet.findings.first->id, from_vpc.findings.first->id);
}

static struct verdict
reach_twice_defined(struct world *world, const char *first, const char *last, bool differs)
{
	struct declaration subject = decode(world->arena, last), twin = decode(world->arena, first);

	inventory_store(world->inventory, &subject);
	return verdict_reach(world->arena, &(struct verdict_request){
						   .inventory = world->inventory,
						   .policy = policy_default(),
						   .subject = &subject,
						   .twin = &twin,
						   .twin_differs = differs,
					   });
}

/* The example that Kube-OVN's documentation had in 2022: its second document should have been the
 * other VPC. */
static void
two_definitions_of_one_object_are_found(void **state)
{
	static const char second[] = VPC("vpc-1",
		"vpcPeerings: [" PEER("vpc-2", "169.254.0.2/30") "], staticRoutes: [" ROUTE(
			"10.0.0.0/16", "169.254.0.1") "]");
	static const char *const found[] = {"defined-twice", "one-sided-peering", "route-shadowed",
		"unreachable-next-hop", "missing-route"};
	struct world *world = *state;
	struct verdict verdict = reach_twice_defined(world, HALF_1, second, true);
	size_t i = 0;

	assert_int_equal(verdict.findings.count, 5);
	for (const struct finding *finding = verdict.findings.first; finding;
		finding = finding->next, i++) {
		assert_string_equal(finding->rule, found[i]);
		assert_int_equal(finding->action, i == 0 ? ACTION_DENY : ACTION_WARN);
	}
	assert_non_null(strstr(verdict.findings.first->hint,
		"the two definitions use the two hosts of 169.254.0.0/30 and name each other's "
		"subnets: probably this one should be "
		"`name: vpc-2`, `remoteVpc: vpc-1`"));
}

static void
two_equal_definitions_only_warn(void **state)
{
	struct world *world = *state;
	struct verdict verdict;

	store(world, HALF_2);
	verdict = reach_twice_defined(world, HALF_1, HALF_1, false);
	assert_int_equal(verdict.findings.count, 1);
	assert_string_equal(verdict.findings.first->rule, "defined-twice");
	assert_int_equal(verdict.action, ACTION_WARN);
}

static const struct policy *
exempting(struct world *world, const char *rules, const char *name)
{
	const char *text = arena_printf(world->arena,
		"apiVersion: peerwarden.io/v1alpha1\nkind: PeeringPolicy\nspec: {exemptions: "
		"[{rules: "
		"[%s], names: ^%s$, reason: old net, owner: ann, expires: 2030-01-31}]}\n",
		rules, name);
	const struct policy *policy = policy_parse(world->arena, text, strlen(text), NULL);

	assert_non_null(policy);
	return policy;
}

static void
what_is_exempt_is_only_reported_with_the_reason(void **state)
{
	static const char bad[] = SUBNET("net3", "vpc-2", "10.0.5.0/24");
	struct world *world = *state;
	const struct policy *policy = exempting(world, "cidr-overlap, missing-route", "net3");
	int64_t end = policy_exemptions(policy)->end;
	struct verdict verdict;

	store(world, HALF_1);
	store(world, HALF_2);
	verdict = reach_with(world, policy, end - 1, bad, NULL);
	assert_int_equal(verdict.action, ACTION_REPORT);
	assert_string_equal(verdict.findings.first->rule, "cidr-overlap");
	assert_string_equal(verdict.findings.first->hint,
		"free for both: 10.1.0.0/24, 10.1.1.0/24, 10.1.2.0/24\n"
		"exempt until 2030-01-31: old net (ann)");
	assert_int_equal(reach_with(world, policy, 0, bad, NULL).action, ACTION_REPORT);
	verdict = reach_with(world, policy, end, bad, NULL);
	assert_int_equal(verdict.action, ACTION_DENY);
	assert_non_null(strstr(verdict_message(world->arena, &verdict),
		"\n  exemption of ann (old net) expired on 2030-01-31"));
}

static void
a_refusal_leaves_out_what_is_only_reported(void **state)
{
	static const char bad[] =
		VPC("vpc-1", "vpcPeerings: [" PEER("vpc-1", "169.254.0.1/30") ", " PEER(
				     "vpc-2", "nonsense") "]");
	struct world *world = *state;
	struct verdict verdict =
		reach_with(world, exempting(world, "self-peering", "vpc-1"), 0, bad, NULL);

	assert_int_equal(verdict.action, ACTION_DENY);
	assert_int_equal(verdict.findings.last->action, ACTION_REPORT);
	assert_null(strstr(verdict_message(world->arena, &verdict), "self-peering"));
	assert_null(strstr(verdict_message(world->arena, &verdict), "more"));
}

/* An expired exemption makes nothing new of what was bad before. */
static void
the_ratchet_holds_for_what_was_exempt(void **state)
{
	static const char bad[] = SUBNET("net3", "vpc-2", "10.0.5.0/24");
	static const char changed[] = SUBNET("net3", "vpc-2", "\"10.0.5.0/24,fd00:10:5::/64\"");
	struct world *world = *state;
	const struct policy *policy = exempting(world, "cidr-overlap", "net3");
	int64_t end = policy_exemptions(policy)->end;

	store(world, HALF_1);
	store(world, HALF_2);
	assert_int_equal(reach_with(world, policy, end, changed, NULL).action, ACTION_DENY);
	assert_int_equal(reach_with(world, policy, 0, changed, bad).action, ACTION_WARN);
	assert_int_equal(reach_with(world, policy, end, changed, bad).action, ACTION_OFF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_wrong_before_does_not_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_old_finding_that_becomes_certain_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deletion_is_allowed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_exempt_is_only_reported_with_the_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_refusal_leaves_out_what_is_only_reported, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_ratchet_holds_for_what_was_exempt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_certain_findings_come_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_code_says_whose_fault_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_refusal_reads_as_documented, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_warning_is_one_short_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_finding_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_long_message_ends_with_a_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			findings_outlive_what_the_inventory_lends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			all_sides_of_an_overlap_have_one_id, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			two_definitions_of_one_object_are_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_equal_definitions_only_warn, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
