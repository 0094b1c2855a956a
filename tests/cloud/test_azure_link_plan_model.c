/* Random worlds of a VNet and a zone or ruleset, and the plan's steps done in them until nothing is
 * left to do: it ends, ready or with a problem that is told; deleting, it ends with nothing of ours
 * left; what is somebody else's is never touched; and a crash after any step changes nothing in the
 * end. */
#include "base/clock.h"
#include "tests/cloud/azure_link_sample.h"

enum { WORLDS = 20000, ROUNDS = 40 };

struct model_link {
	bool there;
	bool leads_home;
	enum { MARK_NONE, MARK_NOW, MARK_OLD } mark;
	enum azure_provisioning provisioning;
	bool completed;
	bool registers;
	bool hidden;      /* until the operation that makes it has ended */
	unsigned touched; /* how often a step was done to it */
};

struct model {
	uint64_t seed;
	const char *target; /* id */
	bool target_there, tagged, full, far_away, resolves;
	bool vnet_there, vnet_seen, own_known;
	struct model_link link, other; /* of the wanted name; of our VNet under another */
	enum azure_link_motion motion;
	int ends_in;  /* rounds until the motion has ended */
	bool forgets; /* a crash loses what was begun */
	bool stored;
	bool kept_out;
};

static uint64_t
draw(struct model *model, uint64_t below)
{
	model->seed ^= model->seed << 13;
	model->seed ^= model->seed >> 7;
	model->seed ^= model->seed << 17;
	return (model->seed >> 11) % below;
}

/* --- a random world --- */

static struct model_link
make_link(struct model *model, bool leads_home)
{
	static const enum azure_provisioning states[] = {AZURE_PROVISIONING_SUCCEEDED,
		AZURE_PROVISIONING_SUCCEEDED, AZURE_PROVISIONING_UPDATING,
		AZURE_PROVISIONING_FAILED, AZURE_PROVISIONING_DELETING};
	struct model_link link = {.there = true, .leads_home = leads_home};

	link.provisioning = states[draw(model, 5)];
	link.completed = draw(model, 2);
	link.registers = draw(model, 3) == 0;
	link.mark = leads_home ? draw(model, 3) : MARK_NONE;
	return link;
}

static struct model
make_model(uint64_t number)
{
	static const char *const targets[] = {SAMPLE_ZONE, SAMPLE_RULESET, SAMPLE_PRIVATE};
	struct model model = {.seed = number * UINT64_C(0x9E3779B97F4A7C15) + 1};

	draw(&model, 2);
	model.target = targets[draw(&model, 3)];
	model.target_there = draw(&model, 10) != 0;
	model.tagged = draw(&model, 4) != 0;
	model.full = draw(&model, 10) == 0;
	model.far_away = draw(&model, 10) == 0;
	model.own_known = draw(&model, 20) != 0;
	model.vnet_there = draw(&model, 12) != 0;
	model.vnet_seen = draw(&model, 8) != 0;
	if (model.target_there && draw(&model, 3))
		model.link = make_link(&model, draw(&model, 3) != 0);
	if (model.target_there && !(model.link.there && model.link.leads_home) &&
		draw(&model, 3) == 0)
		model.other = make_link(&model, true);
	model.resolves = draw(&model, 8) == 0;
	model.stored = draw(&model, 2);
	model.kept_out = draw(&model, 12) == 0;
	return model;
}

/* --- what the plan is shown of it --- */

static void
show_link(struct model *model, struct sample *sample, const struct model_link *from,
	struct azure_link *shown, const char *id)
{
	*shown = sample_link(id, from->leads_home ? SAMPLE_OWN_TOO : SAMPLE_FAR);
	shown->provisioning = from->provisioning;
	shown->ready = from->provisioning == AZURE_PROVISIONING_SUCCEEDED && from->completed;
	shown->registers = from->registers;
	shown->resolution = model->resolves ? "NxDomainRedirect" : "";
	if (from->mark != MARK_NONE)
		sample_mark(sample, shown, from->mark == MARK_NOW ? "guid-1" : "guid-0");
}

static void
show_links(struct model *model, struct sample *sample)
{
	struct azure_link_facts *facts = &sample->facts;

	facts->link = facts->other = NULL;
	if (!model->target_there)
		return;
	if (model->link.there && !model->link.hidden) {
		show_link(model, sample, &model->link, &sample->link, facts->link_id);
		facts->link = &sample->link;
	}
	if (model->other.there && model->own_known) {
		show_link(model, sample, &model->other, &sample->other,
			arena_printf(sample->arena, "%s/virtualNetworkLinks/hand", model->target));
		facts->other = &sample->other;
	}
}

