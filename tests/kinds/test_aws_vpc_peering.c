#include "tests/kinds/sample.h"

static void
aws_vpc_peering_leads_from_the_shoot_to_the_vpc(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"shoot > aws/123456789012/eu-west-1/vpc-0a1b2c3d4e5f60718 as '' [aws "
			"123456789012 eu-west-1 vpc-0a1b2c3d4e5f60718] links 0+0 (spec.remoteVpcId "
			"vpc-0a1b2c3d4e5f60718)\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'us-gov-west-1','remoteVpcId':'"
		 "vpc-11122233'}",
			"shoot > aws/123456789012/us-gov-west-1/vpc-11122233 as '' [aws "
			"123456789012 us-gov-west-1 vpc-11122233] links 0+0 (spec.remoteVpcId "
			"vpc-11122233)\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'VPC-"
		 "11122233'}",
			""},
		{"{'remoteAccountId':null,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':'123456789012','remoteRegion':'','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"null", ""},
	};

	sample_table(state, KIND_AWS_VPC_PEERING, sample_claims, rows);
}

static void
aws_vpc_peering_refuses_malformed_ids(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':'12345678901','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId 12345678901: an AWS account id has 12 digits\n"},
		{"{'remoteAccountId':'12345678901x','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId 12345678901x: an AWS account id has 12 digits\n"},
		{"{'remoteAccountId':'1234567890123','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId 1234567890123: an AWS account id has 12 digits\n"},
		{"{'remoteAccountId':123456789012,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId : must be text, not a number\n"},
		{"{'remoteAccountId':1e999,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId : must be text, not a number\n"},
		{"{'remoteAccountId':'','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId : the AWS account id is empty\n"},
		{"{'remoteAccountId':null,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteAccountId : the AWS account id is missing\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu-west: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu-west-: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1a','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu-west-1a: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'EU-WEST-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion EU-WEST-1: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu--west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu--west-1: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-123','remoteVpcId':'"
		 "vpc-0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu-west-123: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'-eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion -eu-west-1: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'europe-west-1','remoteVpcId':'"
		 "vpc-0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion europe-west-1: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':' "
		 "eu-west-1','remoteVpcId':'vpc-0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion  eu-west-1: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1/"
		 "x','remoteVpcId':'vpc-0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion eu-west-1/x: this is no AWS region\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eusc-de-east-1','remoteVpcId':'"
		 "vpc-0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':'123456789012','remoteRegion':'us-isob-east-1','remoteVpcId':'"
		 "vpc-0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':'123456789012','remoteRegion':[],'remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"id spec.remoteRegion : must be text, not a list\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-'"
		 "}",
			"id spec.remoteVpcId vpc-: a VPC id is vpc- and 8 or 17 lower-case "
			"hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3'}",
			"id spec.remoteVpcId vpc-0a1b2c3: a VPC id is vpc- and 8 or 17 lower-case "
			"hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4'}",
			"id spec.remoteVpcId vpc-0a1b2c3d4: a VPC id is vpc- and 8 or 17 "
			"lower-case hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f607180'}",
			"id spec.remoteVpcId vpc-0a1b2c3d4e5f607180: a VPC id is vpc- and 8 or 17 "
			"lower-case hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0A1B2C3D'}",
			"id spec.remoteVpcId vpc-0A1B2C3D: a VPC id is vpc- and 8 or 17 lower-case "
			"hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'"
		 "subnet-0a1b2c3d'}",
			"id spec.remoteVpcId subnet-0a1b2c3d: a VPC id is vpc- and 8 or 17 "
			"lower-case hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3g'}",
			"id spec.remoteVpcId vpc-0a1b2c3g: a VPC id is vpc- and 8 or 17 lower-case "
			"hexadecimal digits\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':' "
		 "vpc-11122233'}",
			"id spec.remoteVpcId  vpc-11122233: a VPC id is vpc- and 8 or 17 "
			"lower-case hexadecimal digits\n"},
		{"{}", "id spec.remoteAccountId : the AWS account id is missing\nid "
		       "spec.remoteRegion : the AWS region is missing\nid spec.remoteVpcId : the "
		       "VPC id is missing\n"},
	};

	sample_table(state, KIND_AWS_VPC_PEERING, sample_flaws, rows);
}

