#include "tests/kinds/sample.h"

static const struct json *
shoot_info(struct arena *arena, const char *data)
{
	return sample_object(
		arena, arena_printf(arena,
			       "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'shoot-"
			       "info','namespace':'kube-system'},'data':%s}",
			       data));
}

static void
shoot_info_claims_all_ranges_and_prefers_the_plural(void **state)
{
	static const struct sample_row rows[] = {
		{"{'nodeNetwork':'10.250.0.0/16','podNetwork':'10.96.0.0/"
		 "13','serviceNetwork':'10.104.0.0/13'}",
			"10.250.0.0/16 in shoot node range (data.nodeNetwork)\n10.96.0.0/13 in "
			"shoot pod range (data.podNetwork)\n"
			"10.104.0.0/13 in shoot service range (data.serviceNetwork)\n"},
		{"{'podNetwork':'10.96.0.0/13','podNetworks':'10.96.0.0/13, fd00:96::/48'}",
			"10.96.0.0/13 in shoot pod range (data.podNetworks)\nfd00:96::/48 in shoot "
			"pod range (data.podNetworks)\n"},
		{"{'nodeNetworks':'','nodeNetwork':'10.250.0.9/16'}",
			"10.250.0.0/16 in shoot node range (data.nodeNetwork)\n"},
		{"{'nodeNetworks':'x,10.0.0.0/8,','podNetworks':5,'serviceNetworks':null}",
			"10.0.0.0/8 in shoot node range (data.nodeNetworks)\n"},
		{"null", ""},
		{"[]", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *object = shoot_info(*state, rows[i].spec);

		assert_string_equal(sample_claims(*state, object), rows[i].expected);
		assert_string_equal(sample_flaws(*state, object), "");
		assert_string_equal(sample_changes(*state, object), "");
	}
}

static void
shoot_info_describes_the_shoot(void **state)
{
	struct declaration full = sample_decode(
		*state, shoot_info(*state, "{'shootName':'c-513b462','projectName':'kyma','region':"
					   "'eu-west-1','provider':'aws'}"));
	struct declaration empty = sample_decode(*state, shoot_info(*state, "{}"));
	struct declaration other =
		sample_decode(*state, shoot_info(*state, "{'provider':'openstack'}"));

	assert_string_equal(full.home, "shoot");
	assert_true(full.defines_home);
	assert_string_equal(full.object.namespace, "kube-system");
	assert_string_equal(full.shoot->name, "c-513b462");
	assert_string_equal(full.shoot->project, "kyma");
	assert_string_equal(full.shoot->region, "eu-west-1");
	assert_int_equal(full.shoot->provider, PROVIDER_AWS);
	assert_string_equal(empty.shoot->name, "");
	assert_int_equal(empty.shoot->provider, PROVIDER_NONE);
	assert_int_equal(other.shoot->provider, PROVIDER_OTHER);
}

static void
shoot_info_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(shoot_info(
		*state, "{'nodeNetworks':'10.0.0.0/8,10.1.0.0/8,fd00::/8','podNetwork':'x'}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shoot_info_claims_all_ranges_and_prefers_the_plural,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			shoot_info_describes_the_shoot, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			shoot_info_survives_every_limit_of_memory, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