static void
show(struct model *model, struct sample *sample, bool deleting)
{
	struct azure_link_facts *facts = &sample->facts;

	sample_lead_to(sample, model->target);
	sample->wish.deleting = deleting;
	sample->wish.id = model->stored ? facts->link_id : "";
	sample->target.tags.count = model->tagged;
	sample->target.links = model->full ? 1000 : 3;
	sample->target.location = facts->target_id.type != ARM_RULESET ? ""
				  : model->far_away                    ? "westus"
								       : "westeurope";
	facts->own = model->own_known ? SAMPLE_OWN : "";
	facts->own_seen = !deleting && model->own_known && model->vnet_seen;
	facts->vnet = facts->own_seen && model->vnet_there ? &sample->vnet : NULL;
	facts->target = !deleting && model->target_there ? &sample->target : NULL;
	facts->target_fault = (struct cloud_fault){CLOUD_GONE, "", "", "not found", ""};
	facts->motion = model->motion;
	show_links(model, sample);
	facts->link_fault = (struct cloud_fault){0};
	if (deleting && model->kept_out) {
		facts->link_fault =
			(struct cloud_fault){CLOUD_WAIT_FOR_USER, "", "", "no right", ""};
		facts->link = facts->other = NULL;
	}
}

/* --- steps, and time --- */

static void
begin(struct model *model, enum azure_link_motion motion)
{
	model->motion = motion;
	model->ends_in = (int)draw(model, 3);
}

/* Azure refuses what stands against it. */
static void
put(struct model *model)
{
	struct model_link *link = &model->link;

	assert_true(model->tagged || link->mark != MARK_NONE);
	assert_true(!model->other.there);
	if (!link->there)
		*link = (struct model_link){
			.there = true, .hidden = true, .touched = link->touched};
	link->leads_home = true;
	link->provisioning = AZURE_PROVISIONING_UPDATING;
	link->completed = false;
	link->registers = false;
	link->mark = MARK_NOW;
}

static void
do_step(struct model *model, const struct sample *sample)
{
	const struct cloud_step *step = sample->plan.steps;
	struct model_link *link = &model->link;

	assert_string_equal(step->object, sample->facts.link_id);
	assert_true(!link->there || link->leads_home || link->mark != MARK_NONE);
	link->touched++;
	switch (step->verb) {
	case CLOUD_STEP_CREATE:
		assert_true(!link->there || link->hidden ||
			    link->provisioning == AZURE_PROVISIONING_FAILED);
		assert_true(!link->there || link->hidden || !model->resolves);
		assert_true(link->there || (!model->full && model->tagged));
		put(model);
		begin(model, AZURE_LINK_IS_PUT);
		break;
	case CLOUD_STEP_OPTIONS:
		assert_true(link->there && link->registers && !model->resolves);
		put(model);
		begin(model, AZURE_LINK_IS_PUT);
		break;
	default:
		assert_int_equal(step->verb, CLOUD_STEP_DELETE);
		assert_true(link->there && (sample->wish.deleting || link->mark == MARK_OLD));
		link->provisioning = AZURE_PROVISIONING_DELETING;
		begin(model, AZURE_LINK_IS_DELETED);
	}
	model->stored = model->stored || step->verb == CLOUD_STEP_CREATE;
	if (model->forgets)
		model->motion = AZURE_LINK_RESTS;
}

static void
settle(struct model_link *link)
{
	if (link->provisioning == AZURE_PROVISIONING_UPDATING)
		link->provisioning = AZURE_PROVISIONING_SUCCEEDED;
	else if (link->provisioning == AZURE_PROVISIONING_DELETING)
		link->there = false;
	else
		link->completed = true;
}

static void
tick(struct model *model)
{
	if (model->ends_in > 0) {
		model->ends_in--;
		return;
	}
	model->motion = AZURE_LINK_RESTS;
	model->link.hidden = false;
	settle(&model->link);
	settle(&model->other);
}

