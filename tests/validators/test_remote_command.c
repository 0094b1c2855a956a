#include "validators/remote_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define RESOURCE(type)                                                                             \
	"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/"         \
	"Microsoft.Network/" type

static const struct remote vpc = {PROVIDER_AWS, "123456789012", "eu-west-1", "vpc-1", ""};
static const struct remote network = {PROVIDER_GCP, "project", "", "net", ""};
static const struct remote vnet = {PROVIDER_AZURE, "", "", RESOURCE("virtualNetworks/hub"), ""};
static const struct remote zone = {
	PROVIDER_AZURE, "", "", RESOURCE("privateDnsZones/example.com"), ""};
static const struct remote ruleset = {
	PROVIDER_AZURE, "", "", RESOURCE("dnsForwardingRulesets/rules"), ""};

static void
what_is_deleted_is_named_in_full(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct case_ c = {.arena = arena};

	(void)state;
	assert_string_equal(remote_command_delete(&c, &network, "a-1"),
		"gcloud compute networks peerings delete a-1 --network=net --project=project");
	assert_string_equal(remote_command_delete(&c, &vnet, "A_1"),
		"az network vnet peering delete --ids " RESOURCE(
			"virtualNetworks/hub/virtualNetworkPeerings/A_1"));
	assert_string_equal(remote_command_delete(&c, &zone, "a"),
		"az network private-dns link vnet delete --ids " RESOURCE(
			"privateDnsZones/example.com/virtualNetworkLinks/a"));
	assert_string_equal(remote_command_delete(&c, &ruleset, "a"),
		"az dns-resolver vnet-link delete --ids " RESOURCE(
			"dnsForwardingRulesets/rules/virtualNetworkLinks/a"));
	assert_null(remote_command_delete(&c, &vpc, "a"));
}

static void
a_name_that_a_shell_would_change_is_in_no_command(void **state)
{
	static const char *const names[] = {"", "-a", "a b", "a;b", "$(a)", "a'", "a\n", "../a"};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct case_ c = {.arena = arena};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_null(remote_command_delete(&c, &network, names[i]));
		assert_null(remote_command_delete(&c, &zone, names[i]));
	}
}

static void
links_of_zones_and_rulesets_are_listed(void **state)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1 << 16);
	struct case_ c = {.arena = arena};

	(void)state;
	assert_string_equal(remote_command_list_links(&c, &zone),
		"az network private-dns link vnet list --subscription "
		"11111111-2222-3333-4444-555555555555 --resource-group rg --zone-name example.com");
	assert_string_equal(remote_command_list_links(&c, &ruleset),
		"az dns-resolver vnet-link list --subscription "
		"11111111-2222-3333-4444-555555555555 --resource-group rg --ruleset-name rules");
	assert_null(remote_command_list_links(&c, &vnet));
	assert_null(remote_command_list_links(&c, &network));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_deleted_is_named_in_full),
		cmocka_unit_test(a_name_that_a_shell_would_change_is_in_no_command),
		cmocka_unit_test(links_of_zones_and_rulesets_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
