/* The routes of an active peering on AWS. */
#include "tests/cloud/aws_facts_sample.h"

static struct sample *
active(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	return sample;
}

static void
each_range_of_each_family_gets_a_route_in_each_table_of_both_sides(void **state)
{
	struct sample *sample = active(state);

	sample_add_range(sample, CLOUD_REMOTE, "fd00:2::/56");
	sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	sample_add_table(sample, CLOUD_LOCAL, "rtb-2");
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	assert_string_equal(sample_steps(sample),
		"add-route rtb-1 10.2.0.0/16, add-route rtb-1 fd00:2::/56, "
		"add-route rtb-2 10.2.0.0/16, add-route rtb-2 fd00:2::/56, "
		"add-route remote rtb-9 10.1.0.0/16");
	assert_string_equal(sample->plan.steps[0].text, "route 10.2.0.0/16 is missing in rtb-1");
	assert_false(sample->plan.ready);
}

static void
what_is_routed_is_left_alone(void **state)
{
	struct sample *sample = active(state);

	sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"), "10.2.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.1.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
remote_tables_are_chosen_by_the_shoots_tag(void **state)
{
	static const struct aws_tag tag[] = {{"c-1", "whatever"}};
	static const struct aws_tag other[] = {{"c-11", ""}};
	static const char *const steps[] = {
		[ROUTES_AUTO] = "add-route remote rtb-7 10.1.0.0/16, "
				"add-route remote rtb-8 10.1.0.0/16",
		[ROUTES_NONE] = "",
		[ROUTES_MATCHED] = "add-route remote rtb-7 10.1.0.0/16",
		[ROUTES_UNMATCHED] = "add-route remote rtb-8 10.1.0.0/16",
	};
	struct sample *sample = active(state);

	sample_add_table(sample, CLOUD_REMOTE, "rtb-7")->tags = (struct aws_tags){tag, 1};
	sample_add_table(sample, CLOUD_REMOTE, "rtb-8")->tags = (struct aws_tags){other, 1};
	for (int i = ROUTES_AUTO; i <= ROUTES_UNMATCHED; i++) {
		sample->wish.routes = (enum route_selection)i;
		assert_string_equal(sample_steps(sample), steps[i]);
	}
	sample->wish.shoot = NULL;
	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "");
}

static void
a_route_to_a_connection_that_has_ended_is_replaced(void **state)
{
	struct sample *sample = active(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	struct aws_route *route =
		sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-0");

	route->state = "blackhole";
	assert_string_equal(sample_steps(sample), "replace-route rtb-1 10.2.0.0/16");
	route->state = "active";
	sample_add_peering(sample, "pcx-0", AWS_PEERING_DELETED);
	assert_string_equal(sample_steps(sample), "replace-route rtb-1 10.2.0.0/16");
	route->target_id = "pcx-1";
	route->state = "blackhole";
	assert_string_equal(sample_steps(sample), "replace-route rtb-1 10.2.0.0/16");
}

static void
a_route_that_leads_elsewhere_is_said_and_never_replaced(void **state)
{
	static const struct {
		enum aws_target target;
		const char *id;
		const char *state;
	} table[] = {
		{AWS_TARGET_TRANSIT, "tgw-1", "active"},
		{AWS_TARGET_PEERING, "pcx-7", "active"},
		{AWS_TARGET_NAT, "nat-1", "blackhole"},
		{AWS_TARGET_LOCAL, "local", "active"},
	};
	struct sample *sample = active(state);
	struct aws_route_table *rtb = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	struct aws_route *route = sample_add_route(sample, rtb, "10.2.0.0/16", AWS_TARGET_NONE, "");

	sample_add_table(sample, CLOUD_LOCAL, "rtb-2");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		route->target = table[i].target;
		route->target_id = table[i].id;
		route->state = table[i].state;
		assert_string_equal(sample_steps(sample), "add-route rtb-2 10.2.0.0/16");
		assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
		assert_string_equal(sample->plan.state, "Error");
		assert_string_equal(sample->plan.message,
			arena_printf(sample->arena,
				"route table rtb-1 in eu-central-1 has a route 10.2.0.0/16 to %s, "
				"which is not replaced",
				table[i].id));
		assert_string_equal(sample->plan.hint,
			"aws ec2 delete-route --region eu-central-1 --route-table-id rtb-1 "
			"--destination-cidr-block 10.2.0.0/16");
	}
}

