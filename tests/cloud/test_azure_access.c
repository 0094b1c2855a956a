/* How the two sides are reached, and what a refusal means. */
#include "cloud/azure_access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { MEMORY = 1 << 16 };
#define SUBSCRIPTION "00000000-0000-0000-0000-000000000001"
#define HOME         "aaaaaaaa-0000-0000-0000-000000000000"
#define AWAY         "bbbbbbbb-0000-0000-0000-000000000000"
#define CLIENT       "cccccccc-0000-0000-0000-000000000000"
#define GROUP        "/subscriptions/" SUBSCRIPTION "/resourceGroups/rg/providers/Microsoft.Network/"
#define VNET         GROUP "virtualNetworks/hub"
#define PEERING      VNET "/virtualNetworkPeerings/p1"
#define ZONE         GROUP "privateDnsZones/a.example"
#define RULESET      GROUP "dnsForwardingRulesets/r1"
#define ASSIGN       "`az role assignment create --assignee "
#define WRITE        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write"
#define SAID         "The client '" CLIENT "' with object id 'o' "

static const struct azure_access own = {NULL, "", "", "", 0};
static const struct azure_access home = {NULL, "", SUBSCRIPTION, HOME, CLOCK_SECOND};

static int
set_up(void **state)
{
	*state = arena_new(MEMORY);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static struct remote
remote_of(const char *tenant)
{
	return (struct remote){PROVIDER_AZURE, "", "", VNET, tenant};
}

static struct cloud_fault
fault_of(void **state, const char *id, const char *code, int status, const char *message)
{
	const struct azure_error error = {
		.status = status,
		.code = code,
		.message = message,
		.tenant = status == 401 ? AWAY : "",
		.failure = status ? azure_error_class(code, status) : CLOUD_WAIT_FOR_USER,
		.throttled = azure_error_is_throttle(code, status),
	};

	return azure_access_fault(*state, id, WRITE, &error);
}

static void
expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in %s", part, text);
}

static void
the_own_network_is_set_or_is_named_after_the_shoot(void **state)
{
	static const struct shoot shoot = {.name = "c-1", .project = "kyma"};
	static const struct azure_access set = {NULL, VNET, SUBSCRIPTION, "", 0};

	assert_string_equal(azure_access_own(*state, &home, &shoot),
		"/subscriptions/" SUBSCRIPTION
		"/resourceGroups/shoot--kyma--c-1/providers/Microsoft.Network/virtualNetworks/"
		"shoot--kyma--c-1");
	assert_string_equal(azure_access_own(*state, &set, NULL), VNET);
	assert_string_equal(azure_access_own(*state, &set, &shoot), VNET);
	assert_string_equal(azure_access_own(*state, &home, NULL), "");
	assert_string_equal(azure_access_own(*state, &own, &shoot), "");
	assert_string_equal(
		azure_access_own(*state, &home, &(struct shoot){.name = "c-1", .project = ""}), "");
}

static void
each_side_is_asked_with_the_token_of_its_tenant(void **state)
{
	const struct remote away = remote_of(AWAY);
	const struct remote same = remote_of(NULL);

	(void)state;
	assert_string_equal(azure_access_local(&home).tenant, HOME);
	assert_string_equal(azure_access_remote(&home, &away).tenant, AWAY);
	assert_string_equal(azure_access_remote(&home, &same).tenant, HOME);
	assert_null(azure_access_local(&own).tenant);
	assert_null(azure_access_remote(&own, &same).tenant);
	assert_null(azure_access_remote(&home, &away).auxiliary);
	assert_true(azure_access_local(&home).deadline > clock_monotonic());
}

static void
the_other_tenant_is_named_where_it_is_another(void **state)
{
	const struct remote away = remote_of(AWAY);
	const struct remote same = remote_of("AAAAAAAA-0000-0000-0000-000000000000");
	struct azure_place local = azure_access_local_naming(*state, &home, &away);
	struct azure_place remote = azure_access_remote_naming(*state, &home, &away);

	assert_string_equal(local.tenant, HOME);
	assert_string_equal(local.auxiliary[0], AWAY);
	assert_null(local.auxiliary[1]);
	assert_string_equal(remote.tenant, AWAY);
	assert_string_equal(remote.auxiliary[0], HOME);
	assert_null(remote.auxiliary[1]);
	remote = azure_access_remote_naming(*state, &own, &away);
	assert_string_equal(remote.auxiliary[0], "");
	assert_null(azure_access_local_naming(*state, &home, &same).auxiliary);
	assert_null(azure_access_remote_naming(*state, &home, &same).auxiliary);
	assert_null(
		azure_access_local_naming(*state, &own, &(struct remote){.id = VNET}).auxiliary);
}

