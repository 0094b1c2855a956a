/* Links of Azure as one of the clouds: what is asked, what is done, and what each refusal becomes.
 */
#include "cloud/azure_link_cloud.h"

#include "base/clock.h"
#include "tests/cloud/played_azure_links.h"

#define HOME "11111111-1111-1111-1111-111111111111"
#define AWAY "22222222-2222-2222-2222-222222222222"
#define KYMA "virtualNetworkLinks/kyma"
#define SEEN "GET " AWAY " " KYMA "\n"
#define PUT  SEEN "GET " HOME " shoot\nPUT " AWAY "+" HOME " " KYMA

static struct sample *sample;
static struct azure_link_cloud *cloud;
static struct network_turns *turns;
static struct cloud_fault fault;
static struct cloud_outcome outcome;

static int
set_up(void **state)
{
	(void)state;
	sample = sample_new();
	sample->remote.tenant = AWAY;
	turns = network_turns_new(CLOCK_SECOND);
	cloud = azure_link_cloud_new(
		&(struct azure_access){NULL, SAMPLE_OWN, "", HOME, 3 * CLOCK_SECOND}, turns);
	played = (struct played){.vnet = sample->vnet,
		.zone = {.links = 3, .most_links = 1000, .tags = {sample->tags, 1}}};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	azure_link_cloud_free(cloud);
	network_turns_free(turns);
	arena_free(sample->arena);
	return 0;
}

static void
forget_log(void)
{
	played.length = 0;
	played.log[0] = '\0';
}

static bool
plan(void)
{
	struct cloud row = azure_link_cloud_row(cloud);

	forget_log();
	return row.plan(sample->arena, row.context, &sample->wish, &sample->plan, &fault);
}

static bool
perform(enum cloud_verb verb)
{
	struct cloud row = azure_link_cloud_row(cloud);
	const struct cloud_step step = {
		.verb = verb, .side = CLOUD_REMOTE, .object = sample->facts.link_id, .text = ""};

	forget_log();
	return row.perform(
		sample->arena, row.context, &sample->wish, &sample->plan, &step, &outcome, &fault);
}

static struct azure_link *
add_link(const char *network)
{
	struct azure_link *link = &played.links[played.count++];

	*link = sample_link(sample->facts.link_id, network);
	return link;
}

static void
expect_plan(enum cloud_verb verb)
{
	if (!plan())
		fail_msg("%s", fault.message);
	assert_int_equal(sample->plan.step_count, 1);
	assert_int_equal(sample->plan.steps->verb, verb);
}

static void
a_link_is_made_where_there_is_none_with_both_marks(void **state)
{
	(void)state;
	expect_plan(CLOUD_STEP_CREATE);
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_string_equal(played.log, PUT " new\n");
	assert_string_equal(played.put.network, SAMPLE_OWN);
	assert_false(played.put.registers);
	assert_string_equal(azure_read_tag(&played.put.tags, AZURE_LINK_UID), "uid-1");
	assert_string_equal(azure_read_tag(&played.put.tags, AZURE_LINK_NETWORK), "guid-1");
	assert_string_equal(outcome.id, SAMPLE_ZONE SAMPLE_LINK);
	assert_string_equal(outcome.operation, "");
	assert_int_equal(outcome.after, 0);
	assert_true(played.deadline <= clock_monotonic() + 3 * CLOCK_SECOND);
}

static void
what_goes_on_is_stored_and_not_begun_again(void **state)
{
	(void)state;
	played.progress = (struct azure_progress){true, 5 * CLOCK_SECOND};
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_string_equal(outcome.id, SAMPLE_ZONE SAMPLE_LINK);
	assert_ptr_equal(strstr(outcome.operation, "put until "), outcome.operation);
	assert_int_equal(outcome.after, 5 * CLOCK_SECOND);
	sample->wish.operation = outcome.operation;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_true(sample->plan.look_again > 0);
	add_link(SAMPLE_OWN);
	assert_true(plan());
	assert_true(sample->plan.ready);
}

static void
after_one_that_ended_unseen_the_next_is_followed_to_its_end(void **state)
{
	(void)state;
	sample->wish.operation = "put until 1700000000";
	expect_plan(CLOUD_STEP_CREATE);
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_true(played.deadline > clock_monotonic() + 30 * CLOCK_SECOND);
}

static void
one_that_is_there_already_is_taken_and_a_foreign_one_is_not(void **state)
{
	(void)state;
	add_link(SAMPLE_OWN_TOO);
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_string_equal(played.log, SEEN);
	assert_string_equal(outcome.id, SAMPLE_ZONE SAMPLE_LINK);
	played.links[0].network = SAMPLE_FAR;
	assert_false(perform(CLOUD_STEP_CREATE));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_false(perform(CLOUD_STEP_OPTIONS));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_false(perform(CLOUD_STEP_DELETE));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_string_equal(played.log, SEEN);
}

