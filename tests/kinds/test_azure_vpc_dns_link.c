#include "tests/kinds/sample.h"

static void
azure_vpc_dns_link_leads_to_a_zone_or_a_ruleset(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			"link 'to-kyma' to "
			"zone/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5a/resourcegroups/"
			"net/providers/microsoft.network/privatednszones/example.com [azure   "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/example.com] "
			"(spec.remotePrivateDnsZone, spec.remoteLinkName)\n"},
		{"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/dnsForwardingRulesets/rules'}",
			"link 'to-kyma' to "
			"zone/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5a/resourcegroups/"
			"net/providers/microsoft.network/dnsforwardingrulesets/rules [azure   "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/dnsForwardingRulesets/rules] "
			"(spec.remoteDnsResolverRuleset, spec.remoteLinkName)\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com','remoteDnsResolverRuleset':null}",
			"link 'to-kyma' to "
			"zone/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5a/resourcegroups/"
			"net/providers/microsoft.network/privatednszones/example.com [azure   "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/example.com] "
			"(spec.remotePrivateDnsZone, spec.remoteLinkName)\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/dnsForwardingRulesets/rules'}",
			""},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com','remoteDnsResolverRuleset':'/"
		 "subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/dnsForwardingRulesets/rules'}",
			""},
		{"{'remoteLinkName':'x','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			""},
		{"null", ""},
	};

	sample_table(state, KIND_AZURE_VPC_DNS_LINK, sample_claims, rows);
}

static void
azure_vpc_dns_link_wants_exactly_one_id_of_the_right_type(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			""},
		{"{'remoteLinkName':'to-kyma'}",
			"id spec.remotePrivateDnsZone : there is neither a zone nor a ruleset\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com','remoteDnsResolverRuleset':''}",
			"id spec.remoteDnsResolverRuleset : there is a zone as well as a "
			"ruleset\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com','remoteDnsResolverRuleset':'/"
		 "subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/dnsForwardingRulesets/rules'}",
			"id spec.remoteDnsResolverRuleset "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/dnsForwardingRulesets/rules: there is a zone "
			"as well as a ruleset\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':''}",
			"id spec.remotePrivateDnsZone : the id is empty\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/dnsForwardingRulesets/rules'}",
			"zone spec.remotePrivateDnsZone "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/dnsForwardingRulesets/rules: this is the id "
			"of a resolver ruleset\n"},
		{"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			"zone spec.remoteDnsResolverRuleset "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/example.com: this is the id "
			"of a private DNS zone\n"},
		{"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteDnsResolverRuleset "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: this is the id of a "
			"virtual network\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/local'}",
			"zone spec.remotePrivateDnsZone "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/local: a private DNS zone "
			"needs at least two labels\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':[]}",
			"id spec.remotePrivateDnsZone : must be text, not a list\n"},
		{"{'remoteLinkName':null,'remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			"id spec.remoteLinkName : the link name is missing\n"},
		{"{'remoteLinkName':'a_b','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			"id spec.remoteLinkName a_b: a link name has 2 to 80 lower-case letters, "
			"digits and inner hyphens\n"},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com','remoteTenant':'t'}",
			"id spec.remoteTenant t: a tenant id is a GUID\n"},
	};

	sample_table(state, KIND_AZURE_VPC_DNS_LINK, sample_flaws, rows);
}

static void
azure_vpc_dns_link_fixes_all_fields(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			"remoteLinkName=to-kyma "
			"remotePrivateDnsZone=/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
			"resourceGroups/Net/providers/Microsoft.Network/privateDnsZones/"
			"example.com remoteDnsResolverRuleset remoteTenant"},
		{"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':''}",
			"remoteLinkName=to-kyma remotePrivateDnsZone remoteDnsResolverRuleset= "
			"remoteTenant"},
	};

	sample_table(state, KIND_AZURE_VPC_DNS_LINK, sample_fixed, rows);
}

static void
azure_vpc_dns_link_canonical_text_has_the_usual_case(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/example.com'}",
			""},
		{"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privatednszones/example.com '}",
			"spec.remotePrivateDnsZone: "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privatednszones/example.com  -> "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/example.com\n"},
		{"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/DNSforwardingRulesets/rules'}",
			"spec.remoteDnsResolverRuleset: "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/DNSforwardingRulesets/rules -> "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/dnsForwardingRulesets/rules\n"},
		{"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':' '}", ""},
	};

	sample_table(state, KIND_AZURE_VPC_DNS_LINK, sample_changes, rows);
}

