/* Plans of a VNet peering on Azure before it is connected. */
#include "tests/cloud/azure_facts_sample.h"

#define OURS   "create peerwarden-uid-1"
#define THEIRS "create remote to-kyma"

static void
both_halves_are_made_the_own_one_first(void **state)
{
	struct sample *sample = *state;

	assert_string_equal(sample_steps(sample), OURS ", " THEIRS);
	assert_string_equal(sample->plan.steps[0].object, SAMPLE_OURS);
	assert_string_equal(sample->plan.steps[1].object, SAMPLE_THEIRS);
	assert_string_equal(
		sample->plan.steps[0].text, "the half peerwarden-uid-1 in VNet shoot is missing");
	assert_string_equal(sample->plan.state, "Initiated");
	assert_string_equal(sample->plan.id, "");
	assert_null(sample->plan.reason);
}

static void
nothing_is_made_without_the_exact_tag(void **state)
{
	struct sample *sample = *state;

	sample->sides[CLOUD_REMOTE].tags[0].key = "C-1";
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
	assert_string_equal(sample->plan.message, SAMPLE_THERE " does not carry the tag c-1");
	assert_string_equal(sample->plan.hint,
		"az tag update --resource-id " SAMPLE_THERE " --operation Merge --tags c-1=");
	assert_string_equal(sample->plan.state, "Warning");
	sample->wish.tag = NULL;
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
	assert_non_null(strstr(sample->plan.message, "nothing says which tag"));
}

static void
what_a_shell_would_take_for_more_is_quoted_in_commands(void **state)
{
	struct sample *sample = *state;

	sample->wish.tag = "a b;c";
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
	assert_non_null(strstr(sample->plan.hint, "--tags 'a b;c='"));
	sample->wish.tag = "a'$(b)";
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
	assert_non_null(strstr(sample->plan.hint, "--tags <id>"));
}

static void
the_remote_half_that_is_missing_is_made_with_the_tag_alone(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_INITIATED);
	assert_string_equal(sample_steps(sample), THEIRS);
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
	assert_string_equal(sample->plan.state, "Initiated");
	sample_lose_tag(sample);
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
}

static void
a_half_that_the_other_side_has_made_is_its_consent_whatever_its_name(void **state)
{
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_REMOTE, "made-by-hand", AZURE_PEERING_INITIATED, SAMPLE_HERE);
	sample_lose_tag(sample);
	assert_string_equal(sample_steps(sample), OURS);
}

static void
ids_and_names_count_in_any_case_of_letters(void **state)
{
	static const char here[] =
		"/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/SHOOT/"
		"providers/microsoft.network/virtualNetworks/Shoot";
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_REMOTE, "TO-KYMA", AZURE_PEERING_INITIATED, here);
	assert_string_equal(sample_steps(sample), OURS);
	assert_null(sample->plan.reason);
}

static void
the_disconnected_half_itself_is_put_anew_first(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	assert_string_equal(sample_steps(sample), OURS ", " THEIRS);
	assert_string_equal(sample->plan.state, "Disconnected");
	sample_clear(sample);
	sample_add_theirs(sample, AZURE_PEERING_DISCONNECTED);
	assert_string_equal(sample_steps(sample), THEIRS ", " OURS);
	sample_add_ours(sample, AZURE_PEERING_INITIATED);
	assert_string_equal(sample_steps(sample), THEIRS);
	sample->sides[CLOUD_LOCAL].halves[0].provisioning = AZURE_PROVISIONING_FAILED;
	assert_string_equal(sample_steps(sample), THEIRS ", " OURS);
	sample_clear(sample);
	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	sample_add_theirs(sample, AZURE_PEERING_DISCONNECTED);
	assert_string_equal(sample_steps(sample), OURS ", " THEIRS);
	sample_clear(sample);
	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	sample_add_theirs(sample, AZURE_PEERING_INITIATED);
	assert_string_equal(sample_steps(sample), OURS);
}

static void
what_the_other_side_has_ended_is_not_begun_again_without_the_tag(void **state)
{
	struct sample *sample = *state;

	sample_lose_tag(sample);
	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
	assert_string_equal(sample->plan.state, "Disconnected");
	assert_non_null(strstr(sample->plan.message, "the other side has deleted its half"));
	sample_clear(sample);
	sample_add_theirs(sample, AZURE_PEERING_DISCONNECTED);
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
}

