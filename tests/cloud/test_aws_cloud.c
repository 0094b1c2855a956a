/* AWS as one of the clouds: what is asked, what is done, and what each refusal becomes. */
#include "cloud/aws_cloud.h"

#include "tests/cloud/played_aws_client.h"

#define REMOTE "eu-west-1 arn:aws:iam::222222222222:role/Peering "
#define LOCAL  "eu-central-1 own "

static struct sample *sample;
static struct aws_cloud *cloud;
static struct cloud_fault fault;
static struct cloud_outcome outcome;

static int
set_up(void **state)
{
	static const struct aws_tag name[] = {{"Name", "shoot--team--c-1"}};

	(void)state;
	sample = sample_new();
	sample->local.tags = (struct aws_tags){name, 1};
	cloud = aws_cloud_new(
		&(struct aws_cloud_settings){NULL, "Peering", "quite-secret", "", "", ""});
	played = (struct played){.local = {&sample->local, 1, ""},
		.remote = {&sample->remote, 1, ""},
		.created = "pcx-new"};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	aws_cloud_free(cloud);
	arena_free(sample->arena);
	return 0;
}

/* Lays out what the sample holds. */
static void
lay_out(void)
{
	played.peerings = sample->facts.peerings;
	played.local_tables = sample->facts.local_tables;
	played.remote_tables = sample->facts.remote_tables;
}

static bool
plan(void)
{
	struct cloud row = aws_cloud_row(cloud);

	lay_out();
	played.length = 0;
	played.log[0] = '\0';
	return row.plan(sample->arena, row.context, &sample->wish, &sample->plan, &fault);
}

static bool
perform(enum cloud_verb verb, enum cloud_side side, const char *object)
{
	struct cloud row = aws_cloud_row(cloud);
	const struct cloud_step step = {.verb = verb,
		.side = side,
		.object = object,
		.prefix = sample_prefix("10.2.0.0/16"),
		.text = "",
		.has_asked = side == CLOUD_LOCAL};
	const struct cloud_plan made = {.id = "pcx-1"};

	lay_out();
	played.length = 0;
	played.log[0] = '\0';
	return row.perform(
		sample->arena, row.context, &sample->wish, &made, &step, &outcome, &fault);
}

/* --- plan --- */

static void
a_plan_takes_five_readings(void **state)
{
	(void)state;
	assert_true(plan());
	assert_string_equal(played.log, LOCAL
		"DescribeVpcs tag:Name=shoot--team--c-1\n" LOCAL
		"DescribeVpcPeeringConnections requester-vpc-info.vpc-id=vpc-1 "
		"requester-vpc-info.vpc-id=vpc-2 accepter-vpc-info.vpc-id=vpc-1 "
		"accepter-vpc-info.vpc-id=vpc-2\n" LOCAL "DescribeRouteTables vpc-id=vpc-1\n" REMOTE
		"DescribeVpcs vpc-2\n" REMOTE "DescribeRouteTables vpc-id=vpc-2\n");
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
	assert_string_equal(sample->plan.steps[0].object, "vpc-1");
}

static void
the_own_network_is_found_by_its_exact_name(void **state)
{
	static const struct aws_tag near[] = {{"Name", "shoot--team--c-12"}};
	struct aws_vpc vpcs[2] = {sample->local, sample->local};

	(void)state;
	vpcs[0].tags = (struct aws_tags){near, 1};
	played.local = (struct aws_vpcs){vpcs, 2, ""};
	assert_true(plan());
	assert_null(sample->plan.reason);
	vpcs[0].tags = sample->local.tags;
	assert_true(plan());
	assert_string_equal(
		sample->plan.message, "2 VPCs in eu-central-1 go by the name shoot--team--c-1");
}

