#include "daemon/peering_pass.h"

#include "base/clock.h"
#include "base/text.h"
#include "daemon/peering_wish.h"
#include "kinds/kind.h"
#include "network/hash.h"

void
peering_pass_tell(
	const struct peering_pass *pass, enum event_type type, const char *reason, const char *note)
{
	const struct object_id *id = &pass->declaration.object;
	struct event event = {
		.regarding = {kind_api_version(pass->worker->arena, id->kind), kind_name(id->kind),
			id->namespace, id->name, pass->peering.uid},
		.type = type,
		.reason = reason,
		.action = "Reconcile",
		.note = note,
	};

	if (pass->events)
		event_record(pass->events, &event);
}

static bool
is_drift(const struct peering_pass *pass)
{
	return pass->choice.mode == MODE_OBSERVE && pass->plan.step_count > 0;
}

static uint64_t
hash_of_news(const struct peering_pass *pass)
{
	uint64_t hash = 0;

	if (pass->choice.problem)
		hash = hash_text(hash_word(hash, 1), pass->choice.problem);
	if (pass->names.problem)
		hash = hash_text(hash_word(hash, 4), pass->names.problem);
	if (pass->problem.reason) {
		hash = hash_text(hash_word(hash, 2), pass->problem.reason);
		hash = hash_text(hash_text(hash, pass->problem.message), pass->problem.hint);
	}
	for (size_t i = 0; is_drift(pass) && i < pass->plan.step_count; i++)
		hash = hash_text(hash_word(hash, 3), pass->plan.steps[i].text);
	return hash;
}

static const char *
drift_text(const struct peering_pass *pass)
{
	struct arena *arena = pass->worker->arena;
	const char *first = pass->plan.steps[0].text;
	size_t more = pass->plan.step_count - 1;

	if (more > 0)
		first = arena_printf(arena, "%s, and %zu more", first, more);
	return arena_printf(arena,
		"%s; nothing is changed, since this object is only observed; way out: put it right "
		"in the cloud, or annotate the object with peerwarden.io/mode=manage",
		first);
}

void
peering_pass_tell_news(const struct peering_pass *pass)
{
	struct arena *arena = pass->worker->arena;
	uint64_t news = hash_of_news(pass);

	if (!peering_views_is_news(pass->memory, pass->key, news))
		return;
	if (pass->choice.problem)
		peering_pass_tell(pass, EVENT_WARNING, "ModeNotUsed",
			arena_printf(arena, "%s; it is observed; way out: %s", pass->choice.problem,
				pass->choice.hint));
	if (pass->names.problem)
		peering_pass_tell(pass, EVENT_WARNING, "DnsResolutionNotUsed",
			arena_printf(arena, "%s; it is left as it is in the cloud; way out: %s",
				pass->names.problem, pass->names.hint));
	if (pass->problem.reason)
		peering_pass_tell(pass, EVENT_WARNING, pass->problem.reason,
			peering_problem_text(arena, &pass->problem));
	if (is_drift(pass))
		peering_pass_tell(pass, EVENT_WARNING, "Drift", drift_text(pass));
	if (news == 0 && pass->choice.mode == MODE_OBSERVE && pass->plan.ready)
		peering_pass_tell(pass, EVENT_NORMAL, "Recovered",
			"the cloud is as this object wants it again");
}

bool
peering_pass_plan(struct peering_pass *pass, struct cloud_fault *fault)
{
	pass->plan = (struct cloud_plan){0};
	pass->wish.id = peering_wish_id(pass->cloud, &pass->peering);
	pass->wish.operation = peering_object_operation(&pass->peering);
	if (!pass->cloud->plan(
		    pass->worker->arena, pass->cloud->context, &pass->wish, &pass->plan, fault)) {
		pass->plan = (struct cloud_plan){0};
		return false;
	}
	pass->problem = peering_problem_of_plan(&pass->plan);
	return true;
}

void
peering_pass_let_be(const struct peering_pass *pass)
{
	if (pass->cloud->let_be)
		pass->cloud->let_be(pass->cloud->context, pass->peering.uid);
}

uint64_t
peering_pass_mark(const struct peering_pass *pass)
{
	const struct peering_object *peering = &pass->peering;
	uint64_t hash = hash_text(0, peering->uid);

	hash = hash_word(hash, (uint64_t)peering_object_generation(peering));
	hash = hash_word(hash, peering->deleting);
	hash = hash_word(hash, peering_object_has_finalizer(peering));
	hash = hash_text(hash_word(hash, pass->choice.mode), pass->choice.problem);
	hash = hash_text(hash_word(hash, pass->names.names), pass->names.problem);
	hash = hash_text(hash, condition_id(peering->object));
	return hash_text(hash, peering_object_refresh(peering));
}

static const char *
problem_to_see(const struct peering_pass *pass)
{
	if (pass->problem.reason)
		return arena_printf(pass->worker->arena, "%s: %s", pass->problem.reason,
			peering_problem_text(pass->worker->arena, &pass->problem));
	return pass->choice.problem ? pass->choice.problem : pass->names.problem;
}

void
peering_pass_note(const struct peering_pass *pass, const char *state)
{
	const struct cloud_plan *plan = &pass->plan;

	peering_views_note(pass->memory,
		&(struct peering_view){
			.key = pass->key,
			.name = pass->declaration.object.name,
			.mode = mode_name(pass->choice.mode),
			.state = state,
			.problem = problem_to_see(pass),
			.drift = plan->step_count,
			.first_drift = plan->step_count > 0 ? plan->steps[0].text : "",
			.looked = clock_wall(),
		});
}
