/* What the cluster supplies, on objects written as people write them: each is decoded,
 * supplemented, decoded again and judged, and a second pass adds nothing. */
#include "validators/supplement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/yaml.h"
#include "kinds/manifest.h"
#include "validators/verdict.h"

struct room {
	struct arena *arena;
	struct inventory *inventory;
	const struct policy *policy;
};

static const struct json *
parse(struct room *room, const char *text)
{
	struct yaml_documents documents;
	struct error error;

	if (!yaml_parse(room->arena, text, strlen(text), &json_file_limits, &documents, &error))
		fail_msg("%s", error.message);
	return documents.items[0];
}

static struct declaration
decode(struct room *room, const struct json *object)
{
	struct manifest manifest = {"-", object, kind_of_object(object), NULL};
	struct declaration declaration = {0};
	struct changes changes;
	struct error error;

	assert_non_null(manifest.definition);
	if (!manifest_decode(room->arena, &manifest, &changes, &declaration, &error))
		fail_msg("%s", error.message);
	return declaration;
}

static struct declaration
store(struct room *room, const char *text)
{
	struct declaration declaration = decode(room, parse(room, text));

	inventory_store(room->inventory, &declaration);
	return declaration;
}

static struct changes
changes_of(struct room *room, const struct json *object, const struct declaration *before)
{
	struct declaration subject = decode(room, object);
	struct changes changes =
		supplement_changes(room->arena, &(struct supplement_request){room->inventory,
							room->policy, &subject, before, object});

	for (const struct change *change = changes.first; change; change = change->next)
		assert_true(change_apply(
			&(struct json_edit){.arena = room->arena, .root = object}, change));
	return changes;
}

/* One line for each change, after which there are none. The object stays as changed. */
static const char *
supplemented(struct room *room, const struct json *object, const struct declaration *before)
{
	struct changes changes = changes_of(room, object, before);
	const char *text = "";

	for (const struct change *change = changes.first; change; change = change->next)
		text = arena_printf(room->arena, "%s%s\n", text, change_text(room->arena, change));
	assert_int_equal(changes_of(room, object, before).count, 0);
	return text;
}

static const char *
supplemented_text(struct room *room, const char *text)
{
	return supplemented(room, parse(room, text), NULL);
}

#define VPC(name, annotation, spec)                                                                \
	"{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: " name                            \
	", annotations: {peerwarden.io/auto: '" annotation "'}}, spec: {" spec "}}"
#define SUBNET(name, vpc, cidr)                                                                    \
	"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: " name "}, spec: {vpc: " vpc   \
	", cidrBlock: '" cidr "'}}"
#define AUTO(remote)          "{remoteVpc: " remote ", localConnectIP: auto}"
#define LINK(remote, address) "{remoteVpc: " remote ", localConnectIP: '" address "'}"

static void
store_two_vpcs(struct room *room)
{
	store(room, SUBNET("net1", "vpc-1", "10.0.0.0/16"));
	store(room, SUBNET("net2", "vpc-2", "172.31.0.0/16"));
	store(room, VPC("vpc-1", "", ""));
	store(room, VPC("vpc-2", "", ""));
}

