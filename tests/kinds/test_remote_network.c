#include "tests/kinds/sample.h"

static void
remote_network_wants_exactly_one_good_id(void **state)
{
	static const struct sample_row rows[] = {
		{"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'}}",
			""},
		{"{}", "id spec : exactly one of aws, gcp and azure is needed\n"},
		{"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'},'"
		 "gcp':{}}",
			"id spec : exactly one of aws, gcp and azure is needed\n"},
		{"{'gcp':{'project':'my-project','network':'default'},'aws':null}", ""},
		{"{'gcp':{}}", "id spec.gcp.project : the GCP project id is missing\nid "
			       "spec.gcp.network : the GCP network name is missing\n"},
		{"{'azure':{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		 "resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/My-VNet'}}",
			""},
		{"{'azure':{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		 "resourceGroups/Net/providers/Microsoft.Network/privateDnsZones/example.com'}}",
			"id spec.azure.id "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/example.com: this is the id "
			"of a private DNS zone\n"},
		{"{'aws':5}", "id spec.aws : must be an object\nid spec : exactly one of aws, gcp "
			      "and azure is needed\n"},
		{"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'},'"
		 "cidrs':['10.0.0.0',5,null]}",
			"spec.cidrs[0] 10.0.0.0: the prefix length is missing\nspec.cidrs[1] : "
			"must be text\nspec.cidrs[2] : must be text\n"},
		{"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'},'"
		 "cidrs':'10.0.0.0/8'}",
			"spec.cidrs : must be a list\n"},
	};

	sample_table(state, KIND_REMOTE_NETWORK, sample_flaws, rows);
}

static void
remote_network_claims_its_cidrs_once(void **state)
{
	static const struct sample_row rows[] = {
		{"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'},'"
		 "cidrs':['10.4.0.7/16','10.3.0.0/16','10.4.0.0/16','fd00::/56','10.4.0.0/"
		 "17'],'tags':{'c-1':'','Name':5}}",
			"10.3.0.0/16 in aws/123456789012/eu-west-1/vpc-11122233 remote network "
			"(spec.cidrs[1])\n10.4.0.0/16 in aws/123456789012/eu-west-1/vpc-11122233 "
			"remote network (spec.cidrs[0])\n10.4.0.0/17 in "
			"aws/123456789012/eu-west-1/vpc-11122233 remote network "
			"(spec.cidrs[4])\nfd00::/56 in aws/123456789012/eu-west-1/vpc-11122233 "
			"remote network (spec.cidrs[3])\ntag c-1=\ntag Name=\n"},
		{"{'aws':{},'cidrs':['10.3.0.0/16'],'tags':{'a':'b'}}", ""},
		{"null", ""},
	};

	sample_table(state, KIND_REMOTE_NETWORK, sample_claims, rows);
}

static void
remote_network_fixes_its_id(void **state)
{
	static const struct sample_row rows[] = {
		{"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'}}",
			"accountId=123456789012 region=eu-west-1 vpcId=vpc-11122233 project "
			"network id"},
		{"{'gcp':{'project':'my-project','network':'default'}}",
			"accountId region vpcId project=my-project network=default id"},
	};

	sample_table(state, KIND_REMOTE_NETWORK, sample_fixed, rows);
}

static const struct json *
with_status(struct arena *arena, const char *spec, const char *status)
{
	return sample_object(arena,
		arena_printf(arena,
			"{'apiVersion':'peerwarden.io/"
			"v1alpha1','kind':'RemoteNetwork','metadata':{'name':'it'},"
			"'spec':{'gcp':{'project':'my-project','network':'n'}%s},'status':%s}",
			spec, status));
}

static void
remote_network_joins_what_was_seen_and_what_was_given(void **state)
{
	const struct json *object =
		with_status(*state, ",'cidrs':['10.3.0.0/16','10.5.0.0/16'],'tags':{'given':''}",
			"{'cidrs':['10.4.0.0/16','10.3.0.0/16'],'tags':{'seen':'v'}}");
	struct declaration declaration = sample_decode(*state, object);

	assert_string_equal(declaration.home, "gcp/my-project/n");
	assert_true(declaration.defines_home);
	assert_true(declaration.addresses_known);
	assert_true(declaration.tags_known);
	assert_int_equal(declaration.remote->provider, PROVIDER_GCP);
	assert_string_equal(sample_claims(*state, object),
		"10.3.0.0/16 in gcp/my-project/n remote network (status.cidrs[1])\n"
		"10.4.0.0/16 in gcp/my-project/n remote network (status.cidrs[0])\n"
		"10.5.0.0/16 in gcp/my-project/n remote network (spec.cidrs[1])\n"
		"tag seen=v\n");
}

static void
remote_network_knows_what_nobody_has_told(void **state)
{
	struct declaration nothing = sample_decode(*state, with_status(*state, "", "{}"));
	struct declaration none =
		sample_decode(*state, with_status(*state, "", "{'cidrs':[],'tags':{}}"));
	struct declaration nulls =
		sample_decode(*state, with_status(*state, ",'cidrs':null,'tags':null", "null"));

	assert_false(nothing.addresses_known);
	assert_false(nothing.tags_known);
	assert_true(none.addresses_known);
	assert_true(none.tags_known);
	assert_false(nulls.addresses_known);
	assert_false(nulls.tags_known);
}