static void
each_refusal_has_its_way_out(void **state)
{
	static const struct {
		const char *code;
		int status;
		const char *hint;
	} table[] = {
		{"InvalidAuthenticationTokenTenant", 401, "of the tenant " AWAY},
		{"VnetAddressSpacesOverlap", 400, "take these prefixes"},
		{"VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", 400,
			"`az network vnet peering list --vnet-name hub --resource-group rg "
			"--subscription " SUBSCRIPTION "`"},
		{"RemotePeeringIsDisconnected", 400, "put or delete that one first"},
		{"AnotherPeeringAlreadyReferencesRemoteVnet", 400, "peering list --vnet-name hub"},
		{"VnetPeeringLimitReached", 400, "raise the limit"},
		{"ScopeLocked", 409, "`az lock list --resource-group rg"},
		{"RequestDisallowedByPolicy", 403, "az policy assignment list --scope " VNET},
		{"MissingSubscriptionRegistration", 409, "--subscription " SUBSCRIPTION},
		{"SubscriptionNotFound", 404, "az account list"},
		{"ReadOnlyDisabledSubscription", 409, "enabled again"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct cloud_fault fault =
			fault_of(state, PEERING, table[i].code, table[i].status, "no");

		expect_part(fault.hint, table[i].hint);
		assert_string_equal(fault.code, table[i].code);
		assert_string_equal(fault.action, WRITE);
		assert_string_equal(fault.message, "virtualNetworks hub/p1: no");
		fault = fault_of(state, "?", table[i].code, table[i].status, "no");
		assert_true(*fault.hint);
		assert_string_equal(fault.message, "no");
	}
	assert_string_equal(fault_of(state, VNET, "TooManyRequests", 429, "no").hint, "");
	assert_string_equal(fault_of(state, VNET, "InternalServerError", 500, "no").hint, "");
	assert_int_equal(
		fault_of(state, VNET, "ScopeLocked", 409, "no").failure, CLOUD_WAIT_FOR_USER);
}

static void
a_missing_right_is_given_by_the_least_role(void **state)
{
	static const struct azure_error error = {.status = 403,
		.code = "AuthorizationFailed",
		.message = SAID "does not have authorization",
		.failure = CLOUD_WAIT_FOR_USER};
	static const struct {
		const char *id;
		const char *action;
		const char *hint;
	} table[] = {
		{PEERING, WRITE, ASSIGN CLIENT " --role 'Network Contributor' --scope " VNET "`"},
		{VNET, "Microsoft.Network/virtualNetworks/read",
			ASSIGN CLIENT " --role 'Reader' --scope " VNET "`"},
		{ZONE "/virtualNetworkLinks/l", "x/write",
			ASSIGN CLIENT " --role 'Private DNS Zone Contributor' --scope " ZONE "`"},
		{RULESET, "x/delete",
			ASSIGN CLIENT " --role 'DNS Resolver Contributor' --scope " RULESET "`"},
		{GROUP "virtualNetworks/a(b)", "x/write",
			"--scope '" GROUP "virtualNetworks/a(b)'`"},
		{"?", "x/write", "--scope '<id>'`"},
	};

	assert_true(azure_access_is_denied(&error));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct cloud_fault fault =
			azure_access_fault(*state, table[i].id, table[i].action, &error);

		expect_part(fault.hint, table[i].hint);
		expect_part(fault.hint, table[i].action);
		assert_string_equal(fault.action, table[i].action);
		assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	}
	assert_false(azure_access_is_denied(
		&(struct azure_error){.status = 403, .code = "RequestDisallowedByPolicy"}));
}