static void
the_own_network_is_found_by_its_id_where_that_is_given(void **state)
{
	(void)state;
	aws_cloud_free(cloud);
	cloud = aws_cloud_new(&(struct aws_cloud_settings){
		NULL, "", "", "arn:aws:iam::111111111111:role/Own", "eu-central-1", "vpc-1"});
	sample->wish.shoot = NULL;
	assert_true(plan());
	assert_null(sample->plan.reason);
	assert_non_null(strstr(played.log,
		"eu-central-1 arn:aws:iam::111111111111:role/Own DescribeVpcs vpc-1\n"));
	assert_non_null(strstr(played.log, "eu-west-1 own DescribeVpcs vpc-2\n"));
	played_fail("DescribeVpcs vpc-1", "InvalidVpcID.NotFound", 400);
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
}

static void
without_a_shoot_and_settings_nobody_is_asked(void **state)
{
	(void)state;
	sample->wish.shoot = NULL;
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(played.log, "");
}

static void
what_joins_other_networks_does_not_count_though_the_server_shows_it(void **state)
{
	(void)state;
	sample_add_peering(sample, "pcx-7", AWS_PEERING_ACTIVE)->accepter.vpc = "vpc-7";
	sample_add_table(sample, CLOUD_LOCAL, "rtb-7")->vpc = "vpc-7";
	assert_true(plan());
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
	assert_string_equal(sample->plan.id, "");
}

static void
the_stored_id_is_asked_for_only_where_it_was_not_seen(void **state)
{
	(void)state;
	sample->wish.id = "pcx-1";
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	assert_true(plan());
	assert_null(strstr(played.log, "Connections pcx-1"));
	sample->facts.peerings.count = 0;
	played_fail("Connections pcx-1", "InvalidVpcPeeringConnectionID.NotFound", 400);
	assert_true(plan());
	assert_non_null(strstr(played.log, "Connections pcx-1"));
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
}

static void
a_stored_id_that_is_none_keeps_nothing_up(void **state)
{
	(void)state;
	sample->wish.id = "3c1b0f0e";
	played_fail("Connections 3c1b0f0e", "InvalidVpcPeeringConnectionId.Malformed", 400);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
}

static void
a_remote_network_that_is_missing_or_of_another_account_is_not_found(void **state)
{
	(void)state;
	sample->remote.owner = "333333333333";
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(sample->plan.message,
		"VPC vpc-2 is not in account 222222222222 and region eu-west-1");
	played_fail("DescribeVpcs vpc-2", "InvalidVpcID.Malformed", 400);
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
}

static void
a_role_that_cannot_be_taken_on_is_explained_without_the_external_id(void **state)
{
	(void)state;
	played_fail("role/Peering", "", 0);
	played.faults[0].failure = CLOUD_WAIT_FOR_USER;
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(fault.action, "ec2:DescribeVpcs");
	assert_non_null(strstr(fault.hint, "arn:aws:iam::222222222222:role/Peering"));
	assert_non_null(strstr(fault.hint, "trust policy"));
	assert_non_null(strstr(fault.hint, "sts:ExternalId"));
	assert_null(strstr(fault.hint, "quite-secret"));
}

static void
own_rights_that_are_missing_are_a_fault_that_names_them(void **state)
{
	(void)state;
	played_fail(LOCAL "DescribeRouteTables", "UnauthorizedOperation", 403);
	assert_false(plan());
	assert_string_equal(fault.action, "ec2:DescribeRouteTables");
	assert_string_equal(fault.code, "UnauthorizedOperation");
	assert_string_equal(fault.message, "in eu-central-1: said by AWS");
	assert_string_equal(fault.hint, "allow ec2:DescribeRouteTables to the program's own "
					"identity, in the policies of that account");
}

