/* Random worlds of two networks of Google Cloud, and the plan's steps done in them until nothing is
 * left to do: it ends, connects the two or says why not, touches nothing that is somebody else's,
 * and a program that forgets its operations comes to the same end. */
#include <stdio.h>

#include "cloud/gcp_plan_halves.h"
#include "tests/cloud/gcp_facts_sample.h"

enum { WORLDS = 4000, ROUNDS = 80, MOST = 6, PATIENCE = 5 };
enum { MEMORY = 1 << 24 };

struct model_half {
	char name[32];
	bool elsewhere; /* leads to another network */
	bool imports, exports;
	bool foreign; /* was there before, under a name that is not ours */
};
struct model_operation {
	bool runs, known;
	uint64_t left; /* rounds */
	enum cloud_verb verb;
	enum cloud_side side;
	char name[32];
};
struct model {
	uint64_t seed;
	struct model_half halves[2][MOST];
	size_t counts[2];
	struct model_operation operation;
	unsigned failures; /* operations that are still to fail */
	bool failed;       /* the last one did, and the program knows */
	enum cloud_verb failed_verb;
	bool tagged, overlaps, remote_gone, locked, never_connects;
	bool imports, deletes_remote;
	bool forgets;     /* what is under way */
	unsigned waiting; /* rounds that both halves have been there */
};

static uint64_t
draw(struct model *model, uint64_t below)
{
	model->seed ^= model->seed << 13;
	model->seed ^= model->seed >> 7;
	model->seed ^= model->seed << 17;
	return (model->seed >> 11) % below;
}

static struct model_half *
find_half(struct model *model, enum cloud_side side, const char *name)
{
	for (size_t i = 0; i < model->counts[side]; i++)
		if (text_equal(model->halves[side][i].name, name))
			return &model->halves[side][i];
	return NULL;
}

static struct model_half *
find_pair(struct model *model, enum cloud_side side)
{
	for (size_t i = 0; i < model->counts[side]; i++)
		if (!model->halves[side][i].elsewhere)
			return &model->halves[side][i];
	return NULL;
}

static struct model_half *
add_half(struct model *model, enum cloud_side side, const char *name)
{
	struct model_half *half = &model->halves[side][model->counts[side]++];

	assert_true(model->counts[side] <= MOST);
	*half = (struct model_half){0};
	snprintf(half->name, sizeof half->name, "%s", name);
	return half;
}

/* --- a random world --- */

static void
make_halves(struct model *model, enum cloud_side side, const char *ours)
{
	struct model_half *half;

	if (draw(model, 3) == 0) {
		half = add_half(model, side, draw(model, 2) ? ours : "by-hand");
		half->foreign = !text_equal(half->name, ours);
		half->imports = draw(model, 2);
		half->exports = draw(model, 2);
	}
	if (draw(model, 4) == 0) {
		half = add_half(model, side, find_half(model, side, ours) ? "x" : ours);
		half->elsewhere = half->foreign = true;
	}
}

static struct model
make_model(uint64_t number)
{
	struct model model = {.seed = number * UINT64_C(0x9E3779B97F4A7C15) + 1};

	draw(&model, 2);
	make_halves(&model, CLOUD_LOCAL, SAMPLE_OURS);
	make_halves(&model, CLOUD_REMOTE, "back");
	model.tagged = draw(&model, 4) != 0;
	model.overlaps = draw(&model, 6) == 0;
	model.remote_gone = draw(&model, 8) == 0;
	model.never_connects = draw(&model, 10) == 0;
	model.locked = draw(&model, 6) == 0;
	model.imports = draw(&model, 2);
	model.deletes_remote = draw(&model, 2);
	model.failures = (unsigned)draw(&model, 3);
	if (model.remote_gone)
		model.counts[CLOUD_REMOTE] = 0;
	return model;
}

/* --- what the plan is shown of it --- */

static bool
is_connected(struct model *model)
{
	return find_pair(model, CLOUD_LOCAL) && find_pair(model, CLOUD_REMOTE) &&
	       !model->never_connects && model->waiting > 1;
}

