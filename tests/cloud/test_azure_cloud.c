/* VNet peerings on Azure as one of the clouds: what is asked, what is done, and what each refusal
 * becomes. */
#include "cloud/azure_cloud.h"

#include "tests/cloud/azure_world.h"

static struct sample *sample;
static struct network_turns *turns;
static struct azure_cloud *cloud;
static struct cloud_fault fault;
static struct cloud_outcome outcome;

static int
set_up(void **state)
{
	(void)state;
	sample = sample_new();
	sample->remote_id.tenant = "there";
	turns = network_turns_new(CLOCK_SECOND);
	cloud = azure_cloud_new(
		&(struct azure_access){NULL, SAMPLE_HERE, "", "here", CLOCK_SECOND}, turns);
	world_init();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	azure_cloud_free(cloud);
	network_turns_free(turns);
	arena_free(sample->arena);
	return 0;
}

static void
settle_without_own_network(void)
{
	azure_cloud_free(cloud);
	cloud = azure_cloud_new(&(struct azure_access){NULL, "", "", "", CLOCK_SECOND}, NULL);
}

static bool
plan(void)
{
	struct cloud row = azure_cloud_row(cloud);

	world.length = 0;
	world.log[0] = '\0';
	fault = (struct cloud_fault){0};
	return row.plan(sample->arena, row.context, &sample->wish, &sample->plan, &fault);
}

static bool
perform(enum cloud_verb verb, enum cloud_side side)
{
	struct cloud row = azure_cloud_row(cloud);
	const struct cloud_step step = {.verb = verb,
		.side = side,
		.object = side == CLOUD_LOCAL ? SAMPLE_OURS : SAMPLE_THEIRS,
		.text = ""};

	world.length = 0;
	world.log[0] = '\0';
	fault = (struct cloud_fault){0};
	return row.perform(
		sample->arena, row.context, &sample->wish, &sample->plan, &step, &outcome, &fault);
}

static struct world_half *
add_ours(enum azure_peering_state state)
{
	return world_add(CLOUD_LOCAL, "peerwarden-uid-1", SAMPLE_THERE, state);
}

static struct world_half *
add_theirs(enum azure_peering_state state)
{
	return world_add(CLOUD_REMOTE, "to-kyma", SAMPLE_HERE, state);
}

static void
connect(void)
{
	add_ours(AZURE_PEERING_CONNECTED);
	add_theirs(AZURE_PEERING_CONNECTED);
}

/* --- plan --- */

static void
a_plan_takes_two_readings(void **state)
{
	(void)state;
	connect();
	assert_true(plan());
	assert_string_equal(world.log, "here GET shoot\nthere GET hub\n");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
}

static void
without_an_own_network_nobody_is_asked(void **state)
{
	(void)state;
	settle_without_own_network();
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(world.log, "");
}

static void
what_was_stored_leads_to_the_own_network_in_the_end(void **state)
{
	(void)state;
	settle_without_own_network();
	connect();
	sample->wish.deleting = true;
	sample->wish.id = SAMPLE_OURS;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_LOCAL));
	assert_null(world_find(CLOUD_LOCAL, "peerwarden-uid-1"));
	sample->wish.id = "/subscriptions/";
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
}

static void
networks_that_are_not_there_are_facts(void **state)
{
	(void)state;
	world_fail("GET hub", "ResourceNotFound", 404);
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(sample->plan.message, "VNet " SAMPLE_THERE " is not there");
	assert_non_null(strstr(sample->plan.hint, "az network vnet show --ids " SAMPLE_THERE));
	world_fail("GET shoot", "ResourceGroupNotFound", 404);
	assert_true(plan());
	assert_string_equal(
		sample->plan.message, "the cluster's own VNet " SAMPLE_HERE " is not there");
}

static void
a_remote_side_that_refuses_is_a_fact_and_a_throttled_one_a_fault(void **state)
{
	(void)state;
	world_fail("GET hub", "AuthorizationFailed", 403);
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "Unauthorized");
	assert_non_null(strstr(sample->plan.message, "Microsoft.Network/virtualNetworks/read"));
	assert_true(*sample->plan.hint);
	world.faults[0].code = "TooManyRequests";
	world.faults[0].status = 429;
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
}