static void
remote_tables_that_may_not_be_seen_are_said_and_throttling_is_a_fault(void **state)
{
	(void)state;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	played_fail(REMOTE "DescribeRouteTables", "UnauthorizedOperation", 403);
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
	played.faults[0].code = "RequestLimitExceeded";
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

static void
remote_tables_are_not_read_where_nothing_is_to_be_done_in_them(void **state)
{
	(void)state;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample->wish.routes = ROUTES_NONE;
	assert_true(plan());
	assert_true(sample->plan.ready);
	assert_null(strstr(played.log, REMOTE "DescribeRouteTables"));
}

static void
deleting_asks_the_remote_side_only_where_something_is_to_go_there(void **state)
{
	(void)state;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.1.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	sample->wish.deleting = true;
	assert_true(plan());
	assert_null(strstr(played.log, "eu-west-1"));
	assert_int_equal(sample->plan.step_count, 1);
	sample->wish.deletes_remote = true;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	assert_non_null(strstr(played.log,
		REMOTE "dry run of Action=DeleteRoute&Version=2016-11-15&RouteTableId=rtb-9&"
		       "DestinationCidrBlock=192.0.2.0%2F24\n"));
	played_fail("dry run of Action=DeleteRoute", "UnauthorizedOperation", 403);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_DELETE);
	assert_non_null(strstr(sample->plan.left, "rtb-9"));
	played.faults[0].code = "InvalidRoute.NotFound";
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
}

static void
a_remote_account_that_refuses_us_does_not_keep_up_the_end(void **state)
{
	(void)state;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_DELETED);
	sample->wish.deleting = true;
	sample->wish.deletes_remote = true;
	played_fail("role/Peering", "", 0);
	played.faults[0].failure = CLOUD_WAIT_FOR_USER;
	assert_true(plan());
	assert_true(sample->plan.gone);
	assert_non_null(strstr(sample->plan.left, "vpc-2"));
	played.faults[0].failure = CLOUD_BACK_OFF;
	assert_false(plan());
}

/* --- perform --- */

static void
a_connection_is_made_with_its_tags_and_not_again_before_it_is_seen(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL, "vpc-1"));
	assert_string_equal(outcome.id, "pcx-new");
	assert_string_equal(played.log,
		LOCAL "CreateVpcPeeringConnection vpc-1 222222222222 eu-west-1 vpc-2 Name=far "
		      "peerwarden.io/uid=uid-1 peerwarden.io/object=AwsVpcPeering/far\n");
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_true(sample->plan.look_again > 0);
	sample_add_ours(sample, "pcx-new", AWS_PEERING_DELETED);
	assert_true(plan());
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
	sample->facts.peerings.count = 0;
	assert_true(plan());
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
}

static void
one_that_is_there_already_is_read_again(void **state)
{
	(void)state;
	played_fail("CreateVpcPeeringConnection", "VpcPeeringConnectionAlreadyExists", 400);
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL, "vpc-1"));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_string_equal(fault.action, "ec2:CreateVpcPeeringConnection");
	assert_true(plan());
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
}

static void
one_that_may_have_been_made_is_awaited(void **state)
{
	(void)state;
	played_fail("CreateVpcPeeringConnection", "", 0);
	played.faults[0].failure = CLOUD_CONFLICT;
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL, "vpc-1"));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_true(sample->plan.look_again > 0);
	sample_add_ours(sample, "pcx-1", AWS_PEERING_PENDING);
	assert_true(plan());
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_ACCEPT);
	sample->facts.peerings.count = 0;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_CREATE);
}

static void
one_that_may_have_been_made_in_spite_of_a_fault_is_awaited(void **state)
{
	(void)state;
	played_fail("CreateVpcPeeringConnection", "InternalError", 500);
	played.faults[0].failure = CLOUD_CONFLICT;
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL, "vpc-1"));
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_true(sample->plan.look_again > 0);
}

static void
what_a_blackhole_leads_to_is_looked_at_before_it_is_replaced(void **state)
{
	struct aws_peering *other = sample_add_peering(sample, "pcx-7", AWS_PEERING_PENDING);
	struct aws_route *route =
		sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"),
			"10.2.0.0/16", AWS_TARGET_PEERING, "pcx-7");

	(void)state;
	other->accepter.vpc = "vpc-9";
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	route->state = "blackhole";
	assert_true(plan());
	assert_non_null(strstr(played.log,
		LOCAL "DescribeVpcPeeringConnections vpc-peering-connection-id=pcx-7\n"));
	assert_int_equal(sample->plan.step_count, 0);
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
	other->state = AWS_PEERING_DELETED;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_REPLACE_ROUTE);
}