static void
show_halves(struct model *model, struct sample *sample, enum cloud_side side)
{
	struct gcp_network *network = side == CLOUD_LOCAL ? &sample->local : &sample->remote;

	network->peering_count = 0;
	for (size_t i = 0; i < model->counts[side]; i++) {
		const struct model_half *half = &model->halves[side][i];
		struct gcp_peering *shown = sample_add_half(sample, side, half->name,
			half->elsewhere       ? SAMPLE_OTHER
			: side == CLOUD_LOCAL ? SAMPLE_REMOTE
					      : SAMPLE_LOCAL);

		shown->import_custom_routes = half->imports;
		shown->export_custom_routes = half->exports;
		if (!half->elsewhere && !is_connected(model))
			shown->state = "INACTIVE";
	}
}

static void
show_operation(struct model *model, struct gcp_facts *facts)
{
	static const char *const types[] = {[CLOUD_STEP_CREATE] = "addPeering",
		[CLOUD_STEP_OPTIONS] = "updatePeering",
		[CLOUD_STEP_DELETE] = "removePeering"};

	facts->operation_runs = model->operation.runs && model->operation.known;
	facts->operation_fault = (struct cloud_fault){0};
	if (!model->failed)
		return;
	facts->operation_type = types[model->failed_verb];
	facts->operation_side = model->operation.side;
	facts->operation_fault = (struct cloud_fault){
		CLOUD_WAIT_FOR_USER, "", "QUOTA_EXCEEDED", "it has failed", ""};
}

static void
show(struct model *model, struct sample *sample, bool deleting)
{
	struct gcp_facts *facts = &sample->facts;

	show_halves(model, sample, CLOUD_LOCAL);
	show_halves(model, sample, CLOUD_REMOTE);
	show_operation(model, facts);
	facts->remote = model->remote_gone ? NULL : &sample->remote;
	facts->remote_fault = (struct cloud_fault){
		model->remote_gone ? CLOUD_GONE : CLOUD_NONE, "", "", "gone", ""};
	facts->tags.count = model->tagged;
	facts->remote_group.count = 0;
	sample_add_range(sample, CLOUD_REMOTE, SAMPLE_REMOTE,
		model->overlaps ? "10.1.7.0/24" : "10.2.0.0/16");
	facts->long_inactive = model->waiting > PATIENCE;
	facts->remote_locked = model->locked;
	facts->just_made = model->operation.runs && !model->operation.known;
	sample->wish.imports_routes = model->imports;
	sample->wish.deletes_remote = model->deletes_remote;
	sample->wish.deleting = deleting;
}

/* --- what the cloud does --- */

static void
work(struct model *model)
{
	struct model_operation *operation = &model->operation;
	enum cloud_side side = operation->side;
	struct model_half *half = find_half(model, side, operation->name);

	switch (operation->verb) {
	case CLOUD_STEP_CREATE:
		assert_null(half);
		assert_null(find_pair(model, side));
		half = add_half(model, side, operation->name);
		half->imports = side == CLOUD_LOCAL && model->imports;
		half->exports = side == CLOUD_REMOTE && model->imports;
		break;
	case CLOUD_STEP_OPTIONS:
		if (side == CLOUD_LOCAL)
			half->imports = model->imports;
		else
			half->exports = true;
		break;
	default:
		*half = model->halves[side][--model->counts[side]];
	}
}

static void
tick(struct model *model)
{
	struct model_operation *operation = &model->operation;

	if (operation->runs && operation->left-- == 0) {
		operation->runs = false;
		model->failed = model->failures > 0 && operation->known;
		model->failed_verb = operation->verb;
		if (model->failures > 0)
			model->failures--;
		else
			work(model);
	}
	if (find_pair(model, CLOUD_LOCAL) && find_pair(model, CLOUD_REMOTE))
		model->waiting++;
	else
		model->waiting = 0;
}

static void
check_step(struct model *model, const struct cloud_step *step)
{
	struct model_half *half = find_half(model, step->side, step->object);
	struct model_half *far = find_pair(model, CLOUD_REMOTE);

	assert_false(step->side == CLOUD_REMOTE && model->remote_gone);
	if (step->verb == CLOUD_STEP_CREATE) {
		assert_null(half);
		assert_false(model->overlaps || model->remote_gone);
		assert_true(model->tagged || (far && far->foreign));
		return;
	}
	assert_non_null(half);
	assert_false(half->elsewhere);
	if (step->verb == CLOUD_STEP_DELETE || step->side == CLOUD_REMOTE)
		assert_false(half->foreign);
	if (step->verb == CLOUD_STEP_DELETE && step->side == CLOUD_REMOTE)
		assert_true(model->deletes_remote && !model->locked);
}

