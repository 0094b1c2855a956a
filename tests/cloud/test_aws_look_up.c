/* What a remote VPC is like, and which rights are missing there. */
#include "cloud/aws_look_up.h"

#include "tests/cloud/played_aws_client.h"

#define REMOTE "eu-west-1 arn:aws:iam::222222222222:role/Peering "

static struct sample *sample;
static struct cloud_fault fault;

static int
set_up(void **state)
{
	(void)state;
	sample = sample_new();
	played = (struct played){.remote = {&sample->remote, 1, ""}};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(sample->arena);
	return 0;
}

static bool
look_up(struct cloud_network *network)
{
	static const struct aws_access access = {NULL, "Peering", "quite-secret", ""};

	played.peerings = sample->facts.peerings;
	played.remote_tables = sample->facts.remote_tables;
	return aws_look_up(sample->arena, &access, &sample->remote_id, network, &fault);
}

static const char *
rights(const struct cloud_network *network)
{
	const char *text = "";

	for (size_t i = 0; i < network->missing_right_count; i++)
		text = arena_printf(sample->arena, "%s%s ", text, network->missing_rights[i]);
	return text;
}

static void
a_network_is_told_with_its_tables_and_connections(void **state)
{
	static const struct aws_tag tag[] = {{"c-1", "x"}};
	struct cloud_network network;

	(void)state;
	sample_add_range(sample, CLOUD_REMOTE, "fd00:2::/56");
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9")->tags = (struct aws_tags){tag, 1};
	sample_add_table(sample, CLOUD_REMOTE, "rtb-7")->vpc = "vpc-7";
	sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample_swap(sample_add_peering(sample, "pcx-2", AWS_PEERING_FAILED));
	sample_add_peering(sample, "pcx-7", AWS_PEERING_ACTIVE)->accepter.vpc = "vpc-7";
	played_fail("dry run", "DryRunOperation", 412);
	assert_true(look_up(&network));
	assert_string_equal(network.owner, "222222222222");
	assert_string_equal(network.region, "eu-west-1");
	assert_int_equal(network.range_count, 2);
	assert_int_equal(network.tag_count, 1);
	assert_string_equal(network.tags[0].key, "c-1");
	assert_true(network.tables_known);
	assert_int_equal(network.table_count, 1);
	assert_string_equal(network.tables[0].id, "rtb-9");
	assert_string_equal(network.tables[0].tags[0].value, "x");
	assert_int_equal(network.peering_count, 2);
	assert_string_equal(network.peerings[0].name, "pcx-1");
	assert_string_equal(network.peerings[0].network, "vpc-1");
	assert_string_equal(network.peerings[0].state, "active");
	assert_string_equal(network.peerings[1].network, "vpc-1");
	assert_string_equal(network.peerings[1].state, "failed");
	assert_string_equal(rights(&network), "");
	assert_true(network.rights_known);
}

static void
missing_rights_are_found_by_dry_runs(void **state)
{
	struct cloud_network network;

	(void)state;
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);
	played_fail("dry run of Action=DeleteRoute", "UnauthorizedOperation", 403);
	played_fail("dry run of Action=CreateRoute", "DryRunOperation", 412);
	played_fail("dry run of Action=Accept", "UnauthorizedOperation", 403);
	played_fail("dry run of Action=DeleteVpcPeering", "InvalidStateTransition", 400);
	assert_true(look_up(&network));
	assert_string_equal(rights(&network), "ec2:DeleteRoute ec2:AcceptVpcPeeringConnection ");
	assert_false(network.rights_known);
	played.faults[3].code = "UnauthorizedOperation";
	assert_true(look_up(&network));
	assert_true(network.rights_known);
	assert_null(strstr(played.log, REMOTE "Action="));
}

/* Such a server would really accept and delete. */
static void
a_server_that_knows_no_dry_runs_is_asked_for_nothing_that_could_do_harm(void **state)
{
	struct cloud_network network;

	(void)state;
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	sample_add_peering(sample, "pcx-1", AWS_PEERING_PENDING);
	played_fail("dry run of Action=DeleteRoute", "InvalidRoute.NotFound", 400);
	assert_true(look_up(&network));
	assert_string_equal(rights(&network), "");
	assert_false(network.rights_known);
	assert_non_null(strstr(played.log, "192.0.2.0%2F24"));
	assert_null(strstr(played.log, "CreateRoute"));
	assert_null(strstr(played.log, "Action=Accept"));
	assert_null(strstr(played.log, "Action=DeleteVpc"));
}

static void
without_a_connection_nothing_is_tried_on_one(void **state)
{
	struct cloud_network network;

	(void)state;
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	sample_add_peering(sample, "pcx-1", AWS_PEERING_DELETED);
	played_fail("dry run", "UnauthorizedOperation", 403);
	assert_true(look_up(&network));
	assert_string_equal(rights(&network), "ec2:DeleteRoute ec2:CreateRoute ");
	assert_false(network.rights_known);
}

static void
tables_and_connections_that_may_not_be_seen_are_no_failure(void **state)
{
	struct cloud_network network;

	(void)state;
	played_fail("DescribeRouteTables", "UnauthorizedOperation", 403);
	played_fail("DescribeVpcPeeringConnections", "UnauthorizedOperation", 403);
	assert_true(look_up(&network));
	assert_false(network.tables_known);
	assert_string_equal(
		rights(&network), "ec2:DescribeRouteTables ec2:DescribeVpcPeeringConnections ");
	played.faults[1].code = "RequestLimitExceeded";
	assert_false(look_up(&network));
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
	assert_string_equal(fault.action, "ec2:DescribeVpcPeeringConnections");
	played.faults[0].code = "RequestLimitExceeded";
	assert_false(look_up(&network));
	assert_string_equal(fault.action, "ec2:DescribeRouteTables");
}

static void
what_does_not_fit_into_memory_is_not_told(void **state)
{
	struct cloud_network network;

	(void)state;
	arena_set_cap(sample->arena, 1);
	assert_false(look_up(&network));
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

static void
a_network_that_is_not_there_is_gone(void **state)
{
	struct cloud_network network;

	(void)state;
	played_fail("DescribeVpcs", "InvalidVpcID.NotFound", 400);
	assert_false(look_up(&network));
	assert_int_equal(fault.failure, CLOUD_GONE);
	assert_string_equal(
		fault.message, "VPC vpc-2 is not in account 222222222222 and region eu-west-1");
	assert_true(*fault.hint);
	played.faults[0].code = "UnauthorizedOperation";
	assert_false(look_up(&network));
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(fault.hint, "ec2:DescribeVpcs"));
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_network_is_told_with_its_tables_and_connections),
		test(missing_rights_are_found_by_dry_runs),
		test(a_server_that_knows_no_dry_runs_is_asked_for_nothing_that_could_do_harm),
		test(without_a_connection_nothing_is_tried_on_one),
		test(tables_and_connections_that_may_not_be_seen_are_no_failure),
		test(what_does_not_fit_into_memory_is_not_told),
		test(a_network_that_is_not_there_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