/* Until it comes to rest, or for so many rounds. */
static void
run(struct model *model, struct sample *sample, bool deleting, int most)
{
	for (int round = 0; round < most; round++) {
		show(model, sample, deleting);
		sample_step(sample);
		if (sample->plan.step_count == 0 && sample->plan.look_again == 0)
			return;
		assert_true(!sample->plan.ready && !sample->plan.gone);
		if (sample->plan.step_count > 0)
			do_step(model, sample);
		tick(model);
	}
	if (most == ROUNDS)
		fail_msg("it does not end");
}

/* --- what has to hold --- */

static void
check_rest(const struct model *model, const struct sample *sample)
{
	const struct cloud_plan *plan = &sample->plan;

	if (!plan->ready) {
		assert_non_null(plan->reason);
		assert_true(*plan->message && *plan->hint);
		return;
	}
	assert_null(plan->reason);
	assert_true(*plan->id);
	if (model->link.there && model->link.leads_home) {
		assert_true(model->link.completed);
		assert_true(!model->link.registers || strstr(model->target, "Rulesets"));
		assert_true(model->link.mark != MARK_OLD || !model->vnet_seen);
	} else {
		assert_true(model->other.there);
	}
}

static void
check_end(const struct model *model, const struct sample *sample)
{
	if (!sample->plan.gone) { /* nobody says which VNet is ours */
		assert_false(model->own_known);
		assert_non_null(sample->plan.reason);
		return;
	}
	if (model->kept_out && model->stored)
		assert_non_null(sample->plan.left);
	if (!model->kept_out && model->own_known)
		assert_false(model->link.there && model->link.leads_home);
}

static void
check_foreign(
	const struct model *model, const struct model_link *link, const struct model_link *other)
{
	bool was_foreign = link->there && !link->leads_home;

	assert_int_equal(model->other.touched, other->touched);
	if (was_foreign && link->provisioning != AZURE_PROVISIONING_DELETING)
		assert_true(model->link.there && model->link.touched == 0);
}

static unsigned
digest(const struct model *model, const struct sample *sample)
{
	return (unsigned)(model->link.there * 8 + model->link.leads_home * 4 +
			  sample->plan.ready * 2 + sample->plan.gone);
}

/* How many worlds came to each end: a model in which nothing happens proves nothing. */
static struct {
	unsigned ready, stopped, made, repaired;
} tally;

static void
count(const struct model *model, const struct model *start, const struct sample *sample)
{
	tally.ready += sample->plan.ready;
	tally.stopped += sample->plan.reason != NULL;
	tally.made += !start->link.there && model->link.there;
	tally.repaired += start->link.there && model->link.touched > 0;
}

static void
every_world_comes_to_rest_and_to_its_end(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < WORLDS; number++) {
		struct model model = make_model(number);
		const struct model start = model;
		struct sample *sample = sample_new();

		run(&model, sample, false, ROUNDS);
		check_rest(&model, sample);
		check_foreign(&model, &start.link, &start.other);
		count(&model, &start, sample);
		run(&model, sample, true, ROUNDS);
		check_end(&model, sample);
		check_foreign(&model, &start.link, &start.other);
		arena_free(sample->arena);
	}
	assert_true(tally.ready > WORLDS / 10 && tally.stopped > WORLDS / 10);
	assert_true(tally.made > WORLDS / 10 && tally.repaired > WORLDS / 50);
}

static void
what_is_forgotten_in_a_crash_changes_nothing_in_the_end(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < WORLDS; number++) {
		struct model model = make_model(number), crashing = model;
		struct sample *sample = sample_new(), *other = sample_new();

		crashing.forgets = true;
		run(&model, sample, false, ROUNDS);
		run(&crashing, other, false, ROUNDS);
		assert_int_equal(digest(&model, sample), digest(&crashing, other));
		arena_free(sample->arena);
		arena_free(other->arena);
	}
}

static void
an_object_that_is_deleted_while_things_go_on_leaves_nothing(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < WORLDS; number++) {
		struct model model = make_model(number);
		const struct model start = model;
		struct sample *sample = sample_new();

		run(&model, sample, false, 1 + (int)draw(&model, 3));
		run(&model, sample, true, ROUNDS);
		check_end(&model, sample);
		check_foreign(&model, &start.link, &start.other);
		arena_free(sample->arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_world_comes_to_rest_and_to_its_end),
		cmocka_unit_test(what_is_forgotten_in_a_crash_changes_nothing_in_the_end),
		cmocka_unit_test(an_object_that_is_deleted_while_things_go_on_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
