#include "tests/support/arena_limit.h"

#include "base/text.h"
#include "kinds/manifest.h"
#include "kinds/policy_match.h"
#include "network/arm_id.h"

#define ZONE                                                                                       \
	"/SUBSCRIPTIONS/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/rg/providers/"         \
	"microsoft.network/privateDnsZones/a.b"

/* All that lint does with a folder. */
static bool
read_manifests(struct arena *arena, void *unused, struct error *error)
{
	struct manifests manifests = {0};

	(void)unused;
	if (!manifests_read(arena, "docs/examples/inventory", &manifests, error))
		return false;
	assert_in_range(manifests.count, 2, 1000);
	for (const struct manifest *manifest = manifests.first; manifest;
		manifest = manifest->next) {
		struct declaration declaration;
		struct changes changes;

		if (manifest->definition &&
			!manifest_decode(arena, manifest, &changes, &declaration, error))
			return false;
	}
	return true;
}

/* These never fail: what they give back is whole, or ends with the arena's cap. */
static bool
read_match(struct arena *arena, void *unused, struct error *error)
{
	struct policy_match match = policy_match_read(arena,
		"ip4.src == {10.0.0.0/8, 192.168.0.0/16} && (ip4.dst == 10.1.0.0/16 || tcp.dst == "
		"80) && !(ip4.dst == 10.1.2.0/24)");
	struct policy_match rest = policy_match_without(arena, match, match);

	(void)unused;
	(void)error;
	assert_true(match.count <= POLICY_MATCH_PARTS && rest.count <= POLICY_MATCH_PARTS);
	return true;
}

static bool
read_arm_id(struct arena *arena, void *unused, struct error *error)
{
	const char *reason, *hint;
	enum arm_type type;

	(void)unused;
	(void)error;
	assert_true(text_ends_with(arm_id_canonical(arena, ZONE), "/privateDnsZones/a.b"));
	assert_false(arm_id_check(arena, ZONE, ARM_BIT(ARM_VNET), &type, &reason, &hint));
	assert_true(*reason && *hint);
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	(void)state;
	assert_in_range(arena_limit_walk(read_manifests, NULL), 1024, 1 << 20);
	assert_in_range(arena_limit_walk(read_match, NULL), 16, 1 << 20);
	assert_in_range(arena_limit_walk(read_arm_id, NULL), 16, 1 << 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