static void
a_right_on_the_other_network_is_named_as_such(void **state)
{
	struct cloud_fault fault = fault_of(state, PEERING, "LinkedAuthorizationFailed", 403,
		SAID "has permission to perform action '" WRITE "' on scope '" PEERING
		     "'; however, it does not have permission to perform action 'peer/action' on "
		     "the linked scope(s) '" GROUP
		     "virtualNetworks/far' or the linked scope(s) are invalid.");

	assert_string_equal(fault.action, "Microsoft.Network/virtualNetworks/peer/action");
	expect_part(fault.hint, ASSIGN CLIENT " --role 'Network Contributor' --scope " GROUP
					      "virtualNetworks/far`");
	expect_part(fault.hint, "that has Microsoft.Network/virtualNetworks/peer/action");
	fault = fault_of(state, ZONE "/virtualNetworkLinks/l", "LinkedAuthorizationFailed", 403,
		SAID "does not have permission to perform action(s) "
		     "'Microsoft.Network/virtualNetworks/join/action' on the linked scope(s) '" VNET
		     "'");
	assert_string_equal(fault.action, "Microsoft.Network/virtualNetworks/join/action");
	expect_part(fault.hint, "--scope " VNET "`");
	fault = fault_of(state, PEERING, "LinkedAuthorizationFailed", 403,
		"The client has permission to perform action 'a' on scope 'b', however the current "
		"tenant 'c' is not authorized to access linked subscription 'd'.");
	assert_string_equal(fault.action, "Microsoft.Network/virtualNetworks/peer/action");
	expect_part(fault.hint, "spec.remoteTenant");
}

static void
a_tenant_without_the_application_is_told_how_to_take_it(void **state)
{
	static const char *const table[][2] = {
		{"AADSTS700016: Application with identifier '" CLIENT
		 "' was not found in the directory 'D'.",
			"`az ad sp create --id " CLIENT "`"},
		{"AADSTS7000229: The client application " CLIENT
		 " is missing service principal in the tenant " AWAY ".",
			"`az ad sp create --id " CLIENT "`"},
		{"AADSTS65001: no", "`az ad sp create --id <application>`"},
		{"AADSTS7000222: The provided client secret keys for app '" CLIENT "' are expired.",
			"`az ad app credential reset --id " CLIENT "`"},
		{"AADSTS700213: no", "federated-credential create --id <application>`"},
		{"AADSTS90002: Tenant not found.", "no such tenant"},
		{"AADSTS1: no", "AZURE_TENANT_ID"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char said[400];

		snprintf(said, sizeof said, "Microsoft Entra, tenant " AWAY ": status 400: %s",
			table[i][0]);
		expect_part(fault_of(state, VNET, "", 0, said).hint, table[i][1]);
	}
	assert_string_equal(
		fault_of(state, VNET, "", 0, "the certificate is not trusted").hint, "");
	assert_string_equal(
		fault_of(state, VNET, "", 0,
			"Microsoft Entra, tenant t: AADSTS90002: No 'a.b'. Do this.: or")
			.message,
		"virtualNetworks hub: Microsoft Entra, tenant t: AADSTS90002: No 'a.b'");
}

static void
a_long_message_keeps_the_prefixes_that_overlap(void **state)
{
	char text[1000];
	const char *message;

	memset(text, 'x', sizeof text);
	strcpy(text + 600, " Overlapping address prefixes: 10.0.0.0/16, 10.1.0.0/16");
	message = fault_of(state, "?", "VnetAddressSpacesOverlap", 400, text).message;
	expect_part(message, "xxx... Overlapping address prefixes: 10.0.0.0/16, 10.1.0.0/16");
	assert_true(strlen(message) < 410);
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	memcpy(text + 399, "\xc3\xa4", 2);
	assert_int_equal(strlen(fault_of(state, "?", "InternalError", 500, text).message), 399);
	memcpy(text, "Overlapping address prefixes:", 29);
	assert_int_equal(strlen(fault_of(state, "?", "InternalError", 500, text).message), 399);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_own_network_is_set_or_is_named_after_the_shoot),
		test(each_side_is_asked_with_the_token_of_its_tenant),
		test(the_other_tenant_is_named_where_it_is_another),
		test(each_refusal_has_its_way_out),
		test(a_missing_right_is_given_by_the_least_role),
		test(a_right_on_the_other_network_is_named_as_such),
		test(a_tenant_without_the_application_is_told_how_to_take_it),
		test(a_long_message_keeps_the_prefixes_that_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
