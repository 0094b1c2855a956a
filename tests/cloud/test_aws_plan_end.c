/* The end of a peering on AWS. */
#include "tests/cloud/aws_facts_sample.h"

static struct sample *
deleting(void **state)
{
	struct sample *sample = *state;

	sample->wish.deleting = true;
	sample->facts.remote = NULL;
	sample->facts.remote_tables_known = false;
	return sample;
}

static void
routes_go_first_and_then_the_connection(void **state)
{
	struct sample *sample = deleting(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.99.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.98.0.0/16", AWS_TARGET_PEERING, "pcx-7");
	assert_string_equal(sample_steps(sample),
		"remove-route rtb-1 10.2.0.0/16, remove-route rtb-1 10.99.0.0/16, delete pcx-1");
	assert_false(sample->plan.gone);
	assert_null(sample->plan.left);
}

static void
remote_routes_go_where_that_is_wanted(void **state)
{
	struct sample *sample = deleting(state);

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample->facts.remote_tables_known = true;
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.1.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "delete pcx-1");
	sample->wish.deletes_remote = true;
	assert_string_equal(
		sample_steps(sample), "remove-route remote rtb-9 10.1.0.0/16, delete pcx-1");
	sample->wish.routes = ROUTES_MATCHED;
	assert_string_equal(sample_steps(sample), "delete pcx-1");
}

static void
remote_routes_that_we_may_not_remove_stay_and_are_told(void **state)
{
	static const char *const locked[] = {"rtb-9", NULL};
	struct sample *sample = deleting(state);

	struct aws_peering *peering = sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);

	sample->wish.deletes_remote = true;
	sample->facts.remote_tables_known = true;
	sample->facts.locked_tables = locked;
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.1.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "delete pcx-1");
	peering->state = AWS_PEERING_DELETED;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_string_equal(sample->plan.left,
		"aws ec2 delete-route --region eu-west-1 --route-table-id rtb-9 "
		"--destination-cidr-block 10.1.0.0/16");
}

static void
remote_tables_that_cannot_be_seen_do_not_keep_the_object(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.deletes_remote = true;
	sample->facts.remote_tables_fault =
		(struct cloud_fault){CLOUD_WAIT_FOR_USER, "", "", "not allowed", ""};
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
	sample_add_ours(sample, "pcx-1", AWS_PEERING_DELETED);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_non_null(strstr(sample->plan.left, "not allowed"));
}

static void
a_connection_of_somebody_else_stays_and_is_told(void **state)
{
	struct sample *sample = deleting(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample_add_route(sample, table, "10.99.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_string_equal(sample->plan.left,
		"connection pcx-1, which was not made for this object, and the routes through it: "
		"aws ec2 delete-vpc-peering-connection --region eu-central-1 "
		"--vpc-peering-connection-id pcx-1; aws ec2 delete-route --region eu-central-1 "
		"--route-table-id rtb-1 --destination-cidr-block 10.2.0.0/16");
}

static void
routes_of_both_sides_stay_with_a_connection_of_somebody_else(void **state)
{
	struct sample *sample = deleting(state);
	struct aws_peering *peering = sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);

	sample->facts.remote_tables_known = true;
	sample->wish.id = "pcx-1";
	sample->wish.deletes_remote = true;
	sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"), "10.2.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.1.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_non_null(strstr(sample->plan.left, "--route-table-id rtb-1 "));
	assert_non_null(strstr(sample->plan.left, "--region eu-west-1 --route-table-id rtb-9 "));
	peering->state = AWS_PEERING_DELETED;
	assert_string_equal(sample_steps(sample),
		"remove-route rtb-1 10.2.0.0/16, remove-route remote rtb-9 10.1.0.0/16");
}

static void
a_connection_that_is_being_deleted_is_awaited(void **state)
{
	struct sample *sample = deleting(state);

	sample_add_ours(sample, "pcx-1", AWS_PEERING_DELETING);
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.gone);
	assert_true(sample->plan.look_again > 0);
	assert_string_equal(sample->plan.state, "deleting");
}

