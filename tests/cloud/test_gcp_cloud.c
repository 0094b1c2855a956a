/* Google Cloud as one of the clouds: what is asked, what is done, whose turn it is, and what each
 * refusal becomes. */
#include "cloud/gcp_cloud.h"

#include "base/clock.h"
#include "tests/cloud/played_gcp_client.h"

#define LOCAL  "home/shoot--team--c-1 "
#define REMOTE "away/far "

static struct sample *sample;
static struct network_turns *turns;
static struct gcp_cloud *cloud;
static struct cloud_fault fault;
static struct cloud_outcome outcome;

static const char *reason; /* of the plan whose step is done */
static int64_t ahead;      /* of the real clock */

int64_t __real_clock_monotonic(void);
int64_t __wrap_clock_monotonic(void);
int64_t
__wrap_clock_monotonic(void)
{
	return __real_clock_monotonic() + ahead;
}

static int
set_up(void **state)
{
	(void)state;
	ahead = 0;
	reason = NULL;
	sample = sample_new();
	turns = network_turns_new(CLOCK_SECOND);
	cloud = gcp_cloud_new(&(struct gcp_access){NULL, "home", "", 0}, turns);
	played = (struct played){
		.local = &sample->local, .remote = &sample->remote, .tags = {sample->tags, 1}};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	gcp_cloud_free(cloud);
	network_turns_free(turns);
	arena_free(sample->arena);
	return 0;
}

static bool
plan(void)
{
	struct cloud row = gcp_cloud_row(cloud);

	played_begin_log();
	return row.plan(sample->arena, row.context, &sample->wish, &sample->plan, &fault);
}

static bool
perform(enum cloud_verb verb, enum cloud_side side, const char *object)
{
	struct cloud row = gcp_cloud_row(cloud);
	const struct cloud_step step = {.verb = verb, .side = side, .object = object, .text = ""};
	const struct cloud_plan made = {.id = "", .state = "Initiated", .reason = reason};

	played_begin_log();
	return row.perform(
		sample->arena, row.context, &sample->wish, &made, &step, &outcome, &fault);
}

/* --- plan --- */

static void
the_row_says_what_it_is_for(void **state)
{
	struct cloud row = gcp_cloud_row(cloud);

	(void)state;
	assert_string_equal(row.name, "gcp");
	assert_int_equal(row.manages, KIND_GCP_VPC_PEERING);
	assert_int_equal(row.describes, KIND_REMOTE_NETWORK);
	assert_string_equal(row.id_prefix, "peerwarden-");
	assert_string_equal(row.words->ready, "the peering is connected on both sides");
}

static void
tags_and_ranges_are_read_before_something_is_made(void **state)
{
	(void)state;
	sample_add_half(sample, CLOUD_REMOTE, "third", "projects/third/global/networks/deep");
	sample_add_half(sample, CLOUD_REMOTE, "idle", SAMPLE_OTHER)->state = "INACTIVE";
	assert_true(plan());
	assert_string_equal(played.log, LOCAL "network\n" REMOTE "network\n" REMOTE
					      "tags projects/away/global/networks/2\n" LOCAL
					      "ranges\n" REMOTE "ranges\nthird/deep ranges\n");
	assert_int_equal(sample->plan.step_count, 2);
}

static void
of_a_connected_peering_both_networks_are_enough(void **state)
{
	(void)state;
	sample_connect(sample);
	assert_true(plan());
	assert_string_equal(played.log, LOCAL "network\n" REMOTE "network\n");
	assert_true(sample->plan.ready);
}

static void
halves_that_do_not_connect_are_told_after_a_minute(void **state)
{
	(void)state;
	sample_connect(sample);
	sample->halves[CLOUD_REMOTE][0].state = "INACTIVE";
	assert_true(plan());
	assert_null(sample->plan.reason);
	ahead = 59 * CLOCK_SECOND;
	assert_true(plan());
	assert_null(sample->plan.reason);
	ahead = 61 * CLOCK_SECOND;
	assert_true(plan());
	assert_string_equal(sample->plan.state, "Disconnected");
	assert_non_null(sample->plan.reason);
	sample->halves[CLOUD_REMOTE][0].state = "ACTIVE";
	assert_true(plan());
	assert_true(sample->plan.ready);
	sample->halves[CLOUD_REMOTE][0].state = "INACTIVE";
	assert_true(plan());
	assert_null(sample->plan.reason);
}

