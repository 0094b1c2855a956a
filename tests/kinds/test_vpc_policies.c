#include "kinds/gateway.h"
#include "tests/kinds/sample.h"

#define POLICY(priority, match, action)                                                            \
	"{'priority':" #priority ",'match':'" match "','action':'" action                          \
	"','nextHopIP':'10.0.0.254'}"

static void
a_policy_that_reroutes_or_drops_diverts_what_it_matches(void **state)
{
	static const struct sample_row rows[] = {
		{"{'policyRoutes':[" POLICY(30001, "ip4.src==10.0.0.0/16", "reroute") "]}",
			"diverts 10.0.0.0/16 > 0.0.0.0/0 at 30001 (spec.policyRoutes[0].match)\n"},
		{"{'policyRoutes':[" POLICY(7, "ip6.dst == fd00::/8 && tcp", "drop") "]}",
			"drops some ::/0 > fd00::/8 at 7 (spec.policyRoutes[0].match)\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'drop'}]}",
			"drops 0.0.0.0/0 > 0.0.0.0/0 at 0 (spec.policyRoutes[0].match)\n"},
		{"{'policyRoutes':[{'priority':1,'action':'drop'},"
		 "{'priority':1,'match':'ip4 ==','action':'drop'}]}",
			""},
		{"{'policyRoutes':null}", ""},
	};

	sample_table(state, KIND_VPC, sample_claims, rows);
}

