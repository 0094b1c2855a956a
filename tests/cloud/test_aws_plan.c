/* The plan of a peering on AWS: from nothing to active, and what keeps it from there. */
#include "tests/cloud/aws_facts_sample.h"

static void
without_a_connection_one_is_asked_for(void **state)
{
	struct sample *sample = *state;

	assert_string_equal(sample_steps(sample), "create vpc-1");
	assert_string_equal(sample->plan.steps[0].text, "a connection to vpc-2 is missing");
	assert_string_equal(sample->plan.id, "");
	assert_string_equal(sample->plan.state, "initiating-request");
	assert_null(sample->plan.reason);
	assert_false(sample->plan.ready);
}

static void
one_that_was_just_made_and_is_not_seen_yet_is_awaited(void **state)
{
	struct sample *sample = *state;

	sample->facts.just_created = true;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.look_again > 0);
}

static void
what_is_on_its_way_is_awaited(void **state)
{
	static const enum aws_peering_state states[] = {AWS_PEERING_INITIATING,
		AWS_PEERING_PROVISIONING, AWS_PEERING_DELETING, AWS_PEERING_UNKNOWN};
	static const char *const kyma[] = {
		"initiating-request", "initiating-request", "deleting", "marvellous"};
	struct sample *sample = *state;

	for (size_t i = 0; i < 4; i++) {
		sample->facts.peerings.count = 0;
		sample_add_ours(sample, "pcx-1", states[i]);
		assert_string_equal(sample_steps(sample), "");
		assert_string_equal(sample->plan.state, kyma[i]);
		assert_string_equal(sample->plan.id, "pcx-1");
		assert_int_equal(sample->plan.look_again, INT64_C(2000000000));
		assert_false(sample->plan.ready);
	}
}

static void
a_request_of_ours_is_accepted_by_the_remote_side(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_PENDING);
	assert_string_equal(sample_steps(sample), "accept remote pcx-1");
	assert_string_equal(sample->plan.state, "initiating-request");
}

static void
a_request_of_the_other_side_is_accepted_here_whatever_its_tags(void **state)
{
	struct sample *sample = *state;

	sample_swap(sample_add_peering(sample, "pcx-1", AWS_PEERING_PENDING));
	sample->remote.tags.count = 0;
	assert_string_equal(sample_steps(sample), "accept pcx-1");
}

static void
nothing_is_accepted_in_the_name_of_a_side_that_did_not_consent(void **state)
{
	struct sample *sample = *state;

	sample_add_peering(sample, "pcx-1", AWS_PEERING_PENDING);
	sample->remote.tags.count = 0;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedLoadingRemoteVpcNetwork");
}

static void
active_and_routed_it_is_ready(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
	assert_string_equal(sample->plan.state, "active");
	assert_int_equal(sample->plan.look_again, 0);
}

static void
lost_tags_are_put_back_on_a_connection_of_ours_alone(void **state)
{
	static const struct aws_tag object[] = {
		{AWS_TAG_OBJECT, "AwsVpcPeering/far"}, {"Name", "far"}};
	static const struct aws_tag uid[] = {{AWS_TAG_UID, "uid-1"}};
	static const struct aws_tag other[] = {
		{AWS_TAG_UID, "uid-0"}, {AWS_TAG_OBJECT, "AwsVpcPeering/far"}};
	struct sample *sample = *state;
	struct aws_peering *peering = sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);

	assert_string_equal(sample_steps(sample), "");
	peering->tags = (struct aws_tags){object, 2};
	assert_string_equal(sample_steps(sample), "tag pcx-1");
	assert_false(sample->plan.ready);
	peering->tags = (struct aws_tags){uid, 1};
	assert_string_equal(sample_steps(sample), "tag pcx-1");
	peering->tags = (struct aws_tags){other, 2};
	assert_string_equal(sample_steps(sample), "");
}

static void
a_connection_between_other_networks_is_none(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE)->accepter.vpc = "vpc-3";
	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "create vpc-1");
}

static void
of_several_the_farthest_counts_then_the_stored_then_ours(void **state)
{
	struct sample *sample = *state;

	sample_add_peering(sample, "pcx-1", AWS_PEERING_PENDING);
	sample_add_peering(sample, "pcx-4", AWS_PEERING_ACTIVE);
	sample_steps(sample);
	assert_string_equal(sample->plan.id, "pcx-4");
	sample_add_peering(sample, "pcx-3", AWS_PEERING_ACTIVE);
	sample_steps(sample);
	assert_string_equal(sample->plan.id, "pcx-3");
	sample_add_ours(sample, "pcx-5", AWS_PEERING_ACTIVE);
	sample_steps(sample);
	assert_string_equal(sample->plan.id, "pcx-5");
	sample->wish.id = "pcx-4";
	sample_steps(sample);
	assert_string_equal(sample->plan.id, "pcx-4");
}

