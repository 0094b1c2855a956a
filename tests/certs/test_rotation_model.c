/* Random worlds (rotation_world.h): no replica that serves is ever untrusted, whatever happens to
 * owners, their clocks and the Secret; and what another's hand has broken is whole again in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/certs/rotation_world.h"

enum { WORLDS = 150, LOOK = ROTATION_LONGEST_LOOK / TICK, SETTLING = 30 / TICK };
enum { PROPAGATION = 180 / TICK, SLACK = 3 };

static void
fail_in(const struct world *world, uint64_t seed, const char *what)
{
	printf("world %llu: %s\n", (unsigned long long)seed, what);
	world_print(world);
	fail();
}

/* Steps until everybody serves and is trusted. */
static void
bootstrap(struct world *world, uint64_t seed)
{
	struct world_rules rules = world->rules;

	world->rules = (struct world_rules){.configurations = rules.configurations, .owners = 1};
	for (int i = 0; i < LOOK + SETTLING + PROPAGATION + SLACK; i++)
		world_step(world);
	if (!world_serves(world) || !world_is_trusted(world))
		fail_in(world, seed, "never came up");
	world->rules = rules;
}

static void
live(struct world *world, const struct world_rules *rules, uint64_t seed)
{
	world_begin(world, rules, seed);
	bootstrap(world, seed);
	while (world->tick < TICKS - 1) {
		world_step(world);
		if (!world_is_trusted(world))
			fail_in(world, seed, "a replica is not trusted");
	}
}

static void
add_actions(int *sums, const struct world *world)
{
	for (int i = 0; i < ROTATION_ACTIONS; i++)
		sums[i] += world->actions[i];
}

static void
live_in_many(struct world_rules rules, int *sums)
{
	struct world *world = malloc(sizeof *world);

	assert_non_null(world);
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		rules.configurations = 1 + seed % MOST_CONFIGURATIONS;
		rules.watched_replicas = seed % 2;
		live(world, &rules, seed);
		add_actions(sums, world);
	}
	free(world);
}

static void
certificates_are_renewed_and_always_trusted(void **state)
{
	int sums[ROTATION_ACTIONS] = {0};

	(void)state;
	live_in_many((struct world_rules){.owners = 1, .new_pods = true}, sums);
	assert_int_equal(sums[ROTATION_CREATE], WORLDS);
	assert_true(sums[ROTATION_SWITCH] >= 3 * WORLDS);
	assert_true(sums[ROTATION_RENEW_LEAF] >= 3 * WORLDS);
	assert_true(sums[ROTATION_DROP_PREVIOUS] >= 3 * WORLDS);
	assert_int_equal(sums[ROTATION_RESTORE], 0);
}

static void
an_owner_that_crashes_after_every_write_breaks_nothing(void **state)
{
	int sums[ROTATION_ACTIONS] = {0};

	(void)state;
	live_in_many(
		(struct world_rules){.owners = 1, .crash_percent = 100, .new_pods = true}, sums);
	assert_true(sums[ROTATION_SWITCH] >= 3 * WORLDS);
	assert_true(sums[ROTATION_DROP_PREVIOUS] >= 3 * WORLDS);
}

static void
deletions_of_the_secret_leave_no_replica_untrusted(void **state)
{
	int sums[ROTATION_ACTIONS] = {0};

	(void)state;
	live_in_many((struct world_rules){.owners = 1,
			     .crash_percent = 30,
			     .new_pods = true,
			     .deletions = true,
			     .retirements = true,
			     .new_names = true},
		sums);
	assert_true(sums[ROTATION_RESTORE] > WORLDS);
	assert_true(sums[ROTATION_SWITCH] > 4 * WORLDS);
}

static void
two_owners_at_once_with_wrong_clocks_leave_no_replica_untrusted(void **state)
{
	int sums[ROTATION_ACTIONS] = {0};

	(void)state;
	live_in_many((struct world_rules){.owners = 2,
			     .crash_percent = 20,
			     .new_pods = true,
			     .deletions = true,
			     .retirements = true,
			     .new_names = true,
			     .clock_errors = true},
		sums);
	assert_true(sums[ROTATION_RESTORE] > WORLDS);
	assert_true(sums[ROTATION_SWITCH] > 3 * WORLDS);
}

static void
an_owner_that_slept_does_no_harm_by_what_it_remembers(void **state)
{
	int sums[ROTATION_ACTIONS] = {0};

	(void)state;
	live_in_many((struct world_rules){.owners = 2,
			     .crash_percent = 20,
			     .new_pods = true,
			     .deletions = true,
			     .retirements = true,
			     .pauses = true},
		sums);
	assert_true(sums[ROTATION_RESTORE] > WORLDS);
	assert_true(sums[ROTATION_SWITCH] > 3 * WORLDS);
}

/* Breaks one thing by hand in a quiet world, and counts the ticks in which a replica is untrusted
 * or nobody can start. */
