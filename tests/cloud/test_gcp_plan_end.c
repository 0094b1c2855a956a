/* The plan of a peering on Google Cloud whose object is being deleted. */
#include "tests/cloud/gcp_facts_sample.h"

static struct sample *
ending(void **state)
{
	struct sample *sample = *state;

	sample->wish.deleting = true;
	sample->wish.deletes_remote = true;
	return sample;
}

static void
the_own_half_goes_first_and_then_the_remote_one(void **state)
{
	struct sample *sample = ending(state);

	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "delete " SAMPLE_OURS ", delete remote back");
	assert_string_equal(sample->plan.state, "Deleting");
	assert_false(sample->plan.gone);
	sample->local.peering_count = 0;
	assert_string_equal(sample_steps(sample), "delete remote back");
	sample->remote.peering_count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
}

static void
a_remote_half_that_nobody_asks_to_remove_stays_and_is_told(void **state)
{
	struct sample *sample = ending(state);

	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_LOCAL);
	sample->wish.deletes_remote = false;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_string_equal(sample->plan.left,
		"half back of the peering in away/far, which stays, since "
		"spec.deleteRemotePeering does not ask for its removal: gcloud compute networks "
		"peerings delete back --network=far --project=away");
}

static void
what_was_not_made_for_the_object_stays_and_is_told(void **state)
{
	struct sample *sample = ending(state);

	sample_add_half(sample, CLOUD_LOCAL, "by-hand", SAMPLE_REMOTE);
	sample_add_half(sample, CLOUD_REMOTE, "theirs", SAMPLE_LOCAL);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "half by-hand of the peering");
	sample_assert_says(sample->plan.left, "half theirs of the peering");
}

static void
what_leads_elsewhere_is_not_even_looked_at(void **state)
{
	struct sample *sample = ending(state);

	sample_add_half(sample, CLOUD_LOCAL, SAMPLE_OURS, SAMPLE_OTHER);
	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_OTHER);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
}

static void
where_we_have_no_right_it_is_left(void **state)
{
	struct sample *sample = ending(state);

	sample_connect(sample);
	sample->facts.remote_locked = true;
	assert_string_equal(sample_steps(sample), "delete " SAMPLE_OURS);
	sample->local.peering_count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "compute.networks.removePeering");
}

static void
a_remote_network_that_is_not_shown_does_not_keep_the_object(void **state)
{
	struct sample *sample = ending(state);

	sample->facts.remote = NULL;
	sample->facts.remote_fault =
		(struct cloud_fault){CLOUD_WAIT_FOR_USER, "", "forbidden", "denied", ""};
	sample_add_half(sample, CLOUD_LOCAL, SAMPLE_OURS, SAMPLE_REMOTE);
	assert_string_equal(sample_steps(sample), "delete " SAMPLE_OURS);
	sample->local.peering_count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "cannot be looked at (denied)");
	sample->facts.remote_fault.failure = CLOUD_GONE;
	sample_steps(sample);
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
}

static void
an_own_network_that_is_gone_has_taken_its_half_with_it(void **state)
{
	struct sample *sample = ending(state);

	sample->facts.local = NULL;
	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_LOCAL);
	assert_string_equal(sample_steps(sample), "delete remote back");
	sample->remote.peering_count = 0;
	sample->wish.id = SAMPLE_OURS;
	sample_steps(sample);
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "if it is still there");
}

/* Settings may have the number of the own project, where Google writes its id. */
static void
a_remote_half_that_may_be_ours_is_told_where_the_own_network_is_gone(void **state)
{
	struct sample *sample = ending(state);

	sample->facts.local = NULL;
	sample->facts.local_path = "projects/123/global/networks/shoot--team--c-1";
	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_OTHER);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
	sample->halves[CLOUD_REMOTE][0].network = SAMPLE_LOCAL;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "peerings delete back --network=far --project=away");
}

static void
what_was_just_begun_in_a_network_that_is_not_shown_is_told(void **state)
{
	struct sample *sample = ending(state);

	sample->wish.deletes_remote = false;
	sample->facts.remote = NULL;
	sample->facts.remote_fault =
		(struct cloud_fault){CLOUD_WAIT_FOR_USER, "", "forbidden", "denied", ""};
	sample_steps(sample);
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
	sample->wish.operation = "remote/operation-7";
	sample_steps(sample);
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "cannot be looked at (denied)");
}

static void
one_that_is_not_known_has_not(void **state)
{
	struct sample *sample = ending(state);

	sample->facts.local = NULL;
	sample->facts.local_path = "";
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.gone);
	assert_string_equal(sample->plan.reason, "VpcNotFound");
}

static void
what_may_just_have_been_made_is_awaited(void **state)
{
	struct sample *sample = ending(state);

	sample->facts.just_made = true;
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.gone);
	assert_true(sample->plan.look_again > 0);
}

static void
a_removal_that_failed_is_told_and_tried_again(void **state)
{
	struct sample *sample = ending(state);

	sample_connect(sample);
	sample->facts.operation_fault =
		(struct cloud_fault){CLOUD_WAIT_FOR_USER, "", "", "removePeering has failed", ""};
	assert_string_equal(sample_steps(sample), "delete " SAMPLE_OURS ", delete remote back");
	assert_string_equal(sample->plan.reason, "CloudProviderError");
	assert_string_equal(sample->plan.state, "Deleting");
	assert_string_equal(sample->plan.message, "removePeering has failed");
	sample->facts.operation_type = "addPeering";
	sample_steps(sample);
	assert_null(sample->plan.reason);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(the_own_half_goes_first_and_then_the_remote_one),
		sample_test(a_remote_half_that_nobody_asks_to_remove_stays_and_is_told),
		sample_test(what_was_not_made_for_the_object_stays_and_is_told),
		sample_test(what_leads_elsewhere_is_not_even_looked_at),
		sample_test(where_we_have_no_right_it_is_left),
		sample_test(a_remote_network_that_is_not_shown_does_not_keep_the_object),
		sample_test(an_own_network_that_is_gone_has_taken_its_half_with_it),
		sample_test(a_remote_half_that_may_be_ours_is_told_where_the_own_network_is_gone),
		sample_test(what_was_just_begun_in_a_network_that_is_not_shown_is_told),
		sample_test(one_that_is_not_known_has_not),
		sample_test(what_may_just_have_been_made_is_awaited),
		sample_test(a_removal_that_failed_is_told_and_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
