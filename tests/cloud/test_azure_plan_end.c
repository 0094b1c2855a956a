/* The end of a VNet peering on Azure. */
#include "tests/cloud/azure_facts_sample.h"

#define DELETE_THEIRS "az network vnet peering delete --ids " SAMPLE_THEIRS

static struct sample *
deleting(void **state)
{
	struct sample *sample = *state;

	sample->wish.deleting = true;
	return sample;
}

static void
expect_gone(struct sample *sample)
{
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.reason);
}

static void
the_remote_half_goes_first_where_that_is_wanted(void **state)
{
	struct sample *sample = deleting(state);

	sample_connect(sample);
	sample->wish.deletes_remote = true;
	assert_string_equal(sample_steps(sample), "delete remote to-kyma, delete peerwarden-uid-1");
	assert_false(sample->plan.gone);
	assert_null(sample->plan.left);
	assert_string_equal(sample->plan.steps[0].object, SAMPLE_THEIRS);
	assert_string_equal(sample->plan.steps[1].object, SAMPLE_OURS);
}

static void
without_that_it_stays_and_is_told(void **state)
{
	struct sample *sample = deleting(state);

	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "delete peerwarden-uid-1");
	assert_string_equal(sample->plan.left,
		"the half to-kyma in VNet hub, which spec.deleteRemotePeering "
		"does not include: " DELETE_THEIRS);
	sample_clear(sample);
	sample_add_theirs(sample, AZURE_PEERING_DISCONNECTED);
	expect_gone(sample);
	assert_non_null(strstr(sample->plan.left, DELETE_THEIRS));
}

static void
a_remote_half_of_another_name_stays_and_is_told(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.deletes_remote = true;
	sample_add_half(sample, CLOUD_REMOTE, "their-own", AZURE_PEERING_CONNECTED, SAMPLE_HERE);
	expect_gone(sample);
	assert_non_null(strstr(sample->plan.left, "their-own in VNet hub, which has another name"));
}

static void
halves_that_lead_elsewhere_are_never_touched(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.deletes_remote = true;
	sample_add_half(sample, CLOUD_REMOTE, "to-kyma", AZURE_PEERING_CONNECTED, SAMPLE_THIRD);
	sample_add_half(
		sample, CLOUD_LOCAL, "peerwarden-uid-1", AZURE_PEERING_CONNECTED, SAMPLE_THIRD);
	expect_gone(sample);
	assert_null(sample->plan.left);
}

static void
an_own_half_that_somebody_else_has_made_stays_and_is_told(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.id = SAMPLE_HERE "/virtualNetworkPeerings/kyma";
	sample_add_half(sample, CLOUD_LOCAL, "kyma", AZURE_PEERING_CONNECTED, SAMPLE_THERE);
	expect_gone(sample);
	assert_string_equal(sample->plan.left,
		"the half kyma in VNet shoot, which was not made for this object: az network vnet "
		"peering delete --ids " SAMPLE_HERE "/virtualNetworkPeerings/kyma");
}

static void
a_half_that_is_changed_or_deleted_just_now_is_awaited(void **state)
{
	static const enum azure_provisioning moving[] = {
		AZURE_PROVISIONING_UPDATING, AZURE_PROVISIONING_DELETING};
	struct sample *sample = deleting(state);

	sample->wish.deletes_remote = true;
	for (size_t i = 0; i < 2; i++) {
		sample_clear(sample);
		sample_add_ours(sample, AZURE_PEERING_CONNECTED)->provisioning = moving[i];
		assert_string_equal(sample_steps(sample), "");
		assert_false(sample->plan.gone);
		assert_true(sample->plan.look_again > 0);
		sample_clear(sample);
		sample_add_theirs(sample, AZURE_PEERING_CONNECTED)->provisioning = moving[i];
		assert_string_equal(sample_steps(sample), "");
		assert_false(sample->plan.gone);
	}
}

static void
a_remote_side_that_refuses_does_not_keep_the_object(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.deletes_remote = true;
	sample->facts.refusal = "AuthorizationFailed";
	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "delete peerwarden-uid-1");
	assert_string_equal(sample->plan.left,
		"the half to-kyma in VNet hub, which Azure does not let us delete "
		"(AuthorizationFailed): " DELETE_THEIRS);
}