static void
trust_returns_within(int limit, void (*hand)(struct world *world))
{
	struct world *world = malloc(sizeof *world);
	struct world_rules rules = {.owners = 1};

	assert_non_null(world);
	for (uint64_t seed = 1; seed <= 4 * WORLDS; seed++) {
		int lost = 0;

		rules.configurations = 1 + seed % MOST_CONFIGURATIONS;
		world_begin(world, &rules, seed);
		bootstrap(world, seed);
		for (uint64_t ticks = world_random(world, 1500); ticks > 0; ticks--)
			world_step(world);
		hand(world);
		for (int i = 0; i < 400; i++) {
			world_step(world);
			lost += !world_is_trusted(world);
		}
		if (lost > limit || !world_is_trusted(world))
			fail_in(world, seed, "trust was lost for too long");
	}
	free(world);
}

static void
edit_all(struct world *world)
{
	for (size_t i = 0; i < world->rules.configurations; i++)
		world_edit_configuration(world, i);
}

static void
an_edited_bundle_costs_a_look_and_the_settling(void **state)
{
	(void)state;
	trust_returns_within(LOOK + SETTLING + SLACK, edit_all);
}

static void
another_pair_in_the_secret_costs_a_look_and_the_settling(void **state)
{
	(void)state;
	trust_returns_within(LOOK + SETTLING + SLACK, world_replace_pair);
}

static void
delete_and_forget(struct world *world)
{
	world_delete_secret(world);
	world->owners[0] = (struct world_owner){0};
}

static void
a_deleted_secret_that_nobody_remembers_costs_nothing(void **state)
{
	(void)state;
	trust_returns_within(0, delete_and_forget);
}

static void
lose_all(struct world *world)
{
	delete_and_forget(world);
	for (size_t i = 0; i < world->rules.configurations; i++) {
		world->bundles[world->bundle_count].count = 0;
		world->shown[i][world->tick] = world->bundle_count++;
		world->versions[i]++;
	}
}

static void
everything_lost_costs_a_look_and_the_propagation(void **state)
{
	(void)state;
	trust_returns_within(LOOK + SETTLING + PROPAGATION + SLACK, lose_all);
}

static void
leap(struct world *world)
{
	world->leap += 100000;
}

static void
leap_back(struct world *world)
{
	world->leap -= 100000;
}

static void
everything_expired_costs_a_look_and_the_propagation(void **state)
{
	(void)state;
	trust_returns_within(LOOK + SETTLING + PROPAGATION + SLACK, leap);
	trust_returns_within(LOOK + SETTLING + PROPAGATION + SLACK, leap_back);
}

/* Whatever happened: at the end of a quiet time all is in order. */
static void
check_order(struct world *world, uint64_t seed)
{
	const struct world_rules quiet = {
		.configurations = world->rules.configurations, .owners = 1};

	world->rules = quiet;
	for (size_t i = 0; i < OWNERS; i++) {
		world->owners[i].clock_error = 0;
		world->owners[i].up_from = world->tick;
	}
	for (int i = 0; i < 4 * (LOOK + SETTLING + PROPAGATION); i++)
		world_step(world);
	for (int i = 0; i < PROPAGATION; i++) {
		world_step(world);
		if (!world_serves(world) || !world_is_trusted(world))
			fail_in(world, seed, "is not in order after a quiet time");
	}
	for (size_t i = 0; i < quiet.configurations; i++)
		if (world->bundles[world->shown[i][world->tick]].count > 3)
			fail_in(world, seed, "shows what nobody needs");
}

static void
everything_comes_back_into_order(void **state)
{
	struct world_rules rules = {.owners = 2,
		.crash_percent = 20,
		.new_pods = true,
		.deletions = true,
		.retirements = true,
		.new_names = true,
		.clock_errors = true,
		.pauses = true,
		.edits = true,
		.tampering = true,
		.leaps = true};
	struct world *world = malloc(sizeof *world);

	(void)state;
	assert_non_null(world);
	for (uint64_t seed = 1; seed <= 4 * WORLDS; seed++) {
		rules.configurations = 1 + seed % MOST_CONFIGURATIONS;
		world_begin(world, &rules, seed);
		while (world->tick < TICKS / 2)
			world_step(world);
		check_order(world, seed);
	}
	free(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_are_renewed_and_always_trusted),
		cmocka_unit_test(an_owner_that_crashes_after_every_write_breaks_nothing),
		cmocka_unit_test(deletions_of_the_secret_leave_no_replica_untrusted),
		cmocka_unit_test(two_owners_at_once_with_wrong_clocks_leave_no_replica_untrusted),
		cmocka_unit_test(an_owner_that_slept_does_no_harm_by_what_it_remembers),
		cmocka_unit_test(an_edited_bundle_costs_a_look_and_the_settling),
		cmocka_unit_test(another_pair_in_the_secret_costs_a_look_and_the_settling),
		cmocka_unit_test(a_deleted_secret_that_nobody_remembers_costs_nothing),
		cmocka_unit_test(everything_lost_costs_a_look_and_the_propagation),
		cmocka_unit_test(everything_expired_costs_a_look_and_the_propagation),
		cmocka_unit_test(everything_comes_back_into_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
