#include "cloud/aws_ec2.h"

#include <string.h>

#include "base/cleanup.h"
#include "tests/cloud/aws_ec2_answers.h"
#include "tests/support/arena_limit.h"

#define NAMESPACE     " xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\""
#define VPCS(items)   "<DescribeVpcsResponse" NAMESPACE ">" items "</DescribeVpcsResponse>"
#define TABLES(items) "<DescribeRouteTablesResponse>" items "</DescribeRouteTablesResponse>"
#define PEERINGS(items)                                                                            \
	"<DescribeVpcPeeringConnectionsResponse>" items "</DescribeVpcPeeringConnectionsResponse>"

#define VPC                                                                                        \
	VPCS("<requestId>r</requestId><nextToken>more</nextToken><vpcSet>"                         \
	     "<item><tagSet><item><key>Name</key><value>x</value></item>"                          \
	     "<item><key>shoot</key><value/></item></tagSet><new><vpcId>no</vpcId></new>"          \
	     "<state>available</state><cidrBlock>10.0.0.0/16</cidrBlock><vpcId>vpc-1</vpcId>"      \
	     "<cidrBlockAssociationSet>"                                                           \
	     "<item><cidrBlock>10.0.0.0/16</cidrBlock>"                                            \
	     "<cidrBlockState><state>associated</state></cidrBlockState></item>"                   \
	     "<item><cidrBlock>10.1.0.0/16</cidrBlock>"                                            \
	     "<cidrBlockState><state>disassociated</state></cidrBlockState></item>"                \
	     "<item><cidrBlock>10.2.0.0/16</cidrBlock>"                                            \
	     "<cidrBlockState><state>associated</state></cidrBlockState></item>"                   \
	     "</cidrBlockAssociationSet><ipv6CidrBlockAssociationSet>"                             \
	     "<item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock>"                                  \
	     "<ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item>"           \
	     "<item><ipv6CidrBlock>2001:db8:1::/56</ipv6CidrBlock>"                                \
	     "<ipv6CidrBlockState><state>failed</state></ipv6CidrBlockState></item>"               \
	     "</ipv6CidrBlockAssociationSet><ownerId>111</ownerId></item>"                         \
	     "<item><vpcId>vpc-2</vpcId><cidrBlock>10.9.0.0/24</cidrBlock></item></vpcSet>")

#define SIDES                                                                                      \
	"<requesterVpcInfo><ownerId>111</ownerId><vpcId>vpc-1</vpcId><region>us-east-1</region>"   \
	"<cidrBlock>10.4.0.0/16</cidrBlock><cidrBlockSet>"                                         \
	"<item><cidrBlock>10.4.0.0/16</cidrBlock></item>"                                          \
	"<item><cidrBlock>10.5.0.0/16</cidrBlock></item></cidrBlockSet>"                           \
	"<ipv6CidrBlockSet><item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock></item>"              \
	"</ipv6CidrBlockSet><peeringOptions>"                                                      \
	"<allowDnsResolutionFromRemoteVpc>true</allowDnsResolutionFromRemoteVpc>"                  \
	"</peeringOptions></requesterVpcInfo>"                                                     \
	"<accepterVpcInfo><ownerId>222</ownerId><vpcId>vpc-2</vpcId></accepterVpcInfo>"
#define PEERING                                                                                    \
	"<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>" SIDES                             \
	"<status><code>pending-acceptance</code><message>Pending</message></status>"               \
	"<expirationTime>2017-07-04T15:40:53.000Z</expirationTime><tagSet/>"
#define PENDING                                                                                    \
	PEERINGS("<vpcPeeringConnectionSet><item>" PEERING "</item></vpcPeeringConnectionSet>")

