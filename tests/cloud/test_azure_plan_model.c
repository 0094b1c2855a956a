/* Random worlds of two VNets, and the plan's steps done in them until nothing is left to do: it
 * ends, ready or with a problem that is said; makes nothing without consent, and nothing that Azure
 * would refuse for its order; touches nothing that is somebody else's; and a crash after any step
 * changes nothing in the end. */
#include "cloud/azure_cloud.h"
#include "tests/cloud/azure_world.h"

enum { WORLDS = 6000, ROUNDS = 60, MOST = 8, MEMORY = 1 << 22 };

static uint64_t seed;

static uint64_t
draw(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

/* --- a random world --- */

static void
make_half(enum cloud_side side, enum azure_peering_state state)
{
	bool local = side == CLOUD_LOCAL;
	const char *name = draw(3) == 0 ? "by-hand" : local ? "peerwarden-uid-1" : "to-kyma";
	struct world_half *half = world_add(side, name, local ? SAMPLE_THERE : SAMPLE_HERE, state);

	half->is_part = draw(12) == 0;
	half->options.allows_access = draw(4) != 0;
	half->options.allows_forwarded = draw(4) != 0;
	if (draw(6) == 0)
		half->provisioning = AZURE_PROVISIONING_FAILED;
	if (draw(6) == 0)
		half->provisioning = AZURE_PROVISIONING_UPDATING;
	if (draw(10) == 0)
		half->provisioning = AZURE_PROVISIONING_DELETING;
}

/* The states that two halves can have. */
static void
make_pair(void)
{
	static const enum azure_peering_state none = AZURE_PEERING_OTHER;
	static const enum azure_peering_state pairs[][2] = {
		{none, none},
		{AZURE_PEERING_INITIATED, none},
		{none, AZURE_PEERING_INITIATED},
		{AZURE_PEERING_CONNECTED, AZURE_PEERING_CONNECTED},
		{AZURE_PEERING_CONNECTED, AZURE_PEERING_CONNECTED},
		{AZURE_PEERING_DISCONNECTED, none},
		{none, AZURE_PEERING_DISCONNECTED},
		{AZURE_PEERING_DISCONNECTED, AZURE_PEERING_DISCONNECTED},
		{AZURE_PEERING_INITIATED, AZURE_PEERING_DISCONNECTED},
		{AZURE_PEERING_DISCONNECTED, AZURE_PEERING_INITIATED},
		{AZURE_PEERING_INITIATED, AZURE_PEERING_INITIATED},
	};
	const enum azure_peering_state *pair = pairs[draw(sizeof pairs / sizeof *pairs)];

	for (int side = 0; side < 2; side++)
		if (pair[side] != none)
			make_half((enum cloud_side)side, pair[side]);
}

/* As Azure would have let it become. */
static void
make_gateways(void)
{
	struct world_half *local = world_leading(CLOUD_LOCAL);
	struct world_half *remote = world_leading(CLOUD_REMOTE);

	world.has_gateway = draw(3) != 0;
	if (remote)
		remote->options.allows_gateway_transit = draw(2);
	if (local && world.has_gateway && (!remote || remote->options.allows_gateway_transit))
		local->options.uses_remote_gateways = draw(2);
}

static void
make_foreign(void)
{
	if (draw(4) == 0)
		world_add(CLOUD_REMOTE, "another", SAMPLE_THIRD, AZURE_PEERING_CONNECTED);
	if (draw(5) == 0 && !world_find(CLOUD_REMOTE, "to-kyma"))
		world_add(CLOUD_REMOTE, "to-kyma", SAMPLE_THIRD, AZURE_PEERING_INITIATED);
	if (draw(8) == 0 && !world_find(CLOUD_LOCAL, "peerwarden-uid-1"))
		world_add(CLOUD_LOCAL, "peerwarden-uid-1", SAMPLE_THIRD, AZURE_PEERING_CONNECTED);
}

static void
make_world(uint64_t number, struct sample *sample)
{
	seed = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
	draw(2);
	world_init();
	make_pair();
	make_gateways();
	make_foreign();
	for (int side = 0; side < 2; side++)
		world.versions[side] = draw(4) == 0;
	world.is_tagged = draw(4) != 0;
	world.remote_is_gone = draw(16) == 0;
	if (world.remote_is_gone)
		memset(world.halves[CLOUD_REMOTE], 0, sizeof world.halves[CLOUD_REMOTE]);
	if (draw(8) == 0)
		world.ranges[CLOUD_REMOTE] = sample_prefix("10.1.128.0/17");
	world.may_delete_remote = sample->wish.deletes_remote = draw(2);
	world.denies_remote_deletion = draw(4) == 0;
	sample->wish.uses_remote_gateway = draw(3) == 0;
	world.slow = (int)draw(4);
	world.failing = (int)draw(3);
	world.busy = (int)draw(3);
}

/* --- a life in it --- */

struct life {
	struct sample *sample;
	int hands; /* changes that others are still to make */
	struct cloud row;
	struct cloud_fault fault; /* of a step that keeps it from going on */
	struct arena *arena;      /* of one round */
};

static bool
is_lasting(enum cloud_failure failure)
{
	return failure == CLOUD_WAIT_FOR_USER || failure == CLOUD_PERMANENT;
}

/* False when the plan is not to be gone on with. */
static bool
do_step(struct life *life, const struct cloud_step *step, bool loses_id)
{
	struct sample *sample = life->sample;
	struct cloud_fault fault = {0};
	struct cloud_outcome outcome;

	if (!life->row.perform(life->arena, life->row.context, &sample->wish, &sample->plan, step,
		    &outcome, &fault)) {
		if (is_lasting(fault.failure))
			life->fault = (struct cloud_fault){
				fault.failure, "", arena_text(sample->arena, fault.code), "", ""};
		return false;
	}
	if (*outcome.id && !loses_id)
		sample->wish.id = arena_text(sample->arena, outcome.id);
	return outcome.after == 0 && !*outcome.id;
}

/* What others do in the meantime, as their rights go. */
static void
meddle(struct life *life)
{
	enum cloud_side side = (enum cloud_side)draw(2);
	struct world_half *half = world_leading(side);

	if (life->hands == 0 || draw(2))
		return;
	life->hands--;
	switch (draw(5)) {
	case 0:
		if (half)
			world_remove(side, half);
		break;
	case 1:
		world.versions[side]++;
		break;
	case 2:
		world.is_tagged = !world.is_tagged;
		break;
	case 3:
		if (half && !half->is_part)
			half->options.allows_access = half->options.allows_forwarded = false;
		break;
	default:
		world.slow++;
	}
}

/* Plans and does until nothing moves. Of each plan `most` steps are done before it is thrown away.
 */
static void
run(struct life *life, bool deleting, size_t most)
{
	struct sample *sample = life->sample;

	sample->wish.deleting = deleting;
	life->fault = (struct cloud_fault){0};
	for (int round = 0; round < ROUNDS; round++) {
		struct cloud_plan *plan = &sample->plan;

		arena_reset(life->arena);
		world.length = 0;
		assert_true(life->row.plan(
			life->arena, life->row.context, &sample->wish, plan, &life->fault));
		if (life->fault.failure || (plan->step_count == 0 && plan->look_again == 0))
			return;
		for (size_t i = 0; i < plan->step_count && i < most; i++)
			if (!do_step(life, &plan->steps[i], most == 1))
				break;
		world_tick();
		meddle(life);
	}
	fail_msg("it does not end");
}

/* --- what has to hold --- */

static bool
is_ours_to_change(const struct world_half *half)
{
	return text_equal(half->name, "to-kyma") || world.is_tagged;
}

static void
check_ready(const struct sample *sample)
{
	const struct world_half *local = world_leading(CLOUD_LOCAL);
	const struct world_half *remote = world_leading(CLOUD_REMOTE);
	bool wanted = sample->wish.uses_remote_gateway;

	assert_non_null(local);
	assert_non_null(remote);
	assert_int_equal(local->state, AZURE_PEERING_CONNECTED);
	assert_int_equal(remote->state, AZURE_PEERING_CONNECTED);
	assert_int_equal(world_sync(CLOUD_LOCAL, local), AZURE_SYNC_FULL);
	assert_int_equal(world_sync(CLOUD_REMOTE, remote), AZURE_SYNC_FULL);
	assert_true(local->options.allows_access && local->options.allows_forwarded);
	assert_int_equal(local->options.uses_remote_gateways, wanted);
	if (is_ours_to_change(remote)) {
		assert_true(remote->options.allows_access && remote->options.allows_forwarded);
		assert_int_equal(remote->options.allows_gateway_transit, wanted);
	}
}

static void
check_end(const struct sample *sample)
{
	const struct world_half *local = world_leading(CLOUD_LOCAL);
	const struct world_half *remote = world_leading(CLOUD_REMOTE);

	assert_true(sample->plan.gone);
	assert_true(!local || !text_equal(local->name, "peerwarden-uid-1"));
	if (remote && sample->wish.deletes_remote && !world.denies_remote_deletion)
		assert_string_not_equal(remote->name, "to-kyma");
	assert_true((!local && !remote) || sample->plan.left);
}

static uint64_t
digest_half(const struct world_half *half)
{
	uint64_t sum = 17;

	for (const char *at = half->name; *at; at++)
		sum = sum * 31 + (unsigned char)*at;
	return (sum ^ (uint64_t)half->state << 8 ^ (uint64_t)half->knows << 12 ^
		       (uint64_t)half->options.allows_access << 16 ^
		       (uint64_t)half->options.allows_forwarded << 17 ^
		       (uint64_t)half->options.allows_gateway_transit << 18 ^
		       (uint64_t)half->options.uses_remote_gateways << 19) *
	       UINT64_C(0x9E3779B97F4A7C15);
}

/* Of all halves, or of those that lead elsewhere. */
static uint64_t
digest(bool foreign)
{
	uint64_t sum = 0;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < WORLD_HALVES; i++) {
			const struct world_half *half = &world.halves[side][i];
			bool elsewhere = half->exists && arm_id_equal(half->target, SAMPLE_THIRD);

			if (half->exists && (!foreign || elsewhere))
				sum += digest_half(half) + (uint64_t)side;
		}
	return sum;
}

