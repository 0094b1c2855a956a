/* The plan of reports against a plain model of a cluster whose watch lags behind, whose writes
 * fail, and where other hands are at work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "daemon/report_plan.h"

enum { MINUTE = 60 };

/* The plain model: a cluster as it is, the watch's events in their order, and the steps that are
 * under way. */
enum { OBJECTS = 24, EVENTS = 4096 };

enum standing { NONE, OURS, FOREIGN };

struct event {
	int object;
	enum standing standing;
	uint64_t content;
};

struct model {
	struct report_plan *plan;
	size_t maximum;
	bool lags;
	int64_t now;
	uint64_t random;
	char uids[OBJECTS][8];
	bool wanted[OBJECTS];
	struct report_wish wishes[OBJECTS];
	enum standing standing[OBJECTS];
	uint64_t contents[OBJECTS];
	int64_t written[OBJECTS];
	enum standing told[OBJECTS];
	struct event events[EVENTS];
	size_t first_event, last_event;
	struct report_step steps[OBJECTS];
	size_t step_count;
};

static uint64_t
random_below(struct model *model, uint64_t bound)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return (model->random >> 11) % bound;
}

static void
deliver_one(struct model *model)
{
	const struct event *event = &model->events[model->first_event++ % EVENTS];
	const char *uid = model->uids[event->object];

	model->told[event->object] = event->standing;
	if (event->standing == OURS)
		report_plan_stored(model->plan, uid, "", event->content);
	else if (event->standing == FOREIGN)
		report_plan_foreign(model->plan, uid);
	else
		report_plan_removed(model->plan, uid);
}

static void
deliver_all(struct model *model)
{
	while (model->first_event < model->last_event)
		deliver_one(model);
}

/* Changes the cluster. */
static void
put(struct model *model, int object, enum standing standing, uint64_t content)
{
	model->standing[object] = standing;
	model->contents[object] = content;
	model->events[model->last_event++ % EVENTS] = (struct event){object, standing, content};
	if (!model->lags)
		deliver_all(model);
}

static int
object_of(const struct model *model, const char *uid)
{
	int object = 0;

	while (!text_equal(model->uids[object], uid))
		object++;
	return object;
}

/* Does a step as the API server would, with its preconditions; at times in vain. */
static void
finish_step(struct model *model, bool may_fail)
{
	size_t chosen = random_below(model, model->step_count);
	struct report_step step = model->steps[chosen];
	int object = object_of(model, step.uid);
	bool fits = model->standing[object] == (step.verb == REPORT_CREATE ? NONE : OURS);
	bool good = fits && !(may_fail && random_below(model, 5) == 0);

	model->steps[chosen] = model->steps[--model->step_count];
	if (good)
		put(model, object, step.verb == REPORT_DELETE ? NONE : OURS, step.content);
	report_plan_done(model->plan, step.uid, good, step.content);
}

static void
take_steps(struct model *model)
{
	size_t room = 1 + random_below(model, OBJECTS - model->step_count);
	struct report_step steps[OBJECTS];
	size_t count;

	if (model->step_count == OBJECTS)
		return;
	count = report_plan_steps(model->plan, model->now, steps, room);
	assert_true(count <= room);
	for (size_t i = 0; i < count; i++) {
		int object = object_of(model, steps[i].uid);

		assert_true(model->now - model->written[object] >= MINUTE);
		assert_int_not_equal(model->told[object], FOREIGN);
		model->written[object] = model->now;
		model->steps[model->step_count++] = steps[i];
	}
}

static void
change_wish(struct model *model, int object)
{
	struct report_wish *wish = &model->wishes[object];

	model->wanted[object] = random_below(model, 4) != 0;
	wish->content = random_below(model, 3);
	wish->worst = (enum action)(ACTION_REPORT + random_below(model, 3));
	if (model->wanted[object])
		report_plan_want(model->plan, wish);
	else
		report_plan_unwant(model->plan, wish->uid);
}

/* Somebody else's hands; none of them makes a report that claims to be ours. */
static void
meddle(struct model *model, int object)
{
	if (model->standing[object] == OURS && random_below(model, 2) == 0)
		put(model, object, OURS, random_below(model, 3));
	else if (random_below(model, 3) == 0)
		put(model, object, FOREIGN, 0);
	else
		put(model, object, NONE, 0);
}

