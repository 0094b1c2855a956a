/* What a remote network, zone or ruleset is like, and which rights are missing there. */
#include "cloud/azure_look_up.h"

#include "tests/cloud/azure_setup.h"

#define NETWORK              "Microsoft.Network/virtualNetworks/"
#define STEP(expects, reply) ENTRA_STEP(expects, reply)
#define GET_VNET             "GET " AZURE_VNET("v1") "?api-version=2024-05-01 "
#define GET_ZONE             "GET " AZURE_ZONE_ID "?api-version=2020-06-01 "
#define GET_LINKS            "GET " AZURE_ZONE_ID "/virtualNetworkLinks?api-version=2020-06-01 "
#define GET_RULESET          "GET " AZURE_RULESET_ID "?api-version=2022-07-01 "
#define GET_RULESET_LINKS    "GET " AZURE_RULESET_ID "/virtualNetworkLinks?api-version=2022-07-01 "
#define GET_RIGHTS(id)                                                                             \
	"GET " id "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01 "
#define VNET                                                                                       \
	"{\"id\":\"" AZURE_VNET(                                                                   \
		"v1") "\",\"name\":\"v1\",\"location\":\"West Europe\",\"tags\":{\"c-1\":\"x\"},"  \
		      "\"properties\":{\"addressSpace\":{\"addressPrefixes\":[\"10.0.0.0/16\","    \
		      "\"fd00:2::/48\"]},\"virtualNetworkPeerings\":[" AZURE_PEERING_BODY(         \
			      "p1", "Succeeded", "Connected", "FullyInSync") "]}}"
#define ZONE                                                                                       \
	"{\"id\":\"" AZURE_ZONE_ID "\",\"name\":\"a.example\",\"location\":\"global\",\"tags\":"   \
	"{\"c-1\":\"\"},\"properties\":{\"maxNumberOfVirtualNetworkLinks\":1000}}"
#define RULESET                                                                                    \
	"{\"id\":\"" AZURE_RULESET_ID                                                              \
	"\",\"name\":\"r1\",\"location\":\"northeurope\",\"properties\":{}}"
#define LINKS       "{\"value\":[" AZURE_LINK_BODY("Succeeded", "Completed") "]}"
#define RIGHTS(all) "{\"value\":[{\"actions\":[" all "],\"notActions\":[]}]}"
#define DENIED                                                                                     \
	AZURE_ERROR("403 Forbidden", "", "AuthorizationFailed",                                    \
		"The client '" ENTRA_CLIENT "' with object id 'o' does not have authorization")

typedef bool looks_up(struct arena *arena, const struct azure_access *access,
	const struct remote *remote, struct cloud_network *network, struct cloud_fault *fault);

struct ground {
	struct azure_setup setup;
	struct cloud_network network;
	struct cloud_fault fault;
};

static bool
look(struct ground *ground, looks_up *look_up, const char *id, const char *tenant)
{
	const struct azure_access access = {ground->setup.client, "", "", "", 30 * CLOCK_SECOND};
	const struct remote remote = {PROVIDER_AZURE, "", "", id, tenant};

	return look_up(ground->setup.arena, &access, &remote, &ground->network, &ground->fault);
}

static void
expect(struct ground *ground, looks_up *look_up, const char *id)
{
	if (!look(ground, look_up, id, NULL))
		fail_msg("%s", ground->fault.message);
}

static void
expect_failure(struct ground *ground, looks_up *look_up, const char *id, enum cloud_failure failure)
{
	assert_false(look(ground, look_up, id, NULL));
	assert_int_equal(ground->fault.failure, failure);
}

static void
expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in %s", part, text);
}

static const char *
missing(const struct ground *ground)
{
	const char *text = "";

	for (size_t i = 0; i < ground->network.missing_right_count; i++)
		text = arena_printf(
			ground->setup.arena, "%s%s ", text, ground->network.missing_rights[i]);
	return text;
}

static void
a_network_is_told_with_its_peerings_and_rights(void **state)
{
	static const struct fake_step steps[] = {AZURE_OTHER, STEP(GET_VNET, FAKE_OK VNET),
		STEP(GET_RIGHTS(AZURE_VNET("v1")),
			FAKE_OK RIGHTS("\"*/read\",\"" NETWORK "virtualNetworkPeerings/*\"")),
		{0}};
	struct ground ground;
	const struct cloud_network *network = &ground.network;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	if (!look(&ground, azure_look_up, AZURE_VNET("v1"), ENTRA_OTHER))
		fail_msg("%s", ground.fault.message);
	assert_string_equal(network->owner, "00000000-0000-0000-0000-000000000000");
	assert_string_equal(network->region, "westeurope");
	assert_int_equal(network->range_count, 2);
	assert_int_equal(network->tag_count, 1);
	assert_string_equal(network->tags[0].key, "c-1");
	assert_string_equal(network->tags[0].value, "x");
	assert_int_equal(network->peering_count, 1);
	assert_string_equal(network->peerings[0].name, "p1");
	assert_string_equal(network->peerings[0].network, AZURE_VNET("v2"));
	assert_string_equal(network->peerings[0].state, "Connected");
	assert_false(network->tables_known);
	assert_int_equal(network->most_peerings, 0);
	assert_true(network->rights_known);
	assert_string_equal(missing(&ground), NETWORK "peer/action ");
	azure_setup_stop(&ground.setup);
}

