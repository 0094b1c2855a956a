/* The plan of a peering on Google Cloud: from nothing to connected, and what keeps it from there.
 */
#include "tests/cloud/gcp_facts_sample.h"

#include "base/clock.h"

#define NOT_CREATED "FailedCreatingVpcPeeringConnection"

static void
without_halves_the_remote_one_is_made_first(void **state)
{
	struct sample *sample = *state;

	assert_string_equal(sample_steps(sample), "create remote back, create " SAMPLE_OURS);
	assert_string_equal(
		sample->plan.steps[0].text, "half back of the peering is missing in away/far");
	assert_string_equal(sample->plan.id, "");
	assert_string_equal(sample->plan.state, "Initiated");
	assert_null(sample->plan.reason);
	assert_false(sample->plan.ready);
}

static void
then_the_own_one(void **state)
{
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_LOCAL);
	assert_string_equal(sample_steps(sample), "create " SAMPLE_OURS);
	assert_string_equal(sample->plan.state, "Initiated");
}

static void
with_both_active_it_is_ready(void **state)
{
	struct sample *sample = *state;

	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.state, "Connected");
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
	assert_int_equal(sample->plan.look_again, 0);
}

static void
halves_of_other_names_are_used(void **state)
{
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_LOCAL, "by-hand", SAMPLE_REMOTE);
	sample_add_half(sample, CLOUD_REMOTE, "theirs", SAMPLE_LOCAL);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.id, "by-hand");
}

static void
while_an_operation_runs_nothing_is_begun(void **state)
{
	struct sample *sample = *state;

	sample->facts.operation_runs = true;
	assert_string_equal(sample_steps(sample), "");
	assert_int_equal(sample->plan.look_again, 2 * CLOCK_SECOND);
	assert_string_equal(sample->plan.state, "Initiated");
	sample->wish.deleting = true;
	sample_steps(sample);
	assert_string_equal(sample->plan.state, "Deleting");
	assert_false(sample->plan.gone);
}

static void
what_may_have_been_made_is_awaited(void **state)
{
	struct sample *sample = *state;

	sample->facts.just_made = true;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.look_again > 0);
}

static void
without_the_tag_nothing_is_made(void **state)
{
	struct sample *sample = *state;

	sample->facts.tags.count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, NOT_CREATED);
	assert_string_equal(sample->plan.state, "Disconnected");
	assert_string_equal(sample->plan.message, "away/far does not carry the tag c-1");
	assert_string_equal(sample->plan.hint,
		"gcloud resource-manager tags bindings create --tag-value=away/c-1/none "
		"--parent=//compute.googleapis.com/projects/away/global/networks/2 (where there is "
		"no such tag yet, first: gcloud resource-manager tags keys create c-1 "
		"--parent=projects/away && gcloud resource-manager tags values create none "
		"--parent=away/c-1)");
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
}

static void
a_tag_that_is_merely_like_it_does_not_do(void **state)
{
	struct sample *sample = *state;

	sample->tags[0] = (struct gcp_tag){"123/c-12", "c-12", "none", false};
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.message,
		"away/far does not carry the tag c-1; its tag 123/c-12 has that in its key, which "
		"would do for Kyma's Cloud Manager, but it is another tag");
}

static void
without_a_shoot_no_tag_is_known(void **state)
{
	struct sample *sample = *state;

	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, NOT_CREATED);
	sample_assert_says(sample->plan.hint, "--tag-bypass");
}

static void
the_remote_owners_own_half_is_consent(void **state)
{
	struct sample *sample = *state;
	struct gcp_peering *half = sample_add_half(sample, CLOUD_REMOTE, "theirs", SAMPLE_LOCAL);

	sample->facts.tags.count = 0;
	assert_string_equal(sample_steps(sample), "create " SAMPLE_OURS);
	half->name = "back"; /* we may have made that */
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, NOT_CREATED);
}