static void
what_was_deleted_by_hand_or_has_expired_is_made_anew(void **state)
{
	struct sample *sample = *state;
	struct aws_peering *peering = sample_add_ours(sample, "pcx-1", AWS_PEERING_DELETED);

	sample->wish.id = "pcx-1";
	assert_string_equal(sample_steps(sample), "create vpc-1");
	assert_string_equal(
		sample->plan.steps[0].text, "a connection to vpc-2 is missing: pcx-1 is deleted");
	assert_string_equal(sample->plan.id, "");
	peering->state = AWS_PEERING_EXPIRED;
	assert_string_equal(sample_steps(sample), "create vpc-1");
	assert_string_equal(sample->plan.steps[0].text,
		"a connection to vpc-2 is missing: pcx-1 was not accepted in time");
}

static void
a_rejected_request_is_not_repeated(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_REJECTED);
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.state, "rejected");
	assert_string_equal(sample->plan.reason, "FailedAcceptingVpcPeeringConnection");
	assert_string_equal(sample->plan.message, "the owner of vpc-2 has rejected pcx-1");
	assert_non_null(strstr(sample->plan.hint, "let the other side ask"));
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
}

static void
what_somebody_else_was_refused_does_not_bind_this_object(void **state)
{
	struct sample *sample = *state;

	sample_add_peering(sample, "pcx-1", AWS_PEERING_REJECTED);
	sample_add_peering(sample, "pcx-2", AWS_PEERING_FAILED);
	sample_swap(sample_add_ours(sample, "pcx-3", AWS_PEERING_REJECTED));
	assert_string_equal(sample_steps(sample), "create vpc-1");
}

static void
after_a_rejection_the_other_side_may_ask(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_REJECTED);
	sample_swap(sample_add_peering(sample, "pcx-2", AWS_PEERING_PENDING));
	assert_string_equal(sample_steps(sample), "accept pcx-2");
}

static void
an_overlap_is_said_before_anything_is_asked_for(void **state)
{
	struct sample *sample = *state;

	sample_add_range(sample, CLOUD_LOCAL, "fd00:1::/56");
	sample_add_range(sample, CLOUD_REMOTE, "fd00:1:0:10::/64");
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedCreatingVpcPeeringConnection");
	assert_string_equal(sample->plan.message,
		"the ranges overlap: fd00:1::/56 of vpc-1 and fd00:1:0:10::/64 of vpc-2");
	assert_string_equal(sample->plan.state, "Error");
	assert_true(*sample->plan.hint);
}

static void
a_failed_request_is_explained_by_the_overlap_and_not_repeated(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_FAILED);
	sample_add_range(sample, CLOUD_REMOTE, "10.1.128.0/20");
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.state, "failed");
	assert_string_equal(sample->plan.reason, "FailedAcceptingVpcPeeringConnection");
	assert_string_equal(sample->plan.message,
		"the ranges overlap: 10.1.0.0/16 of vpc-1 and 10.1.128.0/20 of vpc-2; AWS has "
		"failed pcx-1 for it");
}

static void
when_nothing_overlaps_any_more_a_failed_request_is_repeated(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_FAILED);
	assert_string_equal(sample_steps(sample), "create vpc-1");
}

static void
requests_that_fail_for_no_known_cause_are_not_repeated_without_end(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_FAILED);
	sample_add_ours(sample, "pcx-2", AWS_PEERING_FAILED);
	sample_add_ours(sample, "pcx-3", AWS_PEERING_FAILED);
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedAcceptingVpcPeeringConnection");
	assert_string_equal(sample->plan.message,
		"AWS has failed 3 requests, the last seen is pcx-3: said by AWS");
}

static void
without_the_tag_nothing_is_made_and_the_command_is_told(void **state)
{
	static const struct aws_tag near[] = {{"C-1", ""}, {"c-12", ""}, {"Name", "c-1"}};
	struct sample *sample = *state;

	sample->remote.tags = (struct aws_tags){near, 3};
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedLoadingRemoteVpcNetwork");
	assert_string_equal(sample->plan.message, "vpc-2 does not carry the tag c-1");
	assert_string_equal(sample->plan.hint,
		"aws ec2 create-tags --region eu-west-1 --resources vpc-2 --tags Key=c-1,Value=");
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
}