static void
one_that_failed_is_put_again_with_what_somebody_wrote_on_it(void **state)
{
	static const struct tag tags[] = {{"cost", "7"}, {AZURE_LINK_UID, "uid-0"}};
	struct azure_link *link = add_link(SAMPLE_OWN);

	(void)state;
	link->provisioning = AZURE_PROVISIONING_FAILED;
	link->tags = (struct azure_tags){tags, 2};
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_string_equal(played.log, PUT " \"1\"\n");
	assert_int_equal(played.put.tags.count, 3);
	assert_string_equal(azure_read_tag(&played.put.tags, "cost"), "7");
	assert_string_equal(azure_read_tag(&played.put.tags, AZURE_LINK_UID), "uid-1");
	link->etag = "";
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_null(played.put.etag);
	assert_false(played.put.only_new);
}

static void
registration_is_put_back_under_the_links_etag(void **state)
{
	struct azure_link *link = add_link(SAMPLE_OWN);

	(void)state;
	link->registers = true;
	expect_plan(CLOUD_STEP_OPTIONS);
	assert_true(perform(CLOUD_STEP_OPTIONS));
	assert_string_equal(played.log, PUT " \"1\"\n");
	assert_false(played.put.registers);
	link->registers = false;
	assert_true(perform(CLOUD_STEP_OPTIONS)); /* somebody was quicker */
	assert_string_equal(played.log, SEEN);
	played.count = 0;
	assert_false(perform(CLOUD_STEP_OPTIONS));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
}

static void
an_own_network_that_may_not_be_seen_leaves_no_mark_of_it(void **state)
{
	(void)state;
	played_fail("shoot", "AuthorizationFailed", 403);
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_int_equal(played.put.tags.count, 1);
	played.faults[0].code = "ResourceNotFound";
	played.faults[0].status = 404;
	assert_false(perform(CLOUD_STEP_CREATE));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	played.faults[0].code = "InternalServerError";
	played.faults[0].status = 500;
	assert_false(perform(CLOUD_STEP_CREATE));
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
	assert_null(strstr(played.log, "PUT"));
}

static void
a_link_goes_with_its_etag_and_what_is_gone_need_not_go(void **state)
{
	(void)state;
	sample->wish.deleting = true;
	add_link(SAMPLE_OWN);
	expect_plan(CLOUD_STEP_DELETE);
	assert_true(perform(CLOUD_STEP_DELETE));
	assert_string_equal(played.log, SEEN "DELETE " AWAY " " KYMA " \"1\"\n");
	played.progress = (struct azure_progress){true, 0};
	assert_true(perform(CLOUD_STEP_DELETE));
	assert_ptr_equal(strstr(outcome.operation, "delete until "), outcome.operation);
	assert_int_equal(outcome.after, CLOCK_SECOND);
	sample->wish.operation = outcome.operation;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_false(sample->plan.gone);
	played.count = 0;
	assert_true(plan());
	assert_true(sample->plan.gone);
	assert_true(perform(CLOUD_STEP_DELETE));
	assert_string_equal(played.log, SEEN);
}

static void
while_the_object_stays_a_stale_link_alone_goes(void **state)
{
	struct azure_link *link = add_link(SAMPLE_OWN);

	(void)state;
	sample_mark(sample, link, "guid-0");
	expect_plan(CLOUD_STEP_DELETE);
	assert_true(perform(CLOUD_STEP_DELETE));
	sample_mark(sample, link, "guid-1"); /* it was made anew meanwhile */
	assert_false(perform(CLOUD_STEP_DELETE));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_null(strstr(played.log, "DELETE"));
}

static void
another_link_in_the_way_is_explained(void **state)
{
	(void)state;
	played_fail("PUT", "BadRequest", 200);
	played.faults[0].failure = CLOUD_WAIT_FOR_USER;
	played.faults[0].message = "A virtual network cannot be linked to multiple zones with "
				   "overlapping namespaces.";
	assert_false(perform(CLOUD_STEP_CREATE));
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_non_null(strstr(fault.hint, "az graph query"));
	assert_non_null(strstr(fault.hint, SAMPLE_OWN));
	assert_string_equal(
		fault.action, "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write");
	played.faults[0].code = "PreconditionFailed";
	played.faults[0].message = NULL;
	played.faults[0].failure = CLOUD_NONE;
	assert_false(perform(CLOUD_STEP_CREATE));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
}

static void
a_right_that_is_missing_is_named(void **state)
{
	(void)state;
	add_link(SAMPLE_OWN);
	sample->wish.deleting = true;
	played_fail("DELETE", "AuthorizationFailed", 403);
	assert_false(perform(CLOUD_STEP_DELETE));
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
	assert_string_equal(
		fault.action, "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete");
	played.faults[0].call = "GET";
	assert_false(perform(CLOUD_STEP_DELETE));
	assert_string_equal(
		fault.action, "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read");
}

