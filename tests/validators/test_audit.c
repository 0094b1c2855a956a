/* The audit: everything that is stored, in order, and each conflict once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/yaml.h"
#include "kinds/manifest.h"
#include "validators/audit.h"

#define SUBNET(name, vpc, network)                                                                 \
	"{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: " name "}, "                   \
	"spec: {vpc: " vpc ", cidrBlock: " network "}}\n---\n"
#define KYMA "cloud-resources.kyma-project.io/v1beta1"
#define SHOOT                                                                                      \
	"{apiVersion: v1, kind: ConfigMap, metadata: {name: shoot-info, namespace: kube-system}, " \
	"data: {shootName: s, provider: aws, region: eu-central-1, nodeNetwork: 10.250.0.0/16}}\n" \
	"---\n"
#define IP_RANGE                                                                                   \
	"{apiVersion: " KYMA ", kind: IpRange, metadata: {name: range}, spec: {cidr: "             \
	"10.9.0.0/22}}\n---\n"
#define AWS_PEERING                                                                                \
	"{apiVersion: " KYMA                                                                       \
	", kind: AwsVpcPeering, metadata: {name: p}, spec: {remoteAccountId: "                     \
	"\"123456789012\", remoteRegion: eu-central-1, remoteVpcId: vpc-0a1b2c3d}}\n---\n"
#define REMOTE_NETWORK                                                                             \
	"{apiVersion: peerwarden.io/v1alpha1, kind: RemoteNetwork, metadata: {name: r}, spec: "    \
	"{provider: aws, aws: {accountId: \"123456789012\", region: eu-central-1, vpcId: "         \
	"vpc-0a1b2c3d}, cidrs: [10.9.0.0/16], tags: {s: \"\"}}}\n"

enum { MEMORY = 1 << 22, MOST_HEARD = 16 };

struct world {
	struct arena *arena;
	struct inventory *inventory; /* locked */
	struct audit audit;
	const struct finding *heard[MOST_HEARD];
	size_t count;
};

static struct declaration
declaration_of_text(struct arena *arena, const struct json *object)
{
	struct manifest manifest = {"text", object, kind_of_object(object), NULL};
	struct declaration declaration;
	struct changes changes;
	struct error error;

	if (!manifest_decode(arena, &manifest, &changes, &declaration, &error))
		fail_msg("%s", error.message);
	return declaration;
}

static void
world_init(struct world *world, const char *text)
{
	struct yaml_documents documents = {0};
	struct error error;

	*world = (struct world){.arena = arena_new(MEMORY), .inventory = inventory_new()};
	world->audit = (struct audit){world->inventory, policy_default(), 0};
	inventory_lock(world->inventory);
	if (!yaml_parse(world->arena, text, strlen(text), &json_file_limits, &documents, &error))
		fail_msg("%s", error.message);
	for (size_t i = 0; i < documents.count; i++) {
		struct declaration declaration =
			declaration_of_text(world->arena, documents.items[i]);

		inventory_store(world->inventory, &declaration);
	}
}

static void
world_dispose(struct world *world)
{
	inventory_unlock(world->inventory);
	inventory_free(world->inventory);
	arena_free(world->arena);
}

static void
hear(const struct finding *finding, void *context)
{
	struct world *world = context;

	assert_true(world->count < MOST_HEARD);
	world->heard[world->count++] = finding;
}

static void
audit_everything(struct world *world)
{
	struct declarations subjects = audit_subjects(world->arena, world->inventory);

	world->count = 0;
	audit_all(world->arena, &world->audit, &subjects, hear, world);
}

static void
subjects_stand_in_the_order_of_kind_and_name(void **state)
{
	struct world world CLEANUP(world_dispose);
	struct declarations subjects;

	(void)state;
	world_init(&world, IP_RANGE SUBNET("net-b", "v", "10.1.0.0/16")
				   SUBNET("net-a", "v", "10.2.0.0/16") AWS_PEERING);
	subjects = audit_subjects(world.arena, world.inventory);
	assert_int_equal(subjects.count, 4);
	assert_string_equal(subjects.items[0]->object.name, "net-a");
	assert_string_equal(subjects.items[1]->object.name, "net-b");
	assert_string_equal(subjects.items[2]->object.name, "p");
	assert_string_equal(subjects.items[3]->object.name, "range");
}

static void
an_empty_inventory_has_no_subjects(void **state)
{
	struct world world CLEANUP(world_dispose);

	(void)state;
	world_init(&world, "");
	assert_int_equal(audit_subjects(world.arena, world.inventory).count, 0);
	audit_everything(&world);
	assert_int_equal(world.count, 0);
}

