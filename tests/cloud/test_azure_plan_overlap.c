/* Address spaces that stand in the way of a peering on Azure. */
#include "tests/cloud/azure_facts_sample.h"

#define REASON "FailedCreatingVpcPeeringConnection"

static void
the_two_prefixes_and_networks_are_named(void **state)
{
	struct sample *sample = *state;

	sample_add_range(sample, CLOUD_REMOTE, "10.1.4.0/24");
	sample_stops(sample, REASON);
	assert_string_equal(sample->plan.message,
		"the address spaces overlap: 10.1.0.0/16 of " SAMPLE_HERE
		" and 10.1.4.0/24 of " SAMPLE_THERE);
	assert_true(*sample->plan.hint);
	assert_string_equal(sample->plan.state, "Warning");
}

static void
a_network_that_is_peered_with_the_other_side_already_counts(void **state)
{
	struct sample *sample = *state;

	sample_add_third(sample, CLOUD_REMOTE, "to-third", "10.1.9.0/24");
	sample_stops(sample, REASON);
	assert_string_equal(sample->plan.message,
		"the address spaces overlap: 10.1.0.0/16 of " SAMPLE_HERE
		" and 10.1.9.0/24 of " SAMPLE_THIRD ", which is peered with " SAMPLE_THERE
		" already");
	assert_non_null(
		strstr(sample->plan.hint, "az network vnet peering delete --ids " SAMPLE_THERE
					  "/virtualNetworkPeerings/to-third"));
}

static void
a_network_that_is_peered_with_the_own_side_already_counts(void **state)
{
	struct sample *sample = *state;

	sample_add_third(sample, CLOUD_LOCAL, "to-third", "10.2.0.0/24");
	sample_stops(sample, REASON);
	assert_non_null(
		strstr(sample->plan.message, ", which is peered with " SAMPLE_HERE " already"));
}

static void
peerings_that_are_disconnected_or_of_subnets_are_left_to_azure(void **state)
{
	struct sample *sample = *state;

	sample_add_third(sample, CLOUD_LOCAL, "one", "10.2.0.0/24")->state =
		AZURE_PEERING_DISCONNECTED;
	sample_add_third(sample, CLOUD_LOCAL, "two", "10.2.0.0/24")->covers_whole_vnets = false;
	sample_add_third(sample, CLOUD_LOCAL, "three", "10.3.0.0/24");
	assert_string_equal(sample_steps(sample), "create peerwarden-uid-1, create remote to-kyma");
}

static void
the_two_do_not_stand_in_their_own_way(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_INITIATED)->remote_ranges =
		sample->sides[CLOUD_REMOTE].vnet.ranges;
	assert_string_equal(sample_steps(sample), "create remote to-kyma");
}

static void
what_is_connected_is_not_judged_by_it(void **state)
{
	struct sample *sample = *state;

	sample_add_range(sample, CLOUD_REMOTE, "10.1.4.0/24");
	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
nothing_is_repaired_while_ranges_overlap(void **state)
{
	struct sample *sample = *state;

	sample_add_range(sample, CLOUD_REMOTE, "10.1.4.0/24");
	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	sample_stops(sample, REASON);
	assert_string_equal(sample->plan.state, "Disconnected");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(the_two_prefixes_and_networks_are_named),
		sample_test(a_network_that_is_peered_with_the_other_side_already_counts),
		sample_test(a_network_that_is_peered_with_the_own_side_already_counts),
		sample_test(peerings_that_are_disconnected_or_of_subnets_are_left_to_azure),
		sample_test(the_two_do_not_stand_in_their_own_way),
		sample_test(what_is_connected_is_not_judged_by_it),
		sample_test(nothing_is_repaired_while_ranges_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