static void
an_own_side_that_refuses_is_a_fault(void **state)
{
	(void)state;
	world_fail("GET shoot", "AuthorizationFailed", 403);
	assert_false(plan());
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(fault.action, "Microsoft.Network/virtualNetworks/read");
}

/* --- changes --- */

static void
the_own_half_is_made_with_the_other_tenants_token_and_its_id_is_told(void **state)
{
	(void)state;
	sample->wish.uses_remote_gateway = true;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_string_equal(world.log,
		"here GET shoot/peerwarden-uid-1\n"
		"here+there PUT shoot/peerwarden-uid-1 access forwarded sync\n");
	assert_string_equal(outcome.id, SAMPLE_OURS);
	assert_int_equal(outcome.after, 0);
}

static void
the_remote_half_lets_its_gateway_be_used_where_that_is_wanted(void **state)
{
	(void)state;
	add_ours(AZURE_PEERING_INITIATED);
	sample->wish.uses_remote_gateway = true;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE));
	assert_string_equal(world.log,
		"there GET hub/to-kyma\n"
		"there+here PUT hub/to-kyma access forwarded transit sync\n");
	assert_string_equal(outcome.id, "");
}

static void
options_are_put_whole_and_keep_what_nobody_has_declared(void **state)
{
	(void)state;
	connect();
	world.has_gateway = true;
	sample->wish.uses_remote_gateway = true;
	world_leading(CLOUD_REMOTE)->options.allows_gateway_transit = true;
	world_leading(CLOUD_LOCAL)->options =
		(struct azure_peering_options){.allows_gateway_transit = true};
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL));
	assert_non_null(
		strstr(world.log, "PUT shoot/peerwarden-uid-1 access forwarded transit gateway\n"));
	assert_true(perform(CLOUD_STEP_SYNCHRONIZE, CLOUD_LOCAL));
	assert_non_null(strstr(world.log, " access forwarded transit gateway sync\n"));
	sample->wish.uses_remote_gateway = false;
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL));
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_REMOTE));
	assert_non_null(strstr(world.log, "PUT hub/to-kyma access forwarded\n"));
}

static void
a_half_that_has_come_to_lead_elsewhere_is_left_alone(void **state)
{
	static const enum cloud_verb verbs[] = {
		CLOUD_STEP_CREATE, CLOUD_STEP_OPTIONS, CLOUD_STEP_SYNCHRONIZE, CLOUD_STEP_DELETE};

	(void)state;
	world_add(CLOUD_REMOTE, "to-kyma", SAMPLE_THIRD, AZURE_PEERING_CONNECTED);
	for (size_t i = 0; i < 4; i++) {
		assert_false(perform(verbs[i], CLOUD_REMOTE));
		assert_int_equal(fault.failure, CLOUD_CONFLICT);
		assert_string_equal(world.log, "there GET hub/to-kyma\n");
	}
}

static void
a_half_that_has_gone_or_joins_some_subnets_is_planned_anew(void **state)
{
	(void)state;
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_false(perform(CLOUD_STEP_SYNCHRONIZE, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	add_ours(AZURE_PEERING_DISCONNECTED)->is_part = true;
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_null(strstr(world.log, "PUT"));
}

static void
what_is_changed_just_now_is_put_off(void **state)
{
	(void)state;
	add_ours(AZURE_PEERING_INITIATED)->provisioning = AZURE_PROVISIONING_UPDATING;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(outcome.after > 0);
	assert_null(strstr(world.log, "PUT"));
}

/* Why an operation has failed is told to those alone who follow it to its end. */
static void
what_has_failed_unseen_is_followed_for_longer(void **state)
{
	struct world_half *half = add_ours(AZURE_PEERING_INITIATED);

	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(world.deadline < clock_monotonic() + 3 * CLOCK_SECOND);
	half->provisioning = AZURE_PROVISIONING_FAILED;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(world.deadline > clock_monotonic() + 20 * CLOCK_SECOND);
	half->provisioning = AZURE_PROVISIONING_FAILED;
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_LOCAL));
	assert_true(world.deadline > clock_monotonic() + 20 * CLOCK_SECOND);
}

