/* One conflict has one id, whichever of its objects is judged: else a report would list it once for
 * each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/yaml.h"
#include "kinds/manifest.h"
#include "validators/verdict.h"

#define OBJECT(kind, name, spec)                                                                   \
	"{apiVersion: kubeovn.io/v1, kind: " kind ", metadata: {name: " name ", namespace: n}, "   \
	"spec: {" spec "}}\n---\n"
#define PEERING(remote, link) "vpcPeerings: [{remoteVpc: " remote ", localConnectIP: " link "}], "
#define VPC_1(more)           OBJECT("Vpc", "vpc-1", PEERING("vpc-2", "169.254.0.1/30") more)
#define VPC_2(more)           OBJECT("Vpc", "vpc-2", PEERING("vpc-1", "169.254.0.2/30") more)
#define SUBNET(name, vpc, network)                                                                 \
	OBJECT("Subnet", name, "vpc: " vpc ", cidrBlock: \"" network "\"")
#define NETWORKS SUBNET("net1", "vpc-1", "10.0.0.0/16") SUBNET("net2", "vpc-2", "172.31.0.0/16")

enum { MEMORY = 1 << 20, MOST_OBJECTS = 8 };

struct row {
	const char *rule;
	size_t sides; /* how many of the objects find it */
	const char *bundle;
};

static const struct row rows[] = {
	{"name-collision", 2,
		OBJECT("Vpc", "a-b", PEERING("c", "169.254.0.1/30"))
			SUBNET("b-c", "a", "10.0.0.0/16")},
	{"name-collision", 2,
		OBJECT("Vpc", "a-b", PEERING("c", "169.254.0.1/30"))
			OBJECT("Vpc", "a", PEERING("b-c", "169.254.0.1/30"))},
	{"name-collision", 2, OBJECT("Vpc", "a", "") SUBNET("a", "b", "10.0.0.0/16")},
	{"name-collision", 2, OBJECT("Vpc", "a", "") SUBNET("a", "a", "10.0.0.0/16")},
	{"route-conflict", 2,
		VPC_1("staticRoutes: [{cidr: 10.0.7.0/24, nextHopIP: 169.254.0.2}]") NETWORKS},
	{"route-conflict", 2,
		VPC_1("staticRoutes: [{cidr: 10.0.0.0/16, nextHopIP: 10.0.0.9, policy: "
		      "policySrc}]") NETWORKS},
	{"policy-override", 3,
		VPC_1("policyRoutes: [{priority: 1, match: ip4, action: drop}]") NETWORKS},
	{"policy-override", 4,
		VPC_1("") VPC_2("") NETWORKS OBJECT(
			"VpcNatGateway", "gw", "vpc: vpc-1, internalCIDRs: [10.0.0.0/16]")},
	{"policy-override", 4,
		VPC_1("") NETWORKS OBJECT("VpcEgressGateway", "gw",
			"vpc: vpc-1, policies: [{ipBlocks: [10.0.0.0/8, 10.0.0.0/16]}]")},
	{"private-subnet", 4,
		VPC_1("") VPC_2("") SUBNET("net1", "vpc-1", "10.0.0.0/16") OBJECT(
			"Subnet", "net2", "vpc: vpc-2, cidrBlock: 172.31.0.0/16, private: true")},
	{"partial-dual-stack", 4,
		VPC_1("") VPC_2("") SUBNET("net1", "vpc-1", "fd00:1::/64")
			SUBNET("net2", "vpc-2", "fd00:2::/64")},
	{"partial-dual-stack", 3,
		VPC_1("") SUBNET("net1", "vpc-1", "fd00:1::/64")
			SUBNET("net2", "vpc-2", "fd00:2::/64")},
	{"external-router", 2,
		VPC_1("") "{apiVersion: kubeovn.io/v1, kind: Vpc, metadata: {name: vpc-2, labels: "
			  "{ovn.kubernetes.io/vpc_external: \"true\"}}, spec: {}}\n"},
};

struct bundle {
	struct declaration objects[MOST_OBJECTS];
	size_t count;
	struct inventory *inventory;
};

static void
read_bundle(struct arena *arena, const char *text, struct bundle *bundle)
{
	struct yaml_documents documents = {0};
	struct error error;

	if (!yaml_parse(arena, text, strlen(text), &json_file_limits, &documents, &error))
		fail_msg("%s: %s", text, error.message);
	bundle->count = 0;
	bundle->inventory = inventory_new();
	inventory_lock(bundle->inventory);
	for (size_t i = 0; i < documents.count; i++) {
		struct manifest manifest = {
			"bundle", documents.items[i], kind_of_object(documents.items[i]), NULL};
		struct changes changes;

		assert_true(bundle->count < MOST_OBJECTS);
		if (!manifest_decode(
			    arena, &manifest, &changes, &bundle->objects[bundle->count], &error))
			fail_msg("%s", error.message);
		inventory_store(bundle->inventory, &bundle->objects[bundle->count++]);
	}
}

/* Adds the sides of one conflict, which all have to give the same id. */
static size_t
count_sides(struct arena *arena, const struct row *row, const struct bundle *bundle)
{
	const char *id = NULL;
	size_t sides = 0;

	for (size_t i = 0; i < bundle->count; i++) {
		struct verdict_request request = {.inventory = bundle->inventory,
			.policy = policy_default(),
			.subject = &bundle->objects[i]};
		struct verdict verdict = verdict_reach(arena, &request);

		for (const struct finding *finding = verdict.findings.first; finding;
			finding = finding->next) {
			if (!text_equal(finding->rule, row->rule))
				continue;
			if (id && !text_equal(id, finding->id))
				fail_msg("%s has another id: %s\n%s", row->rule, finding->message,
					row->bundle);
			id = arena_text(arena, finding->id);
			sides++;
		}
	}
	return sides;
}

static void
one_conflict_has_one_id_from_all_sides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena CLEANUP(arena_cleanup) = arena_new(MEMORY);
		struct bundle bundle;
		size_t sides;

		read_bundle(arena, rows[i].bundle, &bundle);
		sides = count_sides(arena, &rows[i], &bundle);
		if (sides != rows[i].sides)
			fail_msg("%s: %zu sides instead of %zu\n%s", rows[i].rule, sides,
				rows[i].sides, rows[i].bundle);
		inventory_unlock(bundle.inventory);
		inventory_free(bundle.inventory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_conflict_has_one_id_from_all_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
