#include "tests/kinds/sample.h"

static void
vpc_declares_peerings_with_links_of_both_families(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpcPeerings':[{'remoteVpc':'vpc-2','localConnectIP':'169.254.0.1/30,fd69::2/"
		 "126'},"
		 "{'remoteVpc':'vpc-3','localConnectIP':'169.254.0.4/31'}]}",
			"vpc/it > vpc/vpc-2 as '' links 0+2 (spec.vpcPeerings[0].remoteVpc vpc-2)\n"
			"vpc/it > vpc/vpc-3 as '' links 2+1 (spec.vpcPeerings[1].remoteVpc vpc-3)\n"
			"169.254.0.0/30 in vpc/it link network of 0 to vpc/vpc-2 at 169.254.0.1 "
			"(spec.vpcPeerings[0].localConnectIP)\n"
			"fd69::/126 in vpc/it link network of 0 to vpc/vpc-2 at fd69::2 "
			"(spec.vpcPeerings[0].localConnectIP)\n"
			"169.254.0.4/31 in vpc/it link network of 1 to vpc/vpc-3 at 169.254.0.4 "
			"(spec.vpcPeerings[1].localConnectIP)\n"},
		{"{'vpcPeerings':[{'remoteVpc':'VPC_2','localConnectIP':'169.254.0.1/"
		 "30'},{'remoteVpc':'b','localConnectIP':'x'}]}",
			"vpc/it > vpc/b as '' links 0+0 (spec.vpcPeerings[1].remoteVpc b)\n"},
		{"{'vpcPeerings':[{'remoteVpc':'b','localConnectIP':'fe80::1/"
		 "64'},{'remoteVpc':'c','localConnectIP':'10.0.0.0/30'}]}",
			"vpc/it > vpc/b as '' links 0+1 (spec.vpcPeerings[0].remoteVpc b)\n"
			"vpc/it > vpc/c as '' links 1+1 (spec.vpcPeerings[1].remoteVpc c)\n"
			"fe80::/64 in vpc/it link network of 0 to vpc/b at fe80::1 "
			"(spec.vpcPeerings[0].localConnectIP)\n"
			"10.0.0.0/30 in vpc/it link network of 1 to vpc/c at 10.0.0.0 "
			"(spec.vpcPeerings[1].localConnectIP)\n"},
		{"{'vpcPeerings':null,'staticRoutes':null,'bfdPort':null,'extraExternalSubnets':"
		 "null,'enableExternal':null}",
			""},
		{"null", ""},
	};

	sample_table(state, KIND_VPC, sample_claims, rows);
}