static void
two_halves_that_do_not_see_each_other_are_made_to(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_INITIATED);
	sample_add_theirs(sample, AZURE_PEERING_INITIATED);
	assert_string_equal(sample_steps(sample), OURS);
}

static void
what_a_failed_operation_has_left_is_put_anew(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_INITIATED)->provisioning = AZURE_PROVISIONING_FAILED;
	assert_string_equal(sample_steps(sample), OURS ", " THEIRS);
	sample_clear(sample);
	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	sample_add_theirs(sample, AZURE_PEERING_INITIATED)->provisioning =
		AZURE_PROVISIONING_FAILED;
	assert_string_equal(sample_steps(sample), OURS ", " THEIRS);
	sample->sides[CLOUD_REMOTE].halves[0].name = "their-own";
	sample_lose_tag(sample);
	assert_string_equal(sample_steps(sample), OURS);
}

static void
what_is_on_its_way_is_awaited(void **state)
{
	static const enum azure_provisioning moving[] = {
		AZURE_PROVISIONING_UPDATING, AZURE_PROVISIONING_DELETING};
	struct sample *sample = *state;

	for (size_t i = 0; i < 4; i++) {
		sample_clear(sample);
		sample_connect(sample);
		sample->sides[i % 2].halves[0].provisioning = moving[i / 2];
		assert_string_equal(sample_steps(sample), "");
		assert_int_equal(sample->plan.look_again, INT64_C(2000000000));
		assert_null(sample->plan.reason);
		assert_false(sample->plan.ready);
	}
	sample_clear(sample);
	sample_add_ours(sample, AZURE_PEERING_OTHER);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.look_again > 0);
	assert_string_equal(sample->plan.state, "Marvellous");
}

static void
halves_that_were_not_read_at_one_moment_are_read_again(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_CONNECTED);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.look_again > 0);
	sample_add_theirs(sample, AZURE_PEERING_INITIATED);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.look_again > 0);
}

static void
a_name_that_leads_elsewhere_is_somebody_elses(void **state)
{
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_REMOTE, "To-Kyma", AZURE_PEERING_CONNECTED, SAMPLE_THIRD);
	sample_stops(sample, "FailedLoadingRemoteVpcPeeringConnection");
	assert_string_equal(sample->plan.message,
		"VNet hub has a peering of the name To-Kyma already, which leads to " SAMPLE_THIRD);
	assert_string_equal(sample->plan.hint,
		"choose another spec.remotePeeringName, or delete it if nobody needs it: az "
		"network vnet peering delete --ids " SAMPLE_THERE
		"/virtualNetworkPeerings/To-Kyma");
	sample_add_half(sample, CLOUD_REMOTE, "other", AZURE_PEERING_INITIATED, SAMPLE_HERE);
	assert_string_equal(sample_steps(sample), OURS);
	sample_clear(sample);
	sample_add_half(
		sample, CLOUD_LOCAL, "peerwarden-uid-1", AZURE_PEERING_CONNECTED, SAMPLE_THIRD);
	sample_stops(sample, "FailedCreatingVpcPeeringConnection");
}

static void
a_half_of_some_subnets_is_not_made_one_of_whole_networks(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED)->covers_whole_vnets = false;
	sample_stops(sample, "FailedCreatingVpcPeeringConnection");
	assert_non_null(strstr(sample->plan.message, "some subnets alone"));
	sample_clear(sample);
	sample_add_theirs(sample, AZURE_PEERING_DISCONNECTED)->covers_whole_vnets = false;
	sample_stops(sample, "FailedCreatingVpcPeeringConnection");
}

static void
a_half_of_whole_networks_counts_before_one_of_subnets(void **state)
{
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_LOCAL, "subnets", AZURE_PEERING_DISCONNECTED, SAMPLE_THERE)
		->covers_whole_vnets = false;
	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
	sample_clear(sample);
	sample_connect(sample);
	sample_add_half(sample, CLOUD_LOCAL, "subnets", AZURE_PEERING_DISCONNECTED, SAMPLE_THERE)
		->covers_whole_vnets = false;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
}