static void
what_a_blackhole_leads_to_lives_where_it_may_not_be_looked_at(void **state)
{
	struct aws_route *route =
		sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"),
			"10.1.0.0/16", AWS_TARGET_PEERING, "pcx-7");

	(void)state;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	route->state = "blackhole";
	assert_true(plan());
	assert_non_null(strstr(played.log,
		REMOTE "DescribeVpcPeeringConnections vpc-peering-connection-id=pcx-7\n"));
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_REPLACE_ROUTE);
	played_fail("vpc-peering-connection-id", "UnauthorizedOperation", 403);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
	played.faults[0].code = "RequestLimitExceeded";
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

static void
an_account_that_is_none_is_not_asked(void **state)
{
	static const char *const accounts[] = {"", "12", "22222222222x", "2222222222222"};

	(void)state;
	for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
		sample->remote_id.account = accounts[i];
		assert_false(plan());
		assert_int_equal(fault.failure, CLOUD_PERMANENT);
		assert_null(strstr(played.log, "eu-west-1 arn"));
	}
}

static void
an_id_that_is_none_is_not_asked_for_and_stands_in_no_command(void **state)
{
	static const char *const ids[] = {"", "vpc-", "vpc-1; reboot", "vpc-$(id)", "subnet-1"};

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		sample->remote_id.id = ids[i];
		assert_true(plan());
		assert_string_equal(sample->plan.reason, "VpcNotFound");
		assert_null(strstr(played.log, "eu-west-1 arn"));
		assert_string_equal(sample->plan.hint,
			"write the id of a VPC: vpc- and what AWS has put behind it");
	}
}

static void
a_quota_is_waited_for(void **state)
{
	(void)state;
	played_fail(
		"CreateVpcPeeringConnection", "OutstandingVpcPeeringConnectionLimitExceeded", 400);
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL, "vpc-1"));
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(fault.hint, "quota"));
}

static void
acceptance_is_the_accepters_and_too_early_comes_again(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_ACCEPT, CLOUD_REMOTE, "pcx-1"));
	assert_string_equal(played.log, REMOTE "AcceptVpcPeeringConnection pcx-1\n");
	assert_true(perform(CLOUD_STEP_ACCEPT, CLOUD_LOCAL, "pcx-1"));
	assert_string_equal(played.log, LOCAL "AcceptVpcPeeringConnection pcx-1\n");
	played_fail("Accept", "InvalidVpcPeeringConnectionID.NotFound", 400);
	assert_false(perform(CLOUD_STEP_ACCEPT, CLOUD_REMOTE, "pcx-1"));
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

static void
each_step_is_one_call(void **state)
{
	static const struct {
		enum cloud_verb verb;
		enum cloud_side side;
		const char *object, *line;
	} table[] = {
		{CLOUD_STEP_TAG, CLOUD_LOCAL, "pcx-1", LOCAL "Action=CreateTags"},
		{CLOUD_STEP_ADD_ROUTE, CLOUD_REMOTE, "rtb-9",
			REMOTE "Action=CreateRoute&Version=2016-11-15&RouteTableId=rtb-9"},
		{CLOUD_STEP_REPLACE_ROUTE, CLOUD_LOCAL, "rtb-1", LOCAL "Action=ReplaceRoute"},
		{CLOUD_STEP_REMOVE_ROUTE, CLOUD_LOCAL, "rtb-1", LOCAL "Action=DeleteRoute"},
		{CLOUD_STEP_DELETE, CLOUD_LOCAL, "pcx-1",
			LOCAL "Action=DeleteVpcPeeringConnection&Version=2016-11-15&"
			      "VpcPeeringConnectionId=pcx-1\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(perform(table[i].verb, table[i].side, table[i].object));
		assert_ptr_equal(strstr(played.log, table[i].line), played.log);
		assert_string_equal(outcome.id, "");
		played_fail("Action=", "UnauthorizedOperation", 403);
		assert_false(perform(table[i].verb, table[i].side, table[i].object));
		assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
		assert_non_null(strstr(fault.hint, fault.action));
		played.faults[0].call = NULL;
	}
	assert_false(perform(CLOUD_STEP_SYNCHRONIZE, CLOUD_LOCAL, "pcx-1"));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
}

static void
a_route_that_is_there_already_is_good_when_it_is_ours(void **state)
{
	struct aws_route *route =
		sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"),
			"10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");

	(void)state;
	played_fail("Action=CreateRoute", "RouteAlreadyExists", 400);
	assert_true(perform(CLOUD_STEP_ADD_ROUTE, CLOUD_LOCAL, "rtb-1"));
	route->target_id = "pcx-7";
	assert_false(perform(CLOUD_STEP_ADD_ROUTE, CLOUD_LOCAL, "rtb-1"));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
}

