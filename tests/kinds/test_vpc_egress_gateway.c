#include "tests/kinds/sample.h"

static void
an_egress_gateway_diverts_the_networks_of_its_policies(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpc':'a','policies':[{'snat':true,'ipBlocks':['10.0.0.0/16']},{'ipBlocks':["
		 "'fd00:1::/64']}]}",
			"diverts 10.0.0.0/16 > 0.0.0.0/0 at 29100 (spec.policies[0].ipBlocks)\n"
			"diverts fd00:1::/64 > ::/0 at 29100 (spec.policies[1].ipBlocks)\n"},
		{"{'vpc':'a','policies':[{'subnets':['net1','net2']}]}",
			"diverts some 0.0.0.0/0 > 0.0.0.0/0 at 29100 (spec.policies[0].subnets)\n"
			"diverts some ::/0 > ::/0 at 29100 (spec.policies[0].subnets)\n"},
		{"{'vpc':'a','selectors':[{'podSelector':{}}]}",
			"diverts some 0.0.0.0/0 > 0.0.0.0/0 at 29100 (spec.selectors)\n"
			"diverts some ::/0 > ::/0 at 29100 (spec.selectors)\n"},
		{"{'policies':[null],'selectors':null}", ""},
		{"null", ""},
	};

	sample_table(state, KIND_VPC_EGRESS_GATEWAY, sample_claims, rows);
}

static void
an_egress_gateway_of_no_vpc_belongs_to_the_default_one(void **state)
{
	struct declaration declaration =
		sample_decode(*state, sample_of_spec(*state, KIND_VPC_EGRESS_GATEWAY, "{}"));

	assert_string_equal(declaration.home, "vpc/ovn-cluster");
	declaration = sample_decode(
		*state, sample_of_spec(*state, KIND_VPC_EGRESS_GATEWAY, "{'vpc':'a'}"));
	assert_string_equal(declaration.home, "vpc/a");
}

static void
an_egress_gateway_is_warned_of_what_is_no_network(void **state)
{
	static const struct sample_row rows[] = {
		{"{'policies':[{'ipBlocks':['10.0.0.0/16','here']}]}",
			"soft spec.policies[0].ipBlocks here: the prefix length is missing\n"},
		{"{'policies':['all']}", "spec.policies[0] : must be an object\n"},
		{"{'policies':{}}", "spec.policies : must be a list\n"},
	};

	sample_table(state, KIND_VPC_EGRESS_GATEWAY, sample_flaws, rows);
}

static void
an_egress_gateway_survives_every_cap(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_VPC_EGRESS_GATEWAY,
		"{'vpc':'a','policies':[{'ipBlocks':['10.0.0.0/16','x'],'subnets':['net1']}],"
		"'selectors':[{}]}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_egress_gateway_diverts_the_networks_of_its_policies),
		cmocka_unit_test(an_egress_gateway_of_no_vpc_belongs_to_the_default_one),
		cmocka_unit_test(an_egress_gateway_is_warned_of_what_is_no_network),
		cmocka_unit_test(an_egress_gateway_survives_every_cap),
	};

	return cmocka_run_group_tests(tests, sample_setup, sample_teardown);
}