static void
vpc_refuses_link_addresses_that_cannot_work(void **state)
{
	static const struct {
		const char *text;
		const char *flaw;
	} rows[] = {
		{"''", ": the link address is missing"},
		{"null", ": the link address is missing"},
		{"7", ": must be text, not a number"},
		{"true", ": must be text, not true or false"},
		{"[]", ": must be text, not a list"},
		{"{}", ": must be text, not an object"},
		{"'169.254.0.1'", "169.254.0.1: the prefix length is missing"},
		{"'169.254.0.1/33'", "169.254.0.1/33: the prefix length is above 32"},
		{"'fd69::1/129'", "fd69::1/129: the prefix length is above 128"},
		{"'169.254.000.1/30'",
			"169.254.000.1/30: a number of the address has a leading zero"},
		{"'169.254.0.1/30,'", "169.254.0.1/30,: the list has an empty part"},
		{"'169.254.0.1/30, fd69::1/126'", " fd69::1/126: a blank is not allowed"},
		{"'fe80::1%eth0/64'", "fe80::1%eth0/64: a zone is not allowed"},
		{"'::ffff:169.254.0.1/126'",
			"::ffff:169.254.0.1/126: it is an IPv4 address written as IPv6"},
		{"'169.254.0.1/32'",
			"169.254.0.1/32: a prefix of a single address has no room for a neighbour"},
		{"'fd69::1/128'",
			"fd69::1/128: a prefix of a single address has no room for a neighbour"},
		{"'10.0.0.1/0'", "10.0.0.1/0: the prefix length 0 means all addresses"},
		{"'127.0.0.1/30'", "127.0.0.1/30: it is a loopback address"},
		{"'224.0.0.1/30'", "224.0.0.1/30: it is a multicast address"},
		{"'0.0.0.1/30'", "0.0.0.1/30: 0.0.0.0/8 is not usable"},
		{"'::1/126'", "::1/126: it is a loopback address"},
		{"'ff02::1/64'", "ff02::1/64: it is a multicast address"},
		{"'255.255.255.255/30'", "255.255.255.255/30: it is the broadcast address"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *spec, *expected;

		arena_reset(*state);
		spec = arena_printf(*state,
			"{'vpcPeerings':[{'remoteVpc':'b','localConnectIP':%s}]}", rows[i].text);
		expected = arena_printf(
			*state, "spec.vpcPeerings[0].localConnectIP %s\n", rows[i].flaw);
		assert_string_equal(
			sample_flaws(*state, sample_of_spec(*state, KIND_VPC, spec)), expected);
	}
}

static void
vpc_refuses_remote_names_that_no_object_has(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpcPeerings':[{'localConnectIP':'10.0.0.1/30'}]}",
			"id spec.vpcPeerings[0].remoteVpc : the VPC name is missing\n"},
		{"{'vpcPeerings':[{'remoteVpc':'','localConnectIP':'10.0.0.1/30'}]}",
			"id spec.vpcPeerings[0].remoteVpc : the VPC name is empty\n"},
		{"{'vpcPeerings':[{'remoteVpc':'VPC_2','localConnectIP':'10.0.0.1/30'}]}",
			"id spec.vpcPeerings[0].remoteVpc VPC_2: this is no legal object name\n"},
		{"{'vpcPeerings':[{'remoteVpc':'a..b','localConnectIP':'10.0.0.1/30'}]}",
			"id spec.vpcPeerings[0].remoteVpc a..b: this is no legal object name\n"},
		{"{'vpcPeerings':[{'remoteVpc':'a-','localConnectIP':'10.0.0.1/30'}]}",
			"id spec.vpcPeerings[0].remoteVpc a-: this is no legal object name\n"},
		{"{'vpcPeerings':[{'remoteVpc':1,'localConnectIP':'10.0.0.1/30'}]}",
			"id spec.vpcPeerings[0].remoteVpc : must be text, not a number\n"},
		{"{'vpcPeerings':[{'remoteVpc':'a.b-c','localConnectIP':'10.0.0.1/30'}]}", ""},
		{"{'vpcPeerings':[null]}",
			"id spec.vpcPeerings[0].remoteVpc : the VPC name is missing\n"
			"spec.vpcPeerings[0].localConnectIP : the link address is missing\n"},
		{"{'vpcPeerings':['vpc-2']}", "id spec.vpcPeerings[0] : must be an object\n"},
		{"{'vpcPeerings':'vpc-2'}", "id spec.vpcPeerings : must be a list\n"},
		{"'vpc-2'", "id spec : must be an object\n"},
	};

	sample_table(state, KIND_VPC, sample_flaws, rows);
}

static void
vpc_bounds_the_parts_of_a_list(void **state)
{
	const char *expected = "spec.vpcPeerings[0].localConnectIP "
			       "1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,"
			       "1.0.0.1/8,1.0.0.1/8,1.0.0.1/8: the list has too many parts\n";

	assert_string_equal(
		sample_flaws(*state,
			sample_of_spec(*state, KIND_VPC,
				"{'vpcPeerings':[{'remoteVpc':'b','localConnectIP':'1.0.0.1/"
				"8,1.0.0.1/8,1.0.0.1/8,"
				"1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8,1.0.0.1/8'}]}")),
		expected);
}

