#include "tests/kinds/sample.h"

static void
ip_range_claims_what_the_shoot_will_use(void **state)
{
	static const struct sample_row rows[] = {
		{"{'cidr':'10.250.4.0/22'}", "10.250.4.0/22 in shoot IP range (spec.cidr)\n"},
		{"{}", ""},
		{"{'cidr':null}", ""},
		{"{'cidr':''}", ""},
		{"null", ""},
	};

	sample_table(state, KIND_IP_RANGE, sample_claims, rows);
}

static void
ip_range_refuses_what_the_cloud_manager_refuses(void **state)
{
	static const struct sample_row rows[] = {
		{"{'cidr':'10.250.4.0'}", "spec.cidr 10.250.4.0: the prefix length is missing\n"},
		{"{'cidr':'10.0.0.0/15'}", "spec.cidr 10.0.0.0/15: an IpRange is an IPv4 network "
					   "with a prefix length from 16 to 30\n"},
		{"{'cidr':'10.0.0.0/31'}", "spec.cidr 10.0.0.0/31: an IpRange is an IPv4 network "
					   "with a prefix length from 16 to 30\n"},
		{"{'cidr':'fd00::/24'}", "spec.cidr fd00::/24: an IpRange is an IPv4 network with "
					 "a prefix length from 16 to 30\n"},
		{"{'cidr':3}", "spec.cidr : must be text, not a number\n"},
		{"{'cidr':'10.0.0.0/16'}", ""},
	};

	sample_table(state, KIND_IP_RANGE, sample_flaws, rows);
}

static void
ip_range_claims_what_the_status_says(void **state)
{
	const struct json *object = sample_object(*state,
		"{'apiVersion':'cloud-resources.kyma-project.io/"
		"v1beta1','kind':'IpRange','metadata':{'name':'default'},"
		"'spec':{'cidr':'10.1.0.0/16'},'status':{'cidr':'10.250.4.0/22'}}");

	assert_string_equal(
		sample_claims(*state, object), "10.250.4.0/22 in shoot IP range (status.cidr)\n");
	assert_string_equal(sample_fixed(*state, object), "cidr=10.1.0.0/16");
}

static void
ip_range_canonical_text_keeps_the_range(void **state)
{
	static const struct sample_row rows[] = {
		{"{'cidr':' 10.250.4.0/022'}", "spec.cidr:  10.250.4.0/022 -> 10.250.4.0/22\n"},
		{"{'cidr':' 10.250'}", ""},
	};

	sample_table(state, KIND_IP_RANGE, sample_changes, rows);
}

static void
ip_range_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_IP_RANGE, "{'cidr':'10.0.0.0/31'}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			ip_range_claims_what_the_shoot_will_use, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(ip_range_refuses_what_the_cloud_manager_refuses,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			ip_range_claims_what_the_status_says, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			ip_range_canonical_text_keeps_the_range, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			ip_range_survives_every_limit_of_memory, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