static void
a_connected_peering_needs_no_tag(void **state)
{
	struct sample *sample = *state;

	sample_connect(sample);
	sample->facts.tags_known = false;
	sample->facts.tags.count = 0;
	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
overlap_is_told_before_anything_is_made(void **state)
{
	struct sample *sample = *state;

	sample->facts.remote_group.count = 0;
	sample_add_range(sample, CLOUD_REMOTE, SAMPLE_REMOTE, "10.1.128.0/20");
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, NOT_CREATED);
	assert_string_equal(sample->plan.state, "Error");
	assert_string_equal(sample->plan.message,
		"the ranges overlap: 10.1.0.0/16 of subnetwork nodes in europe-west3 of "
		"home/shoot--team--c-1 and 10.1.128.0/20 of subnetwork nodes in europe-west3 of "
		"away/far");
	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
two_auto_mode_networks_cannot_be_connected(void **state)
{
	struct sample *sample = *state;

	sample->local.auto_subnetworks = true;
	assert_string_not_equal(sample_steps(sample), "");
	sample->remote.auto_subnetworks = true;
	assert_string_equal(sample_steps(sample), "");
	sample_assert_says(sample->plan.message, "10.128.0.0/9");
}

static void
a_name_that_leads_elsewhere_is_somebody_elses(void **state)
{
	struct sample *sample = *state;

	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_OTHER);
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, NOT_CREATED);
	assert_string_equal(sample->plan.message,
		"the name back is taken in away/far by a peering with away/other");
	sample_assert_says(sample->plan.hint,
		"gcloud compute networks peerings delete back --network=far --project=away");
	sample->remote.peering_count = 0;
	sample_add_half(sample, CLOUD_LOCAL, SAMPLE_OURS, SAMPLE_OTHER);
	assert_string_equal(sample_steps(sample), "");
	sample_assert_says(sample->plan.hint, "--network=shoot--team--c-1 --project=home");
}

static void
a_remote_half_that_was_removed_is_made_again_while_the_tag_stands(void **state)
{
	struct sample *sample = *state;
	struct gcp_peering *half = sample_add_half(sample, CLOUD_LOCAL, SAMPLE_OURS, SAMPLE_REMOTE);

	half->state = "INACTIVE";
	assert_string_equal(sample_steps(sample), "create remote back");
	assert_string_equal(sample->plan.state, "Disconnected");
	sample->facts.tags.count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.state, "Disconnected");
	assert_string_equal(sample->plan.message,
		"away/far has no half of the peering any more, and it does not carry the tag c-1");
	sample_assert_says(sample->plan.hint,
		"gcloud compute networks peerings create back --network=far --project=away "
		"--peer-network=shoot--team--c-1 --peer-project=home");
}

static void
a_network_that_is_not_there_is_told(void **state)
{
	struct sample *sample = *state;

	sample->facts.remote = NULL;
	sample->facts.remote_fault =
		(struct cloud_fault){CLOUD_GONE, "", "notFound", "it is not there", "look"};
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(sample->plan.state, "Error");
	assert_string_equal(sample->plan.message, "it is not there");
	sample_add_half(sample, CLOUD_LOCAL, SAMPLE_OURS, SAMPLE_REMOTE);
	sample_steps(sample);
	assert_string_equal(sample->plan.state, "Disconnected");
	assert_string_equal(sample->plan.message,
		"it is not there; the half " SAMPLE_OURS
		" in home/shoot--team--c-1 still leads there, and connects nothing");
	assert_string_equal(sample->plan.id, SAMPLE_OURS);
}

static void
an_own_network_that_is_not_known_is_told(void **state)
{
	struct sample *sample = *state;

	sample->facts.local = NULL;
	sample->facts.local_fault =
		(struct cloud_fault){CLOUD_GONE, "", "notFound", "it is not there", ""};
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(sample->plan.message, "it is not there");
	sample->facts.local_path = "";
	sample_steps(sample);
	assert_string_equal(sample->plan.message, "the cluster's own network is not known");
	sample_assert_says(sample->plan.hint, "the daemon's settings");
}

static void
a_network_does_not_peer_with_itself(void **state)
{
	struct sample *sample = *state;

	sample->remote.path = SAMPLE_LOCAL;
	assert_string_equal(sample_steps(sample), "");
	assert_int_equal(sample->plan.failure, CLOUD_PERMANENT);
}

static void
two_halves_that_do_not_connect_are_awaited_and_then_told(void **state)
{
	struct sample *sample = *state;

	sample_connect(sample);
	sample->halves[CLOUD_LOCAL][0].state = "INACTIVE";
	sample->halves[CLOUD_LOCAL][0].state_details = "[then]: Waiting.";
	assert_string_equal(sample_steps(sample), "");
	assert_null(sample->plan.reason);
	assert_true(sample->plan.look_again > 0);
	sample->facts.long_inactive = true;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, NOT_CREATED);
	assert_string_equal(sample->plan.state, "Disconnected");
	sample_assert_says(sample->plan.message,
		SAMPLE_OURS " in home/shoot--team--c-1 is INACTIVE: [then]: Waiting.; back in "
			    "away/far is ACTIVE: [");
	sample_assert_says(sample->plan.hint, "gcloud compute networks peerings delete " SAMPLE_OURS
					      " --network=shoot--team--c-1 --project=home");
}