#define TABLE                                                                                      \
	TABLES("<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId>"       \
	       "<ownerId>111</ownerId><associationSet>"                                            \
	       "<item><routeTableAssociationId>a-1</routeTableAssociationId><main>false</main>"    \
	       "<subnetId>subnet-1</subnetId>"                                                     \
	       "<associationState><state>associated</state></associationState></item>"             \
	       "<item><routeTableAssociationId>a-2</routeTableAssociationId><main>true</main>"     \
	       "</item></associationSet><routeSet>"                                                \
	       "<item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock>"                    \
	       "<gatewayId>local</gatewayId><origin>CreateRouteTable</origin>"                     \
	       "<state>active</state></item>"                                                      \
	       "<item><destinationIpv6CidrBlock>2001:db8::/56</destinationIpv6CidrBlock>"          \
	       "<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>"                            \
	       "<origin>CreateRoute</origin><state>blackhole</state></item>"                       \
	       "<item><destinationPrefixListId>pl-1</destinationPrefixListId>"                     \
	       "<gatewayId>vpce-1</gatewayId></item>"                                              \
	       "<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>"                      \
	       "<networkInterfaceId>eni-1</networkInterfaceId><instanceId>i-1</instanceId></item>" \
	       "<item><destinationCidrBlock>10.7.0.0/16</destinationCidrBlock>"                    \
	       "<newThingId>new-1</newThingId></item>"                                             \
	       "</routeSet></item><item><routeTableId>rtb-2</routeTableId><vpcId>vpc-1</vpcId>"    \
	       "</item></routeTableSet>")

static void
a_vpc_has_all_ranges_that_are_associated(void **state)
{
	struct aws_vpcs vpcs;

	assert_true(aws_ec2_read_vpcs(*state, parse(*state, VPC), &vpcs, NULL));
	assert_int_equal(vpcs.count, 2);
	assert_string_equal(vpcs.next_token, "more");
	assert_string_equal(vpcs.items[0].id, "vpc-1");
	assert_string_equal(vpcs.items[0].owner, "111");
	assert_string_equal(vpcs.items[0].state, "available");
	check_ranges(&vpcs.items[0].ranges, "10.0.0.0/16 10.2.0.0/16 2001:db8::/56");
	assert_int_equal(vpcs.items[0].tags.count, 2);
	assert_string_equal(aws_ec2_tag(&vpcs.items[0].tags, "Name"), "x");
	assert_string_equal(aws_ec2_tag(&vpcs.items[0].tags, "shoot"), "");
	assert_null(aws_ec2_tag(&vpcs.items[0].tags, "name"));
	check_ranges(&vpcs.items[1].ranges, "10.9.0.0/24");
	assert_string_equal(vpcs.items[1].owner, "");
	assert_null(aws_ec2_tag(&vpcs.items[1].tags, "Name"));
}

static void
the_primary_range_counts_beside_those_of_the_other_family(void **state)
{
	struct aws_vpcs vpcs;

	assert_true(aws_ec2_read_vpcs(*state,
		parse(*state,
			VPCS("<vpcSet><item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock>"
			     "<ipv6CidrBlockAssociationSet><item>"
			     "<ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock><ipv6CidrBlockState>"
			     "<state>associated</state></ipv6CidrBlockState></item>"
			     "</ipv6CidrBlockAssociationSet></item></vpcSet>")),
		&vpcs, NULL));
	check_ranges(&vpcs.items[0].ranges, "10.0.0.0/16 2001:db8::/56");
}

static void
a_peering_has_both_sides(void **state)
{
	struct aws_peerings peerings;
	const struct aws_peering *peering;

	assert_true(aws_ec2_read_peerings(*state, parse(*state, PENDING), &peerings, NULL));
	assert_int_equal(peerings.count, 1);
	assert_string_equal(peerings.next_token, "");
	peering = &peerings.items[0];
	assert_string_equal(peering->id, "pcx-1");
	assert_int_equal(peering->state, AWS_PEERING_PENDING);
	assert_string_equal(peering->code, "pending-acceptance");
	assert_string_equal(peering->message, "Pending");
	assert_string_equal(peering->expires, "2017-07-04T15:40:53.000Z");
	assert_int_equal(peering->tags.count, 0);
	assert_string_equal(peering->requester.owner, "111");
	assert_string_equal(peering->requester.vpc, "vpc-1");
	assert_string_equal(peering->requester.region, "us-east-1");
	check_ranges(&peering->requester.ranges, "10.4.0.0/16 10.5.0.0/16 2001:db8::/56");
	assert_true(peering->requester.has_options && peering->requester.resolves_names);
	assert_string_equal(peering->accepter.owner, "222");
	assert_string_equal(peering->accepter.vpc, "vpc-2");
	assert_string_equal(peering->accepter.region, "");
	check_ranges(&peering->accepter.ranges, "");
	assert_false(peering->accepter.has_options || peering->accepter.resolves_names);
}