static void
what_has_ended_or_was_never_there_is_gone(void **state)
{
	static const enum aws_peering_state over[] = {
		AWS_PEERING_FAILED, AWS_PEERING_EXPIRED, AWS_PEERING_REJECTED, AWS_PEERING_DELETED};
	struct sample *sample = deleting(state);

	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	for (size_t i = 0; i < 4; i++) {
		sample->facts.peerings.count = 0;
		sample_add_ours(sample, "pcx-1", over[i]);
		assert_string_equal(sample_steps(sample), "");
		assert_true(sample->plan.gone);
	}
}

static void
one_that_was_just_made_and_is_not_seen_yet_is_awaited(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.just_created = true;
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.gone);
	assert_true(sample->plan.look_again > 0);
}

static void
routes_that_the_connection_has_left_behind_go(void **state)
{
	struct sample *sample = deleting(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	struct aws_route *route =
		sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");

	route->state = "blackhole";
	assert_string_equal(sample_steps(sample), "");
	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "remove-route rtb-1 10.2.0.0/16");
	sample->wish.id = "";
	sample_add_ours(sample, "pcx-1", AWS_PEERING_DELETED);
	assert_string_equal(sample_steps(sample), "remove-route rtb-1 10.2.0.0/16");
}

static void
with_the_own_network_all_has_gone(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.local = NULL;
	sample->facts.local_count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
}

static void
an_own_network_that_is_not_known_is_not_gone(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.local = NULL;
	sample->facts.local_count = 2;
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.gone);
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	sample->facts.local_name = "";
	sample->facts.local_count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.gone);
	assert_true(*sample->plan.hint);
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "delete pcx-1");
}

static void
routes_through_another_objects_connection_are_that_objects(void **state)
{
	static const struct aws_tag tags[] = {{AWS_TAG_UID, "uid-2"}};
	struct sample *sample = deleting(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE)->tags = (struct aws_tags){tags, 1};
	sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_non_null(strstr(sample->plan.left, "connection pcx-1"));
}

static void
what_was_stored_and_is_not_found_is_told(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.local = NULL;
	sample->facts.local_count = 0;
	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_string_equal(sample->plan.left,
		"connection pcx-1, if it is still there: neither it nor the own VPC "
		"shoot--team--c-1 is in eu-central-1, as the daemon's identity sees it");
}

static void
no_connection_fits_a_network_that_is_the_own_one(void **state)
{
	struct sample *sample = deleting(state);
	struct aws_peering *peering = sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);

	sample->remote_id.id = "vpc-1";
	peering->accepter.vpc = "vpc-9";
	sample->wish.id = "pcx-1";
	sample->wish.deletes_remote = true;
	sample->facts.remote_tables_known = true;
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-1"), "10.2.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(routes_go_first_and_then_the_connection),
		sample_test(remote_routes_go_where_that_is_wanted),
		sample_test(remote_routes_that_we_may_not_remove_stay_and_are_told),
		sample_test(remote_tables_that_cannot_be_seen_do_not_keep_the_object),
		sample_test(a_connection_of_somebody_else_stays_and_is_told),
		sample_test(routes_of_both_sides_stay_with_a_connection_of_somebody_else),
		sample_test(a_connection_that_is_being_deleted_is_awaited),
		sample_test(what_has_ended_or_was_never_there_is_gone),
		sample_test(one_that_was_just_made_and_is_not_seen_yet_is_awaited),
		sample_test(routes_that_the_connection_has_left_behind_go),
		sample_test(with_the_own_network_all_has_gone),
		sample_test(an_own_network_that_is_not_known_is_not_gone),
		sample_test(routes_through_another_objects_connection_are_that_objects),
		sample_test(what_was_stored_and_is_not_found_is_told),
		sample_test(no_connection_fits_a_network_that_is_the_own_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
