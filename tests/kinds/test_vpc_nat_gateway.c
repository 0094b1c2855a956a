#include "kinds/gateway.h"
#include "tests/kinds/sample.h"

static void
a_nat_gateway_diverts_what_comes_from_its_internal_networks(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpc':'a','internalCIDRs':['10.0.0.0/16','fd00:1::/64','10.9.0.5']}",
			"diverts 10.0.0.0/16 > 0.0.0.0/0 at 29200 (spec.internalCIDRs)\n"
			"diverts fd00:1::/64 > ::/0 at 29200 (spec.internalCIDRs)\n"
			"diverts 10.9.0.5/32 > 0.0.0.0/0 at 29200 (spec.internalCIDRs)\n"},
		{"{'vpc':'a','internalSubnets':['net1']}",
			"diverts some 0.0.0.0/0 > 0.0.0.0/0 at 29200 (spec.internalSubnets)\n"
			"diverts some ::/0 > ::/0 at 29200 (spec.internalSubnets)\n"},
		{"{'vpc':'a','internalSubnets':[],'internalCIDRs':null}", ""},
		{"{'vpc':'a','subnet':'net1','lanIp':'10.0.0.254'}", ""},
		{"null", ""},
	};

	sample_table(state, KIND_VPC_NAT_GATEWAY, sample_claims, rows);
}

static void
a_nat_gateway_belongs_to_a_vpc(void **state)
{
	static const struct {
		const char *spec;
		const char *home;
	} rows[] = {
		{"{'vpc':'a'}", "vpc/a"},
		{"{'vpc':''}", "vpc/ovn-cluster"},
		{"{}", "vpc/ovn-cluster"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration declaration = sample_decode(
			*state, sample_of_spec(*state, KIND_VPC_NAT_GATEWAY, rows[i].spec));

		assert_string_equal(declaration.home, rows[i].home);
		assert_false(declaration.defines_home);
	}
}

static void
a_nat_gateway_is_warned_of_what_is_no_network(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpc':'a','internalCIDRs':['10.0.0.0/33',7]}",
			"soft spec.internalCIDRs 10.0.0.0/33: the prefix length is above 32\n"
			"soft spec.internalCIDRs : must be text\n"},
		{"{'vpc':'a','internalCIDRs':'10.0.0.0/16'}",
			"spec.internalCIDRs : must be a list\n"},
		{"{'vpc':'A B'}", "id spec.vpc A B: this is no legal object name\n"},
		{"{'vpc':7}", "id spec.vpc : must be text, not a number\n"},
	};

	sample_table(state, KIND_VPC_NAT_GATEWAY, sample_flaws, rows);
}

static void
the_networks_of_a_nat_gateway_are_bounded(void **state)
{
	struct buffer spec;
	struct declaration declaration;

	buffer_init(&spec, 1 << 20);
	buffer_append_text(&spec, "{'vpc':'a','internalCIDRs':['10.0.0.0/16'");
	for (int i = 0; i < GATEWAY_DIVERSIONS; i++)
		buffer_append_text(&spec, ",'10.0.0.0/16'");
	buffer_append_text(&spec, "]}");
	declaration = sample_decode(
		*state, sample_of_spec(*state, KIND_VPC_NAT_GATEWAY, sample_text(*state, &spec)));
	assert_int_equal(declaration.diversion_count, GATEWAY_DIVERSIONS);
}

static void
a_nat_gateway_survives_every_cap(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_VPC_NAT_GATEWAY,
		"{'vpc':'a','internalCIDRs':['10.0.0.0/16','x'],'internalSubnets':['net1']}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nat_gateway_diverts_what_comes_from_its_internal_networks),
		cmocka_unit_test(a_nat_gateway_belongs_to_a_vpc),
		cmocka_unit_test(a_nat_gateway_is_warned_of_what_is_no_network),
		cmocka_unit_test(the_networks_of_a_nat_gateway_are_bounded),
		cmocka_unit_test(a_nat_gateway_survives_every_cap),
	};

	return cmocka_run_group_tests(tests, sample_setup, sample_teardown);
}