static void
two_links_of_one_zone_take_turns(void **state)
{
	(void)state;
	played.progress = (struct azure_progress){true, CLOCK_SECOND};
	assert_true(perform(CLOUD_STEP_CREATE));
	sample->wish.uid = "uid-2";
	sample->wish.operation = "kept";
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_string_equal(played.log, ""); /* nothing was done */
	assert_string_equal(outcome.id, "");
	assert_string_equal(outcome.operation, "kept");
	assert_true(outcome.put_off && outcome.after > 0);
	assert_true(plan());
	assert_string_equal(played.log, "");
	assert_true(sample->plan.in_line);
	sample->wish.uid = "uid-3";
	sample->wish.operation = "";
	sample->remote.id = SAMPLE_PRIVATE; /* another zone may be changed at the same time */
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_non_null(strstr(played.log, "PUT"));
	sample->remote.id = SAMPLE_ZONE;
	sample->wish.uid = "uid-1";
	add_link(SAMPLE_OWN);
	assert_true(plan()); /* done: the turn ends */
	sample->wish.uid = "uid-2";
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_false(outcome.put_off);
}

static void
a_turn_ends_with_what_was_done_or_refused(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE));
	sample->wish.uid = "uid-2";
	played_fail("PUT", "AuthorizationFailed", 403);
	assert_false(perform(CLOUD_STEP_CREATE));
	sample->wish.uid = "uid-3";
	played.faults[0].call = NULL;
	assert_true(perform(CLOUD_STEP_DELETE));
	sample->wish.uid = "uid-4";
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_non_null(strstr(played.log, "PUT"));
}

static void
a_turn_ends_where_nothing_could_be_looked_at(void **state)
{
	(void)state;
	played_fail("GET", "AuthorizationFailed", 403);
	assert_false(perform(CLOUD_STEP_CREATE));
	played.faults[0].call = NULL;
	sample->wish.uid = "uid-2";
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_non_null(strstr(played.log, "PUT"));
}

static void
a_turn_ends_when_nothing_more_is_to_be_done(void **state)
{
	struct cloud row = azure_link_cloud_row(cloud);

	(void)state;
	played.progress = (struct azure_progress){true, CLOCK_SECOND};
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_non_null(row.let_be);
	row.let_be(row.context, "uid-1");
	sample->wish.uid = "uid-2";
	assert_true(perform(CLOUD_STEP_CREATE));
	assert_non_null(strstr(played.log, "PUT"));
}

static void
there_are_no_other_steps(void **state)
{
	(void)state;
	assert_false(perform(CLOUD_STEP_ACCEPT));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
	assert_false(perform(CLOUD_STEP_SYNCHRONIZE));
	sample->remote.id = SAMPLE_OWN;
	assert_false(perform(CLOUD_STEP_CREATE));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
	assert_false(plan());
	assert_string_equal(played.log, "");
}

static void
the_row_manages_links_and_describes_zones(void **state)
{
	struct cloud row = azure_link_cloud_row(cloud);
	struct cloud_network network;

	(void)state;
	assert_string_equal(row.name, "azure-dns");
	assert_int_equal(row.provider, PROVIDER_AZURE);
	assert_int_equal(row.manages, KIND_AZURE_VPC_DNS_LINK);
	assert_int_equal(row.describes, KIND_REMOTE_ZONE);
	assert_true(text_starts_with(SAMPLE_ZONE SAMPLE_LINK, row.id_prefix));
	assert_string_equal(row.words->create, "FailedCreatingVirtualNetworkLink");
	assert_string_equal(row.words->gone, "FailedLoadingPrivateDnzZone");
	assert_true(row.look_up(sample->arena, row.context, &sample->remote, &network, &fault));
	assert_string_equal(network.owner, SAMPLE_ZONE);
	azure_link_cloud_free(azure_link_cloud_new(&(struct azure_access){0}, NULL));
	azure_link_cloud_free(NULL);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_link_is_made_where_there_is_none_with_both_marks),
		test(what_goes_on_is_stored_and_not_begun_again),
		test(after_one_that_ended_unseen_the_next_is_followed_to_its_end),
		test(one_that_is_there_already_is_taken_and_a_foreign_one_is_not),
		test(one_that_failed_is_put_again_with_what_somebody_wrote_on_it),
		test(registration_is_put_back_under_the_links_etag),
		test(an_own_network_that_may_not_be_seen_leaves_no_mark_of_it),
		test(a_link_goes_with_its_etag_and_what_is_gone_need_not_go),
		test(while_the_object_stays_a_stale_link_alone_goes),
		test(another_link_in_the_way_is_explained),
		test(a_right_that_is_missing_is_named),
		test(two_links_of_one_zone_take_turns),
		test(a_turn_ends_with_what_was_done_or_refused),
		test(a_turn_ends_where_nothing_could_be_looked_at),
		test(a_turn_ends_when_nothing_more_is_to_be_done),
		test(there_are_no_other_steps),
		test(the_row_manages_links_and_describes_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
