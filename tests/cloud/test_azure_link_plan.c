/* The plan of a link to a private DNS zone or a resolver ruleset: from nothing to ready, what keeps
 * it from there, and its end. */
#include "base/clock.h"
#include "tests/cloud/azure_link_sample.h"

#define FAILED "FailedCreatingVirtualNetworkLink"
#define LOST   "FailedLoadingPrivateDnzZone"
#define DELETE "az network private-dns link vnet delete --ids " SAMPLE_ZONE SAMPLE_LINK

/* --- from nothing to ready --- */

static void
without_a_link_one_is_asked_for(void **state)
{
	static const char *const targets[] = {SAMPLE_ZONE, SAMPLE_RULESET};
	static const char *const states[] = {"InProgress", "Creating"};
	struct sample *sample = *state;

	for (size_t i = 0; i < 2; i++) {
		sample_lead_to(sample, targets[i]);
		assert_string_equal(sample_step(sample), "create kyma");
		assert_string_equal(sample->plan.steps->object, sample->facts.link_id);
		assert_string_equal(sample->plan.state, states[i]);
		assert_string_equal(sample->plan.id, "");
		assert_null(sample->plan.reason);
		assert_false(sample->plan.ready);
	}
}

static void
what_was_begun_is_awaited_and_not_begun_again(void **state)
{
	struct sample *sample = *state;

	sample->facts.motion = AZURE_LINK_IS_PUT;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.look_again > 0);
	assert_null(sample->plan.reason);
	sample->facts.motion = AZURE_LINK_IS_DELETED; /* a stale one, which is gone now */
	assert_string_equal(sample_step(sample), "create kyma");
	sample->facts.motion = AZURE_LINK_RESTS;
	sample->facts.motion_failed = true;
	assert_string_equal(sample_step(sample), "create kyma");
	assert_non_null(strstr(sample->plan.steps->text, "did not make it"));
}

static void
a_link_on_its_way_is_awaited(void **state)
{
	struct sample *sample = *state;
	struct azure_link *link = sample_add_link(sample, SAMPLE_OWN);

	link->ready = false;
	link->state_text = "InProgress";
	assert_string_equal(sample_step(sample), "");
	assert_string_equal(sample->plan.state, "InProgress");
	assert_string_equal(sample->plan.id, SAMPLE_ZONE SAMPLE_LINK);
	assert_int_equal(sample->plan.look_again, 2 * CLOCK_SECOND);
	link->provisioning = AZURE_PROVISIONING_DELETING;
	assert_string_equal(sample_step(sample), "");
	assert_int_equal(sample->plan.look_again, 2 * CLOCK_SECOND);
	assert_false(sample->plan.ready);
}

static void
a_link_that_is_completed_is_ready_whatever_the_case_of_its_id(void **state)
{
	struct sample *sample = *state;

	sample_add_link(sample, SAMPLE_OWN_TOO);
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.state, "Completed");
	sample_lead_to(sample, SAMPLE_RULESET);
	sample_add_link(sample, SAMPLE_OWN);
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.state, "Succeeded");
}

static void
a_link_of_another_name_is_used_and_not_changed(void **state)
{
	struct sample *sample = *state;

	sample_add_other(sample)->registers = true;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.id, SAMPLE_ZONE "/virtualNetworkLinks/hand");
	sample_add_link(sample, SAMPLE_FAR); /* though the wanted name is taken */
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.ready);
	sample->other.ready = false;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.look_again > 0);
	sample->other.provisioning = AZURE_PROVISIONING_FAILED;
	sample_expect_stop(sample, FAILED, "has failed",
		"az network private-dns link vnet delete --ids " SAMPLE_ZONE
		"/virtualNetworkLinks/hand");
	sample->other = sample_link(sample->other.id, SAMPLE_OWN);
	sample_mark(sample, &sample->other, "guid-0");
	sample_expect_stop(sample, FAILED, "deleted and made again", "one named kyma is made");
}

/* --- what is wrong --- */

static void
a_zone_without_the_exact_tag_is_not_linked(void **state)
{
	struct sample *sample = *state;

	sample->tags[0].key = "c-12";
	sample_expect_stop(sample, LOST, "private DNS zone a.example does not carry the tag c-1",
		"az tag update --operation Merge --resource-id " SAMPLE_ZONE " --tags 'c-1='");
	sample->tags[0].key = "C-1";
	sample_expect_stop(sample, LOST, "does not carry", "az tag");
	sample->wish.tag = NULL;
	sample_expect_stop(sample, LOST, "nothing says which tag", "kube-system/shoot-info");
	assert_string_equal(sample->plan.state, "Error");
}

static void
the_tag_is_asked_for_only_where_something_is_to_be_made(void **state)
{
	struct sample *sample = *state;

	sample_add_link(sample, SAMPLE_OWN);
	sample->target.tags.count = 0;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.ready);
	sample->link.registers = true;
	sample_expect_stop(sample, LOST, "does not carry the tag", "az tag update");
	sample_mark(sample, &sample->link, "guid-1"); /* with it, its owner agreed before */
	assert_string_equal(sample_step(sample), "options kyma");
}