/* "peering a > b", "table rtb-1 key=value", "lacks right", "in region", as lines. */
static const char *
facts_of(struct arena *arena, const struct declaration *declaration)
{
	const char *text = "";

	for (int i = 0; i < declaration->taken_name_count; i++)
		text = arena_printf(arena, "%speering %s > %s\n", text,
			declaration->taken_names[i].name, declaration->taken_names[i].target);
	for (int i = 0; i < declaration->route_table_count; i++) {
		const struct route_table *table = &declaration->route_tables[i];

		text = arena_printf(arena, "%stable %s", text, table->id);
		for (int k = 0; k < table->tag_count; k++)
			text = arena_printf(arena, "%s %s=%s", text,
				declaration->table_tags[table->first_tag + k].key,
				declaration->table_tags[table->first_tag + k].value);
		text = arena_printf(arena, "%s\n", text);
	}
	for (int i = 0; i < declaration->missing_right_count; i++)
		text = arena_printf(
			arena, "%slacks %s\n", text, declaration->missing_rights[i].name);
	return text;
}

static void
remote_network_knows_peerings_route_tables_and_missing_rights(void **state)
{
	static const struct {
		const char *spec, *status, *facts;
		bool tables_known;
	} rows[] = {
		{"", "{}", "", false},
		{",'peerings':[{'name':'a','network':'b'},{'name':'c','network':'d'}]", "{}",
			"peering a > b\npeering c > d\n", false},
		{",'peerings':[{'name':'a','network':'b'}]",
			"{'peerings':[{'name':'x','network':'y'}]}", "peering x > y\n", false},
		{",'peerings':[{'name':'a','network':'b'}]", "{'peerings':[]}", "", false},
		{",'peerings':[{'name':'a','network':'b'}]", "{'peerings':null}", "peering a > b\n",
			false},
		{",'routeTables':[{'id':'rtb-1','tags':{'a':'b','c':null}},{'id':'rtb-2'}]", "null",
			"table rtb-1 a=b c=\ntable rtb-2\n", true},
		{",'routeTables':[{'id':'rtb-1'}]",
			"{'routeTables':[{'id':'rtb-3','tags':{'x':'y'}}]}", "table rtb-3 x=y\n",
			true},
		{",'routeTables':[]", "{}", "", true},
		{",'missingRights':['r1','r2']", "{}", "lacks r1\nlacks r2\n", false},
		{",'missingRights':['r1']", "{'missingRights':['r3']}", "lacks r3\n", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration declaration =
			sample_decode(*state, with_status(*state, rows[i].spec, rows[i].status));

		assert_string_equal(facts_of(*state, &declaration), rows[i].facts);
		assert_int_equal(declaration.tables_known, rows[i].tables_known);
		assert_int_equal(declaration.flaw_count, 0);
	}
}

static void
remote_network_says_which_fact_cannot_be_read(void **state)
{
	struct declaration half = sample_decode(
		*state, with_status(*state, ",'peerings':[{'name':'a'},{'network':'b'}]", "{}"));

	assert_int_equal(half.flaw_count, 2);
	assert_int_equal(half.taken_name_count, 0);
	assert_string_equal(
		sample_flaws(*state,
			with_status(*state,
				",'peerings':[null,{'name':'','network':'b'},5],'missingRights':"
				"[7]",
				"{'routeTables':[{'id':'rtb-1','tags':9},{'tags':{}}]}")),
		"id spec.peerings[0].name : the name is missing\n"
		"id spec.peerings[0].network : the network is missing\n"
		"id spec.peerings[1].name : the name is empty\n"
		"id spec.peerings[2] : must be an object\n"
		"id spec.missingRights[0] : must be text\n"
		"id status.routeTables[0].tags : must be an object\n"
		"id status.routeTables[1].id : the route table id is missing\n");
}

static void
remote_network_on_azure_may_say_its_tenant(void **state)
{
	static const char spec[] =
		"{'azure':{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		"resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/My-VNet'%s}}";
	static const struct {
		const char *member, *tenant;
		int flaws;
	} rows[] = {
		{"", NULL, 0},
		{",'tenant':'0f0f0f0f-1111-4222-8333-444444444444'",
			"0f0f0f0f-1111-4222-8333-444444444444", 0},
		{",'tenant':'contoso'", NULL, 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration network =
			sample_decode(*state, sample_of_spec(*state, KIND_REMOTE_NETWORK,
						      arena_printf(*state, spec, rows[i].member)));

		assert_true(text_equal(network.remote->tenant, rows[i].tenant));
		assert_int_equal(network.flaw_count, rows[i].flaws);
		for (int j = 0; j < network.fixed_count; j++) /* it may be changed */
			assert_string_not_equal(network.fixed[j].field.path, "spec.azure.tenant");
	}
}

static void
remote_network_on_azure_may_say_its_region(void **state)
{
	static const struct {
		const char *given, *seen, *region;
	} rows[] = {
		{"null", "null", ""},
		{"'westeurope'", "null", "westeurope"},
		{"'westeurope'", "'northeurope'", "northeurope"},
		{"null", "'northeurope'", "northeurope"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *object = sample_object(*state,
			arena_printf(*state,
				"{'apiVersion':'peerwarden.io/v1alpha1','kind':'RemoteNetwork','"
				"metadata':{'name':'it'},'spec':{'azure':{'id':'/subscriptions/"
				"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
				"providers/Microsoft.Network/virtualNetworks/My-VNet'},'region':%s}"
				",'status':{'region':%s}}",
				rows[i].given, rows[i].seen));

		assert_string_equal(sample_decode(*state, object).remote->region, rows[i].region);
	}
}

/* The version that the cloud was asked for, and the problem; "-" for none. */
static const char *
lookup_of(struct arena *arena, const char *status)
{
	struct declaration declaration = sample_decode(arena, with_status(arena, "", status));

	assert_int_equal(declaration.flaw_count, 0);
	return arena_printf(arena, "%llu %s", (unsigned long long)declaration.observed_version,
		declaration.lookup_problem ? declaration.lookup_problem : "-");
}

static void
remote_network_knows_which_version_of_it_the_cloud_was_asked_for(void **state)
{
	static const struct {
		const char *version, *known;
	} rows[] = {
		{"'7'", "7 -"},
		{"'18446744073709551615'", "18446744073709551615 -"},
		{"'18446744073709551616'", "0 -"},
		{"'7 '", "0 -"},
		{"'-7'", "0 -"},
		{"''", "0 -"},
		{"7", "0 -"},
		{"null", "0 -"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(lookup_of(*state, arena_printf(*state, "{'observedVersion':%s}",
							      rows[i].version)),
			rows[i].known);
}

static void
remote_network_knows_in_one_sentence_why_it_could_not_be_looked_up(void **state)
{
	static const struct {
		const char *conditions, *known;
	} rows[] = {
		{"null", "0 -"},
		{"[]", "0 -"},
		{"[{'type':'Other','status':'False','message':'no'}]", "0 -"},
		{"[{'type':'Ready','status':'True','reason':'Found','message':'it is there'}]",
			"0 -"},
		{"[{'type':'Ready','status':'Unknown','message':'nobody has looked'}]", "0 -"},
		{"[{'type':'Other','status':'True'},{'type':'Ready','status':'False','message':'it "
		 "is gone.'}]",
			"0 it is gone"},
		{"[{'type':'Ready','status':'False','message':'in eu-west-1.x it is gone. Ask "
		 "Ann.'}]",
			"0 in eu-west-1.x it is gone"},
		{"[{'type':'Ready','status':'False','message':'one\\ntwo. three'}]", "0 one"},
		{"[{'type':'Ready','status':'False','reason':'VpcNotFound'}]", "0 VpcNotFound"},
		{"[{'type':'Ready','status':'False','reason':'VpcNotFound','message':' '}]",
			"0 VpcNotFound"},
		{"[{'type':'Ready','status':'False'}]", "0 nobody knows why"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(lookup_of(*state, arena_printf(*state, "{'conditions':%s}",
							      rows[i].conditions)),
			rows[i].known);
}

static void
remote_network_cuts_a_long_problem_between_two_characters(void **state)
{
	char message[400];
	const char *known;

	memset(message, 'x', sizeof message);
	memcpy(message + 239, "\xc3\xa4", 2);
	message[sizeof message - 1] = '\0';
	known = lookup_of(
		*state, arena_printf(*state,
				"{'conditions':[{'type':'Ready','status':'False','message':'%s'}]}",
				message));
	assert_int_equal(strlen(known), strlen("0 ") + 239);
}

static void
remote_network_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_REMOTE_NETWORK,
		"{'aws':{'accountId':'123456789012','region':'eu-west-1','vpcId':'vpc-11122233'},'"
		"cidrs':['10.4.0.7/16','10.3.0.0/16','x'],'tags':{'a':'b','c':'d'},'peerings':[{'"
		"name':'a','network':'b'},{}],'routeTables':[{'id':'rtb-1','tags':{'a':'b'}}],'"
		"missingRights':['r',5]}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			remote_network_on_azure_may_say_its_tenant, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_wants_exactly_one_good_id, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_claims_its_cidrs_once, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_fixes_its_id, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_joins_what_was_seen_and_what_was_given, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_knows_what_nobody_has_told, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_knows_which_version_of_it_the_cloud_was_asked_for,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_knows_in_one_sentence_why_it_could_not_be_looked_up,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_cuts_a_long_problem_between_two_characters, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(remote_network_survives_every_limit_of_memory,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_knows_peerings_route_tables_and_missing_rights, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(remote_network_says_which_fact_cannot_be_read,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_network_on_azure_may_say_its_region, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