static void
of_several_routes_that_lead_elsewhere_the_first_is_said(void **state)
{
	struct sample *sample = active(state);

	sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"), "10.2.0.0/16",
		AWS_TARGET_NAT, "nat-1");
	sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-2"), "10.2.0.0/16",
		AWS_TARGET_NAT, "nat-2");
	sample_steps(sample);
	assert_non_null(strstr(sample->plan.message, "rtb-1"));
}

static void
of_a_remote_route_the_target_is_not_told(void **state)
{
	struct sample *sample = active(state);

	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.1.0.0/16",
		AWS_TARGET_TRANSIT, "tgw-1");
	sample_steps(sample);
	assert_string_equal(sample->plan.state, "Warning");
	assert_string_equal(sample->plan.message,
		"route table rtb-9 in eu-west-1 has a route 10.1.0.0/16 to another target, which "
		"is not replaced");
}

static void
what_is_no_longer_wanted_through_ours_is_removed(void **state)
{
	struct sample *sample = active(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.99.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.98.0.0/16", AWS_TARGET_PEERING, "pcx-7");
	sample_add_route(sample, table, "0.0.0.0/0", AWS_TARGET_GATEWAY, "igw-1");
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.97.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample),
		"remove-route rtb-1 10.99.0.0/16, add-route remote rtb-9 10.1.0.0/16, "
		"remove-route remote rtb-9 10.97.0.0/16");
	assert_string_equal(
		sample->plan.steps[0].text, "route 10.99.0.0/16 is no longer wanted in rtb-1");
}

static void
a_part_of_a_range_or_a_sum_of_several_stays(void **state)
{
	struct sample *sample = active(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.2.7.0/24", AWS_TARGET_PEERING, "pcx-1");
	sample_add_route(sample, table, "10.0.0.0/8", AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "");
}

static void
through_somebody_elses_connection_routes_are_added_and_none_removed(void **state)
{
	struct sample *sample = *state;
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample_add_route(sample, table, "10.99.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "add-route rtb-1 10.2.0.0/16");
	assert_string_equal(sample->plan.id, "pcx-1");
}

static void
a_table_that_is_not_chosen_is_not_touched(void **state)
{
	struct sample *sample = active(state);

	sample->wish.routes = ROUTES_MATCHED;
	sample_add_route(sample, sample_add_table(sample, CLOUD_REMOTE, "rtb-9"), "10.97.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "");
}

static void
lists_of_prefixes_are_nobodys_but_their_makers(void **state)
{
	struct sample *sample = active(state);
	struct aws_route *route =
		sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"),
			"10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");

	route->has_destination = false;
	route->prefix_list = "pl-1";
	assert_string_equal(sample_steps(sample), "add-route rtb-1 10.2.0.0/16");
}

static void
remote_tables_that_cannot_be_seen_are_said_and_the_own_ones_are_done(void **state)
{
	struct sample *sample = active(state);

	sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	sample->facts.remote_tables_known = false;
	sample->facts.remote_tables_fault = (struct cloud_fault){
		CLOUD_WAIT_FOR_USER, "ec2:See", "No", "not allowed", "allow it"};
	assert_string_equal(sample_steps(sample), "add-route rtb-1 10.2.0.0/16");
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
	assert_string_equal(sample->plan.state, "Warning");
	assert_string_equal(sample->plan.message,
		"the route tables of vpc-2 are not shown: ec2:See: not allowed (No)");
	assert_string_equal(sample->plan.hint, "allow it");
}

static void
the_table_of_a_gateway_takes_no_route_of_ours(void **state)
{
	static const struct aws_association gateway[] = {
		{"rtbassoc-1", "", "igw-1", "associated", false}};
	static const struct aws_association left[] = {
		{"rtbassoc-1", "", "igw-1", "disassociated", false}};
	struct sample *sample = active(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");

	table->associations = gateway;
	table->association_count = 1;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	table->associations = left;
	assert_string_equal(sample_steps(sample), "add-route rtb-1 10.2.0.0/16");
}

static void
a_route_of_ours_counts_beside_one_that_a_gateway_announces(void **state)
{
	struct sample *sample = active(state);
	struct aws_route_table *table = sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	struct aws_route *announced =
		sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_GATEWAY, "vgw-1");

	announced->origin = "EnableVgwRoutePropagation";
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
	assert_null(strstr(sample->plan.hint, "delete-route"));
	sample_add_route(sample, table, "10.2.0.0/16", AWS_TARGET_PEERING, "pcx-1");
	assert_string_equal(sample_steps(sample), "");
	assert_null(sample->plan.reason);
	assert_true(sample->plan.ready);
}

static void
a_route_to_a_connection_that_is_still_to_be_accepted_is_not_replaced(void **state)
{
	static const struct aws_peering pending[] = {{.id = "pcx-7", .state = AWS_PEERING_PENDING}};
	struct sample *sample = active(state);
	struct aws_route *route =
		sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"),
			"10.2.0.0/16", AWS_TARGET_PEERING, "pcx-7");

	route->state = "blackhole";
	sample->facts.others = (struct aws_peerings){pending, 1, ""};
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
}

static void
a_network_without_ranges_takes_no_route_away(void **state)
{
	struct sample *sample = active(state);

	sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"), "10.2.0.0/16",
		AWS_TARGET_PEERING, "pcx-1");
	sample->remote.ranges.count = 0;
	assert_string_equal(sample_steps(sample), "");
}