static void
vpc_refuses_words_for_the_policy_of_a_route(void **state)
{
	static const struct {
		const char *policy;
		const char *flaw;
	} rows[] = {
		{"'policyDst'", NULL},
		{"'policySrc'", NULL},
		{"''", NULL},
		{"null", NULL},
		{"'policydst'", " policydst: Kube-OVN knows only policyDst and policySrc, and sets "
				"up nothing of this VPC"},
		{"'dst'", " dst: Kube-OVN knows only policyDst and policySrc, and sets up nothing "
			  "of this VPC"},
		{"7", " : must be text, not a number"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *spec, *expected;

		arena_reset(*state);
		spec = arena_printf(*state,
			"{'staticRoutes':[{'cidr':'10.1.0.0/16','nextHopIP':'10.0.0.2','policy':%s}"
			"]}",
			rows[i].policy);
		expected = rows[i].flaw
				   ? arena_printf(*state, "route spec.staticRoutes[0].policy%s\n",
					     rows[i].flaw)
				   : "";
		assert_string_equal(
			sample_flaws(*state, sample_of_spec(*state, KIND_VPC, spec)), expected);
	}
}

static const struct json *
annotated_vpc(struct arena *arena, const char *metadata)
{
	return sample_object(arena,
		arena_printf(arena,
			"{'apiVersion':'kubeovn.io/v1','kind':'Vpc','metadata':{'name':'it'%s},"
			"'spec':{'vpcPeerings':[{'remoteVpc':'b','localConnectIP':'auto'}]}}",
			metadata));
}

static void
vpc_wants_what_its_annotation_says(void **state)
{
	static const struct {
		const char *annotations;
		bool links;
		bool routes;
	} rows[] = {
		{"", false, false},
		{",'annotations':null", false, false},
		{",'annotations':{'peerwarden.io/auto':''}", false, false},
		{",'annotations':{'peerwarden.io/auto':'links'}", true, false},
		{",'annotations':{'peerwarden.io/auto':'routes'}", false, true},
		{",'annotations':{'peerwarden.io/auto':'links,routes'}", true, true},
		{",'annotations':{'peerwarden.io/auto':' routes , links '}", true, true},
		{",'annotations':{'peerwarden.io/auto':'link,routes2'}", false, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration declaration =
			sample_decode(*state, annotated_vpc(*state, rows[i].annotations));

		assert_int_equal(declaration.auto_links, rows[i].links);
		assert_int_equal(declaration.auto_routes, rows[i].routes);
		assert_int_equal(declaration.peering_count, 1);
		assert_int_equal(declaration.link_count, 0);
		assert_int_equal(declaration.peerings[0].wants_link, rows[i].links);
	}
}

static void
vpc_that_wants_a_link_says_which_annotation_it_needs(void **state)
{
	const struct json *plain = annotated_vpc(*state, "");
	const struct json *annotated =
		annotated_vpc(*state, ",'annotations':{'peerwarden.io/auto':'links'}");

	assert_string_equal(sample_flaws(*state, plain),
		"spec.vpcPeerings[0].localConnectIP auto: a link network is chosen only for a Vpc "
		"with the annotation peerwarden.io/auto\n");
	assert_non_null(strstr(sample_hint(*state, plain), "`peerwarden.io/auto: links`"));
	assert_string_equal(sample_flaws(*state, annotated),
		"spec.vpcPeerings[0].localConnectIP auto: no link network was chosen\n");
}

static void
vpc_declares_static_routes(void **state)
{
	static const struct sample_row rows[] = {
		{"{'staticRoutes':[{'cidr':'172.31.5.6/16','nextHopIP':'169.254.0.2'}]}",
			"to 172.31.0.0/16 via 169.254.0.2 (spec.staticRoutes[0].cidr, "
			"spec.staticRoutes[0].nextHopIP)\n"},
		{"{'staticRoutes':[{'cidr':'172.31.0.5','nextHopIP':'169.254.0.2','policy':'"
		 "policySrc','routeTable':'blue'}]}",
			"from 172.31.0.5/32 via 169.254.0.2 table blue (spec.staticRoutes[0].cidr, "
			"spec.staticRoutes[0].nextHopIP)\n"},
		{"{'staticRoutes':[{'cidr':'::/"
		 "0','nextHopIP':'fd69::2','policy':'','bfdId':'5f1c'}]}",
			"to ::/0 via fd69::2 managed (spec.staticRoutes[0].cidr, "
			"spec.staticRoutes[0].nextHopIP)\n"},
		{"{'staticRoutes':[{'cidr':'0.0.0.0/"
		 "1','nextHopIP':'1.1.1.1','ecmpMode':'ecmp_symmetric_reply','bfdId':''}]}",
			"to 0.0.0.0/1 via 1.1.1.1 managed (spec.staticRoutes[0].cidr, "
			"spec.staticRoutes[0].nextHopIP)\n"},
		{"{'staticRoutes':[{'cidr':'10.0.0.0/8','nextHopIP':'169.254.0.2/"
		 "30'},{'cidr':'x','nextHopIP':'169.254.0.2'}]}",
			""},
	};

	sample_table(state, KIND_VPC, sample_claims, rows);
}

static void
vpc_refuses_routes_that_do_not_parse(void **state)
{
	static const struct sample_row rows[] = {
		{"{'staticRoutes':[{'cidr':'172.31.0.0/16,fd00:20::/"
		 "64','nextHopIP':'169.254.0.2'}]}",
			"spec.staticRoutes[0].cidr 172.31.0.0/16,fd00:20::/64: a route has only "
			"one\n"},
		{"{'staticRoutes':[{'cidr':'172.31.0.0/16','nextHopIP':'169.254.0.2,fd69::2'}]}",
			"spec.staticRoutes[0].nextHopIP 169.254.0.2,fd69::2: a route has only "
			"one\n"},
		{"{'staticRoutes':[null]}",
			"spec.staticRoutes[0].cidr : the destination is missing\n"
			"spec.staticRoutes[0].nextHopIP : the next hop is missing\n"},
		{"{'staticRoutes':[{'cidr':'10.0.0.0/8','nextHopIP':'169.254.0.2/30'}]}",
			"spec.staticRoutes[0].nextHopIP 169.254.0.2/30: a prefix length is not "
			"allowed\n"},
		{"{'staticRoutes':[{'cidr':'::ffff:10.0.0.0/104','nextHopIP':'127.0.0.1'}]}",
			"spec.staticRoutes[0].cidr ::ffff:10.0.0.0/104: it is an IPv4 address "
			"written as IPv6\n"
			"spec.staticRoutes[0].nextHopIP 127.0.0.1: it is a loopback address\n"},
		{"{'staticRoutes':[{'cidr':8,'nextHopIP':99999999999999999999999999}]}",
			"spec.staticRoutes[0].cidr : must be text, not a number\n"
			"spec.staticRoutes[0].nextHopIP : must be text, not a number\n"},
		{"{'staticRoutes':[[]]}", "spec.staticRoutes[0] : must be an object\n"},
		{"{'staticRoutes':{}}", "spec.staticRoutes : must be a list\n"},
	};

	sample_table(state, KIND_VPC, sample_flaws, rows);
}

static void
vpc_claims_its_bfd_port_while_enabled_and_attaches_to_external_networks(void **state)
{
	static const struct sample_row rows[] = {
		{"{'bfdPort':{'enabled':true,'ip':'10.9.0.1,fd00::1'}}",
			"10.9.0.1/32 in vpc/it BFD port (spec.bfdPort.ip)\nfd00::1/128 in vpc/it "
			"BFD port (spec.bfdPort.ip)\n"},
		{"{'bfdPort':{'enabled':false,'ip':'10.9.0.1'}}", ""},
		{"{'bfdPort':{'ip':'10.9.0.1'}}", ""},
		{"{'enableExternal':true}", "on segment/external (spec.enableExternal)\n"},
		{"{'enableExternal':true,'extraExternalSubnets':[null,'b']}",
			"on segment/b (spec.extraExternalSubnets[1])\n"},
		{"{'enableExternal':false,'extraExternalSubnets':['b']}", ""},
	};
	static const struct sample_row flawed[] = {
		{"{'bfdPort':{'enabled':true,'ip':'10.9.0.1/24,'}}",
			"spec.bfdPort.ip 10.9.0.1/24: a prefix length is not allowed\n"
			"spec.bfdPort.ip 10.9.0.1/24,: the list has an empty part\n"},
		{"{'bfdPort':true}", "spec.bfdPort : must be an object\n"},
	};

	sample_table(state, KIND_VPC, sample_claims, rows);
	sample_table(state, KIND_VPC, sample_flaws, flawed);
}

static void
vpc_defines_its_domain_and_knows_a_foreign_router(void **state)
{
	struct declaration own = sample_decode(*state, sample_of_spec(*state, KIND_VPC, "{}"));
	struct declaration foreign = sample_decode(
		*state, sample_object(*state, "{'apiVersion':'kubeovn.io/"
					      "v1','kind':'Vpc','metadata':{'name':'n','labels':"
					      "{'ovn.kubernetes.io/vpc_external':'true'}}}"));

	assert_string_equal(own.home, "vpc/it");
	assert_true(own.defines_home);
	assert_false(own.foreign_router);
	assert_true(foreign.foreign_router);
}

static void
vpc_canonical_text_keeps_the_meaning(void **state)
{
	static const struct sample_row rows[] = {
		{"{'vpcPeerings':[{'remoteVpc':' vpc-2 ','localConnectIP':'169.254.0.1/030, "
		 "FD69:00FE::0001/126'}]}",
			"spec.vpcPeerings[0].remoteVpc:  vpc-2  -> vpc-2\n"
			"spec.vpcPeerings[0].localConnectIP: 169.254.0.1/030, FD69:00FE::0001/126 "
			"-> "
			"169.254.0.1/30,fd69:fe::1/126\n"},
		{"{'vpcPeerings':[{'remoteVpc':'fine','localConnectIP':'fd69::1/126,169.254.0.1/"
		 "30'}]}",
			""},
		{"{'vpcPeerings':[{'remoteVpc':' VPC','localConnectIP':' 169.254.0.1/30,'}]}", ""},
		{"{'vpcPeerings':[{'remoteVpc':3,'localConnectIP':' ::ffff:1.2.3.4/126'},null,4]}",
			""},
		{"{'staticRoutes':[{'cidr':' 172.31.5.6/16','nextHopIP':'169.254.0.2 "
		 "'},{'cidr':'FD00::1','nextHopIP':'FD69::2'}]}",
			"spec.staticRoutes[0].cidr:  172.31.5.6/16 -> 172.31.0.0/16\n"
			"spec.staticRoutes[0].nextHopIP: 169.254.0.2  -> 169.254.0.2\n"
			"spec.staticRoutes[0].policy: policyDst is added\n"
			"spec.staticRoutes[1].cidr: FD00::1 -> "
			"fd00::1\nspec.staticRoutes[1].nextHopIP: FD69::2 -> fd69::2\n"
			"spec.staticRoutes[1].policy: policyDst is added\n"},
		{"{'staticRoutes':[{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':''}]}",
			"spec.staticRoutes[0].policy:  -> policyDst\n"},
		{"{'staticRoutes':[{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':'other'}]}",
			""},
		{"{'staticRoutes':[{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':"
		 "'policyDst'},{'cidr':'10.1.2.3/8','nextHopIP':' 1.1.1.1','routeTable':''},"
		 "{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':'policySrc'},"
		 "{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.2','policy':'policyDst'},"
		 "{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':'policyDst',"
		 "'routeTable':'t'},"
		 "{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':'policyDst','bfdId':'b'},"
		 "{'cidr':'10.0.0.0/8','nextHopIP':'1.1.1.1','policy':'policySrc'}]}",
			"spec.staticRoutes[6]: a copy of another route is dropped\n"
			"spec.staticRoutes[1]: a copy of another route is dropped\n"},
		{"{'staticRoutes':[{'cidr':'172.31.5.6/16','nextHopIP':' 1.1.1.1','bfdId':'b'},"
		 "{'cidr':'172.31.5.6/16','ecmpMode':'e'}]}",
			""},
		{"{'bfdPort':{'enabled':true,'ip':'10.9.0.1, FD00::1'}}",
			"spec.bfdPort.ip: 10.9.0.1, FD00::1 -> 10.9.0.1,fd00::1\n"},
	};

	sample_table(state, KIND_VPC, sample_changes, rows);
}

static void
vpc_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_VPC,
		"{'vpcPeerings':[{'remoteVpc':'b','localConnectIP':' "
		"169.254.0.1/30,fd69::1/126,'},{'remoteVpc':'C','localConnectIP':''}],"
		"'staticRoutes':[{'cidr':'10.0.0.1/"
		"8','nextHopIP':'1.1.1.1'},{}],'enableExternal':true,"
		"'bfdPort':{'enabled':true,'ip':'1.1.1.1,x'}}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(vpc_declares_peerings_with_links_of_both_families,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_refuses_link_addresses_that_cannot_work, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_refuses_remote_names_that_no_object_has, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_bounds_the_parts_of_a_list, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_refuses_words_for_the_policy_of_a_route, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_wants_what_its_annotation_says, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_that_wants_a_link_says_which_annotation_it_needs, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_declares_static_routes, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_refuses_routes_that_do_not_parse, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_claims_its_bfd_port_while_enabled_and_attaches_to_external_networks,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(vpc_defines_its_domain_and_knows_a_foreign_router,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_canonical_text_keeps_the_meaning, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			vpc_survives_every_limit_of_memory, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
