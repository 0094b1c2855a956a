#include "tests/kinds/sample.h"

static void
azure_vpc_peering_leads_from_the_shoot_to_the_vnet(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"shoot > "
			"azure/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5a/resourcegroups/"
			"net/providers/microsoft.network/virtualnetworks/my-vnet as 'to-kyma' "
			"[azure   "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet] links 0+0 "
			"(spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet)\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet','remoteTenant':'x'}",
			"shoot > "
			"azure/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5a/resourcegroups/"
			"net/providers/microsoft.network/virtualnetworks/my-vnet as 'to-kyma' "
			"[azure   "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet] links 0+0 "
			"(spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet)\n"},
		{"{'remotePeeringName':'x','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'my-vnet'}", ""},
		{"null", ""},
	};

	sample_table(state, KIND_AZURE_VPC_PEERING, sample_claims, rows);
}

static void
azure_vpc_peering_wants_a_whole_vnet_id(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "microsoft.Network/virtualnetworks/My-VNet'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':''}",
			"id spec.remoteVnet : the id is empty\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'my-vnet'}",
			"id spec.remoteVnet my-vnet: this is a name, not a full resource id\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: the id does not "
			"begin with a slash\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet/'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet/: nothing may follow "
			"the resource's name\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet/subnets/a'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet/subnets/a: nothing "
			"may follow the resource's name\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net: "
			"the id is not complete\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/1234/resourceGroups/"
		 "Net/providers/Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/subscriptions/1234/resourceGroups/Net/providers/Microsoft.Network/"
			"virtualNetworks/My-VNet: the subscription is no GUID\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups//providers/Microsoft.Network/"
		 "virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups//"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: the resource group "
			"is empty or has a character that no name has\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/tenants/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/tenants/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: the id does not "
			"begin with /subscriptions/\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/groups/Net/providers/Microsoft.Network/"
		 "virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/groups/Net/providers/"
			"Microsoft.Network/virtualNetworks/My-VNet: resourceGroups is not where it "
			"belongs\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/things/Microsoft.Network/"
		 "virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"things/Microsoft.Network/virtualNetworks/My-VNet: providers is not where "
			"it belongs\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Compute/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Compute/virtualNetworks/My-VNet: the provider is not "
			"Microsoft.Network\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/: the resource's name is "
			"empty or has a character that no name has\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/a b'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/a b: the resource's name is "
			"empty or has a character that no name has\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/networkInterfaces/a'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/networkInterfaces/a: this is no id of a "
			"virtual network\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/privateDnsZones/a.b'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/privateDnsZones/a.b: this is the id of a "
			"private DNS zone\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: subscriptions, "
			"resourceGroups and providers must be written in exactly this case\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':' "
		 "/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet  "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: the id does not "
			"begin with a slash\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'//subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remoteVnet "
			"//subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet: nothing may follow "
			"the resource's name\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':null}",
			"id spec.remoteVnet : the id is missing\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':5}",
			"id spec.remoteVnet : must be text, not a number\n"},
		{"{'remotePeeringName':'a','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remotePeeringName a: a peering name has 2 to 80 lower-case "
			"letters, digits and inner hyphens\n"},
		{"{'remotePeeringName':'A1','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remotePeeringName A1: a peering name has 2 to 80 lower-case "
			"letters, digits and inner hyphens\n"},
		{"{'remotePeeringName':'a.b','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remotePeeringName a.b: a peering name has 2 to 80 lower-case "
			"letters, digits and inner hyphens\n"},
		{"{'remotePeeringName':'a-','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remotePeeringName a-: a peering name has 2 to 80 lower-case "
			"letters, digits and inner hyphens\n"},
		{"{'remotePeeringName':'-a','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remotePeeringName -a: a peering name has 2 to 80 lower-case "
			"letters, digits and inner hyphens\n"},
		{"{'remotePeeringName':'"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "','remoteVnet':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		 "resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/My-VNet'}",
			"id spec.remotePeeringName "
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaa: a peering name has 2 to 80 lower-case letters, digits and inner "
			"hyphens\n"},
		{"{'remotePeeringName':'1a','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet','remoteTenant':'contoso.com'}",
			"id spec.remoteTenant contoso.com: a tenant id is a GUID\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/"
		 "My-VNet','remoteTenant':'3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet','remoteTenant':null}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet','remoteTenant':''}",
			"soft id spec.remoteTenant : an empty value counts as absent\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet','remoteTenant':5}",
			"id spec.remoteTenant : must be text, not a number\n"},
	};

	sample_table(state, KIND_AZURE_VPC_PEERING, sample_flaws, rows);
}

