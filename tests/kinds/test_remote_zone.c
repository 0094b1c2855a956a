#include "tests/kinds/sample.h"

static void
remote_zone_is_a_zone_or_a_ruleset(void **state)
{
	static const struct sample_row rows[] = {
		{"{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
		 "providers/Microsoft.Network/privateDnsZones/example.com'}",
			""},
		{"{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
		 "providers/Microsoft.Network/dnsForwardingRulesets/rules'}",
			""},
		{"{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
		 "providers/Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.id "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: this is the id of a "
			"virtual network\n"},
		{"{}", "id spec.id : the id is missing\n"},
		{"{'id':5}", "id spec.id : must be text, not a number\n"},
	};
	static const struct sample_row fixed[] = {
		{"{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
		 "providers/Microsoft.Network/privateDnsZones/example.com'}",
			"id=/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/example.com"},
	};

	sample_table(state, KIND_REMOTE_ZONE, sample_flaws, rows);
	sample_table(state, KIND_REMOTE_ZONE, sample_fixed, fixed);
}

static void
remote_zone_defines_its_domain_with_its_tags(void **state)
{
	struct declaration zone = sample_decode(
		*state, sample_of_spec(*state, KIND_REMOTE_ZONE,
				"{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
				"resourceGroups/Net/providers/Microsoft.Network/privateDnsZones/"
				"example.com','tags':{'c-513b462':''}}"));
	struct declaration bare =
		sample_decode(*state, sample_of_spec(*state, KIND_REMOTE_ZONE, "{'id':'x'}"));

	assert_string_equal(zone.home,
		"zone/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5a/resourcegroups/"
		"net/providers/microsoft.network/privatednszones/example.com");
	assert_true(zone.defines_home);
	assert_string_equal(zone.remote->id,
		"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		"Microsoft.Network/privateDnsZones/example.com");
	assert_true(zone.tags_known);
	assert_int_equal(zone.tag_count, 1);
	assert_string_equal(zone.tags[0].key, "c-513b462");
	assert_false(bare.tags_known);
	assert_null(bare.remote);
}

static void
remote_zone_knows_links_missing_rights_region_and_look_up(void **state)
{
	const struct json *object = sample_object(*state,
		"{'apiVersion':'peerwarden.io/v1alpha1','kind':'RemoteZone','metadata':{'name':'it'"
		"},'spec':{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		"resourceGroups/Net/providers/Microsoft.Network/dnsForwardingRulesets/rules',"
		"'region':'westeurope','missingRights':['r'],'links':[{'name':'a','network':'b'}]},"
		"'status':{'region':'northeurope','links':[{'name':'c','network':'d'}],"
		"'observedVersion':'9','conditions':[{'type':'Ready','status':'False','message':'"
		"no such role'}]}}");
	struct declaration zone = sample_decode(*state, object);

	assert_string_equal(zone.remote->region, "northeurope");
	assert_int_equal(zone.taken_name_count, 1);
	assert_string_equal(zone.taken_names[0].name, "c");
	assert_string_equal(zone.taken_names[0].target, "d");
	assert_int_equal(zone.missing_right_count, 1);
	assert_string_equal(zone.missing_rights[0].name, "r");
	assert_int_equal(zone.observed_version, 9);
	assert_string_equal(zone.lookup_problem, "no such role");
}

static void
remote_zone_knows_its_tenant_and_how_many_links_there_may_be(void **state)
{
	static const char object[] =
		"{'apiVersion':'peerwarden.io/v1alpha1','kind':'RemoteZone','metadata':{'name':'it'"
		"},'spec':{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		"resourceGroups/Net/providers/Microsoft.Network/privateDnsZones/example.com'%s},"
		"'status':{%s}}";
	static const struct {
		const char *spec, *status, *tenant;
		uint32_t links;
		int flaws;
	} rows[] = {
		{"", "", NULL, 0, 0},
		{",'tenant':'0f0f0f0f-1111-4222-8333-444444444444'", "",
			"0f0f0f0f-1111-4222-8333-444444444444", 0, 0},
		{",'tenant':'contoso'", "", NULL, 0, 1},
		{",'maxLinks':500", "", NULL, 500, 0},
		{",'maxLinks':500", "'maxLinks':1000", NULL, 1000, 0},
		{"", "'maxLinks':99999999999", NULL, UINT32_MAX, 0},
		{",'maxLinks':-1", "", NULL, 0, 1},
		{",'maxLinks':'many'", "", NULL, 0, 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration zone = sample_decode(*state,
			sample_object(*state,
				arena_printf(*state, object, rows[i].spec, rows[i].status)));

		assert_true(text_equal(zone.remote->tenant, rows[i].tenant));
		assert_int_equal(zone.most_links, rows[i].links);
		assert_int_equal(zone.flaw_count, rows[i].flaws);
	}
}

static void
remote_zone_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_REMOTE_ZONE,
		"{'id':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
		"providers/Microsoft.Network/privateDnsZones/example.com','tags':{'a':'b'}}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			remote_zone_knows_its_tenant_and_how_many_links_there_may_be, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_zone_is_a_zone_or_a_ruleset, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(remote_zone_defines_its_domain_with_its_tags,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_zone_survives_every_limit_of_memory, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			remote_zone_knows_links_missing_rights_region_and_look_up, sample_setup,
			sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