static void
a_policy_that_reroutes_to_a_peer_diverts_nothing(void **state)
{
	static const char peering[] =
		"vpc/it > vpc/b as '' links 0+1 (spec.vpcPeerings[0].remoteVpc b)\n"
		"169.254.0.0/30 in vpc/it link network of 0 to vpc/b at 169.254.0.1 "
		"(spec.vpcPeerings[0].localConnectIP)\n";
	static const struct {
		const char *next_hops;
		bool diverts;
	} rows[] = {
		{"169.254.0.2", false},
		{"10.0.0.254", true},
		{"169.254.0.2,10.0.0.254", true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *claims;

		arena_reset(*state);
		claims = sample_claims(*state,
			sample_of_spec(*state, KIND_VPC,
				arena_printf(*state,
					"{'vpcPeerings':[{'remoteVpc':'b','localConnectIP':"
					"'169.254.0.1/30'}],'policyRoutes':[{'priority':1,"
					"'match':'ip4','action':'reroute','nextHopIP':'%s'}]}",
					rows[i].next_hops)));
		assert_true(text_starts_with(claims, peering));
		assert_int_equal(strstr(claims, "diverts") != NULL, rows[i].diverts);
	}
}

static void
what_a_higher_policy_allows_is_not_diverted(void **state)
{
	static const struct sample_row rows[] = {
		{"{'policyRoutes':[" POLICY(100, "ip4.dst == 172.16.0.0/14", "drop") "," POLICY(
			 200, "ip4.dst == 172.18.0.0/15", "allow") "]}",
			"drops 0.0.0.0/0 > 172.16.0.0/15 at 100 (spec.policyRoutes[0].match)\n"},
		{"{'policyRoutes':[" POLICY(100, "ip4.dst == 172.16.0.0/14", "drop") "," POLICY(
			 100, "ip4.dst == 172.18.0.0/15", "allow") "]}",
			"drops 0.0.0.0/0 > 172.16.0.0/14 at 100 (spec.policyRoutes[0].match)\n"},
		{"{'policyRoutes':[" POLICY(200, "ip4", "allow") "," POLICY(
			 100, "ip4.dst == 172.16.0.0/14", "drop") "]}",
			""},
		{"{'policyRoutes':[" POLICY(200, "ip4 && udp", "allow") "," POLICY(
			 100, "ip4.dst == 172.16.0.0/14", "drop") "]}",
			"drops 0.0.0.0/0 > 172.16.0.0/14 at 100 (spec.policyRoutes[1].match)\n"},
		{"{'policyRoutes':[" POLICY(100, "ip4.src == 10.0.0.0/15", "drop") "," POLICY(
			 200, "ip4.src == 10.0.0.0/16 && ip4.dst == 128.0.0.0/1", "allow") "]}",
			"drops 10.1.0.0/16 > 0.0.0.0/0 at 100 (spec.policyRoutes[0].match)\n"
			"drops 10.0.0.0/16 > 0.0.0.0/1 at 100 (spec.policyRoutes[0].match)\n"},
	};

	sample_table(state, KIND_VPC, sample_claims, rows);
}

static void
what_a_policy_allows_before_a_gateway_is_known(void **state)
{
	static const struct sample_row rows[] = {
		{"{'policyRoutes':[" POLICY(
			 29201, "ip4.src == 10.0.0.0/8 && ip4.dst == 172.31.0.0/16", "allow") "]}",
			"lets pass 172.31.0.0/16 (spec.policyRoutes[0].match)\n"},
		{"{'policyRoutes':[" POLICY(29200, "ip4.dst == 172.31.0.0/16", "allow") "]}", ""},
		{"{'policyRoutes':[" POLICY(30000, "ip4.dst == 172.31.0.0/16 && tcp", "allow") "]}",
			""},
	};

	sample_table(state, KIND_VPC, sample_claims, rows);
}

static void
what_policies_divert_is_bounded(void **state)
{
	struct buffer spec;
	struct declaration declaration;

	buffer_init(&spec, 1 << 20);
	buffer_append_text(&spec, "{'policyRoutes':[" POLICY(1, "ip4.dst != 10.0.0.1", "drop"));
	for (int i = 0; i < 40; i++)
		buffer_append_text(&spec, "," POLICY(1, "ip4.dst != 10.0.0.1", "drop"));
	buffer_append_text(&spec, "]}");
	declaration =
		sample_decode(*state, sample_of_spec(*state, KIND_VPC, sample_text(*state, &spec)));
	assert_int_equal(declaration.diversion_count, GATEWAY_DIVERSIONS);
	assert_int_equal(declaration.flaw_count, 0);
}

static void
words_that_stop_kube_ovn_are_flaws(void **state)
{
	static const struct sample_row rows[] = {
		{"{'policyRoutes':[{'match':'ip4','action':'permit'}]}",
			"route spec.policyRoutes[0].action permit: Kube-OVN knows only allow, drop "
			"and "
			"reroute\n"},
		{"{'policyRoutes':[{'match':'ip4'}]}",
			"route spec.policyRoutes[0].action : Kube-OVN knows only allow, drop and "
			"reroute\n"},
		{"{'policyRoutes':[{'match':7,'action':'drop'}]}",
			"route spec.policyRoutes[0].match : must be text, not a number\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'drop','priority':32768}]}",
			"route spec.policyRoutes[0].priority : must be a number from 0 to 32767\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'drop','priority':-1}]}",
			"route spec.policyRoutes[0].priority : must be a number from 0 to 32767\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'drop','priority':'1'}]}",
			"route spec.policyRoutes[0].priority : must be a number from 0 to 32767\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'reroute'}]}",
			"spec.policyRoutes[0].nextHopIP : the next hop is missing\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'reroute','nextHopIP':'10.0.0.1/24'}]}",
			"spec.policyRoutes[0].nextHopIP 10.0.0.1/24: a prefix length is not "
			"allowed\n"},
		{"{'policyRoutes':[{'match':'ip4','action':'drop','nextHopIP':'x'}]}", ""},
		{"{'policyRoutes':[{'priority':32767,'match':'ip4','action':'drop'},{'priority':0,"
		 "'match':'ip4','action':'allow'}]}",
			""},
		{"{'policyRoutes':'none'}", "route spec.policyRoutes : must be a list\n"},
		{"{'policyRoutes':[1]}", "route spec.policyRoutes[0] : must be an object\n"},
	};

	sample_table(state, KIND_VPC, sample_flaws, rows);
}

static void
policies_survive_every_cap(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_VPC,
		"{'policyRoutes':[" POLICY(
			100, "ip4.dst == {172.16.0.0/14, 10.0.0.0/8}", "drop") "," POLICY(200,
			"(ip4.src != 172.18.0.0/15 || ip6) && tcp", "allow") "]}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_that_reroutes_or_drops_diverts_what_it_matches),
		cmocka_unit_test(a_policy_that_reroutes_to_a_peer_diverts_nothing),
		cmocka_unit_test(what_a_higher_policy_allows_is_not_diverted),
		cmocka_unit_test(what_a_policy_allows_before_a_gateway_is_known),
		cmocka_unit_test(what_policies_divert_is_bounded),
		cmocka_unit_test(words_that_stop_kube_ovn_are_flaws),
		cmocka_unit_test(policies_survive_every_cap),
	};

	return cmocka_run_group_tests(tests, sample_setup, sample_teardown);
}