static void
azure_vpc_dns_link_says_where_a_swapped_id_belongs(void **state)
{
	assert_string_equal(
		sample_hint(*state,
			sample_of_spec(*state, KIND_AZURE_VPC_DNS_LINK,
				"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/"
				"subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/"
				"Net/providers/Microsoft.Network/dnsForwardingRulesets/rules'}")),
		"write it in spec.remoteDnsResolverRuleset");
	assert_string_equal(
		sample_hint(*state,
			sample_of_spec(*state, KIND_AZURE_VPC_DNS_LINK,
				"{'remoteLinkName':'to-kyma','remoteDnsResolverRuleset':'/"
				"subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/"
				"Net/providers/Microsoft.Network/privateDnsZones/example.com'}")),
		"write it in spec.remotePrivateDnsZone");
}

#define SUBSCRIPTION "/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A"
#define PROVIDER     "/resourceGroups/Net/providers/Microsoft.Network"

static const struct json *
link_to(struct arena *arena, const char *field, const char *id)
{
	return sample_of_spec(arena, KIND_AZURE_VPC_DNS_LINK,
		arena_printf(arena,
			"{'remoteLinkName':'to-kyma','%s':'" SUBSCRIPTION PROVIDER "/%s'}", field,
			id));
}

static void
azure_vpc_dns_link_says_which_links_exclude_it(void **state)
{
	static const struct {
		const char *field, *id, *exclusive;
	} rows[] = {
		{"remotePrivateDnsZone", "privateDnsZones/example.com", "zone-name/example.com"},
		{"remotePrivateDnsZone", "privateDnsZones/Sub.Example.COM",
			"zone-name/sub.example.com"},
		{"remoteDnsResolverRuleset", "dnsForwardingRulesets/rules", "ruleset"},
		{"remoteDnsResolverRuleset", "dnsForwardingRulesets/others", "ruleset"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration link =
			sample_decode(*state, link_to(*state, rows[i].field, rows[i].id));

		assert_int_equal(link.dns_link_count, 1);
		assert_string_equal(link.dns_links[0].exclusive, rows[i].exclusive);
	}
}

static void
azure_vpc_dns_link_knows_which_zones_there_cannot_be(void **state)
{
	static const struct {
		const char *zone, *reason; /* NULL when there is none */
	} rows[] = {
		{"example.com", NULL},
		{"local", "a private DNS zone needs at least two labels"},
		{"local.", "a label of the zone's name is empty"},
		{".local", "a label of the zone's name is empty"},
		{"a..b", "a label of the zone's name is empty"},
		{"windows.net", "Azure keeps this name for itself"},
		{"Azure.COM", "Azure keeps this name for itself"},
		{"usgovcloudapi.net", "Azure keeps this name for itself"},
		{"privatelink.blob.core.windows.net", NULL},
		{"mywindows.net", NULL},
		{"1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4", NULL},
		{"1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5",
			"a private DNS zone has at most 34 labels"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration link = sample_decode(
			*state, link_to(*state, "remotePrivateDnsZone",
					arena_printf(*state, "privateDnsZones/%s", rows[i].zone)));

		assert_int_equal(link.dns_link_count, !rows[i].reason);
		assert_int_equal(link.flaw_count, !!rows[i].reason);
		if (!rows[i].reason)
			continue;
		assert_int_equal(link.flaws[0].type, FLAW_ZONE);
		assert_string_equal(link.flaws[0].reason, rows[i].reason);
	}
}

static void
azure_vpc_dns_link_tells_the_tenant_of_the_zone(void **state)
{
	static const char spec[] =
		"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		"Microsoft.Network/privateDnsZones/example.com'%s}";
	struct declaration own = sample_decode(*state,
		sample_of_spec(*state, KIND_AZURE_VPC_DNS_LINK, arena_printf(*state, spec, "")));
	struct declaration other = sample_decode(
		*state, sample_of_spec(*state, KIND_AZURE_VPC_DNS_LINK,
				arena_printf(*state, spec,
					",'remoteTenant':'0f0f0f0f-1111-4222-8333-444444444444'")));

	assert_null(own.dns_links[0].remote->tenant);
	assert_string_equal(
		other.dns_links[0].remote->tenant, "0f0f0f0f-1111-4222-8333-444444444444");
}

static void
azure_vpc_dns_link_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_AZURE_VPC_DNS_LINK,
		"{'remoteLinkName':'to-kyma','remotePrivateDnsZone':'/subscriptions/"
		"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		"Microsoft.Network/dnsForwardingRulesets/rules'}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(azure_vpc_dns_link_tells_the_tenant_of_the_zone,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_dns_link_leads_to_a_zone_or_a_ruleset,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_dns_link_wants_exactly_one_id_of_the_right_type, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_dns_link_fixes_all_fields, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_dns_link_canonical_text_has_the_usual_case, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_dns_link_says_where_a_swapped_id_belongs,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_dns_link_survives_every_limit_of_memory,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_dns_link_says_which_links_exclude_it,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_dns_link_knows_which_zones_there_cannot_be, sample_setup,
			sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