static void
a_link_of_that_name_to_another_network_is_left_alone(void **state)
{
	struct sample *sample = *state;

	sample_add_link(sample, SAMPLE_FAR);
	sample_expect_stop(sample, FAILED, "leads to another VNet, " SAMPLE_FAR, DELETE);
	assert_string_equal(sample->plan.id, "");
	assert_non_null(strstr(sample->plan.hint, "spec.remoteLinkName"));
}

static void
a_zone_that_is_not_there_is_told(void **state)
{
	struct sample *sample = *state;

	sample->facts.target = NULL;
	sample->facts.target_fault = (struct cloud_fault){CLOUD_GONE, "", "", "not found", ""};
	sample_expect_stop(sample, LOST, "there is no private DNS zone a.example: not found", "");
	assert_string_equal(sample->plan.state, "Error");
}

static void
a_zone_that_is_being_changed_is_awaited(void **state)
{
	struct sample *sample = *state;

	sample->target.provisioning = AZURE_PROVISIONING_UPDATING;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.look_again > 0);
}

static void
an_own_network_that_is_missing_or_not_known_is_told(void **state)
{
	struct sample *sample = *state;

	sample->facts.vnet = NULL;
	sample_expect_stop(sample, FAILED, SAMPLE_OWN " is not there", "azure-local-vnet");
	sample->facts.own_seen = false; /* it may not be looked at */
	assert_string_equal(sample_step(sample), "create kyma");
	sample->facts.own = "";
	sample_expect_stop(sample, FAILED, "own VNet is not known", "azure-local-subscription");
}

static void
a_ruleset_of_another_region_is_not_linked(void **state)
{
	struct sample *sample = *state;

	sample_lead_to(sample, SAMPLE_RULESET);
	assert_string_equal(sample_step(sample), "create kyma");
	sample->target.location = "westus";
	sample_expect_stop(sample, FAILED, "is in westus, and the cluster's VNet in West Europe",
		"a ruleset in West Europe");
	sample->target.location = "westeurope2";
	sample_expect_stop(sample, FAILED, "westeurope2", "");
	sample->target.location = "";
	assert_string_equal(sample_step(sample), "create kyma");
}

static void
a_zone_that_is_full_is_not_asked(void **state)
{
	struct sample *sample = *state;

	sample->target.links = sample->target.most_links;
	sample_expect_stop(sample, "QuotaExceeded", "has 1000 links, and Azure allows it 1000",
		"az network private-dns link vnet list --zone-name a.example");
	sample->target.most_links = -1;
	assert_string_equal(sample_step(sample), "create kyma");
}

/* --- drift --- */

static void
registration_is_put_back(void **state)
{
	struct sample *sample = *state;

	sample_add_link(sample, SAMPLE_OWN)->registers = true;
	assert_string_equal(sample_step(sample), "options kyma");
	assert_false(sample->plan.ready);
	assert_string_equal(sample->plan.state, "Completed");
	sample->facts.motion = AZURE_LINK_IS_PUT;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.look_again > 0);
	assert_false(sample->plan.ready);
}

static void
a_link_that_may_have_a_resolution_policy_is_not_put_again(void **state)
{
	struct sample *sample = *state;

	sample_add_link(sample, SAMPLE_OWN)->registers = true;
	sample->link.resolution = "NxDomainRedirect";
	sample_expect_stop(sample, FAILED, "would reset its resolution policy",
		"az network private-dns link vnet update --registration-enabled false --ids");
	assert_string_equal(sample->plan.state, "Warning");
	sample_lead_to(sample, SAMPLE_PRIVATE);
	sample_add_link(sample, SAMPLE_OWN)->registers = true;
	sample_expect_stop(sample, FAILED, "resolution policy", "update");
	sample->link.registers = false;
	sample->link.provisioning = AZURE_PROVISIONING_FAILED;
	sample_expect_stop(sample, FAILED, "resolution policy", "delete --ids");
}

static void
a_link_that_failed_is_made_again(void **state)
{
	struct sample *sample = *state;

	sample_add_link(sample, SAMPLE_OWN)->provisioning = AZURE_PROVISIONING_FAILED;
	sample->link.ready = false;
	assert_string_equal(sample_step(sample), "create kyma");
	assert_string_equal(sample->plan.state, "Error");
}

static void
a_link_of_a_network_that_was_made_again_goes_first_where_our_mark_shows_it(void **state)
{
	struct sample *sample = *state;

	sample_mark(sample, sample_add_link(sample, SAMPLE_OWN), "guid-0");
	assert_string_equal(sample_step(sample), "delete kyma");
	assert_false(sample->plan.ready);
	sample->facts.motion = AZURE_LINK_IS_DELETED;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.look_again > 0);
	sample->facts.motion = AZURE_LINK_RESTS;
	sample->target.tags.count = 0;
	sample_expect_stop(sample, LOST, "does not carry the tag", "az tag update");
	sample_mark(sample, &sample->link, "GUID-1");
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.ready);
}

