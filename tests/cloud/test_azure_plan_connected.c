/* Plans of a VNet peering on Azure that is connected. */
#include "tests/cloud/azure_facts_sample.h"

static struct sample *
connected(void **state)
{
	sample_connect(*state);
	return *state;
}

static struct azure_peering *
half(struct sample *sample, enum cloud_side side)
{
	return &sample->sides[side].halves[0];
}

/* Made by the other side under a name of its own choice, and no tag. */
static struct azure_peering *
estrange(struct sample *sample)
{
	half(sample, CLOUD_REMOTE)->name = "their-own";
	half(sample, CLOUD_REMOTE)->id = SAMPLE_THERE "/virtualNetworkPeerings/their-own";
	sample_lose_tag(sample);
	return half(sample, CLOUD_REMOTE);
}

static void
connected_and_in_sync_it_is_ready(void **state)
{
	struct sample *sample = connected(state);

	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.state, "Connected");
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
	assert_int_equal(sample->plan.look_again, 0);
}

static void
a_tag_that_goes_later_breaks_nothing(void **state)
{
	struct sample *sample = connected(state);

	sample_lose_tag(sample);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
each_side_that_misses_addresses_is_synchronized_from_there(void **state)
{
	struct sample *sample = connected(state);

	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_LOCAL_MISSES;
	half(sample, CLOUD_REMOTE)->sync = AZURE_SYNC_REMOTE_MISSES;
	assert_string_equal(sample_steps(sample), "synchronize peerwarden-uid-1");
	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_REMOTE_MISSES;
	half(sample, CLOUD_REMOTE)->sync = AZURE_SYNC_LOCAL_MISSES;
	assert_string_equal(sample_steps(sample), "synchronize remote to-kyma");
	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_BOTH_MISS;
	half(sample, CLOUD_REMOTE)->sync = AZURE_SYNC_BOTH_MISS;
	assert_string_equal(
		sample_steps(sample), "synchronize peerwarden-uid-1, synchronize remote to-kyma");
	half(sample, CLOUD_REMOTE)->sync = AZURE_SYNC_OTHER;
	assert_string_equal(
		sample_steps(sample), "synchronize peerwarden-uid-1, synchronize remote to-kyma");
	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_OTHER;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
a_half_of_another_name_is_synchronized_with_the_tag_alone(void **state)
{
	struct sample *sample = connected(state);

	estrange(sample)->sync = AZURE_SYNC_LOCAL_MISSES;
	sample_stops(sample, "FailedLoadingRemoteVpcPeeringConnection");
	assert_string_equal(sample->plan.hint, "az network vnet peering sync --ids " SAMPLE_THERE
					       "/virtualNetworkPeerings/their-own");
	assert_string_equal(sample->plan.state, "Warning");
	sample->sides[CLOUD_REMOTE].vnet.tags.count = 1;
	assert_string_equal(sample_steps(sample), "synchronize remote their-own");
}

static void
options_that_have_drifted_are_put_right(void **state)
{
	struct sample *sample = connected(state);

	half(sample, CLOUD_LOCAL)->options.allows_access = false;
	half(sample, CLOUD_REMOTE)->options.allows_forwarded = false;
	sample_lose_tag(sample);
	assert_string_equal(
		sample_steps(sample), "options peerwarden-uid-1, options remote to-kyma");
	assert_false(sample->plan.ready);
	assert_string_equal(sample->plan.steps[1].text,
		"the half to-kyma in VNet hub does not let forwarded traffic through");
}

static void
options_of_a_half_of_another_name_are_its_owners(void **state)
{
	struct sample *sample = connected(state);

	estrange(sample)->options.allows_forwarded = false;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	sample->sides[CLOUD_REMOTE].vnet.tags.count = 1;
	assert_string_equal(sample_steps(sample), "options remote their-own");
}

static void
a_gateway_is_let_be_used_before_it_is_used_and_the_other_way_round(void **state)
{
	struct sample *sample = connected(state);

	sample->wish.uses_remote_gateway = true;
	assert_string_equal(
		sample_steps(sample), "options remote to-kyma, options peerwarden-uid-1");
	half(sample, CLOUD_REMOTE)->options.allows_gateway_transit = true;
	assert_string_equal(sample_steps(sample), "options peerwarden-uid-1");
	half(sample, CLOUD_LOCAL)->options.uses_remote_gateways = true;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	sample->wish.uses_remote_gateway = false;
	assert_string_equal(
		sample_steps(sample), "options peerwarden-uid-1, options remote to-kyma");
}

static void
a_gateway_that_its_owner_does_not_let_us_use_is_said(void **state)
{
	struct sample *sample = connected(state);

	sample->wish.uses_remote_gateway = true;
	estrange(sample);
	sample_stops(sample, "FailedLoadingRemoteVpcPeeringConnection");
	assert_string_equal(sample->plan.hint,
		"az network vnet peering update --ids " SAMPLE_THERE
		"/virtualNetworkPeerings/their-own --set allowGatewayTransit=true");
}

static void
gateways_that_nobody_has_declared_are_left(void **state)
{
	struct sample *sample = connected(state);

	half(sample, CLOUD_LOCAL)->options.allows_gateway_transit = true;
	half(sample, CLOUD_REMOTE)->options.uses_remote_gateways = true;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
an_operation_that_failed_is_made_anew_before_all_else(void **state)
{
	struct sample *sample = connected(state);

	half(sample, CLOUD_LOCAL)->provisioning = AZURE_PROVISIONING_FAILED;
	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_LOCAL_MISSES;
	assert_string_equal(sample_steps(sample), "create peerwarden-uid-1");
	assert_false(sample->plan.ready);
	half(sample, CLOUD_REMOTE)->provisioning = AZURE_PROVISIONING_FAILED;
	assert_string_equal(sample_steps(sample), "create peerwarden-uid-1, create remote to-kyma");
}

static void
a_failed_half_of_another_name_is_its_owners(void **state)
{
	struct sample *sample = connected(state);

	estrange(sample)->provisioning = AZURE_PROVISIONING_FAILED;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
halves_of_some_subnets_are_ready_and_never_put(void **state)
{
	struct sample *sample = connected(state);

	half(sample, CLOUD_LOCAL)->covers_whole_vnets = false;
	half(sample, CLOUD_REMOTE)->covers_whole_vnets = false;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_LOCAL_MISSES;
	sample_stops(sample, "FailedCreatingVpcPeeringConnection");
	half(sample, CLOUD_LOCAL)->sync = AZURE_SYNC_FULL;
	half(sample, CLOUD_REMOTE)->options.allows_access = false;
	sample_stops(sample, "FailedCreatingVpcPeeringConnection");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(connected_and_in_sync_it_is_ready),
		sample_test(a_tag_that_goes_later_breaks_nothing),
		sample_test(each_side_that_misses_addresses_is_synchronized_from_there),
		sample_test(a_half_of_another_name_is_synchronized_with_the_tag_alone),
		sample_test(options_that_have_drifted_are_put_right),
		sample_test(options_of_a_half_of_another_name_are_its_owners),
		sample_test(a_gateway_is_let_be_used_before_it_is_used_and_the_other_way_round),
		sample_test(a_gateway_that_its_owner_does_not_let_us_use_is_said),
		sample_test(gateways_that_nobody_has_declared_are_left),
		sample_test(an_operation_that_failed_is_made_anew_before_all_else),
		sample_test(a_failed_half_of_another_name_is_its_owners),
		sample_test(halves_of_some_subnets_are_ready_and_never_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