static void
while_azure_is_busy_it_is_put_off_and_no_fault(void **state)
{
	(void)state;
	world.busy = 1;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(outcome.after > 0);
	assert_true(outcome.put_off);
	assert_string_equal(outcome.id, "");
	world_fail("PUT", "ReferencedResourceNotProvisioned", 400);
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(outcome.after > 0);
	world.faults[0].code = "RetryableError";
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_RETRY_NOW);
}

static void
an_operation_that_goes_on_is_looked_at_later(void **state)
{
	(void)state;
	world.slow = 1;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_string_equal(outcome.id, SAMPLE_OURS);
	assert_string_equal(outcome.operation, "");
	assert_true(outcome.after > 0);
}

static void
what_stands_against_a_gateway_is_for_the_user_to_mend(void **state)
{
	(void)state;
	connect();
	world_leading(CLOUD_REMOTE)->options.allows_gateway_transit = true;
	sample->wish.uses_remote_gateway = true;
	assert_false(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL));
	assert_string_equal(fault.code, "RemoteVnetHasNoGateways");
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(fault.hint, "az network vnet-gateway list --subscription "
					   "22222222-2222-2222-2222-222222222222 "
					   "--resource-group hub"));
}

static void
what_stands_against_a_half_without_a_gateway_is_as_azure_says(void **state)
{
	(void)state;
	world_fail("PUT", "VnetAddressSpacesOverlap", 400);
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
}

static void
a_right_that_is_missing_is_named(void **state)
{
	(void)state;
	world_fail("PUT", "AuthorizationFailed", 403);
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_string_equal(
		fault.action, "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write");
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
}

static void
azure_has_no_other_steps(void **state)
{
	(void)state;
	assert_false(perform(CLOUD_STEP_ACCEPT, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
	assert_string_equal(world.log, "");
}

/* --- the end --- */

static void
what_is_not_there_is_deleted(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_LOCAL));
	assert_string_equal(world.log, "here GET shoot/peerwarden-uid-1\n");
	add_ours(AZURE_PEERING_INITIATED);
	world.slow = 1;
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_LOCAL));
	assert_true(outcome.after > 0);
}

static void
a_remote_side_that_refuses_its_deletion_is_left_out_from_then_on(void **state)
{
	(void)state;
	connect();
	world.denies_remote_deletion = true;
	sample->wish.deleting = sample->wish.deletes_remote = true;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	assert_false(perform(CLOUD_STEP_DELETE, CLOUD_REMOTE));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps[0].side, CLOUD_LOCAL);
	assert_non_null(strstr(sample->plan.left, "(AuthorizationFailed): az network"));
	sample->wish.uid = "uid-2";
	assert_true(plan());
	assert_int_equal(sample->plan.steps[0].side, CLOUD_REMOTE);
}

static void
a_refusal_on_the_own_side_or_a_throttled_one_is_told(void **state)
{
	(void)state;
	connect();
	sample->wish.deleting = sample->wish.deletes_remote = true;
	world_fail("DELETE shoot", "AuthorizationFailed", 403);
	assert_false(perform(CLOUD_STEP_DELETE, CLOUD_LOCAL));
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	world_fail("DELETE hub", "TooManyRequests", 429);
	assert_false(perform(CLOUD_STEP_DELETE, CLOUD_REMOTE));
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
}

/* --- turns --- */

static bool
another_gets_its_turn(void)
{
	static const char other[] = "/subscriptions/33333333-3333-3333-3333-333333333333";
	int64_t wait;

	return network_turns_take(turns, "another",
		"/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/shoot/"
		"providers/microsoft.network/virtualnetworks/shoot",
		other, clock_monotonic(), &wait);
}

