#include "cloud/aws_ec2_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define VERSION "&Version=2016-11-15"

static int
set_up(void **state)
{
	static struct buffer form;

	buffer_init(&form, 4096);
	*state = &form;
	return 0;
}

static int
tear_down(void **state)
{
	buffer_dispose(*state);
	return 0;
}

static void
check_form(void **state, const char *expected)
{
	assert_string_equal(buffer_text(*state), expected);
}

static void
lists_are_asked_for_by_ids_or_by_filters(void **state)
{
	static const char *const ids[] = {"vpc-1", "vpc-2", NULL};
	static const char *const names[] = {"a b", "c", NULL};
	static const char *const states[] = {"active", NULL};
	static const struct aws_filter filters[] = {
		{"tag:Name", names}, {"state", states}, {NULL, NULL}};
	struct aws_listing listing = {.ids = ids, .page_size = 5, .next_token = "t"};

	aws_ec2_request_vpcs(*state, &listing);
	check_form(state, "Action=DescribeVpcs" VERSION "&VpcId.1=vpc-1&VpcId.2=vpc-2");
	listing = (struct aws_listing){.filters = filters, .page_size = 100, .next_token = "t="};
	aws_ec2_request_peerings(*state, &listing);
	check_form(state,
		"Action=DescribeVpcPeeringConnections" VERSION
		"&Filter.1.Name=tag%3AName&Filter.1.Value.1=a%20b&Filter.1.Value.2=c"
		"&Filter.2.Name=state&Filter.2.Value.1=active&MaxResults=100&NextToken=t%3D");
	listing = (struct aws_listing){.next_token = ""};
	aws_ec2_request_route_tables(*state, &listing);
	check_form(state, "Action=DescribeRouteTables" VERSION);
	listing = (struct aws_listing){.ids = ids};
	aws_ec2_request_route_tables(*state, &listing);
	check_form(state,
		"Action=DescribeRouteTables" VERSION "&RouteTableId.1=vpc-1&RouteTableId.2=vpc-2");
	aws_ec2_request_peerings(*state, &listing);
	check_form(state, "Action=DescribeVpcPeeringConnections" VERSION
			  "&VpcPeeringConnectionId.1=vpc-1&VpcPeeringConnectionId.2=vpc-2");
}

static void
a_peering_is_made_with_what_is_known_of_its_peer(void **state)
{
	static const struct aws_tag tags[] = {{"Name", "x"}, {"k", ""}};
	struct aws_new_peering peering = {.vpc = "vpc-1", .peer_vpc = "vpc-2"};

	aws_ec2_request_create_peering(*state, &peering);
	check_form(
		state, "Action=CreateVpcPeeringConnection" VERSION "&VpcId=vpc-1&PeerVpcId=vpc-2");
	peering = (struct aws_new_peering){"vpc-1", "vpc-2", "222", "eu-west-1", {tags, 2}};
	aws_ec2_request_create_peering(*state, &peering);
	check_form(state, "Action=CreateVpcPeeringConnection" VERSION "&VpcId=vpc-1&PeerVpcId=vpc-2"
			  "&PeerOwnerId=222&PeerRegion=eu-west-1"
			  "&TagSpecification.1.ResourceType=vpc-peering-connection"
			  "&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=x"
			  "&TagSpecification.1.Tag.2.Key=k&TagSpecification.1.Tag.2.Value=");
}

static void
a_peering_is_named_in_each_step(void **state)
{
	aws_ec2_request_accept_peering(*state, "pcx-1");
	check_form(
		state, "Action=AcceptVpcPeeringConnection" VERSION "&VpcPeeringConnectionId=pcx-1");
	aws_ec2_request_reject_peering(*state, "pcx-1");
	check_form(
		state, "Action=RejectVpcPeeringConnection" VERSION "&VpcPeeringConnectionId=pcx-1");
	aws_ec2_request_delete_peering(*state, "pcx-1");
	check_form(
		state, "Action=DeleteVpcPeeringConnection" VERSION "&VpcPeeringConnectionId=pcx-1");
	aws_ec2_request_name_resolution(*state, "pcx-1", true, true);
	check_form(state,
		"Action=ModifyVpcPeeringConnectionOptions" VERSION "&VpcPeeringConnectionId=pcx-1"
		"&RequesterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc=true");
	aws_ec2_request_name_resolution(*state, "pcx-1", false, false);
	check_form(state,
		"Action=ModifyVpcPeeringConnectionOptions" VERSION "&VpcPeeringConnectionId=pcx-1"
		"&AccepterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc=false");
}

static void
a_route_is_named_by_its_network_in_its_family(void **state)
{
	struct prefix four, six;

	assert_true(prefix_parse("10.1.2.3/16", &four, NULL));
	assert_true(prefix_parse("2001:db8::/56", &six, NULL));
	aws_ec2_request_create_route(*state, "rtb-1", &four, "pcx-1");
	check_form(state, "Action=CreateRoute" VERSION "&RouteTableId=rtb-1"
			  "&DestinationCidrBlock=10.1.0.0%2F16&VpcPeeringConnectionId=pcx-1");
	aws_ec2_request_replace_route(*state, "rtb-1", &six, "pcx-1");
	check_form(state,
		"Action=ReplaceRoute" VERSION "&RouteTableId=rtb-1"
		"&DestinationIpv6CidrBlock=2001%3Adb8%3A%3A%2F56&VpcPeeringConnectionId=pcx-1");
	aws_ec2_request_delete_route(*state, "rtb-1", &four);
	check_form(state, "Action=DeleteRoute" VERSION
			  "&RouteTableId=rtb-1&DestinationCidrBlock=10.1.0.0%2F16");
}

static void
tags_are_put_on_a_resource(void **state)
{
	static const struct aws_tag tag[] = {{"a", "b"}};

	aws_ec2_request_create_tags(*state, "pcx-1", &(struct aws_tags){tag, 1});
	check_form(
		state, "Action=CreateTags" VERSION "&ResourceId.1=pcx-1&Tag.1.Key=a&Tag.1.Value=b");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_are_asked_for_by_ids_or_by_filters),
		TEST(a_peering_is_made_with_what_is_known_of_its_peer),
		TEST(a_peering_is_named_in_each_step),
		TEST(a_route_is_named_by_its_network_in_its_family),
		TEST(tags_are_put_on_a_resource),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