static void
the_own_network_that_is_not_there_or_not_known_is_said(void **state)
{
	struct sample *sample = *state;

	sample->facts.local = NULL;
	sample->facts.local_fault =
		(struct cloud_fault){CLOUD_GONE, "", "", "VNet a is not there", ""};
	sample_stops(sample, "VpcNotFound");
	assert_string_equal(sample->plan.message, "the cluster's own VNet a is not there");
	assert_string_equal(sample->plan.state, "Error");
	sample->facts.local_id = "";
	sample_stops(sample, "VpcNotFound");
	assert_string_equal(sample->plan.message, "the cluster's own VNet is not known");
}

static void
the_own_network_is_no_remote_one(void **state)
{
	struct sample *sample = *state;

	sample->remote_id.id = SAMPLE_HERE;
	sample_stops(sample, "FailedCreatingVpcPeeringConnection");
	assert_int_equal(sample->plan.failure, CLOUD_PERMANENT);
}

static void
a_remote_network_that_is_gone_is_said_with_the_half_that_is_left(void **state)
{
	struct sample *sample = *state;

	sample_lose_remote(sample, CLOUD_GONE);
	sample_stops(sample, "VpcNotFound");
	assert_string_equal(sample->plan.state, "Error");
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
	sample_add_ours(sample, AZURE_PEERING_DISCONNECTED);
	sample_stops(sample, "VpcNotFound");
	assert_string_equal(sample->plan.state, "Disconnected");
	assert_non_null(strstr(sample->plan.message, "the half peerwarden-uid-1"));
}

static void
a_remote_network_that_we_may_not_see_is_said_and_what_is_connected_stays_that(void **state)
{
	struct sample *sample = *state;

	sample_lose_remote(sample, CLOUD_WAIT_FOR_USER);
	sample_stops(sample, "FailedLoadingRemoteVpcNetwork");
	sample->facts.remote_denied = true;
	sample_stops(sample, "Unauthorized");
	assert_string_equal(sample->plan.message, "read: VNet hub is hidden (SaidByAzure)");
	assert_string_equal(sample->plan.hint, "ask");
	sample_add_ours(sample, AZURE_PEERING_CONNECTED);
	sample_stops(sample, "Unauthorized");
	assert_string_equal(sample->plan.state, "Connected");
}

static void
an_own_half_that_uses_a_gateway_without_being_asked_to_stops_that_first(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, AZURE_PEERING_INITIATED)->options.uses_remote_gateways = true;
	assert_string_equal(sample_steps(sample), OURS ", " THEIRS);
	sample->wish.uses_remote_gateway = true;
	assert_string_equal(sample_steps(sample), THEIRS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(both_halves_are_made_the_own_one_first),
		sample_test(nothing_is_made_without_the_exact_tag),
		sample_test(what_a_shell_would_take_for_more_is_quoted_in_commands),
		sample_test(the_remote_half_that_is_missing_is_made_with_the_tag_alone),
		sample_test(a_half_that_the_other_side_has_made_is_its_consent_whatever_its_name),
		sample_test(ids_and_names_count_in_any_case_of_letters),
		sample_test(the_disconnected_half_itself_is_put_anew_first),
		sample_test(what_the_other_side_has_ended_is_not_begun_again_without_the_tag),
		sample_test(two_halves_that_do_not_see_each_other_are_made_to),
		sample_test(what_a_failed_operation_has_left_is_put_anew),
		sample_test(what_is_on_its_way_is_awaited),
		sample_test(halves_that_were_not_read_at_one_moment_are_read_again),
		sample_test(a_name_that_leads_elsewhere_is_somebody_elses),
		sample_test(a_half_of_some_subnets_is_not_made_one_of_whole_networks),
		sample_test(a_half_of_whole_networks_counts_before_one_of_subnets),
		sample_test(the_own_network_that_is_not_there_or_not_known_is_said),
		sample_test(the_own_network_is_no_remote_one),
		sample_test(a_remote_network_that_is_gone_is_said_with_the_half_that_is_left),
		sample_test(
			a_remote_network_that_we_may_not_see_is_said_and_what_is_connected_stays_that),
		sample_test(
			an_own_half_that_uses_a_gateway_without_being_asked_to_stops_that_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