static void
what_is_gone_already_need_not_go(void **state)
{
	(void)state;
	played_fail("Action=DeleteRoute", "InvalidRoute.NotFound", 400);
	played_fail("DeleteVpcPeering", "InvalidVpcPeeringConnectionID.NotFound", 400);
	assert_true(perform(CLOUD_STEP_REMOVE_ROUTE, CLOUD_LOCAL, "rtb-1"));
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_LOCAL, "pcx-1"));
	played.faults[0].code = "InvalidRouteTableID.NotFound";
	assert_true(perform(CLOUD_STEP_REMOVE_ROUTE, CLOUD_LOCAL, "rtb-1"));
}

static void
the_far_side_is_asked_about_names_where_the_wish_says_so_and_they_are_connected(void **state)
{
	static const char asked[] = REMOTE "DescribeVpcPeeringConnections pcx-1\n";
	struct aws_peering far;

	(void)state;
	sample->wish.names = CLOUD_NAMES_ON;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_PENDING);
	assert_true(plan());
	assert_null(strstr(played.log, asked));
	sample->facts.peerings.count = 0;
	far = *sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	far.accepter.has_options = true;
	played.far = (struct aws_peerings){&far, 1, ""};
	assert_true(plan());
	assert_non_null(strstr(played.log, asked));
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps[0].verb, CLOUD_STEP_OPTIONS);
	assert_int_equal(sample->plan.steps[0].side, CLOUD_REMOTE);
	sample->wish.names = CLOUD_NAMES_KEEP;
	assert_true(plan());
	assert_null(strstr(played.log, asked));
	assert_true(sample->plan.ready);
}

static void
a_far_side_that_is_not_shown_is_not_known_and_throttling_is_a_fault(void **state)
{
	(void)state;
	sample->wish.names = CLOUD_NAMES_ON;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	played_fail(REMOTE "DescribeVpcPeering", "UnauthorizedOperation", 403);
	assert_true(plan());
	assert_true(sample->plan.ready);
	played.faults[0].code = "InvalidVpcPeeringConnectionID.NotFound";
	assert_true(plan());
	played.faults[0].code = "RequestLimitExceeded";
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
	assert_string_equal(fault.action, "ec2:DescribeVpcPeeringConnections");
}

static void
each_side_changes_its_own_options(void **state)
{
	(void)state;
	sample->wish.names = CLOUD_NAMES_ON;
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL, "vpc-1"));
	assert_ptr_equal(
		strstr(played.log, LOCAL "Action=ModifyVpcPeeringConnectionOptions&"), played.log);
	assert_non_null(strstr(played.log, "VpcPeeringConnectionId=pcx-1&"));
	assert_non_null(strstr(played.log,
		"RequesterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc=true"));
	sample->wish.names = CLOUD_NAMES_OFF;
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_REMOTE, "vpc-2"));
	assert_ptr_equal(strstr(played.log, REMOTE), played.log);
	assert_non_null(strstr(played.log,
		"AccepterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc=false"));
}