/* --- the end --- */

static struct sample *
deleting(void **state)
{
	struct sample *sample = *state;

	sample->wish.deleting = true;
	sample->wish.id = SAMPLE_ZONE SAMPLE_LINK;
	sample->facts.target = NULL;
	sample->facts.vnet = NULL;
	sample->facts.own_seen = false;
	return sample;
}

static void
our_link_goes_and_then_nothing_is_left(void **state)
{
	struct sample *sample = deleting(state);

	sample_add_link(sample, SAMPLE_OWN);
	assert_string_equal(sample_step(sample), "delete kyma");
	assert_false(sample->plan.gone);
	sample->facts.motion = AZURE_LINK_IS_DELETED;
	assert_string_equal(sample_step(sample), "");
	assert_false(sample->plan.gone);
	sample->facts.motion = AZURE_LINK_RESTS;
	sample->link.provisioning = AZURE_PROVISIONING_DELETING;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.look_again > 0);
	sample->facts.link = NULL;
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
}

static void
what_is_being_made_is_awaited_before_the_object_goes(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.motion = AZURE_LINK_IS_PUT;
	assert_string_equal(sample_step(sample), "");
	assert_false(sample->plan.gone);
	assert_true(sample->plan.look_again > 0);
	sample_add_link(sample, SAMPLE_OWN);
	assert_string_equal(sample_step(sample), "delete kyma");
}

static void
a_foreign_link_stays_and_one_that_we_made_goes_though_the_own_network_is_another(void **state)
{
	struct sample *sample = deleting(state);

	sample_add_link(sample, SAMPLE_FAR);
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
	sample_mark(sample, &sample->link, "guid-1");
	assert_string_equal(sample_step(sample), "delete kyma");
	sample->wish.uid = "uid-2";
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
}

static void
a_link_of_another_name_stays_and_is_told(void **state)
{
	struct sample *sample = deleting(state);

	sample_add_other(sample);
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
	assert_non_null(strstr(sample->plan.left, "hand, which was not made for this object: az "
						  "network private-dns link vnet delete --ids "));
	sample->other.network = SAMPLE_FAR;
	sample_step(sample);
	assert_null(sample->plan.left);
}

static void
an_owner_who_keeps_us_out_does_not_keep_up_the_end(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.link_fault =
		(struct cloud_fault){CLOUD_WAIT_FOR_USER, "", "", "no right", ""};
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
	assert_non_null(strstr(sample->plan.left, "may not be looked at (no right): " DELETE));
	sample->wish.id = ""; /* nothing was ever made */
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
	assert_null(sample->plan.left);
}

static void
without_the_own_network_nobody_guesses_whose_a_link_is(void **state)
{
	struct sample *sample = deleting(state);

	sample->facts.own = "";
	sample_add_link(sample, SAMPLE_OWN);
	sample_expect_stop(sample, FAILED, "nobody can say whether link", "azure-local-vnet");
	assert_false(sample->plan.gone);
	sample_mark(sample, &sample->link, "guid-1");
	assert_string_equal(sample_step(sample), "delete kyma");
	sample->link.tags.count = 0;
	sample->wish.id = "";
	assert_string_equal(sample_step(sample), "");
	assert_true(sample->plan.gone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(without_a_link_one_is_asked_for),
		sample_test(what_was_begun_is_awaited_and_not_begun_again),
		sample_test(a_link_on_its_way_is_awaited),
		sample_test(a_link_that_is_completed_is_ready_whatever_the_case_of_its_id),
		sample_test(a_link_of_another_name_is_used_and_not_changed),
		sample_test(a_zone_without_the_exact_tag_is_not_linked),
		sample_test(the_tag_is_asked_for_only_where_something_is_to_be_made),
		sample_test(a_link_of_that_name_to_another_network_is_left_alone),
		sample_test(a_zone_that_is_not_there_is_told),
		sample_test(a_zone_that_is_being_changed_is_awaited),
		sample_test(an_own_network_that_is_missing_or_not_known_is_told),
		sample_test(a_ruleset_of_another_region_is_not_linked),
		sample_test(a_zone_that_is_full_is_not_asked),
		sample_test(registration_is_put_back),
		sample_test(a_link_that_may_have_a_resolution_policy_is_not_put_again),
		sample_test(a_link_that_failed_is_made_again),
		sample_test(
			a_link_of_a_network_that_was_made_again_goes_first_where_our_mark_shows_it),
		sample_test(our_link_goes_and_then_nothing_is_left),
		sample_test(what_is_being_made_is_awaited_before_the_object_goes),
		sample_test(
			a_foreign_link_stays_and_one_that_we_made_goes_though_the_own_network_is_another),
		sample_test(a_link_of_another_name_stays_and_is_told),
		sample_test(an_owner_who_keeps_us_out_does_not_keep_up_the_end),
		sample_test(without_the_own_network_nobody_guesses_whose_a_link_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