static void
without_a_tag_to_ask_for_nothing_new_is_made(void **state)
{
	struct sample *sample = *state;

	sample->wish.shoot = NULL;
	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedLoadingRemoteVpcNetwork");
	assert_non_null(strstr(sample->plan.message, "vpc-2"));
	assert_non_null(strstr(sample->plan.hint, "kube-system/shoot-info"));
	assert_non_null(strstr(sample->plan.hint, "--tag-bypass"));
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
	sample_add_ours(sample, "pcx-1", AWS_PEERING_PENDING);
	assert_string_equal(sample_steps(sample), "");
	assert_non_null(sample->plan.reason);
	sample->peerings[0].state = AWS_PEERING_ACTIVE;
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
the_tag_is_not_needed_once_the_two_are_connected(void **state)
{
	struct sample *sample = *state;

	sample->remote.tags.count = 0;
	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	assert_string_equal(sample_steps(sample), "");
	assert_true(sample->plan.ready);
}

static void
a_remote_network_that_is_not_there_is_said(void **state)
{
	struct sample *sample = *state;

	sample->facts.remote = NULL;
	sample->facts.remote_fault = (struct cloud_fault){CLOUD_GONE, "", "", "no vpc-2", "look"};
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "VpcNotFound");
	assert_string_equal(sample->plan.message, "no vpc-2");
	assert_string_equal(sample->plan.hint, "look");
	assert_string_equal(sample->plan.state, "Error");
	assert_int_equal(sample->plan.failure, CLOUD_WAIT_FOR_USER);
}

static void
an_own_network_that_is_missing_or_not_the_only_one_is_said(void **state)
{
	static const struct {
		const char *name;
		size_t count;
		const char *message;
	} table[] = {
		{"", 0, "the cluster's own VPC is not known"},
		{"vpc-1", 0, "the cluster's own VPC vpc-1 is not in eu-central-1"},
		{"shoot--a--b", 2, "2 VPCs in eu-central-1 go by the name shoot--a--b"},
	};
	struct sample *sample = *state;

	sample->facts.local = NULL;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		sample->facts.local_name = table[i].name;
		sample->facts.local_count = table[i].count;
		assert_string_equal(sample_steps(sample), "");
		assert_string_equal(sample->plan.reason, "VpcNotFound");
		assert_string_equal(sample->plan.message, table[i].message);
		assert_true(*sample->plan.hint);
	}
}

static void
a_network_is_not_connected_to_itself(void **state)
{
	struct sample *sample = *state;

	sample->facts.local = &sample->remote;
	assert_string_equal(sample_steps(sample), "");
	assert_string_equal(sample->plan.reason, "FailedCreatingVpcPeeringConnection");
	assert_int_equal(sample->plan.failure, CLOUD_PERMANENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(without_a_connection_one_is_asked_for),
		sample_test(one_that_was_just_made_and_is_not_seen_yet_is_awaited),
		sample_test(what_is_on_its_way_is_awaited),
		sample_test(a_request_of_ours_is_accepted_by_the_remote_side),
		sample_test(a_request_of_the_other_side_is_accepted_here_whatever_its_tags),
		sample_test(nothing_is_accepted_in_the_name_of_a_side_that_did_not_consent),
		sample_test(active_and_routed_it_is_ready),
		sample_test(lost_tags_are_put_back_on_a_connection_of_ours_alone),
		sample_test(a_connection_between_other_networks_is_none),
		sample_test(of_several_the_farthest_counts_then_the_stored_then_ours),
		sample_test(what_was_deleted_by_hand_or_has_expired_is_made_anew),
		sample_test(a_rejected_request_is_not_repeated),
		sample_test(what_somebody_else_was_refused_does_not_bind_this_object),
		sample_test(after_a_rejection_the_other_side_may_ask),
		sample_test(an_overlap_is_said_before_anything_is_asked_for),
		sample_test(a_failed_request_is_explained_by_the_overlap_and_not_repeated),
		sample_test(when_nothing_overlaps_any_more_a_failed_request_is_repeated),
		sample_test(requests_that_fail_for_no_known_cause_are_not_repeated_without_end),
		sample_test(without_the_tag_nothing_is_made_and_the_command_is_told),
		sample_test(without_a_tag_to_ask_for_nothing_new_is_made),
		sample_test(the_tag_is_not_needed_once_the_two_are_connected),
		sample_test(a_remote_network_that_is_not_there_is_said),
		sample_test(an_own_network_that_is_missing_or_not_the_only_one_is_said),
		sample_test(a_network_is_not_connected_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
