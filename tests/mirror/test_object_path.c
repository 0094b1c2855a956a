#include "mirror/object_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void
an_object_has_a_path_of_its_kind_namespace_and_name(void **state)
{
	static const struct {
		struct object_id object;
		const char *path; /* NULL: none */
	} rows[] = {
		{{KIND_VPC, "", "red"}, "/apis/kubeovn.io/v1/vpcs/red"},
		{{KIND_AWS_VPC_PEERING, "", "a.b"},
			"/apis/cloud-resources.kyma-project.io/v1beta1/awsvpcpeerings/a.b"},
		{{KIND_SHOOT_INFO, "kube-system", "shoot-info"},
			"/api/v1/namespaces/kube-system/configmaps/shoot-info"},
		{{KIND_IP_RANGE, "", "x"},
			"/apis/cloud-resources.kyma-project.io/v1beta1/ipranges/x"},
		{{KIND_VPC, "", "a/../b?c"}, "/apis/kubeovn.io/v1/vpcs/a%2F..%2Fb%3Fc"},
		{{KIND_SHOOT_INFO, "a/b", "c"}, "/api/v1/namespaces/a%2Fb/configmaps/c"},
		{{KIND_SHOOT_INFO, "", "c"}, NULL},
		{{KIND_SHOOT_INFO, "..", "c"}, NULL},
		{{KIND_VPC, "", ""}, NULL},
		{{KIND_VPC, "", "."}, NULL},
		{{KIND_VPC, "", ".."}, NULL},
		{{KIND_VPC, "", NULL}, NULL},
		{{KIND_PEERING_POLICY, "", "p"}, NULL},
	};
	struct arena *arena = arena_new(1000000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = object_path_of(arena, &rows[i].object);

		if (!text_equal(path, rows[i].path))
			fail_msg("row %zu: %s", i, path ? path : "none");
	}
	arena_free(arena);
}

static void
a_name_that_is_too_long_has_no_path(void **state)
{
	static char name[2000];
	struct arena *arena = arena_new(1000000);

	(void)state;
	memset(name, '/', sizeof name - 1);
	assert_null(object_path_of(arena, &(struct object_id){KIND_VPC, "", name}));
	arena_free(arena);
}

static void
a_kind_is_listed_in_all_namespaces_or_by_its_one_name(void **state)
{
	struct arena *arena = arena_new(1000000);
	struct kube_collection vpcs = object_path_collection(arena, kind_definitions[KIND_VPC]);
	struct kube_collection shoot =
		object_path_collection(arena, kind_definitions[KIND_SHOOT_INFO]);

	(void)state;
	assert_string_equal(vpcs.path, "/apis/kubeovn.io/v1/vpcs");
	assert_null(vpcs.query);
	assert_string_equal(shoot.path, "/api/v1/namespaces/kube-system/configmaps");
	assert_string_equal(shoot.query, "fieldSelector=metadata.name%3Dshoot-info");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_has_a_path_of_its_kind_namespace_and_name),
		cmocka_unit_test(a_name_that_is_too_long_has_no_path),
		cmocka_unit_test(a_kind_is_listed_in_all_namespaces_or_by_its_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