static void
a_zone_is_told_with_its_links_and_how_many_it_may_have(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP(GET_ZONE, FAKE_OK ZONE),
		STEP(GET_LINKS, FAKE_OK LINKS),
		STEP(GET_RIGHTS(AZURE_ZONE_ID), FAKE_OK RIGHTS("\"*\"")), {0}};
	struct ground ground;
	const struct cloud_network *network = &ground.network;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	expect(&ground, azure_look_up_zone, AZURE_ZONE_ID);
	assert_string_equal(network->owner, "00000000-0000-0000-0000-000000000000");
	assert_string_equal(network->region, "");
	assert_int_equal(network->range_count, 0);
	assert_string_equal(network->tags[0].key, "c-1");
	assert_int_equal(network->most_peerings, 1000);
	assert_int_equal(network->peering_count, 1);
	assert_string_equal(network->peerings[0].name, "l1");
	assert_string_equal(network->peerings[0].network, AZURE_VNET("v1"));
	assert_string_equal(network->peerings[0].state, "Completed");
	assert_true(network->rights_known);
	assert_string_equal(missing(&ground), "");
	azure_setup_stop(&ground.setup);
}

static void
a_ruleset_is_told_with_its_region_and_all_pages_of_rights(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP(GET_RULESET, FAKE_OK RULESET),
		STEP(GET_RULESET_LINKS, FAKE_OK "{\"value\":[]}"),
		STEP(GET_RIGHTS(AZURE_RULESET_ID),
			FAKE_OK "{\"value\":[{\"actions\":[\"*/read\",\"*/write\"]}],"
				"\"nextLink\":\"@/next?a=1\"}"),
		STEP("GET /next?a=1 HTTP", FAKE_OK RIGHTS("\"*/delete\"")), {0}};
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	expect(&ground, azure_look_up_zone, AZURE_RULESET_ID);
	assert_string_equal(ground.network.region, "northeurope");
	assert_int_equal(ground.network.most_peerings, 0);
	assert_int_equal(ground.network.peering_count, 0);
	assert_true(ground.network.rights_known);
	assert_string_equal(missing(&ground), "");
	azure_setup_stop(&ground.setup);
}

static void
permissions_that_may_not_be_seen_are_no_failure(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP(GET_VNET, FAKE_OK VNET),
		STEP(GET_RIGHTS(AZURE_VNET("v1")), DENIED), STEP(GET_VNET, FAKE_OK VNET),
		STEP(GET_RIGHTS(AZURE_VNET("v1")), FAKE_OK "{}"), {0}};
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	for (int i = 0; i < 2; i++) {
		expect(&ground, azure_look_up, AZURE_VNET("v1"));
		assert_false(ground.network.rights_known);
		assert_string_equal(missing(&ground), "");
		assert_int_equal(ground.network.peering_count, 1);
	}
	azure_setup_stop(&ground.setup);
}

static void
links_that_may_not_be_seen_are_a_missing_right(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP(GET_ZONE, FAKE_OK ZONE),
		STEP(GET_LINKS, DENIED), STEP(GET_RIGHTS(AZURE_ZONE_ID), DENIED),
		STEP(GET_ZONE, FAKE_OK ZONE), STEP(GET_LINKS, DENIED),
		STEP(GET_RIGHTS(AZURE_ZONE_ID),
			FAKE_OK RIGHTS("\"Microsoft.Network/privateDnsZones/read\"")),
		{0}};
	static const char right[] = "Microsoft.Network/privateDnsZones/virtualNetworkLinks/";
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	expect(&ground, azure_look_up_zone, AZURE_ZONE_ID);
	assert_false(ground.network.rights_known);
	assert_int_equal(ground.network.peering_count, 0);
	assert_string_equal(missing(&ground), arena_printf(ground.setup.arena, "%sread ", right));
	expect(&ground, azure_look_up_zone, AZURE_ZONE_ID);
	assert_true(ground.network.rights_known);
	assert_string_equal(missing(&ground),
		arena_printf(ground.setup.arena, "%sread %swrite %sdelete ", right, right, right));
	azure_setup_stop(&ground.setup);
}