static void
a_refusal_of_options_says_what_the_network_may_lack(void **state)
{
	static const char hint[] = "aws ec2 modify-vpc-attribute --region eu-west-1 --vpc-id vpc-2 "
				   "--enable-dns-hostnames";

	(void)state;
	sample->wish.names = CLOUD_NAMES_ON;
	played_fail("Action=Modify", "InvalidParameterValue", 400);
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_REMOTE, "vpc-2"));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
	assert_non_null(strstr(fault.hint, hint));
	sample->wish.names = CLOUD_NAMES_OFF;
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_REMOTE, "vpc-2"));
	assert_string_equal(fault.hint, "");
	sample->wish.names = CLOUD_NAMES_ON;
	played.faults[0].code = "UnauthorizedOperation";
	played.faults[0].status = 403;
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_REMOTE, "vpc-2"));
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(fault.hint, "allow ec2:ModifyVpcPeeringConnectionOptions"));
}

static void
options_of_what_is_not_active_any_more_are_planned_anew(void **state)
{
	(void)state;
	sample->wish.names = CLOUD_NAMES_ON;
	played_fail("Action=Modify", "InvalidStateTransition", 400);
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL, "vpc-1"));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	played.faults[0].code = "OperationNotPermitted";
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL, "vpc-1"));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
	played.faults[0].message = "Peering pcx-1 is not active.";
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL, "vpc-1"));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
}

static void
the_row_looks_up_networks(void **state)
{
	struct cloud row = aws_cloud_row(cloud);
	struct cloud_network network;

	(void)state;
	assert_string_equal(row.name, "aws");
	assert_int_equal(row.provider, PROVIDER_AWS);
	assert_int_equal(row.manages, KIND_AWS_VPC_PEERING);
	assert_true(row.look_up(sample->arena, row.context, &sample->remote_id, &network, &fault));
	assert_string_equal(network.owner, "222222222222");
}

static void
facts_that_do_not_fit_into_memory_are_not_judged(void **state)
{
	(void)state;
	arena_set_cap(sample->arena, 1);
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_plan_takes_five_readings),
		test(the_own_network_is_found_by_its_exact_name),
		test(the_own_network_is_found_by_its_id_where_that_is_given),
		test(without_a_shoot_and_settings_nobody_is_asked),
		test(what_joins_other_networks_does_not_count_though_the_server_shows_it),
		test(the_stored_id_is_asked_for_only_where_it_was_not_seen),
		test(a_stored_id_that_is_none_keeps_nothing_up),
		test(a_remote_network_that_is_missing_or_of_another_account_is_not_found),
		test(a_role_that_cannot_be_taken_on_is_explained_without_the_external_id),
		test(own_rights_that_are_missing_are_a_fault_that_names_them),
		test(remote_tables_that_may_not_be_seen_are_said_and_throttling_is_a_fault),
		test(remote_tables_are_not_read_where_nothing_is_to_be_done_in_them),
		test(deleting_asks_the_remote_side_only_where_something_is_to_go_there),
		test(a_remote_account_that_refuses_us_does_not_keep_up_the_end),
		test(a_connection_is_made_with_its_tags_and_not_again_before_it_is_seen),
		test(one_that_is_there_already_is_read_again),
		test(one_that_may_have_been_made_is_awaited),
		test(an_account_that_is_none_is_not_asked),
		test(a_quota_is_waited_for),
		test(acceptance_is_the_accepters_and_too_early_comes_again),
		test(each_step_is_one_call),
		test(a_route_that_is_there_already_is_good_when_it_is_ours),
		test(what_is_gone_already_need_not_go),
		test(the_far_side_is_asked_about_names_where_the_wish_says_so_and_they_are_connected),
		test(a_far_side_that_is_not_shown_is_not_known_and_throttling_is_a_fault),
		test(each_side_changes_its_own_options),
		test(a_refusal_of_options_says_what_the_network_may_lack),
		test(options_of_what_is_not_active_any_more_are_planned_anew),
		test(the_row_looks_up_networks),
		test(facts_that_do_not_fit_into_memory_are_not_judged),
		test(one_that_may_have_been_made_in_spite_of_a_fault_is_awaited),
		test(what_a_blackhole_leads_to_is_looked_at_before_it_is_replaced),
		test(what_a_blackhole_leads_to_lives_where_it_may_not_be_looked_at),
		test(an_id_that_is_none_is_not_asked_for_and_stands_in_no_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