static void
without_the_tag_no_ranges_are_read(void **state)
{
	(void)state;
	played.tags.count = 0;
	assert_true(plan());
	assert_null(strstr(played.log, "ranges"));
	assert_non_null(sample->plan.reason);
}

static void
ranges_that_may_not_be_read_are_left_out(void **state)
{
	static const struct gcp_error denied = {
		.status = 403, .code = "forbidden", .failure = CLOUD_WAIT_FOR_USER};

	(void)state;
	sample_add_half(sample, CLOUD_LOCAL, "third", "projects/third/global/networks/deep");
	assert_true(plan());
	sample_assert_says(sample->plan.message, "third/deep, which is peered with home/");
	played_fail("third/deep ranges", denied);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	played_fail(REMOTE "ranges", denied);
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
}

static void
a_fault_of_reading_is_told_with_what_was_asked(void **state)
{
	(void)state;
	played_fail(REMOTE "tags",
		(struct gcp_error){
			.status = 403, .code = "forbidden", .failure = CLOUD_WAIT_FOR_USER});
	assert_false(plan());
	assert_string_equal(fault.action, "compute.networks.listEffectiveTags");
	assert_int_equal(fault.failure, CLOUD_WAIT_FOR_USER);
}

/* --- operations --- */

static void
while_the_stored_operation_runs_nothing_else_is_asked(void **state)
{
	(void)state;
	sample->wish.operation = "remote/operation-7";
	played.operation = (struct gcp_operation){.name = "operation-7", .status = "RUNNING"};
	assert_true(plan());
	assert_string_equal(played.log, REMOTE "operation operation-7\n");
	assert_int_equal(sample->plan.step_count, 0);
	assert_true(sample->plan.look_again > 0);
}

static void
one_that_is_done_or_forgotten_is_passed_over(void **state)
{
	(void)state;
	sample->wish.operation = "local/operation-7";
	played.operation = (struct gcp_operation){.status = "DONE", .done = true};
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	played_fail("operation operation-7",
		(struct gcp_error){.status = 404, .code = "notFound", .failure = CLOUD_GONE});
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	assert_null(sample->plan.reason);
}

static void
one_that_has_failed_is_told_in_its_words(void **state)
{
	(void)state;
	sample->wish.operation = "local/operation-7";
	played.operation = (struct gcp_operation){.type = "addPeering",
		.status = "DONE",
		.done = true,
		.failed = true,
		.error = {.status = 403,
			.code = "QUOTA_EXCEEDED",
			.message = "Quota exceeded.",
			.hint = "",
			.failure = CLOUD_WAIT_FOR_USER}};
	assert_true(plan());
	assert_string_equal(sample->plan.reason, "QuotaExceeded");
	assert_string_equal(sample->plan.message,
		"addPeering has failed in project home: Quota exceeded. (QUOTA_EXCEEDED)");
	sample_assert_says(sample->plan.hint, "gcloud ");
	assert_int_equal(sample->plan.step_count, 2);
}

static void
what_is_stored_and_no_operation_is_not_asked_for(void **state)
{
	static const char *const stored[] = {
		"operation-7", "local/", "remote/../x", "elsewhere/operation-7"};

	(void)state;
	for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
		sample->wish.operation = stored[i];
		assert_true(plan());
		assert_null(strstr(played.log, "operation"));
	}
}

/* --- steps --- */

static void
a_half_is_made_with_the_routes_that_are_wanted(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_string_equal(
		played.log, REMOTE "add back to " SAMPLE_LOCAL ", imports: no, exports: no\n");
	assert_string_equal(outcome.operation, "remote/operation-1");
	assert_int_equal(outcome.after, 2 * CLOCK_SECOND);
	assert_string_equal(outcome.id, "");
	sample->wish.imports_routes = true;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_LOCAL, SAMPLE_OURS));
	assert_string_equal(played.log,
		LOCAL "add " SAMPLE_OURS " to " SAMPLE_REMOTE ", imports: yes, exports: no\n");
	assert_string_equal(outcome.operation, "local/operation-1");
	assert_string_equal(outcome.id, SAMPLE_OURS);
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	sample_assert_says(played.log, "imports: no, exports: yes");
}