static void
what_is_not_there_is_gone_with_its_group_or_subscription(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN,
		STEP(GET_VNET, AZURE_ERROR("404 Not Found", "", "ResourceNotFound", "no")),
		STEP(GET_VNET, AZURE_ERROR("404 Not Found", "", "ResourceGroupNotFound", "no")),
		STEP(GET_VNET, AZURE_ERROR("404 Not Found", "", "SubscriptionNotFound", "no")),
		STEP(GET_ZONE, AZURE_ERROR("404 Not Found", "", "ResourceNotFound", "no")),
		STEP(GET_ZONE, FAKE_OK ZONE),
		STEP(GET_LINKS, AZURE_ERROR("404 Not Found", "", "ParentResourceNotFound", "no")),
		STEP(GET_RULESET, AZURE_ERROR("404 Not Found", "", "ResourceNotFound", "no")), {0}};
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	for (int i = 0; i < 3; i++)
		expect_failure(&ground, azure_look_up, AZURE_VNET("v1"), CLOUD_GONE);
	expect_part(ground.fault.hint, "az account list");
	for (int i = 0; i < 2; i++)
		expect_failure(&ground, azure_look_up_zone, AZURE_ZONE_ID, CLOUD_GONE);
	expect_failure(&ground, azure_look_up_zone, AZURE_RULESET_ID, CLOUD_GONE);
	azure_setup_stop(&ground.setup);
}

static void
a_refusal_names_the_right_and_who_needs_it(void **state)
{
	static const struct fake_step steps[] = {AZURE_OWN, STEP(GET_VNET, DENIED),
		STEP(GET_RULESET, DENIED), STEP(GET_ZONE, FAKE_OK ZONE),
		STEP(GET_LINKS, AZURE_ERROR("400 Bad Request", "", "BadRequest", "no")), {0}};
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	expect_failure(&ground, azure_look_up, AZURE_VNET("v1"), CLOUD_WAIT_FOR_USER);
	assert_string_equal(ground.fault.action, NETWORK "read");
	expect_part(ground.fault.hint, "az role assignment create --assignee " ENTRA_CLIENT
				       " --role 'Reader' --scope " AZURE_VNET("v1"));
	expect_failure(&ground, azure_look_up_zone, AZURE_RULESET_ID, CLOUD_WAIT_FOR_USER);
	assert_string_equal(ground.fault.action, "Microsoft.Network/dnsForwardingRulesets/read");
	expect_failure(&ground, azure_look_up_zone, AZURE_ZONE_ID, CLOUD_PERMANENT);
	assert_string_equal(
		ground.fault.action, "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read");
	azure_setup_stop(&ground.setup);
}

static void
a_tenant_without_the_application_is_told_so(void **state)
{
	static const struct fake_step steps[] = {
		STEP(ENTRA_PATH(ENTRA_OTHER),
			ENTRA_ERROR("400 Bad Request", "unauthorized_client", "700016",
				"Application with identifier '" ENTRA_CLIENT
				"' was not found in the directory 'D'.")),
		{0}};
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	assert_false(look(&ground, azure_look_up, AZURE_VNET("v1"), ENTRA_OTHER));
	assert_int_equal(ground.fault.failure, CLOUD_WAIT_FOR_USER);
	expect_part(ground.fault.message, "tenant " ENTRA_OTHER);
	expect_part(ground.fault.hint, "`az ad sp create --id " ENTRA_CLIENT "`");
	azure_setup_stop(&ground.setup);
}

static void
an_id_of_another_kind_sends_nothing(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct ground ground;

	(void)state;
	azure_setup_start(&ground.setup, steps);
	expect_failure(&ground, azure_look_up, AZURE_ZONE_ID, CLOUD_PERMANENT);
	expect_failure(&ground, azure_look_up, AZURE_PEERING_ID("p1"), CLOUD_PERMANENT);
	expect_failure(&ground, azure_look_up, "vpc-1", CLOUD_PERMANENT);
	expect_failure(&ground, azure_look_up_zone, AZURE_VNET("v1"), CLOUD_PERMANENT);
	azure_setup_stop(&ground.setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_is_told_with_its_peerings_and_rights),
		cmocka_unit_test(a_zone_is_told_with_its_links_and_how_many_it_may_have),
		cmocka_unit_test(a_ruleset_is_told_with_its_region_and_all_pages_of_rights),
		cmocka_unit_test(permissions_that_may_not_be_seen_are_no_failure),
		cmocka_unit_test(links_that_may_not_be_seen_are_a_missing_right),
		cmocka_unit_test(what_is_not_there_is_gone_with_its_group_or_subscription),
		cmocka_unit_test(a_refusal_names_the_right_and_who_needs_it),
		cmocka_unit_test(a_tenant_without_the_application_is_told_so),
		cmocka_unit_test(an_id_of_another_kind_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