static void
azure_vpc_peering_fixes_all_fields_with_their_defaults(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			"remotePeeringName=to-kyma "
			"remoteVnet=/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
			"resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/My-VNet "
			"remoteTenant useRemoteGateway=false deleteRemotePeering=false"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/"
		 "My-VNet','remoteTenant':'3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A','useRemoteGateway'"
		 ":true,'deleteRemotePeering':true}",
			"remotePeeringName=to-kyma "
			"remoteVnet=/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
			"resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/My-VNet "
			"remoteTenant=3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A useRemoteGateway=true "
			"deleteRemotePeering=true"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet','remoteTenant':''}",
			"remotePeeringName=to-kyma "
			"remoteVnet=/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
			"resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/My-VNet "
			"remoteTenant useRemoteGateway=false deleteRemotePeering=false"},
	};

	sample_table(state, KIND_AZURE_VPC_PEERING, sample_fixed, rows);
}

static void
azure_vpc_peering_canonical_text_has_the_usual_case(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		 "Microsoft.Network/virtualNetworks/My-VNet'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':' "
		 "/Subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/PROVIDERS/"
		 "microsoft.network/VirtualNetworks/My-VNet '}",
			"spec.remoteVnet:  "
			"/Subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/"
			"PROVIDERS/microsoft.network/VirtualNetworks/My-VNet  -> "
			"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
			"providers/Microsoft.Network/virtualNetworks/My-VNet\n"},
		{"{'remotePeeringName':'to-kyma','remoteVnet':'/Subscriptions/"
		 "3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/PROVIDERS/"
		 "microsoft.network/VirtualNetworks/My-VNet/x'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteVnet':' my-vnet'}", ""},
		{"{'remotePeeringName':' "
		 "to-kyma','remoteVnet':'/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/"
		 "resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/"
		 "My-VNet','remoteTenant':'3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A '}",
			"spec.remotePeeringName:  to-kyma -> to-kyma\nspec.remoteTenant: "
			"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A  -> "
			"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A\n"},
	};

	sample_table(state, KIND_AZURE_VPC_PEERING, sample_changes, rows);
}

static void
azure_vpc_peering_says_the_right_id_when_only_the_case_is_wrong(void **state)
{
	const struct json *object = sample_of_spec(*state, KIND_AZURE_VPC_PEERING,
		"{'remotePeeringName':'to-kyma','remoteVnet':'/Subscriptions/"
		"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/PROVIDERS/"
		"microsoft.network/VirtualNetworks/My-VNet'}");

	assert_string_equal(sample_hint(*state, object),
		"write "
		"/subscriptions/3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/providers/"
		"Microsoft.Network/virtualNetworks/My-VNet");
}

static struct declaration
with_options(struct arena *arena, const char *options)
{
	return sample_decode(arena,
		sample_of_spec(arena, KIND_AZURE_VPC_PEERING,
			arena_printf(arena,
				"{'remotePeeringName':'to-kyma','remoteVnet':'/subscriptions/"
				"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourceGroups/Net/"
				"providers/Microsoft.Network/virtualNetworks/My-VNet'%s}",
				options)));
}

static void
azure_vpc_peering_tells_its_options(void **state)
{
	struct declaration none = with_options(*state, "");
	struct declaration gateway = with_options(*state, ",'useRemoteGateway':true");
	struct declaration deletes = with_options(*state, ",'deleteRemotePeering':true");

	assert_false(none.peerings[0].uses_remote_gateway);
	assert_false(none.peerings[0].deletes_remote);
	assert_true(gateway.peerings[0].uses_remote_gateway);
	assert_false(gateway.peerings[0].deletes_remote);
	assert_true(deletes.peerings[0].deletes_remote);
}

static void
azure_vpc_peering_tells_the_tenant_of_the_far_network(void **state)
{
	struct declaration own = with_options(*state, "");
	struct declaration other =
		with_options(*state, ",'remoteTenant':'0f0f0f0f-1111-4222-8333-444444444444'");
	struct declaration wrong = with_options(*state, ",'remoteTenant':'contoso'");

	assert_null(own.peerings[0].remote->tenant);
	assert_string_equal(
		other.peerings[0].remote->tenant, "0f0f0f0f-1111-4222-8333-444444444444");
	assert_null(wrong.peerings[0].remote->tenant);
}

static void
azure_vpc_peering_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_AZURE_VPC_PEERING,
		"{'remotePeeringName':'to-kyma','remoteVnet':'/Subscriptions/"
		"3f1f9a52-0c3b-4c1e-9f5e-6f6f2d3c4b5A/resourcegroups/Net/PROVIDERS/"
		"microsoft.network/VirtualNetworks/My-VNet'}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			azure_vpc_peering_tells_the_tenant_of_the_far_network, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_peering_leads_from_the_shoot_to_the_vnet,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_peering_wants_a_whole_vnet_id, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_peering_fixes_all_fields_with_their_defaults, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_peering_canonical_text_has_the_usual_case,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_peering_says_the_right_id_when_only_the_case_is_wrong,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(azure_vpc_peering_survives_every_limit_of_memory,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			azure_vpc_peering_tells_its_options, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