static void
what_is_done_at_once_is_not_waited_for(void **state)
{
	(void)state;
	played.done_at_once = true;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_string_equal(outcome.operation, "");
	assert_int_equal(outcome.after, 0);
}

static void
options_of_one_direction_leave_the_other_as_it_is(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_LOCAL, SAMPLE_OURS));
	assert_string_equal(
		played.log, LOCAL "update " SAMPLE_OURS ", imports: no, exports: as it is\n");
	sample->wish.imports_routes = true;
	assert_true(perform(CLOUD_STEP_OPTIONS, CLOUD_REMOTE, "back"));
	assert_string_equal(played.log, REMOTE "update back, imports: as it is, exports: yes\n");
}

static void
a_half_is_looked_at_before_it_is_removed(void **state)
{
	(void)state;
	sample_connect(sample);
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_REMOTE, "back"));
	assert_string_equal(played.log, REMOTE "network\n" REMOTE "remove back\n");
	sample->halves[CLOUD_REMOTE][0].network = SAMPLE_OTHER;
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_REMOTE, "back"));
	assert_string_equal(played.log, REMOTE "network\n");
	played.remote = NULL;
	assert_true(perform(CLOUD_STEP_DELETE, CLOUD_REMOTE, "back"));
}

static void
a_remote_half_that_we_may_not_remove_is_left(void **state)
{
	(void)state;
	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_LOCAL);
	sample->wish.deleting = sample->wish.deletes_remote = true;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 1);
	played_fail("remove",
		(struct gcp_error){
			.status = 403, .code = "forbidden", .failure = CLOUD_WAIT_FOR_USER});
	assert_false(perform(CLOUD_STEP_DELETE, CLOUD_REMOTE, "back"));
	assert_int_equal(fault.failure, CLOUD_CONFLICT);
	assert_true(plan());
	assert_true(sample->plan.gone);
	sample_assert_says(sample->plan.left, "compute.networks.removePeering");
}

static void
a_lost_answer_makes_the_next_plan_wait(void **state)
{
	(void)state;
	played_fail("add", (struct gcp_error){.code = "", .failure = CLOUD_CONFLICT});
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 0);
	assert_true(sample->plan.look_again > 0);
	sample_connect(sample);
	assert_true(plan());
	assert_true(sample->plan.ready);
}

static void
a_network_that_others_change_is_told_as_busy(void **state)
{
	(void)state;
	played_fail("add", (struct gcp_error){.status = 400,
				   .code = "badRequest",
				   .failure = CLOUD_RETRY_NOW,
				   .busy = true});
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_int_equal(fault.failure, CLOUD_BACK_OFF);
	assert_string_equal(fault.action, "compute.networks.addPeering");
}

static void
no_other_step_is_known(void **state)
{
	(void)state;
	assert_false(perform(CLOUD_STEP_ACCEPT, CLOUD_REMOTE, "back"));
	assert_int_equal(fault.failure, CLOUD_PERMANENT);
	assert_string_equal(played.log, "");
}

/* --- turns --- */

static bool
is_free(const char *network)
{
	int64_t wait;
	bool taken = network_turns_take(turns, "other", network, network, clock_monotonic(), &wait);

	network_turns_leave(turns, "other");
	return taken;
}

static void
who_only_plans_takes_no_turn(void **state)
{
	(void)state;
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	assert_true(is_free(SAMPLE_LOCAL));
}

static void
who_changes_keeps_his_turn_until_nothing_is_to_be_done(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_false(is_free(SAMPLE_LOCAL));
	assert_false(is_free(SAMPLE_REMOTE));
	sample->wish.operation = "remote/operation-1";
	assert_true(plan());
	assert_false(is_free(SAMPLE_LOCAL));
	sample->wish.operation = "";
	sample_connect(sample);
	assert_true(plan());
	assert_true(sample->plan.ready);
	assert_true(is_free(SAMPLE_LOCAL));
}

static void
who_has_to_wait_asks_the_cloud_nothing(void **state)
{
	int64_t wait;

	(void)state;
	sample->wish.operation = "";
	assert_true(network_turns_take(
		turns, "other", SAMPLE_LOCAL, SAMPLE_OTHER, clock_monotonic(), &wait));
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_string_equal(played.log, "");
	assert_true(outcome.after > 0);
	assert_string_equal(outcome.operation, "");
	assert_true(plan());
	assert_string_equal(played.log, "");
	assert_true(sample->plan.look_again > 0);
	assert_string_equal(sample->plan.state, "Initiated");
	network_turns_leave(turns, "other");
	assert_true(plan());
	assert_int_equal(sample->plan.step_count, 2);
	assert_false(is_free(SAMPLE_LOCAL));
}