static void
every_state_of_a_peering_is_known(void **state)
{
	static const struct {
		const char *code;
		enum aws_peering_state state;
		bool over;
	} table[] = {
		{"initiating-request", AWS_PEERING_INITIATING, false},
		{"pending-acceptance", AWS_PEERING_PENDING, false},
		{"provisioning", AWS_PEERING_PROVISIONING, false},
		{"active", AWS_PEERING_ACTIVE, false},
		{"deleting", AWS_PEERING_DELETING, false},
		{"failed", AWS_PEERING_FAILED, true},
		{"expired", AWS_PEERING_EXPIRED, true},
		{"rejected", AWS_PEERING_REJECTED, true},
		{"deleted", AWS_PEERING_DELETED, true},
		{"thinking", AWS_PEERING_UNKNOWN, false},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *text = arena_printf(*state,
			"<CreateVpcPeeringConnectionResponse><vpcPeeringConnection>" SIDES
			"<vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId><status><code>%s"
			"</code></status></vpcPeeringConnection>"
			"</CreateVpcPeeringConnectionResponse>",
			table[i].code);
		struct aws_peering peering;

		assert_true(aws_ec2_read_peering(*state, parse(*state, text), &peering, NULL));
		assert_int_equal(peering.state, table[i].state);
		assert_string_equal(peering.code, table[i].code);
		assert_int_equal(aws_ec2_is_over(peering.state), table[i].over);
	}
}

