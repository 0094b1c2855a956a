#include "tests/kinds/sample.h"

static void
subnet_claims_where_its_router_has_a_port(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpc':'vpc-1','cidrBlock':'10.0.0.7/16,fd00:10::/64','routeTable':'blue'}",
			"10.0.0.0/16 in vpc/vpc-1 subnet table blue (spec.cidrBlock)\n"
			"fd00:10::/64 in vpc/vpc-1 subnet table blue (spec.cidrBlock)\n"},
		{"{'cidrBlock':'10.0.0.0/16'}",
			"10.0.0.0/16 in vpc/ovn-cluster subnet (spec.cidrBlock)\n"},
		{"{'vpc':'','cidrBlock':'10.0.0.0/16','provider':'ovn'}",
			"10.0.0.0/16 in vpc/ovn-cluster subnet (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'10.0.0.0/16','provider':'net.default.ovn'}",
			"10.0.0.0/16 in vpc/a subnet (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'10.0.0.0/16','provider':'ext.kube-system'}",
			"10.0.0.0/16 in segment/it external network (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'10.0.0.0/16','provider':'a.b.c.ovn'}",
			"10.0.0.0/16 in segment/it external network (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'10.0.0.0/16','vlan':'v1'}",
			"10.0.0.0/16 in vpc/a subnet unrouted (spec.cidrBlock)\n"
			"10.0.0.0/16 in segment/it external network (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'10.0.0.0/16','vlan':'v1','logicalGateway':true}",
			"10.0.0.0/16 in vpc/a subnet (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'10.0.0.0/16','vlan':'v1','u2oInterconnection':true}",
			"10.0.0.0/16 in vpc/a subnet unrouted (spec.cidrBlock)\n"
			"10.0.0.0/16 in segment/it external network (spec.cidrBlock)\n"},
		{"{'vpc':'a','cidrBlock':'','vlan':'v1'}", ""},
		{"{'vpc':null,'cidrBlock':null,'vlan':null,'gateway':null,'provider':null}", ""},
	};

	sample_table(state, KIND_SUBNET, sample_claims, rows);
}

static void
subnet_of_an_underlay_is_routed_once_its_address_stands_in_the_status(void **state)
{
	const struct json *object =
		sample_object(*state, "{'apiVersion':'kubeovn.io/"
				      "v1','kind':'Subnet','metadata':{'name':'u'},'spec':{'vpc':'"
				      "a','cidrBlock':'10.0.0.0/16',"
				      "'vlan':'v1','u2oInterconnection':true},'status':{'"
				      "u2oInterconnectionIP':'10.0.0.9',"
				      "'v6availableIPs':340282366920938463463374607431768211456}}");

	assert_string_equal(
		sample_claims(*state, object), "10.0.0.0/16 in vpc/a subnet (spec.cidrBlock)\n");
}

static void
subnet_refuses_networks_that_cannot_work(void **state)
{
	static const struct sample_row rows[] = {
		{"{}", "spec.cidrBlock : the network is missing\n"},
		{"{'cidrBlock':''}", "spec.cidrBlock : the network is missing\n"},
		{"{'cidrBlock':7}", "spec.cidrBlock : must be text, not a number\n"},
		{"{'cidrBlock':'10.0.0.0'}",
			"spec.cidrBlock 10.0.0.0: the prefix length is missing\n"},
		{"{'cidrBlock':'10.0.0.0/16,'}",
			"spec.cidrBlock 10.0.0.0/16,: the list has an empty part\n"},
		{"{'cidrBlock':'10.5.0.0/16,fd00:5::/64,fd00:6::/64'}",
			"spec.cidrBlock 10.5.0.0/16,fd00:5::/64,fd00:6::/64: a Subnet has at most "
			"two networks\n"},
		{"{'cidrBlock':'10.5.0.0/16,10.6.0.0/16'}",
			"spec.cidrBlock 10.5.0.0/16,10.6.0.0/16: both networks are of one "
			"family\n"},
		{"{'cidrBlock':'fd00:5::/64,10.5.0.0/16'}",
			"soft spec.cidrBlock fd00:5::/64,10.5.0.0/16: IPv4 comes first\n"},
		{"{'cidrBlock':'10.5.0.1/32'}", "spec.cidrBlock 10.5.0.1/32: a prefix of a single "
						"address has no room for a neighbour\n"},
		{"{'cidrBlock':'fd00::1/128'}", "spec.cidrBlock fd00::1/128: a prefix of a single "
						"address has no room for a neighbour\n"},
		{"{'cidrBlock':'10.0.0.0/0'}",
			"spec.cidrBlock 10.0.0.0/0: the prefix length 0 means all addresses\n"},
		{"{'cidrBlock':'169.254.8.0/24'}", "spec.cidrBlock 169.254.8.0/24: the range meets "
						   "the link-local range 169.254.0.0/16\n"},
		{"{'cidrBlock':'169.0.0.0/8'}", "spec.cidrBlock 169.0.0.0/8: the range meets the "
						"link-local range 169.254.0.0/16\n"},
		{"{'cidrBlock':'fe80::/64'}", "spec.cidrBlock fe80::/64: the range meets the "
					      "link-local range fe80::/10\n"},
		{"{'cidrBlock':'126.0.0.0/7'}", "spec.cidrBlock 126.0.0.0/7: the range meets the "
						"loopback range 127.0.0.0/8\n"},
		{"{'cidrBlock':'224.1.0.0/16'}",
			"spec.cidrBlock 224.1.0.0/16: it is a multicast address\n"},
		{"{'cidrBlock':'255.255.255.0/24'}",
			"spec.cidrBlock 255.255.255.0/24: the range holds the broadcast address\n"},
		{"{'cidrBlock':'240.0.0.0/8'}", ""},
		{"{'cidrBlock':'ff00::/16'}",
			"spec.cidrBlock ff00::/16: it is a multicast address\n"},
		{"{'cidrBlock':'10.0.0.0/31','gateway':'10.0.0'}",
			"spec.gateway 10.0.0: an IPv4 address has four numbers\n"},
		{"{'cidrBlock':'10.0.0.0/16','gateway':'10.0.0.1,'}",
			"spec.gateway 10.0.0.1,: the list has an empty part\n"},
		{"{'cidrBlock':'10.0.0.0/16','gateway':''}", ""},
		{"{'cidrBlock':'10.0.0.0/16','vpc':'VPC 1'}",
			"id spec.vpc VPC 1: this is no legal object name\n"},
		{"{'cidrBlock':'10.0.0.0/16','vpc':4,'vlan':true}",
			"id spec.vpc : must be text, not a number\nid spec.vlan : must be text, "
			"not true or false\n"},
		{"{'vlan':'v'}", ""},
	};

	sample_table(state, KIND_SUBNET, sample_flaws, rows);
}