struct course {
	uint64_t made, ended;
	bool ready, refused;
};

static struct course
live(uint64_t number, size_t most, int hands)
{
	struct azure_cloud *cloud = azure_cloud_new(
		&(struct azure_access){NULL, SAMPLE_HERE, "", "", CLOCK_SECOND}, NULL);
	struct life life = {
		sample_new(), hands, azure_cloud_row(cloud), .arena = arena_new(MEMORY)};
	struct course course;
	uint64_t foreign;

	make_world(number, life.sample);
	foreign = digest(true);
	run(&life, false, most);
	course.ready = life.sample->plan.ready;
	course.refused = life.fault.failure != CLOUD_NONE;
	assert_true(course.ready || life.sample->plan.reason || course.refused);
	if (course.ready)
		check_ready(life.sample);
	course.made = digest(false);
	run(&life, true, most);
	check_end(life.sample);
	course.ended = digest(false);
	assert_int_equal(digest(true), foreign);
	assert_false(arena_exhausted(life.arena));
	arena_free(life.arena);
	arena_free(life.sample->arena);
	azure_cloud_free(cloud);
	return course;
}

static void
every_world_comes_to_its_end_and_crashes_do_not_change_it(void **state)
{
	int ready = 0, refused = 0, stopped = 0;

	(void)state;
	for (uint64_t number = 1; number <= WORLDS; number++) {
		const struct course whole = live(number, MOST, 0);
		const struct course cut = live(number, 1, 0);

		if (whole.made != cut.made || whole.ended != cut.ended)
			fail_msg("world %llu depends on where it is cut",
				(unsigned long long)number);
		ready += whole.ready;
		refused += whole.refused;
		stopped += !whole.ready && !whole.refused;
	}
	assert_true(ready > WORLDS / 4 && refused > 0 && stopped > WORLDS / 8);
}

static void
what_others_change_meanwhile_is_repaired_or_said(void **state)
{
	int ready = 0;

	(void)state;
	for (uint64_t number = 1; number <= WORLDS; number++)
		ready += live(number, 1 + number % 2 * MOST, (int)(number % 7)).ready;
	assert_true(ready > WORLDS / 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_world_comes_to_its_end_and_crashes_do_not_change_it),
		cmocka_unit_test(what_others_change_meanwhile_is_repaired_or_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