static void
a_remote_network_that_cannot_be_seen_does_not_keep_the_object(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.deletes_remote = true;
	sample_lose_remote(sample, CLOUD_WAIT_FOR_USER);
	expect_gone(sample);
	assert_null(sample->plan.left);
	sample->wish.id = SAMPLE_OURS;
	expect_gone(sample);
	assert_non_null(strstr(sample->plan.left, "(VNet hub is hidden): " DELETE_THEIRS));
	sample_add_ours(sample, AZURE_PEERING_CONNECTED);
	assert_string_equal(sample_steps(sample), "delete peerwarden-uid-1");
	sample_lose_remote(sample, CLOUD_GONE);
	assert_string_equal(sample_steps(sample), "delete peerwarden-uid-1");
	assert_null(sample->plan.left);
}

static void
what_is_not_asked_to_go_is_told_also_where_it_cannot_be_seen(void **state)
{
	struct sample *sample = deleting(state);

	sample_lose_remote(sample, CLOUD_WAIT_FOR_USER);
	sample_add_ours(sample, AZURE_PEERING_CONNECTED);
	assert_string_equal(sample_steps(sample), "delete peerwarden-uid-1");
	sample_clear(sample);
	sample->wish.id = SAMPLE_OURS;
	expect_gone(sample);
	assert_non_null(sample->plan.left);
	assert_non_null(strstr(sample->plan.left, DELETE_THEIRS));
}

static void
a_half_in_another_network_than_the_settings_name_is_told(void **state)
{
	struct sample *sample = deleting(state);

	sample->wish.id = SAMPLE_THIRD "/virtualNetworkPeerings/peerwarden-uid-1";
	expect_gone(sample);
	assert_non_null(sample->plan.left);
	assert_non_null(
		strstr(sample->plan.left, "az network vnet peering delete --ids " SAMPLE_THIRD
					  "/virtualNetworkPeerings/peerwarden-uid-1"));
	sample->wish.id = "/SUBSCRIPTIONS/11111111-1111-1111-1111-111111111111/resourcegroups/"
			  "SHOOT/providers/microsoft.network/virtualnetworks/shoot/"
			  "virtualnetworkpeerings/peerwarden-uid-1";
	expect_gone(sample);
	assert_null(sample->plan.left);
}

static void
with_the_own_network_all_has_gone(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.local = NULL;
	sample->facts.local_fault.message = "VNet shoot is not there";
	expect_gone(sample);
	assert_null(sample->plan.left);
	sample->wish.id = SAMPLE_OURS;
	expect_gone(sample);
	assert_string_equal(sample->plan.left,
		SAMPLE_OURS ", if it is still there: the cluster's own VNet shoot is not there");
	sample->wish.deletes_remote = true;
	sample_add_theirs(sample, AZURE_PEERING_DISCONNECTED);
	assert_string_equal(sample_steps(sample), "delete remote to-kyma");
}

static void
an_own_network_that_is_not_known_is_not_gone(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.local = NULL;
	sample->facts.local_id = "";
	sample_stops(sample, "VpcNotFound");
	assert_false(sample->plan.gone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(the_remote_half_goes_first_where_that_is_wanted),
		sample_test(without_that_it_stays_and_is_told),
		sample_test(a_remote_half_of_another_name_stays_and_is_told),
		sample_test(halves_that_lead_elsewhere_are_never_touched),
		sample_test(an_own_half_that_somebody_else_has_made_stays_and_is_told),
		sample_test(a_half_that_is_changed_or_deleted_just_now_is_awaited),
		sample_test(a_remote_side_that_refuses_does_not_keep_the_object),
		sample_test(a_remote_network_that_cannot_be_seen_does_not_keep_the_object),
		sample_test(what_is_not_asked_to_go_is_told_also_where_it_cannot_be_seen),
		sample_test(a_half_in_another_network_than_the_settings_name_is_told),
		sample_test(with_the_own_network_all_has_gone),
		sample_test(an_own_network_that_is_not_known_is_not_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
