#include "tests/kinds/sample.h"

static void
gcp_vpc_peering_leads_from_the_shoot_to_the_network(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'default'"
		 "}",
			"shoot > gcp/my-project/default as 'to-kyma' [gcp my-project  default] "
			"links 0+0 (spec.remoteVpc default)\n"},
		{"{'remotePeeringName':'a','remoteProject':'my-project','remoteVpc':'v'}",
			"shoot > gcp/my-project/v as 'a' [gcp my-project  v] links 0+0 "
			"(spec.remoteVpc v)\n"},
		{"{'remotePeeringName':'A','remoteProject':'my-project','remoteVpc':'default'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteProject':null,'remoteVpc':'default'}", ""},
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':''}", ""},
		{"null", ""},
	};

	sample_table(state, KIND_GCP_VPC_PEERING, sample_claims, rows);
}

static void
gcp_vpc_peering_refuses_names_that_its_crd_refuses(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'default'"
		 "}",
			""},
		{"{'remotePeeringName':'1a','remoteProject':'my-project','remoteVpc':'default'}",
			"id spec.remotePeeringName 1a: a peering name has up to 63 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'-a','remoteProject':'my-project','remoteVpc':'default'}",
			"id spec.remotePeeringName -a: a peering name has up to 63 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'a-','remoteProject':'my-project','remoteVpc':'default'}",
			"id spec.remotePeeringName a-: a peering name has up to 63 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'a_b','remoteProject':'my-project','remoteVpc':'default'}",
			"id spec.remotePeeringName a_b: a peering name has up to 63 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'A','remoteProject':'my-project','remoteVpc':'default'}",
			"id spec.remotePeeringName A: a peering name has up to 63 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','remoteProject'"
		 ":'my-project','remoteVpc':'default'}",
			"id spec.remotePeeringName "
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: a "
			"peering name has up to 63 lower-case letters, digits and hyphens, and "
			"begins with a letter\n"},
		{"{'remotePeeringName':'"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','remoteProject':"
		 "'my-project','remoteVpc':'default'}",
			""},
		{"{'remotePeeringName':'to-kyma','remoteProject':'short','remoteVpc':'default'}",
			"id spec.remoteProject short: a project id has 6 to 30 lower-case letters, "
			"digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'123456789','remoteVpc':'default'"
		 "}",
			"id spec.remoteProject 123456789: a project id has 6 to 30 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'a.com:b-c-d','remoteVpc':'"
		 "default'}",
			"id spec.remoteProject a.com:b-c-d: a project id has 6 to 30 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',"
		 "'remoteVpc':'default'}",
			"id spec.remoteProject xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: a project id has 6 "
			"to 30 lower-case letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'"
		 "projects/p/global/networks/n'}",
			"id spec.remoteVpc projects/p/global/networks/n: a network name has up to "
			"63 lower-case letters, digits and hyphens, and begins with a letter\n"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':' "
		 "default'}",
			"id spec.remoteVpc  default: a network name has up to 63 lower-case "
			"letters, digits and hyphens, and begins with a letter\n"},
		{"{}", "id spec.remotePeeringName : the peering name is missing\nid "
		       "spec.remoteProject : the GCP project id is missing\nid spec.remoteVpc : "
		       "the GCP network name is missing\n"},
		{"{'remotePeeringName':{},'remoteProject':123456,'remoteVpc':''}",
			"id spec.remotePeeringName : must be text, not an object\nid "
			"spec.remoteProject : must be text, not a number\nid spec.remoteVpc : the "
			"GCP network name is empty\n"},
	};

	sample_table(state, KIND_GCP_VPC_PEERING, sample_flaws, rows);
}

static void
gcp_vpc_peering_fixes_all_fields_with_their_defaults(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'default'"
		 "}",
			"remotePeeringName=to-kyma remoteProject=my-project remoteVpc=default "
			"importCustomRoutes=false deleteRemotePeering=false"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'default'"
		 ",'importCustomRoutes':false,'deleteRemotePeering':null}",
			"remotePeeringName=to-kyma remoteProject=my-project remoteVpc=default "
			"importCustomRoutes=false deleteRemotePeering=false"},
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'default'"
		 ",'importCustomRoutes':true,'deleteRemotePeering':true}",
			"remotePeeringName=to-kyma remoteProject=my-project remoteVpc=default "
			"importCustomRoutes=true deleteRemotePeering=true"},
	};

	sample_table(state, KIND_GCP_VPC_PEERING, sample_fixed, rows);
}

static void
gcp_vpc_peering_canonical_text_has_no_blanks(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'default'"
		 "}",
			""},
		{"{'remotePeeringName':' a','remoteProject':'my-project ','remoteVpc':' n '}",
			"spec.remotePeeringName:  a -> a\nspec.remoteProject: my-project  -> "
			"my-project\nspec.remoteVpc:  n  -> n\n"},
		{"{'remotePeeringName':' A','remoteProject':1,'remoteVpc':''}", ""},
	};

	sample_table(state, KIND_GCP_VPC_PEERING, sample_changes, rows);
}

static void
gcp_vpc_peering_tells_whether_the_remote_half_goes_with_it(void **state)
{
	static const char spec[] =
		"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'net','"
		"deleteRemotePeering':%s}";
	struct declaration stays = sample_decode(*state,
		sample_of_spec(*state, KIND_GCP_VPC_PEERING, arena_printf(*state, spec, "false")));
	struct declaration goes = sample_decode(*state,
		sample_of_spec(*state, KIND_GCP_VPC_PEERING, arena_printf(*state, spec, "true")));

	assert_false(stays.peerings[0].deletes_remote);
	assert_true(goes.peerings[0].deletes_remote);
}

static void
gcp_vpc_peering_tells_whether_it_imports_custom_routes(void **state)
{
	static const char spec[] =
		"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':'net'%s}";
	struct declaration without = sample_decode(*state,
		sample_of_spec(*state, KIND_GCP_VPC_PEERING, arena_printf(*state, spec, "")));
	struct declaration with = sample_decode(
		*state, sample_of_spec(*state, KIND_GCP_VPC_PEERING,
				arena_printf(*state, spec, ",'importCustomRoutes':true")));

	assert_false(without.peerings[0].imports_routes);
	assert_true(with.peerings[0].imports_routes);
}

static void
gcp_vpc_peering_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_GCP_VPC_PEERING,
		"{'remotePeeringName':'to-kyma','remoteProject':'my-project','remoteVpc':3}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			gcp_vpc_peering_tells_whether_it_imports_custom_routes, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(gcp_vpc_peering_leads_from_the_shoot_to_the_network,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(gcp_vpc_peering_refuses_names_that_its_crd_refuses,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			gcp_vpc_peering_fixes_all_fields_with_their_defaults, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(gcp_vpc_peering_canonical_text_has_no_blanks,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(gcp_vpc_peering_survives_every_limit_of_memory,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			gcp_vpc_peering_tells_whether_the_remote_half_goes_with_it, sample_setup,
			sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