static void
without_a_name_of_the_shoot_no_remote_table_is_chosen(void **state)
{
	struct sample *sample = active(state);

	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	sample->wish.routes = ROUTES_UNMATCHED;
	sample->shoot.name = "";
	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "");
}

static void
through_somebody_elses_connection_remote_tables_need_the_owners_consent(void **state)
{
	struct sample *sample = *state;
	struct aws_peering *peering = sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);

	sample_add_table(sample, CLOUD_LOCAL, "rtb-1");
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	sample->remote.tags.count = 0;
	assert_string_equal(sample_steps(sample), "add-route rtb-1 10.2.0.0/16");
	assert_string_equal(sample->plan.reason, "FailedLoadingRemoteVpcNetwork");
	sample->wish.routes = ROUTES_NONE;
	sample_steps(sample);
	assert_null(sample->plan.reason);
	sample->wish.routes = ROUTES_AUTO;
	sample_swap(peering);
	assert_string_equal(sample_steps(sample),
		"add-route rtb-1 10.2.0.0/16, add-route remote rtb-9 10.1.0.0/16");
	sample_swap(peering);
	sample->remote.tags.count = 1;
	assert_string_equal(sample_steps(sample),
		"add-route rtb-1 10.2.0.0/16, add-route remote rtb-9 10.1.0.0/16");
	sample->remote.tags.count = 0;
	peering->tags = aws_connection_tags(sample->arena, &sample->wish);
	assert_string_equal(sample_steps(sample),
		"add-route rtb-1 10.2.0.0/16, add-route remote rtb-9 10.1.0.0/16");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(each_range_of_each_family_gets_a_route_in_each_table_of_both_sides),
		sample_test(what_is_routed_is_left_alone),
		sample_test(remote_tables_are_chosen_by_the_shoots_tag),
		sample_test(a_route_to_a_connection_that_has_ended_is_replaced),
		sample_test(a_route_that_leads_elsewhere_is_said_and_never_replaced),
		sample_test(of_several_routes_that_lead_elsewhere_the_first_is_said),
		sample_test(of_a_remote_route_the_target_is_not_told),
		sample_test(what_is_no_longer_wanted_through_ours_is_removed),
		sample_test(a_part_of_a_range_or_a_sum_of_several_stays),
		sample_test(through_somebody_elses_connection_routes_are_added_and_none_removed),
		sample_test(a_table_that_is_not_chosen_is_not_touched),
		sample_test(lists_of_prefixes_are_nobodys_but_their_makers),
		sample_test(remote_tables_that_cannot_be_seen_are_said_and_the_own_ones_are_done),
		sample_test(the_table_of_a_gateway_takes_no_route_of_ours),
		sample_test(a_route_of_ours_counts_beside_one_that_a_gateway_announces),
		sample_test(a_route_to_a_connection_that_is_still_to_be_accepted_is_not_replaced),
		sample_test(a_network_without_ranges_takes_no_route_away),
		sample_test(without_a_name_of_the_shoot_no_remote_table_is_chosen),
		sample_test(
			through_somebody_elses_connection_remote_tables_need_the_owners_consent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