static void
subnet_stays_in_its_vpc(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpc':'vpc-1'}", "vpc=vpc-1"},
		{"{'vpc':''}", "vpc=ovn-cluster"},
		{"{'vpc':null}", "vpc=ovn-cluster"},
		{"{}", "vpc=ovn-cluster"},
		{"{'vpc':'ovn-cluster'}", "vpc=ovn-cluster"},
	};

	sample_table(state, KIND_SUBNET, sample_fixed, rows);
}

static void
subnet_canonical_text_of_a_new_object_has_ipv4_first(void **state)
{
	static const struct sample_row rows[] = {
		{"{'cidrBlock':'FD00:10::1/64, 10.0.0.9/016','gateway':'fd00:10::1,10.0.0.1'}",
			"spec.cidrBlock: FD00:10::1/64, 10.0.0.9/016 -> 10.0.0.0/16,fd00:10::/64\n"
			"spec.gateway: fd00:10::1,10.0.0.1 -> 10.0.0.1,fd00:10::1\n"},
		{"{'vpc':' vpc-1','cidrBlock':'10.0.0.0/16'}", "spec.vpc:  vpc-1 -> vpc-1\n"},
		{"{'cidrBlock':' 10.0.0.0/33','gateway':' 10.0.0'}", ""},
		{"{'cidrBlock':'fd00::/64,fd01::/64','gateway':'10.0.0.1,fd00::1'}", ""},
		{"{'cidrBlock':'fd00::/64,10.0.0.0/8,fd01::/64'}", ""},
	};
	const struct json *stored = sample_object(*state,
		"{'apiVersion':'kubeovn.io/v1','kind':'Subnet','metadata':{'name':'u','uid':'1'},"
		"'spec':{'cidrBlock':'FD00::1/64,10.0.0.0/16'}}");

	assert_string_equal(sample_changes(*state, stored),
		"spec.cidrBlock: FD00::1/64,10.0.0.0/16 -> fd00::/64,10.0.0.0/16\n");
	sample_table(state, KIND_SUBNET, sample_changes, rows);
}

static void
subnet_that_is_private_lists_what_it_lets_in(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpc':'a','vlan':'v','provider':'x','private':true,'allowSubnets':['10.0.7.5/"
		 "16','fd00::/8','0.0.0.0/0']}",
			"lets pass 10.0.0.0/16 (spec.allowSubnets[0])\n"
			"lets pass fd00::/8 (spec.allowSubnets[1])\n"
			"lets pass 0.0.0.0/0 (spec.allowSubnets[2])\n"},
		{"{'vlan':'v','provider':'x','allowSubnets':null}", ""},
	};
	static const struct sample_row flawed[] = {
		{"{'vlan':'v','allowSubnets':['10.0.0.0',7]}",
			"spec.allowSubnets[0] 10.0.0.0: the prefix length is missing\n"
			"spec.allowSubnets[1] : must be text\n"},
		{"{'vlan':'v','allowSubnets':'10.0.0.0/8'}",
			"spec.allowSubnets : must be a list\n"},
	};

	sample_table(state, KIND_SUBNET, sample_claims, rows);
	sample_table(state, KIND_SUBNET, sample_flaws, flawed);
	assert_true(sample_decode(*state, sample_of_spec(*state, KIND_SUBNET, "{'private':true}"))
			    .private_subnet);
	assert_false(sample_decode(*state, sample_of_spec(*state, KIND_SUBNET, "{'private':'yes'}"))
			     .private_subnet);
}

static void
subnet_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_SUBNET,
		"{'vpc':'A','cidrBlock':'fd00::/64,10.0.0.1/"
		"16,,x','vlan':'v','gateway':'1.1.1.1,'}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			subnet_claims_where_its_router_has_a_port, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			subnet_of_an_underlay_is_routed_once_its_address_stands_in_the_status,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			subnet_refuses_networks_that_cannot_work, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			subnet_stays_in_its_vpc, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			subnet_canonical_text_of_a_new_object_has_ipv4_first, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(subnet_that_is_private_lists_what_it_lets_in,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			subnet_survives_every_limit_of_memory, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
