#include "kinds/remote_manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "kinds/definitions.h"
#include "kinds/domain_key.h"
#include "kinds/kind.h"

#define ARM(group, name)                                                                           \
	"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/" group                \
	"/providers/Microsoft.Network/virtualNetworks/" name

static const struct remote aws = {
	PROVIDER_AWS, "123456789012", "eu-west-1", "vpc-0123456789abcdef0", NULL};
static const struct remote gcp = {PROVIDER_GCP, "project-one", "", "net-one", NULL};
static const struct remote azure = {PROVIDER_AZURE, "", "", ARM("My_Group", "Hub.Net"), NULL};

#define OF_ZONE(type, name)                                                                        \
	"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/My_Group"              \
	"/providers/microsoft.network/" type "/" name
static const struct remote zone = {
	PROVIDER_AZURE, "", "", OF_ZONE("privateDnsZones", "Example.com"), NULL};
static const struct remote ruleset = {PROVIDER_AZURE, "", "",
	OF_ZONE("dnsForwardingRulesets", "Example.com"), "0f0f0f0f-1111-4222-8333-444444444444"};

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *
azure_name(const char *id)
{
	const struct remote remote = {PROVIDER_AZURE, "", "", id, NULL};

	return remote_manifest_name(arena, &remote);
}

static void
a_name_says_which_network_it_is(void **state)
{
	(void)state;
	assert_string_equal(remote_manifest_name(arena, &aws),
		"aws-123456789012-eu-west-1-vpc-0123456789abcdef0");
	assert_string_equal(remote_manifest_name(arena, &gcp), "gcp-project-one.net-one");
	assert_true(text_starts_with(remote_manifest_name(arena, &azure),
		"azure-0a1b2c3d-0000-4000-8000-000000000001-my-group-hub-net-"));
	assert_true(text_starts_with(remote_manifest_name(arena, &zone),
		"azure-0a1b2c3d-0000-4000-8000-000000000001-my-group-example-com-"));
}

static void
a_zone_and_a_ruleset_of_one_name_have_two_names(void **state)
{
	(void)state;
	assert_string_not_equal(
		remote_manifest_name(arena, &zone), remote_manifest_name(arena, &ruleset));
}

static const struct json *
made_of(const struct remote *remote)
{
	const char *text = remote_manifest(arena, remote, "made");
	const struct json *object = json_parse(arena, text, strlen(text), &json_file_limits, NULL);

	assert_non_null(object);
	return object;
}

static void
zones_and_rulesets_become_a_remote_zone(void **state)
{
	static const struct {
		const struct remote *remote;
		const char *id, *tenant;
	} rows[] = {
		{&zone,
			"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/"
			"My_Group/providers/Microsoft.Network/privateDnsZones/Example.com",
			NULL},
		{&ruleset,
			"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/"
			"My_Group/providers/Microsoft.Network/dnsForwardingRulesets/Example.com",
			"0f0f0f0f-1111-4222-8333-444444444444"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct json *object = made_of(rows[i].remote);
		const struct json *spec = json_member(object, "spec");
		struct declaration declaration;

		assert_int_equal(remote_manifest_kind(arena, rows[i].remote), KIND_REMOTE_ZONE);
		assert_string_equal(json_member_text(object, "kind"), "RemoteZone");
		assert_string_equal(json_member_text(spec, "id"), rows[i].id);
		assert_true(text_equal(json_member_text(spec, "tenant"), rows[i].tenant));
		assert_true(kind_decode(
			arena, &remote_zone_definition, object, NULL, &declaration, NULL));
		assert_int_equal(declaration.flaw_count, 0);
		assert_string_equal(
			declaration.home, remote_manifest_domain(arena, rows[i].remote));
		assert_string_equal(declaration.home, domain_key_of_zone(arena, rows[i].id));
	}
}

static void
the_tenant_of_a_vnet_is_kept(void **state)
{
	struct remote remote = azure;
	struct declaration declaration;

	(void)state;
	remote.tenant = "0f0f0f0f-1111-4222-8333-444444444444";
	assert_true(kind_decode(
		arena, &remote_network_definition, made_of(&remote), NULL, &declaration, NULL));
	assert_string_equal(declaration.remote->tenant, remote.tenant);
}

static void
networks_of_google_whose_names_could_be_cut_in_two_ways_have_two_names(void **state)
{
	const struct remote one = {PROVIDER_GCP, "project-a", "", "b-c", NULL};
	const struct remote other = {PROVIDER_GCP, "project-a-b", "", "c", NULL};

	(void)state;
	assert_string_not_equal(
		remote_manifest_name(arena, &one), remote_manifest_name(arena, &other));
}

static void
vnets_have_one_name_in_any_case_and_another_for_any_other_character(void **state)
{
	(void)state;
	assert_string_equal(azure_name(ARM("My_Group", "Hub")), azure_name(ARM("my_group", "hub")));
	assert_string_not_equal(
		azure_name(ARM("my_group", "hub")), azure_name(ARM("my-group", "hub")));
}

static void
the_longest_vnet_has_a_name_that_an_object_can_have(void **state)
{
	char group[91], name[65];
	const char *text;

	(void)state;
	memset(group, '(', sizeof group - 1);
	memset(name, 'n', sizeof name - 1);
	group[sizeof group - 1] = name[sizeof name - 1] = '\0';
	text = azure_name(arena_printf(arena,
		"/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourceGroups/%s/providers/"
		"Microsoft.Network/virtualNetworks/%s",
		group, name));
	assert_true(strlen(text) <= 253);
	assert_true(text_only_has(text, "a-z0-9-"));
	assert_true(text[strlen(text) - 1] != '-');
}

static void
what_is_made_describes_the_network_that_was_asked_for(void **state)
{
	const struct remote *const remotes[] = {&aws, &gcp, &azure};

	(void)state;
	for (size_t i = 0; i < sizeof remotes / sizeof *remotes; i++) {
		const struct json *object = made_of(remotes[i]);
		struct declaration declaration;

		assert_int_equal(remote_manifest_kind(arena, remotes[i]), KIND_REMOTE_NETWORK);
		assert_true(kind_decode(
			arena, &remote_network_definition, object, NULL, &declaration, NULL));
		assert_int_equal(declaration.flaw_count, 0);
		assert_string_equal(declaration.home, domain_key_of_network(arena, remotes[i]));
		assert_string_equal(declaration.object.name, "made");
		assert_false(declaration.addresses_known);
		assert_string_equal(
			json_member_text(json_member(json_member(object, "metadata"), "labels"),
				"app.kubernetes.io/managed-by"),
			"peerwarden");
	}
}

static void
each_refresh_has_another_text(void **state)
{
	(void)state;
	assert_string_equal(remote_manifest_refresh(arena, 12),
		"{\"metadata\":{\"annotations\":{\"peerwarden.io/refresh\":\"12\"}}}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_says_which_network_it_is),
		cmocka_unit_test(
			networks_of_google_whose_names_could_be_cut_in_two_ways_have_two_names),
		cmocka_unit_test(
			vnets_have_one_name_in_any_case_and_another_for_any_other_character),
		cmocka_unit_test(the_longest_vnet_has_a_name_that_an_object_can_have),
		cmocka_unit_test(what_is_made_describes_the_network_that_was_asked_for),
		cmocka_unit_test(a_zone_and_a_ruleset_of_one_name_have_two_names),
		cmocka_unit_test(zones_and_rulesets_become_a_remote_zone),
		cmocka_unit_test(the_tenant_of_a_vnet_is_kept),
		cmocka_unit_test(each_refresh_has_another_text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