/* One change runs at a time; of one that is refused, since another runs, nothing is left. */
static void
begin(struct model *model, const struct cloud_step *step)
{
	struct model_operation *operation = &model->operation;

	if (operation->runs)
		return;
	check_step(model, step);
	*operation = (struct model_operation){.runs = true,
		.known = !model->forgets,
		.left = draw(model, 3),
		.verb = step->verb,
		.side = step->side};
	snprintf(operation->name, sizeof operation->name, "%s", step->object);
	model->failed = false;
}

/* Plans and does until nothing moves, or so many rounds are over. */
static void
run(struct model *model, struct sample *sample, bool deleting, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		const struct cloud_plan *plan = &sample->plan;

		show(model, sample, deleting);
		sample_steps(sample);
		if (plan->step_count == 0 && plan->look_again == 0)
			return;
		if (plan->step_count > 0)
			begin(model, &plan->steps[0]);
		tick(model);
	}
	if (rounds == ROUNDS)
		fail_msg("it does not end");
}

/* --- what has to hold --- */

static void
check_ready(struct model *model)
{
	const struct model_half *local = find_pair(model, CLOUD_LOCAL);
	const struct model_half *remote = find_pair(model, CLOUD_REMOTE);

	assert_true(is_connected(model));
	assert_int_equal(local->imports, model->imports);
	assert_true(!model->imports || remote->exports);
}

static void
check_gone(struct model *model, const struct sample *sample)
{
	const struct model_half *local = find_pair(model, CLOUD_LOCAL);
	const struct model_half *remote = find_pair(model, CLOUD_REMOTE);

	assert_true(sample->plan.gone);
	assert_true(!local || local->foreign);
	if (model->deletes_remote && !model->locked)
		assert_true(!remote || remote->foreign);
	assert_int_equal(sample->plan.left != NULL, local || remote);
}

/* What is still under way comes to its end. */
static void
settle(struct model *model)
{
	while (model->operation.runs)
		tick(model);
}

static size_t
count_foreign(const struct model *model)
{
	size_t count = 0;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < model->counts[side]; i++)
			count += model->halves[side][i].foreign;
	return count;
}

static uint64_t
digest(struct model *model, const struct sample *sample)
{
	uint64_t sum = sample->plan.ready * 7 + sample->plan.gone;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < model->counts[side]; i++) {
			const struct model_half *half = &model->halves[side][i];

			sum += UINT64_C(1000003) * (uint64_t)(half->name[0] * 8 + side * 4 +
							      half->imports * 2 + half->exports);
		}
	return sum;
}

static void
live(uint64_t number, bool (*covered)[2])
{
	uint64_t first[2] = {0};

	for (int forgets = 0; forgets < 2; forgets++) {
		struct sample *sample = sample_new();
		struct model model = make_model(number);
		size_t foreign = count_foreign(&model);
		uint64_t made[2];

		model.forgets = forgets;
		arena_set_cap(sample->arena, MEMORY);
		run(&model, sample, false, ROUNDS);
		assert_true(sample->plan.ready || sample->plan.reason);
		if (sample->plan.ready)
			check_ready(&model);
		(*covered)[sample->plan.ready] = true;
		made[0] = digest(&model, sample);
		run(&model, sample, true, ROUNDS);
		settle(&model);
		check_gone(&model, sample);
		made[1] = digest(&model, sample);
		assert_int_equal(count_foreign(&model), foreign);
		for (int i = 0; forgets && i < 2; i++)
			assert_true(made[i] == first[i]);
		memcpy(first, made, sizeof first);
		assert_false(arena_exhausted(sample->arena));
		arena_free(sample->arena);
	}
}

static void
every_world_comes_to_its_end_and_forgetting_does_not_change_it(void **state)
{
	bool covered[2] = {false};

	(void)state;
	for (uint64_t number = 1; number <= WORLDS; number++)
		live(number, &covered);
	assert_true(covered[false] && covered[true]);
}

static void
an_object_may_be_deleted_at_any_moment(void **state)
{
	(void)state;
	for (uint64_t number = 1; number <= WORLDS; number++) {
		struct sample *sample = sample_new();
		struct model model = make_model(number);

		model.forgets = number % 2;
		arena_set_cap(sample->arena, MEMORY);
		run(&model, sample, false, (int)(number % 7));
		run(&model, sample, true, ROUNDS);
		settle(&model);
		check_gone(&model, sample);
		arena_free(sample->arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_world_comes_to_its_end_and_forgetting_does_not_change_it),
		cmocka_unit_test(an_object_may_be_deleted_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