static void
a_route_table_has_its_associations_and_routes(void **state)
{
	struct aws_route_tables tables;
	const struct aws_route_table *table;

	assert_true(aws_ec2_read_route_tables(*state, parse(*state, TABLE), &tables, NULL));
	assert_int_equal(tables.count, 2);
	table = &tables.items[0];
	assert_string_equal(table->id, "rtb-1");
	assert_string_equal(table->vpc, "vpc-1");
	assert_string_equal(table->owner, "111");
	assert_true(table->main);
	assert_int_equal(table->association_count, 2);
	assert_string_equal(table->associations[0].id, "a-1");
	assert_string_equal(table->associations[0].subnet, "subnet-1");
	assert_string_equal(table->associations[0].state, "associated");
	assert_false(table->associations[0].main);
	assert_true(table->associations[1].main);
	assert_int_equal(table->route_count, 5);
	check_route(&table->routes[0], "10.0.0.0/16", AWS_TARGET_LOCAL, "local");
	assert_string_equal(table->routes[0].origin, "CreateRouteTable");
	check_route(&table->routes[1], "2001:db8::/56", AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(table->routes[1].state, "blackhole");
	check_route(&table->routes[2], "pl-1", AWS_TARGET_GATEWAY, "vpce-1");
	check_route(&table->routes[3], "0.0.0.0/0", AWS_TARGET_INSTANCE, "i-1");
	check_route(&table->routes[4], "10.7.0.0/16", AWS_TARGET_NONE, "");
	assert_false(tables.items[1].main);
	assert_int_equal(tables.items[1].route_count, 0);
	assert_int_equal(tables.items[1].association_count, 0);
}

static void
an_empty_set_and_an_absent_one_are_alike(void **state)
{
	struct aws_vpcs vpcs;
	struct aws_peerings peerings;
	struct aws_route_tables tables;

	assert_true(aws_ec2_read_vpcs(*state, parse(*state, VPCS("")), &vpcs, NULL));
	assert_int_equal(vpcs.count, 0);
	assert_true(aws_ec2_read_vpcs(*state, parse(*state, VPCS("<vpcSet/>")), &vpcs, NULL));
	assert_int_equal(vpcs.count, 0);
	assert_true(aws_ec2_read_peerings(*state, parse(*state, PEERINGS("")), &peerings, NULL));
	assert_int_equal(peerings.count, 0);
	assert_true(aws_ec2_read_route_tables(*state, parse(*state, TABLES("")), &tables, NULL));
	assert_int_equal(tables.count, 0);
}

static void
check_refusal(bool good, const struct error *error, const char *words)
{
	assert_false(good);
	assert_int_equal(error->kind, ERROR_INVALID);
	if (!strstr(error->message, words))
		fail_msg("%s", error->message);
}

static void
a_vpc_that_is_half_known_is_refused(void **state)
{
	static const char *const table[][2] = {
		{"<Other/>", "DescribeVpcsResponse"},
		{VPCS("<vpcSet><item><cidrBlock>10.0.0.0/8</cidrBlock></item></vpcSet>"), "vpcId"},
		{VPCS("<vpcSet><item><vpcId>v</vpcId><cidrBlock>10</cidrBlock></item></vpcSet>"),
			"10 is no range"},
		{VPCS("<vpcSet><item><vpcId>v</vpcId><cidrBlockAssociationSet><item>"
		      "<cidrBlockState><state>associated</state></cidrBlockState></item>"
		      "</cidrBlockAssociationSet></item></vpcSet>"),
			"cidrBlock is missing"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct error error = {0};
		struct aws_vpcs vpcs;

		check_refusal(aws_ec2_read_vpcs(*state, parse(*state, table[i][0]), &vpcs, &error),
			&error, table[i][1]);
	}
	assert_false(aws_ec2_read_vpcs(*state, NULL, &(struct aws_vpcs){0}, NULL));
}

static void
a_peering_or_a_table_that_is_half_known_is_refused(void **state)
{
	struct error error = {0};
	struct aws_peering peering;
	struct aws_peerings peerings;
	struct aws_route_tables tables;

	check_refusal(aws_ec2_read_peering(*state, parse(*state, "<A/>"), &peering, &error), &error,
		"status/code");
	check_refusal(
		aws_ec2_read_peerings(*state,
			parse(*state, PEERINGS("<vpcPeeringConnectionSet><item><status><code>active"
					       "</code></status>" SIDES
					       "</item></vpcPeeringConnectionSet>")),
			&peerings, &error),
		&error, "vpcPeeringConnectionId");
	check_refusal(aws_ec2_read_peerings(*state, parse(*state, VPC), &peerings, &error), &error,
		"DescribeVpcPeeringConnectionsResponse");
	check_refusal(
		aws_ec2_read_route_tables(*state,
			parse(*state, TABLES("<routeTableSet><item><routeTableId>r</routeTableId>"
					     "<vpcId>v</vpcId><routeSet><item/></routeSet></item>"
					     "</routeTableSet>")),
			&tables, &error),
		&error, "a route's destination");
}

static void
what_is_done_is_said_by_true_or_nothing(void **state)
{
	struct error error = {0};

	assert_true(aws_ec2_read_done(
		parse(*state, "<AResponse><return>true</return></AResponse>"), &error));
	assert_true(aws_ec2_read_done(parse(*state, "<AResponse/>"), &error));
	assert_false(aws_ec2_read_done(
		parse(*state, "<AResponse><return>false</return></AResponse>"), &error));
	assert_int_equal(error.kind, ERROR_CONFLICT);
	assert_false(aws_ec2_read_done(parse(*state, "<html/>"), &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_false(aws_ec2_read_done(NULL, &error));
}

static bool
attempt(struct arena *arena, void *context, struct error *error)
{
	const struct xml *vpc = xml_parse(arena, VPC, strlen(VPC), error);
	const struct xml *pending = vpc ? xml_parse(arena, PENDING, strlen(PENDING), error) : NULL;
	const struct xml *table = pending ? xml_parse(arena, TABLE, strlen(TABLE), error) : NULL;
	struct aws_vpcs vpcs;
	struct aws_peerings peerings;
	struct aws_route_tables tables;

	(void)context;
	if (!table || !aws_ec2_read_vpcs(arena, vpc, &vpcs, error) ||
		!aws_ec2_read_peerings(arena, pending, &peerings, error) ||
		!aws_ec2_read_route_tables(arena, table, &tables, error))
		return false;
	assert_int_equal(vpcs.count + peerings.count + tables.count, 5);
	assert_int_equal(tables.items[0].route_count, 5);
	return true;
}

static void
every_shortage_of_memory_is_a_clean_failure(void **state)
{
	(void)state;
	assert_true(arena_limit_walk(attempt, NULL) > 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_vpc_has_all_ranges_that_are_associated),
		TEST(the_primary_range_counts_beside_those_of_the_other_family),
		TEST(a_peering_has_both_sides),
		TEST(every_state_of_a_peering_is_known),
		TEST(a_route_table_has_its_associations_and_routes),
		TEST(an_empty_set_and_an_absent_one_are_alike),
		TEST(a_vpc_that_is_half_known_is_refused),
		TEST(a_peering_or_a_table_that_is_half_known_is_refused),
		TEST(what_is_done_is_said_by_true_or_nothing),
		TEST(every_shortage_of_memory_is_a_clean_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