static void
what_is_only_reserved_is_no_subject(void **state)
{
	struct world world CLEANUP(world_dispose);
	struct declaration reserved = {.object = {KIND_SUBNET, "", "reserved"}};
	struct reservation *reservation;

	(void)state;
	world_init(&world, "");
	reservation = inventory_reserve(world.inventory, &reserved);
	assert_int_equal(audit_subjects(world.arena, world.inventory).count, 0);
	inventory_give_back(world.inventory, reservation);
}

static void
the_ranges_of_the_policy_are_no_subject(void **state)
{
	struct world world CLEANUP(world_dispose);
	struct declaration of_policy = {.object = {KIND_PEERING_POLICY, "", "policy"}};

	(void)state;
	world_init(&world, "");
	inventory_store(world.inventory, &of_policy);
	assert_int_equal(audit_subjects(world.arena, world.inventory).count, 0);
}

static void
both_sides_of_a_conflict_are_one_finding_at_the_later_object(void **state)
{
	struct world world CLEANUP(world_dispose);

	(void)state;
	world_init(&world, SUBNET("b", "v", "10.0.0.0/16") SUBNET("a", "v", "10.0.1.0/24"));
	audit_everything(&world);
	assert_int_equal(world.count, 1);
	assert_string_equal(world.heard[0]->rule, "cidr-overlap");
	assert_string_equal(world.heard[0]->subject.object.name, "b");
	assert_string_equal(world.heard[0]->counterparts->object.name, "a");
}

static void
the_side_that_denies_stands_for_the_one_that_warns(void **state)
{
	struct world world CLEANUP(world_dispose);

	(void)state;
	world_init(&world, SHOOT IP_RANGE AWS_PEERING REMOTE_NETWORK);
	audit_everything(&world);
	assert_int_equal(world.count, 1);
	assert_int_equal(world.heard[0]->action, ACTION_DENY);
	assert_int_equal(world.heard[0]->subject.object.kind, KIND_IP_RANGE);
}

static void
one_object_is_judged_against_everything(void **state)
{
	struct world world CLEANUP(world_dispose);
	struct object_id object = {KIND_SUBNET, "", "a"};
	struct findings findings;

	(void)state;
	world_init(&world, SUBNET("a", "v", "10.0.1.0/24") SUBNET("b", "v", "10.0.0.0/16"));
	findings =
		audit_object(world.arena, &world.audit, inventory_find(world.inventory, &object));
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.first->subject.object.name, "a");
	assert_string_equal(findings.first->counterparts->object.name, "b");

	inventory_remove(world.inventory, &(struct object_id){KIND_SUBNET, "", "b"});
	findings =
		audit_object(world.arena, &world.audit, inventory_find(world.inventory, &object));
	assert_int_equal(findings.count, 0);
}

static void
what_is_stored_is_judged_with_its_flaws(void **state)
{
	struct world world CLEANUP(world_dispose);

	(void)state;
	world_init(&world, SUBNET("net1", "vpc-1", "10.0.0.0"));
	audit_everything(&world);
	assert_int_equal(world.count, 1);
	assert_string_equal(world.heard[0]->rule, "malformed-address");
}

static void
a_finding_outlives_what_it_is_about(void **state)
{
	struct world world CLEANUP(world_dispose);

	(void)state;
	world_init(&world, SUBNET("a", "v", "10.0.1.0/24") SUBNET("b", "v", "10.0.0.0/16"));
	audit_everything(&world);
	inventory_remove(world.inventory, &(struct object_id){KIND_SUBNET, "", "a"});
	inventory_remove(world.inventory, &(struct object_id){KIND_SUBNET, "", "b"});
	assert_string_equal(world.heard[0]->subject.object.name, "b");
	assert_string_equal(world.heard[0]->subject.value, "10.0.0.0/16");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects_stand_in_the_order_of_kind_and_name),
		cmocka_unit_test(an_empty_inventory_has_no_subjects),
		cmocka_unit_test(what_is_only_reserved_is_no_subject),
		cmocka_unit_test(the_ranges_of_the_policy_are_no_subject),
		cmocka_unit_test(both_sides_of_a_conflict_are_one_finding_at_the_later_object),
		cmocka_unit_test(the_side_that_denies_stands_for_the_one_that_warns),
		cmocka_unit_test(one_object_is_judged_against_everything),
		cmocka_unit_test(what_is_stored_is_judged_with_its_flaws),
		cmocka_unit_test(a_finding_outlives_what_it_is_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