static void
list_anew(struct model *model)
{
	model->first_event = model->last_event;
	report_plan_list_anew(model->plan);
	for (int i = 0; i < OBJECTS; i++) {
		model->told[i] = model->standing[i];
		if (model->standing[i] == OURS)
			report_plan_stored(model->plan, model->uids[i], "", model->contents[i]);
		else if (model->standing[i] == FOREIGN)
			report_plan_foreign(model->plan, model->uids[i]);
	}
}

static size_t
count_ours(const struct model *model)
{
	size_t count = 0;

	for (int i = 0; i < OBJECTS; i++)
		count += model->standing[i] == OURS;
	return count;
}

static void
churn(struct model *model)
{
	int object = (int)random_below(model, OBJECTS);

	switch (random_below(model, 8)) {
	case 0:
	case 1:
		change_wish(model, object);
		break;
	case 2:
		if (random_below(model, 4) == 0)
			meddle(model, object);
		break;
	case 3:
		model->now += (int64_t)random_below(model, 20);
		break;
	case 4:
		if (random_below(model, 30) == 0)
			list_anew(model);
		break;
	case 5:
		if (model->first_event < model->last_event)
			deliver_one(model);
		break;
	case 6:
		if (model->step_count > 0)
			finish_step(model, true);
		break;
	default:
		take_steps(model);
	}
	if (!model->lags)
		assert_true(count_ours(model) <= model->maximum);
}

/* No more churn: until nothing is due any more. No step comes before its time. */
static void
settle(struct model *model)
{
	for (int rounds = 0; rounds < 1000; rounds++) {
		struct report_step step;
		int64_t due;

		while (model->step_count > 0)
			finish_step(model, false);
		deliver_all(model);
		due = report_plan_due(model->plan, model->now);
		if (due == INT64_MAX)
			return;
		if (due > model->now)
			assert_int_equal(report_plan_steps(model->plan, due - 1, &step, 1), 0);
		model->now = due;
		take_steps(model);
		assert_true(model->step_count > 0);
	}
	fail_msg("the plan does not come to rest");
}

static bool
comes_before(const struct report_wish *a, const struct report_wish *b)
{
	if (a->worst != b->worst)
		return a->worst > b->worst;
	return a->created != b->created ? a->created < b->created : strcmp(a->uid, b->uid) < 0;
}

static bool
belongs(const struct model *model, int object)
{
	return model->wanted[object] && model->standing[object] != FOREIGN;
}

static void
compare_end(const struct model *model)
{
	struct report_plan_figures figures = report_plan_figures(model->plan);
	size_t ours = 0, left_out = 0, blocked = 0;

	for (int i = 0; i < OBJECTS; i++) {
		size_t before = 0;

		for (int j = 0; j < OBJECTS; j++)
			before += belongs(model, j) &&
				  comes_before(&model->wishes[j], &model->wishes[i]);
		if (belongs(model, i) && before < model->maximum) {
			assert_int_equal(model->standing[i], OURS);
			assert_int_equal(model->contents[i], model->wishes[i].content);
			ours++;
		} else {
			assert_int_not_equal(model->standing[i], OURS);
			left_out += belongs(model, i);
			blocked += model->wanted[i] && model->standing[i] == FOREIGN;
		}
	}
	assert_int_equal(figures.stored, ours);
	assert_int_equal(figures.left_out, left_out);
	assert_int_equal(figures.blocked, blocked);
	assert_int_equal(figures.behind, 0);
}

static void
play(uint64_t seed)
{
	static struct model model;

	model = (struct model){.random = seed * UINT64_C(0x9e3779b97f4a7c15)};
	model.lags = seed % 2;
	model.maximum = random_below(&model, OBJECTS + 4);
	model.plan = report_plan_new(model.maximum, MINUTE);
	for (int i = 0; i < OBJECTS; i++) {
		snprintf(model.uids[i], sizeof model.uids[i], "u%d", i);
		model.wishes[i] = (struct report_wish){.uid = model.uids[i],
			.namespace = "",
			.created = (int64_t)random_below(&model, 6)};
		model.written[i] = INT64_MIN / 2;
	}
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 600; i++)
			churn(&model);
		settle(&model);
		compare_end(&model);
	}
	report_plan_free(model.plan);
}

static void
any_churn_ends_as_the_plain_model_says(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 400; seed++)
		play(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_churn_ends_as_the_plain_model_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