static void
aws_vpc_peering_fixes_all_fields_with_their_defaults(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"remoteAccountId=123456789012 remoteRegion=eu-west-1 "
			"remoteVpcId=vpc-0a1b2c3d4e5f60718 remoteRouteTableUpdateStrategy=AUTO "
			"deleteRemotePeering=false"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718','remoteRouteTableUpdateStrategy':'NONE','deleteRemotePeering':"
		 "true}",
			"remoteAccountId=123456789012 remoteRegion=eu-west-1 "
			"remoteVpcId=vpc-0a1b2c3d4e5f60718 remoteRouteTableUpdateStrategy=NONE "
			"deleteRemotePeering=true"},
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718','remoteRouteTableUpdateStrategy':null,'deleteRemotePeering':"
		 "null}",
			"remoteAccountId=123456789012 remoteRegion=eu-west-1 "
			"remoteVpcId=vpc-0a1b2c3d4e5f60718 remoteRouteTableUpdateStrategy=AUTO "
			"deleteRemotePeering=false"},
		{"{}", "remoteAccountId remoteRegion remoteVpcId "
		       "remoteRouteTableUpdateStrategy=AUTO deleteRemotePeering=false"},
	};

	sample_table(state, KIND_AWS_VPC_PEERING, sample_fixed, rows);
}

static void
aws_vpc_peering_canonical_text_pads_the_account_and_lowers_the_vpc_id(void **state)
{
	static const struct sample_row rows[] = {
		{"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':12345678901,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"spec.remoteAccountId: 12345678901 -> 012345678901\n"},
		{"{'remoteAccountId':123456789012,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			"spec.remoteAccountId: 123456789012 -> 123456789012\n"},
		{"{'remoteAccountId':1234567890123,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':-1,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':1.5,'remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':'12345','remoteRegion':'eu-west-1','remoteVpcId':'vpc-"
		 "0a1b2c3d4e5f60718'}",
			""},
		{"{'remoteAccountId':' 123456789012','remoteRegion':'eu-west-1 ','remoteVpcId':' "
		 "VPC-11122233'}",
			"spec.remoteAccountId:  123456789012 -> 123456789012\nspec.remoteRegion: "
			"eu-west-1  -> eu-west-1\nspec.remoteVpcId:  VPC-11122233 -> "
			"vpc-11122233\n"},
		{"{'remoteAccountId':'123456789012','remoteRegion':' "
		 "EU-WEST-1','remoteVpcId':'vpc-XYZ'}",
			""},
		{"null", ""},
	};

	sample_table(state, KIND_AWS_VPC_PEERING, sample_changes, rows);
}

static void
aws_vpc_peering_tells_its_options(void **state)
{
	static const struct {
		const char *options;
		bool deletes_remote;
		enum route_selection selection;
	} rows[] = {
		{"", false, ROUTES_AUTO},
		{",'deleteRemotePeering':true", true, ROUTES_AUTO},
		{",'deleteRemotePeering':'true'", false, ROUTES_AUTO},
		{",'remoteRouteTableUpdateStrategy':'AUTO'", false, ROUTES_AUTO},
		{",'remoteRouteTableUpdateStrategy':'NONE'", false, ROUTES_NONE},
		{",'remoteRouteTableUpdateStrategy':'MATCHED'", false, ROUTES_MATCHED},
		{",'remoteRouteTableUpdateStrategy':'UNMATCHED'", false, ROUTES_UNMATCHED},
		{",'remoteRouteTableUpdateStrategy':'matched'", false, ROUTES_AUTO},
		{",'remoteRouteTableUpdateStrategy':9", false, ROUTES_AUTO},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct declaration declaration = sample_decode(*state,
			sample_of_spec(*state, KIND_AWS_VPC_PEERING,
				arena_printf(*state,
					"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-"
					"1','remoteVpcId':'vpc-11122233'%s}",
					rows[i].options)));

		assert_int_equal(declaration.peering_count, 1);
		assert_int_equal(declaration.peerings[0].deletes_remote, rows[i].deletes_remote);
		assert_int_equal(declaration.peerings[0].route_selection, rows[i].selection);
		assert_false(declaration.peerings[0].uses_remote_gateway);
	}
}

static void
aws_vpc_peering_survives_every_limit_of_memory(void **state)
{
	sample_survives_every_cap(sample_of_spec(*state, KIND_AWS_VPC_PEERING,
		"{'remoteAccountId':'123456789012','remoteRegion':'eu-west-1','remoteVpcId':'x'}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(aws_vpc_peering_leads_from_the_shoot_to_the_vpc,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			aws_vpc_peering_refuses_malformed_ids, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			aws_vpc_peering_fixes_all_fields_with_their_defaults, sample_setup,
			sample_teardown),
		cmocka_unit_test_setup_teardown(
			aws_vpc_peering_canonical_text_pads_the_account_and_lowers_the_vpc_id,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(aws_vpc_peering_survives_every_limit_of_memory,
			sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(
			aws_vpc_peering_tells_its_options, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