static void
a_fault_ends_the_turn(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	played_fail("network",
		(struct gcp_error){
			.status = 503, .code = "backendError", .failure = CLOUD_BACK_OFF});
	assert_false(plan());
	assert_true(is_free(SAMPLE_LOCAL));
}

static void
who_tries_again_what_has_failed_keeps_no_turn(void **state)
{
	(void)state;
	reason = "QuotaExceeded";
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_true(is_free(SAMPLE_LOCAL));
	reason = NULL;
	played_fail("add",
		(struct gcp_error){
			.status = 403, .code = "quotaExceeded", .failure = CLOUD_WAIT_FOR_USER});
	assert_false(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_true(is_free(SAMPLE_LOCAL));
}

static void
who_was_given_steps_and_does_none_is_not_waited_for(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_true(plan()); /* gives steps */
	assert_true(plan()); /* and nobody did them */
	assert_true(is_free(SAMPLE_LOCAL));
}

static void
who_is_let_be_keeps_no_turn(void **state)
{
	struct cloud row = gcp_cloud_row(cloud);

	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_false(is_free(SAMPLE_LOCAL));
	row.let_be(row.context, "uid-1");
	assert_true(is_free(SAMPLE_LOCAL));
	assert_true(plan());
	assert_true(is_free(SAMPLE_LOCAL));
}

/* More peerings than the program remembers stand in line. */
static void
who_is_forgotten_leaves_his_turn_all_the_same(void **state)
{
	(void)state;
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	for (int i = 0; i < 2100; i++) {
		sample->wish.uid = arena_printf(sample->arena, "next-%d", i);
		assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
		assert_true(outcome.put_off);
	}
	sample->wish.uid = "uid-1";
	sample_connect(sample);
	assert_true(plan());
	assert_true(sample->plan.ready);
	sample->wish.uid = "next-0";
	assert_true(perform(CLOUD_STEP_CREATE, CLOUD_REMOTE, "back"));
	assert_false(outcome.put_off);
}

#define cloud_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cloud_test(the_row_says_what_it_is_for),
		cloud_test(tags_and_ranges_are_read_before_something_is_made),
		cloud_test(of_a_connected_peering_both_networks_are_enough),
		cloud_test(halves_that_do_not_connect_are_told_after_a_minute),
		cloud_test(without_the_tag_no_ranges_are_read),
		cloud_test(ranges_that_may_not_be_read_are_left_out),
		cloud_test(a_fault_of_reading_is_told_with_what_was_asked),
		cloud_test(while_the_stored_operation_runs_nothing_else_is_asked),
		cloud_test(one_that_is_done_or_forgotten_is_passed_over),
		cloud_test(one_that_has_failed_is_told_in_its_words),
		cloud_test(what_is_stored_and_no_operation_is_not_asked_for),
		cloud_test(a_half_is_made_with_the_routes_that_are_wanted),
		cloud_test(what_is_done_at_once_is_not_waited_for),
		cloud_test(options_of_one_direction_leave_the_other_as_it_is),
		cloud_test(a_half_is_looked_at_before_it_is_removed),
		cloud_test(a_remote_half_that_we_may_not_remove_is_left),
		cloud_test(a_lost_answer_makes_the_next_plan_wait),
		cloud_test(a_network_that_others_change_is_told_as_busy),
		cloud_test(no_other_step_is_known),
		cloud_test(who_only_plans_takes_no_turn),
		cloud_test(who_changes_keeps_his_turn_until_nothing_is_to_be_done),
		cloud_test(who_has_to_wait_asks_the_cloud_nothing),
		cloud_test(a_fault_ends_the_turn),
		cloud_test(who_tries_again_what_has_failed_keeps_no_turn),
		cloud_test(who_was_given_steps_and_does_none_is_not_waited_for),
		cloud_test(who_is_let_be_keeps_no_turn),
		cloud_test(who_is_forgotten_leaves_his_turn_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