static void
who_is_not_first_waits_and_asks_nobody(void **state)
{
	(void)state;
	assert_true(another_gets_its_turn());
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(outcome.after > 0);
	assert_string_equal(world.log, "");
	assert_true(plan());
	assert_string_equal(world.log, "");
	assert_true(sample->plan.in_line);
	assert_null(sample->plan.state);
	assert_true(sample->plan.look_again > 0);
	network_turns_leave(turns, "another");
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_string_equal(outcome.id, SAMPLE_OURS);
}

static void
a_turn_ends_with_the_change_done_or_refused(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_true(another_gets_its_turn());
	network_turns_leave(turns, "another");
	world_fail("PUT", "AuthorizationFailed", 403);
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE));
	assert_true(another_gets_its_turn());
}

static void
who_is_let_be_keeps_no_turn(void **state)
{
	struct cloud row = azure_cloud_row(cloud);

	(void)state;
	world.slow = 1;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_false(another_gets_its_turn());
	row.let_be(row.context, sample->wish.uid);
	assert_true(another_gets_its_turn());
}

static void
a_turn_lasts_as_long_as_the_operation_that_goes_on(void **state)
{
	(void)state;
	add_theirs(AZURE_PEERING_INITIATED);
	world.slow = 1;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL));
	assert_false(another_gets_its_turn());
	network_turns_leave(turns, "another");
	assert_true(plan());
	assert_true(sample->plan.look_again > 0);
	assert_false(another_gets_its_turn());
	network_turns_leave(turns, "another");
	world_tick();
	assert_true(plan());
	assert_true(sample->plan.ready);
	assert_true(another_gets_its_turn());
}

static void
the_row_speaks_as_kyma_does(void **state)
{
	const struct cloud row = azure_cloud_row(cloud);

	(void)state;
	assert_string_equal(row.name, "azure");
	assert_int_equal(row.manages, KIND_AZURE_VPC_PEERING);
	assert_int_equal(row.describes, KIND_REMOTE_NETWORK);
	assert_true(text_starts_with(SAMPLE_OURS, row.id_prefix));
	assert_string_equal(row.words->create, "FailedCreatingVpcPeeringConnection");
	assert_string_equal(row.words->ready, "the peering is connected and in sync");
}

#define azure_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		azure_test(a_plan_takes_two_readings),
		azure_test(without_an_own_network_nobody_is_asked),
		azure_test(what_was_stored_leads_to_the_own_network_in_the_end),
		azure_test(networks_that_are_not_there_are_facts),
		azure_test(a_remote_side_that_refuses_is_a_fact_and_a_throttled_one_a_fault),
		azure_test(an_own_side_that_refuses_is_a_fault),
		azure_test(the_own_half_is_made_with_the_other_tenants_token_and_its_id_is_told),
		azure_test(the_remote_half_lets_its_gateway_be_used_where_that_is_wanted),
		azure_test(options_are_put_whole_and_keep_what_nobody_has_declared),
		azure_test(a_half_that_has_come_to_lead_elsewhere_is_left_alone),
		azure_test(a_half_that_has_gone_or_joins_some_subnets_is_planned_anew),
		azure_test(what_is_changed_just_now_is_put_off),
		azure_test(what_has_failed_unseen_is_followed_for_longer),
		azure_test(while_azure_is_busy_it_is_put_off_and_no_fault),
		azure_test(an_operation_that_goes_on_is_looked_at_later),
		azure_test(what_stands_against_a_gateway_is_for_the_user_to_mend),
		azure_test(what_stands_against_a_half_without_a_gateway_is_as_azure_says),
		azure_test(a_right_that_is_missing_is_named),
		azure_test(azure_has_no_other_steps),
		azure_test(what_is_not_there_is_deleted),
		azure_test(a_remote_side_that_refuses_its_deletion_is_left_out_from_then_on),
		azure_test(a_refusal_on_the_own_side_or_a_throttled_one_is_told),
		azure_test(who_is_not_first_waits_and_asks_nobody),
		azure_test(a_turn_ends_with_the_change_done_or_refused),
		azure_test(who_is_let_be_keeps_no_turn),
		azure_test(a_turn_lasts_as_long_as_the_operation_that_goes_on),
		azure_test(the_row_speaks_as_kyma_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
