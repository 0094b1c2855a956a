/* Who may resolve whose names: what the plan makes of each side's options. */
#include "tests/cloud/aws_facts_sample.h"

/* Both sides as their own accounts see them: '+' resolved, '-' not, '?' not known. */
static void
show(struct sample *sample, const char *sides)
{
	struct aws_peering *peering = &sample->peerings[0];
	struct aws_peering *view = ARENA_NEW(sample->arena, struct aws_peering);
	bool swapped = text_equal(peering->requester.vpc, "vpc-2");
	struct aws_peering_side *near = swapped ? &peering->accepter : &peering->requester;
	struct aws_peering_side *far;

	near->has_options = sides[0] != '?';
	near->resolves_names = sides[0] == '+';
	*view = *peering;
	near = swapped ? &view->accepter : &view->requester;
	far = swapped ? &view->requester : &view->accepter;
	near->has_options = false;
	far->has_options = true;
	far->resolves_names = sides[1] == '+';
	sample->facts.far_view = sides[1] == '?' ? NULL : view;
}

static void
each_side_is_brought_to_what_is_wanted_and_an_unknown_one_left_alone(void **state)
{
	static const struct {
		enum cloud_names names;
		const char *sides, *steps;
	} rows[] = {
		{CLOUD_NAMES_KEEP, "+-", ""},
		{CLOUD_NAMES_KEEP, "-+", ""},
		{CLOUD_NAMES_ON, "++", ""},
		{CLOUD_NAMES_ON, "--", "options vpc-1, options remote vpc-2"},
		{CLOUD_NAMES_ON, "+-", "options remote vpc-2"},
		{CLOUD_NAMES_ON, "-+", "options vpc-1"},
		{CLOUD_NAMES_ON, "??", ""},
		{CLOUD_NAMES_ON, "-?", "options vpc-1"},
		{CLOUD_NAMES_ON, "?-", "options remote vpc-2"},
		{CLOUD_NAMES_OFF, "--", ""},
		{CLOUD_NAMES_OFF, "++", "options vpc-1, options remote vpc-2"},
		{CLOUD_NAMES_OFF, "-+", "options remote vpc-2"},
		{CLOUD_NAMES_OFF, "??", ""},
	};
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sample->wish.names = rows[i].names;
		show(sample, rows[i].sides);
		assert_string_equal(sample_steps(sample), rows[i].steps);
		assert_int_equal(sample->plan.ready, !*rows[i].steps);
		assert_null(sample->plan.reason);
	}
}

static void
a_step_says_what_is_wrong_and_which_side_has_asked(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	for (int asked_by_remote = 0; asked_by_remote < 2; asked_by_remote++) {
		sample->wish.names = CLOUD_NAMES_ON;
		show(sample, "--");
		sample_steps(sample);
		assert_string_equal(
			sample->plan.steps[0].text, "names of vpc-1 are not resolved from vpc-2");
		assert_string_equal(
			sample->plan.steps[1].text, "names of vpc-2 are not resolved from vpc-1");
		assert_int_equal(sample->plan.steps[0].has_asked, !asked_by_remote);
		assert_int_equal(sample->plan.steps[1].has_asked, asked_by_remote);
		sample->wish.names = CLOUD_NAMES_OFF;
		show(sample, "-+");
		assert_string_equal(sample_steps(sample), "options remote vpc-2");
		assert_string_equal(
			sample->plan.steps[0].text, "names of vpc-2 are resolved from vpc-1");
		sample_swap(&sample->peerings[0]);
	}
}

static void
they_come_after_the_routes_and_in_spite_of_one_that_is_in_the_way(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample->wish.names = CLOUD_NAMES_ON;
	show(sample, "--");
	sample_add_table(sample, CLOUD_REMOTE, "rtb-9");
	sample_add_route(sample, sample_add_table(sample, CLOUD_LOCAL, "rtb-1"), "10.2.0.0/16",
		AWS_TARGET_TRANSIT, "tgw-1");
	assert_string_equal(sample_steps(sample),
		"add-route remote rtb-9 10.1.0.0/16, options vpc-1, options remote vpc-2");
	assert_string_equal(sample->plan.reason, "FailedCreatingRoutes");
}

static void
only_an_active_connection_has_them(void **state)
{
	struct sample *sample = *state;

	sample_add_ours(sample, "pcx-1", AWS_PEERING_PENDING);
	sample->wish.names = CLOUD_NAMES_ON;
	show(sample, "--");
	assert_string_equal(sample_steps(sample), "accept remote pcx-1");
}

static void
a_side_that_did_not_agree_is_left_alone(void **state)
{
	struct sample *sample = *state;

	sample_add_peering(sample, "pcx-1", AWS_PEERING_ACTIVE);
	sample->wish.names = CLOUD_NAMES_ON;
	sample->wish.routes = ROUTES_NONE;
	show(sample, "--");
	assert_string_equal(sample_steps(sample), "options vpc-1, options remote vpc-2");
	sample->remote.tags.count = 0;
	assert_string_equal(sample_steps(sample), "options vpc-1");
	sample->wish.tag = NULL;
	assert_string_equal(sample_steps(sample), "options vpc-1");
	sample_swap(&sample->peerings[0]);
	show(sample, "--");
	assert_string_equal(sample_steps(sample), "options vpc-1, options remote vpc-2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		sample_test(each_side_is_brought_to_what_is_wanted_and_an_unknown_one_left_alone),
		sample_test(a_step_says_what_is_wrong_and_which_side_has_asked),
		sample_test(they_come_after_the_routes_and_in_spite_of_one_that_is_in_the_way),
		sample_test(only_an_active_connection_has_them),
		sample_test(a_side_that_did_not_agree_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