static void
custom_routes_are_imported_here_and_exported_there(void **state)
{
	struct sample *sample = *state;

	sample_connect(sample);
	sample->wish.imports_routes = true;
	assert_string_equal(sample_steps(sample), "options " SAMPLE_OURS ", options remote back");
	assert_string_equal(
		sample->plan.steps[1].text, "half back in away/far exports no custom routes");
	assert_string_equal(sample->plan.state, "Connected");
	assert_false(sample->plan.ready);
	sample->halves[CLOUD_LOCAL][0].import_custom_routes = true;
	assert_string_equal(sample_steps(sample), "options remote back");
	sample->halves[CLOUD_REMOTE][0].export_custom_routes = true;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	sample->wish.imports_routes = false;
	assert_string_equal(sample_steps(sample), "options " SAMPLE_OURS);
}

static void
what_the_wish_does_not_speak_of_stays(void **state)
{
	struct sample *sample = *state;

	sample_connect(sample);
	sample->halves[CLOUD_LOCAL][0].export_custom_routes = true;
	sample->halves[CLOUD_REMOTE][0].export_custom_routes = true;
	sample->halves[CLOUD_REMOTE][0].import_custom_routes = true;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
a_half_of_the_remote_owners_is_not_changed(void **state)
{
	struct sample *sample = *state;

	sample_connect(sample);
	sample->halves[CLOUD_REMOTE][0].name = "theirs";
	sample->halves[CLOUD_LOCAL][0].import_custom_routes = true;
	sample->wish.imports_routes = true;
	assert_string_equal(sample_steps(sample), "");
	assert_false(sample->plan.ready);
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
	assert_string_equal(sample->plan.hint,
		"gcloud compute networks peerings update theirs --network=far --project=away "
		"--export-custom-routes");
}

static void
an_operation_that_failed_is_told_and_tried_again(void **state)
{
	struct sample *sample = *state;

	sample->facts.operation_fault = (struct cloud_fault){
		CLOUD_WAIT_FOR_USER, "", "QUOTA_EXCEEDED", "addPeering has failed", "less"};
	assert_string_equal(sample_steps(sample), "create remote back, create " SAMPLE_OURS);
	assert_string_equal(sample->plan.reason, "QuotaExceeded");
	assert_string_equal(sample->plan.message, "addPeering has failed (QUOTA_EXCEEDED)");
	assert_string_equal(sample->plan.hint, "less");
	assert_string_equal(sample->plan.state, "Error");
	sample->facts.operation_fault.code = "INVALID_USAGE";
	sample_steps(sample);
	assert_string_equal(sample->plan.reason, NOT_CREATED);
	sample->facts.operation_fault.action = "compute.globalOperations.get";
	sample_steps(sample);
	assert_string_equal(sample->plan.reason, "Unauthorized");
	sample->facts.operation_side = CLOUD_REMOTE;
	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_LOCAL);
	assert_string_equal(sample_steps(sample), "create " SAMPLE_OURS);
	assert_null(sample->plan.reason);
}

static void
one_that_failed_does_not_matter_where_all_is_there(void **state)
{
	struct sample *sample = *state;

	sample->facts.operation_fault = (struct cloud_fault){
		CLOUD_WAIT_FOR_USER, "", "QUOTA_EXCEEDED", "addPeering has failed", "less"};
	sample_connect(sample);
	assert_string_equal(sample_steps(sample), "");
	assert_null(sample->plan.reason);
	assert_true(sample->plan.ready);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(without_halves_the_remote_one_is_made_first),
		sample_test(then_the_own_one),
		sample_test(with_both_active_it_is_ready),
		sample_test(halves_of_other_names_are_used),
		sample_test(while_an_operation_runs_nothing_is_begun),
		sample_test(what_may_have_been_made_is_awaited),
		sample_test(without_the_tag_nothing_is_made),
		sample_test(a_tag_that_is_merely_like_it_does_not_do),
		sample_test(without_a_shoot_no_tag_is_known),
		sample_test(the_remote_owners_own_half_is_consent),
		sample_test(a_connected_peering_needs_no_tag),
		sample_test(overlap_is_told_before_anything_is_made),
		sample_test(two_auto_mode_networks_cannot_be_connected),
		sample_test(a_name_that_leads_elsewhere_is_somebody_elses),
		sample_test(a_remote_half_that_was_removed_is_made_again_while_the_tag_stands),
		sample_test(a_network_that_is_not_there_is_told),
		sample_test(an_own_network_that_is_not_known_is_told),
		sample_test(a_network_does_not_peer_with_itself),
		sample_test(two_halves_that_do_not_connect_are_awaited_and_then_told),
		sample_test(custom_routes_are_imported_here_and_exported_there),
		sample_test(what_the_wish_does_not_speak_of_stays),
		sample_test(a_half_of_the_remote_owners_is_not_changed),
		sample_test(an_operation_that_failed_is_told_and_tried_again),
		sample_test(one_that_failed_does_not_matter_where_all_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
