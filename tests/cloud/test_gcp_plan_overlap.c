/* Which ranges stand in the way of a peering on Google Cloud. */
#include "cloud/gcp_plan_overlap.h"

#include "tests/cloud/gcp_facts_sample.h"

#define THIRD "projects/third/global/networks/deep"

static const char *
find(struct sample *sample)
{
	return gcp_plan_overlap_find(sample->arena, &sample->facts);
}

static void
disjoint_ranges_do_not_overlap(void **state)
{
	assert_null(find(*state));
}

static void
secondary_ranges_count(void **state)
{
	struct sample *sample = *state;
	const struct gcp_range ranges[] = {
		{"", sample_prefix("10.3.0.0/16")}, {"pods", sample_prefix("10.1.255.0/24")}};
	struct gcp_subnetwork *subnetwork;

	sample->facts.remote_group.count = 0;
	subnetwork = sample_add_range(sample, CLOUD_REMOTE, SAMPLE_REMOTE, "10.3.0.0/16");
	subnetwork->ranges = ranges;
	subnetwork->range_count = 2;
	sample_assert_says(find(sample), "and 10.1.255.0/24 of subnetwork nodes");
	subnetwork->purpose = "PRIVATE_NAT";
	assert_null(find(sample));
}

static void
a_peer_of_the_other_side_counts_on_both_sides(void **state)
{
	struct sample *sample = *state;

	sample_add_range(sample, CLOUD_REMOTE, THIRD, "10.1.2.0/24");
	sample_assert_says(find(sample),
		"and 10.1.2.0/24 of subnetwork nodes in europe-west3 of third/deep, which is "
		"peered with away/far");
	sample->facts.remote_group.count = 1;
	assert_null(find(sample));
	sample_add_range(sample, CLOUD_LOCAL, THIRD, "10.2.2.0/24");
	sample_assert_says(find(sample), "third/deep, which is peered with home/shoot--team--c-1");
}

static void
a_peer_of_the_own_network_does_not_meet_those_of_the_other(void **state)
{
	struct sample *sample = *state;

	sample_add_range(sample, CLOUD_LOCAL, THIRD, "10.9.0.0/16");
	sample_add_range(sample, CLOUD_REMOTE, SAMPLE_OTHER, "10.9.0.0/16");
	assert_null(find(sample));
}

static void
ranges_that_are_not_known_stand_in_no_way(void **state)
{
	struct sample *sample = *state;

	sample->facts.local_group.count = 0;
	assert_null(find(sample));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(disjoint_ranges_do_not_overlap),
		sample_test(secondary_ranges_count),
		sample_test(a_peer_of_the_other_side_counts_on_both_sides),
		sample_test(a_peer_of_the_own_network_does_not_meet_those_of_the_other),
		sample_test(ranges_that_are_not_known_stand_in_no_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