static void
a_link_is_taken_from_the_pool(void **state)
{
	store_two_vpcs(*state);
	assert_string_equal(supplemented_text(*state,
				    VPC("vpc-1", "links", "vpcPeerings: [" AUTO("vpc-2") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.0.1/30\n");
}

static void
nothing_is_supplied_without_being_asked(void **state)
{
	store_two_vpcs(*state);
	assert_string_equal(
		supplemented_text(*state, VPC("vpc-1", "", "vpcPeerings: [" AUTO("vpc-2") "]")),
		"");
	assert_string_equal(supplemented_text(*state,
				    VPC("vpc-1", "routes", "vpcPeerings: [" AUTO("vpc-2") "]")),
		"");
	assert_string_equal(supplemented_text(*state,
				    VPC("vpc-1", "links",
					    "vpcPeerings: [" LINK("vpc-2", "169.254.0.1/30") "]")),
		"");
}

static void
a_link_keeps_clear_of_those_on_both_routers(void **state)
{
	store_two_vpcs(*state);
	store(*state, VPC("vpc-1", "", "vpcPeerings: [" LINK("vpc-3", "169.254.0.1/30") "]"));
	store(*state, VPC("vpc-2", "", "vpcPeerings: [" LINK("vpc-4", "169.254.0.5/30") "]"));
	assert_string_equal(
		supplemented_text(
			*state, VPC("vpc-1", "links",
					"vpcPeerings: [" LINK("vpc-3", "169.254.0.1/30") ", " AUTO(
						"vpc-2") ", " AUTO("vpc-5") "]")),
		"spec.vpcPeerings[1].localConnectIP: auto -> 169.254.0.9/30\n"
		"spec.vpcPeerings[2].localConnectIP: auto -> 169.254.0.5/30\n");
}

static void
the_far_end_gets_the_matching_address(void **state)
{
	store_two_vpcs(*state);
	store(*state, VPC("vpc-1", "",
			      "vpcPeerings: [" LINK("vpc-2", "169.254.7.2/30,fd69:7::1/126") "]"));
	assert_string_equal(supplemented_text(*state,
				    VPC("vpc-2", "links", "vpcPeerings: [" AUTO("vpc-1") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.7.1/30,fd69:7::2/126\n");
}

static void
an_update_keeps_the_link_that_there_was(void **state)
{
	struct room *room = *state;
	struct declaration before;

	store_two_vpcs(room);
	before = store(
		room, VPC("vpc-1", "links", "vpcPeerings: [" LINK("vpc-2", "169.254.9.1/30") "]"));
	assert_string_equal(
		supplemented(room,
			parse(room, VPC("vpc-1", "links", "vpcPeerings: [" AUTO("vpc-2") "]")),
			&before),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.9.1/30\n");
}

static void
both_families_are_linked_when_both_sides_have_them(void **state)
{
	store(*state, SUBNET("net1", "vpc-1", "10.0.0.0/16,fd00:1::/64"));
	store(*state, SUBNET("net2", "vpc-2", "172.31.0.0/16,fd00:2::/64"));
	store(*state, SUBNET("net3", "vpc-3", "10.3.0.0/16"));
	store(*state, SUBNET("net6", "vpc-6", "fd00:6::/64"));
	assert_string_equal(supplemented_text(*state,
				    VPC("vpc-1", "links",
					    "vpcPeerings: [" AUTO("vpc-2") ", " AUTO("vpc-3") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.0.1/30,fd69::1/126\n"
		"spec.vpcPeerings[1].localConnectIP: auto -> 169.254.0.5/30\n");
	assert_string_equal(supplemented_text(*state,
				    VPC("vpc-6", "links", "vpcPeerings: [" AUTO("vpc-1") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> fd69::1/126\n");
}

static void
a_pool_without_room_leaves_the_wish(void **state)
{
	struct room *room = *state;
	static const char text[] = "{apiVersion: peerwarden.io/v1alpha1, kind: PeeringPolicy, "
				   "spec: {pools: {links: [169.254.0.0/30]}}}";
	struct error error;

	room->policy = policy_parse(room->arena, text, strlen(text), &error);
	assert_non_null(room->policy);
	assert_string_equal(supplemented_text(room,
				    VPC("vpc-1", "links",
					    "vpcPeerings: [" AUTO("vpc-2") ", " AUTO("vpc-3") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.0.1/30\n");
}

static void
routes_lead_to_each_subnet_of_the_peer(void **state)
{
	store_two_vpcs(*state);
	store(*state, SUBNET("net3", "vpc-2", "172.30.0.0/16"));
	assert_string_equal(supplemented_text(*state, VPC("vpc-1", "links, routes",
							      "vpcPeerings: [" AUTO("vpc-2") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.0.1/30\n"
		"spec.staticRoutes[0].cidr: 172.30.0.0/16 is added\n"
		"spec.staticRoutes[0].nextHopIP: 169.254.0.2 is added\n"
		"spec.staticRoutes[0].policy: policyDst is added\n"
		"spec.staticRoutes[1].cidr: 172.31.0.0/16 is added\n"
		"spec.staticRoutes[1].nextHopIP: 169.254.0.2 is added\n"
		"spec.staticRoutes[1].policy: policyDst is added\n");
}

static void
routes_that_are_there_are_not_added(void **state)
{
	store_two_vpcs(*state);
	assert_string_equal(
		supplemented_text(*state,
			VPC("vpc-1", "routes",
				"vpcPeerings: [" LINK("vpc-2",
					"169.254.0.1/30") "], "
							  "staticRoutes: [{cidr: 172.16.0.0/12, "
							  "nextHopIP: 169.254.0.2, "
							  "policy: policyDst}]")),
		"");
}

static void
no_route_is_added_while_the_next_hop_is_a_guess(void **state)
{
	static const char wide[] =
		VPC("vpc-1", "routes", "vpcPeerings: [" LINK("vpc-2", "169.254.0.1/24") "]");

	store_two_vpcs(*state);
	assert_string_equal(supplemented_text(*state, wide), "");
	store(*state, VPC("vpc-2", "", "vpcPeerings: [" LINK("vpc-1", "169.254.0.77/24") "]"));
	assert_string_equal(supplemented_text(*state, wide),
		"spec.staticRoutes[0].cidr: 172.31.0.0/16 is added\n"
		"spec.staticRoutes[0].nextHopIP: 169.254.0.77 is added\n"
		"spec.staticRoutes[0].policy: policyDst is added\n");
}

static void
every_route_table_of_the_subnets_gets_its_route(void **state)
{
	store_two_vpcs(*state);
	store(*state,
		"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: net4}, spec: {vpc: "
		"vpc-1, cidrBlock: 10.4.0.0/16, routeTable: rtb}}");
	assert_string_equal(
		supplemented_text(*state,
			VPC("vpc-1", "routes",
				"vpcPeerings: [" LINK("vpc-2",
					"169.254.0.1/30") "], "
							  "staticRoutes: [{cidr: 172.31.0.0/16, "
							  "nextHopIP: 169.254.0.2, "
							  "policy: policyDst}]")),
		"spec.staticRoutes[1].cidr: 172.31.0.0/16 is added\n"
		"spec.staticRoutes[1].nextHopIP: 169.254.0.2 is added\n"
		"spec.staticRoutes[1].policy: policyDst is added\n"
		"spec.staticRoutes[1].routeTable: rtb is added\n");
}

static void
two_that_are_supplied_find_each_other_and_are_judged_clean(void **state)
{
	struct room *room = *state;
	const struct json *one =
		parse(room, VPC("vpc-1", "links,routes", "vpcPeerings: [" AUTO("vpc-2") "]"));
	const struct json *two =
		parse(room, VPC("vpc-2", "links,routes", "vpcPeerings: [" AUTO("vpc-1") "]"));
	struct declaration first, second;
	struct verdict verdict;

	store_two_vpcs(room);
	changes_of(room, one, NULL);
	first = decode(room, one);
	inventory_store(room->inventory, &first);
	changes_of(room, two, NULL);
	second = decode(room, two);
	inventory_store(room->inventory, &second);
	verdict = verdict_reach(room->arena, &(struct verdict_request){
						     .inventory = room->inventory,
						     .policy = room->policy,
						     .subject = &second,
					     });
	if (verdict.action > ACTION_REPORT)
		fail_msg("%s", verdict.findings.first->message);
}

static void
given_links_are_told_apart_from_written_ones(void **state)
{
	struct room *room = *state;
	const struct json *object = parse(room,
		VPC("vpc-1", "links",
			"vpcPeerings: [" LINK("vpc-3", "169.254.5.1/30") ", " AUTO("vpc-2") "]"));
	struct declaration asked = decode(room, object), given, links;

	assert_false(supplement_links(room->arena, &asked, &asked, &links));
	changes_of(room, object, NULL);
	given = decode(room, object);
	assert_true(supplement_links(room->arena, &asked, &given, &links));
	assert_int_equal(links.link_count, 1);
	assert_int_equal(links.peering_count, 1);
	assert_string_equal(links.peerings[0].to, "vpc/vpc-2");
	assert_int_equal(links.links[links.peerings[0].first_link].peering, 0);
	inventory_reserve(room->inventory, &links);
	assert_string_equal(
		supplemented_text(room, VPC("vpc-4", "links", "vpcPeerings: [" AUTO("vpc-2") "]")),
		"spec.vpcPeerings[0].localConnectIP: auto -> 169.254.0.5/30\n");
}

#define PEERING(labels)                                                                            \
	"{apiVersion: cloud-resources.kyma-project.io/v1beta1, kind: GcpVpcPeering, metadata: "    \
	"{name: p" labels "}, spec: {remotePeeringName: a, remoteProject: project-1, remoteVpc: "  \
	"net}}"

static void
kyma_kinds_are_labelled_with_the_shoot(void **state)
{
	assert_string_equal(supplemented_text(*state, PEERING("")), "");
	store(*state, "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: kube-system, name: "
		      "shoot-info}, data: {shootName: c-513b462, provider: gcp}}");
	assert_string_equal(supplemented_text(*state, PEERING("")),
		"metadata.labels[peerwarden.io/shoot]: c-513b462 is added\n");
	assert_string_equal(
		supplemented_text(*state, PEERING(", labels: {peerwarden.io/shoot: other}")), "");
	assert_string_equal(supplemented_text(*state, VPC("vpc-1", "", "")), "");
}

static void
an_update_gets_the_label_only_when_it_would_take_it_away(void **state)
{
	struct declaration plain, labelled;

	store(*state, "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: kube-system, name: "
		      "shoot-info}, data: {shootName: c-513b462, provider: gcp}}");
	plain = decode(*state, parse(*state, PEERING("")));
	labelled = decode(
		*state, parse(*state, PEERING(", labels: {peerwarden.io/shoot: c-513b462}")));
	assert_string_equal(supplemented(*state, parse(*state, PEERING("")), &plain), "");
	assert_string_equal(supplemented(*state, parse(*state, PEERING("")), &labelled),
		"metadata.labels[peerwarden.io/shoot]: c-513b462 is added\n");
}

static int
set_up(void **state)
{
	struct room *room = calloc(1, sizeof *room);

	room->arena = arena_new(16 << 20);
	room->inventory = inventory_new();
	room->policy = policy_default();
	*state = room;
	return 0;
}

static int
tear_down(void **state)
{
	struct room *room = *state;

	inventory_free(room->inventory);
	arena_free(room->arena);
	free(room);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_link_is_taken_from_the_pool),
		TEST(nothing_is_supplied_without_being_asked),
		TEST(a_link_keeps_clear_of_those_on_both_routers),
		TEST(the_far_end_gets_the_matching_address),
		TEST(an_update_keeps_the_link_that_there_was),
		TEST(both_families_are_linked_when_both_sides_have_them),
		TEST(a_pool_without_room_leaves_the_wish),
		TEST(routes_lead_to_each_subnet_of_the_peer),
		TEST(routes_that_are_there_are_not_added),
		TEST(no_route_is_added_while_the_next_hop_is_a_guess),
		TEST(every_route_table_of_the_subnets_gets_its_route),
		TEST(two_that_are_supplied_find_each_other_and_are_judged_clean),
		TEST(given_links_are_told_apart_from_written_ones),
		TEST(kyma_kinds_are_labelled_with_the_shoot),
		TEST(an_update_gets_the_label_only_when_it_would_take_it_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
