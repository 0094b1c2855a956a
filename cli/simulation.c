#include "cli/simulation.h"

#include <time.h>

#include "cli/merge.h"

struct target {
	const struct json *object;      /* NULL when it does not exist */
	const struct json *applied;     /* the manifest that was applied last, or NULL */
	struct declaration declaration; /* of the object */
	const struct definition *first;
	struct undo beginning;
};

struct prepared {
	const struct json *stored; /* what it was prepared on */
	struct preview preview;
	struct changes changes; /* to canonical form */
	bool made;
};

static const struct definition *
first_of(const struct definition *definition)
{
	while (definition->earlier)
		definition = definition->earlier;
	return definition;
}

static struct target *
target_of(const struct simulation *simulation, const struct definition *definition)
{
	return &simulation->targets[first_of(definition)->number];
}

static struct undo
remember(struct target *target)
{
	return (struct undo){target, target->object, target->applied, target->declaration};
}

static bool
begin_target(struct simulation *simulation, const struct state *state,
	const struct definition *definition, struct error *error)
{
	struct target *target = &simulation->targets[definition->number];

	target->first = definition;
	target->object = state_object(state, definition);
	target->applied = merge_last_applied(simulation->arena, target->object);
	if (target->object && !preview_decode(simulation->arena, definition, target->object,
				      &target->declaration, error))
		return false;
	target->beginning = remember(target);
	return true;
}

/* Prepared once for each object that it may meet; most meet only one. */
static struct prepared *
prepare(struct simulation *simulation, const struct definition *definition, struct error *error)
{
	const struct target *target = target_of(simulation, definition);
	struct prepared *prepared = &simulation->prepared[definition->number];

	if (prepared->made && prepared->stored == target->object)
		return prepared;
	if (!prepared->made)
		prepared->changes = preview_mend(
			simulation->arena, definition, target->object, target->applied);
	prepared->made = true;
	prepared->stored = target->object;
	return preview_make(simulation->arena, definition, target->object, target->applied,
		       &prepared->preview, error)
		       ? prepared
		       : NULL;
}

bool
simulation_begin(struct arena *arena, const struct bundle *bundle, const struct state *state,
	const struct policy *policy, bool deleting, struct simulation *simulation,
	struct error *error)
{
	const struct declaration *of_policy = policy_declaration(policy);

	*simulation = (struct simulation){
		.arena = arena,
		.inventory = state->inventory,
		.policy = policy,
		.deleting = deleting,
		.now = time(NULL),
		.targets = ARENA_ARRAY(arena, struct target, bundle->count),
		.prepared = ARENA_ARRAY(arena, struct prepared, bundle->count),
		.count = bundle->count,
	};
	if (of_policy)
		inventory_store(simulation->inventory, of_policy);
	for (const struct definition *definition = bundle->first; definition;
		definition = definition->next)
		if (!definition->earlier && (!begin_target(simulation, state, definition, error) ||
						    !prepare(simulation, definition, error)))
			return false;
	return true;
}

static void
put_back(struct simulation *simulation, const struct undo *undo)
{
	struct target *target = undo->target;

	target->object = undo->object;
	target->applied = undo->applied;
	target->declaration = undo->declaration;
	if (target->object)
		inventory_store(simulation->inventory, &target->declaration);
	else
		inventory_remove(simulation->inventory, &target->first->object);
}

void
simulation_undo(struct simulation *simulation, const struct undo *undo)
{
	if (undo->object != undo->target->object)
		put_back(simulation, undo);
}

void
simulation_reset(struct simulation *simulation)
{
	for (size_t i = 0; i < simulation->count; i++)
		if (simulation->targets[i].first)
			simulation_undo(simulation, &simulation->targets[i].beginning);
}

static bool
is_unchanged(const struct target *target, const struct preview *preview)
{
	return target->object && json_equal(target->object, preview->object);
}

static struct verdict
judge(const struct simulation *simulation, struct arena *arena, const struct declaration *subject,
	const struct declaration *before)
{
	return verdict_reach(arena, &(struct verdict_request){
					    .inventory = simulation->inventory,
					    .policy = simulation->policy,
					    .subject = subject,
					    .before = before,
					    .deleting = simulation->deleting,
					    .now = simulation->now,
				    });
}

/* What was brought to canonical form and what is added now, in one list. */
static void
supplement(struct simulation *simulation, struct step *step, const struct prepared *prepared,
	struct preview *preview)
{
	struct changes more = preview_supplement(simulation->arena, step->definition,
		simulation->inventory, simulation->policy, preview);

	for (const struct change *change = prepared->changes.first; change; change = change->next) {
		struct change *copy = ARENA_NEW(simulation->arena, struct change);

		*copy = *change;
		copy->next = NULL;
		changes_append(&step->changes, &(struct changes){copy, copy, 1});
	}
	changes_append(&step->changes, &more);
}

static void
apply(struct simulation *simulation, struct arena *arena, struct target *target, struct step *step)
{
	const struct prepared *prepared = prepare(simulation, step->definition, &simulation->error);
	struct preview preview;

	if (!prepared)
		return;
	preview = prepared->preview;
	step->outcome = OUTCOME_UNCHANGED;
	if (is_unchanged(target, &preview))
		return;
	supplement(simulation, step, prepared, &preview);
	step->declaration = preview.declaration;
	if (is_unchanged(target, &preview))
		return;
	step->outcome = OUTCOME_REFUSED;
	step->verdict = judge(
		simulation, arena, &step->declaration, preview.is_update ? &preview.before : NULL);
	if (step->verdict.action == ACTION_DENY)
		return;
	step->outcome = target->object ? OUTCOME_CHANGED : OUTCOME_CREATED;
	target->object = preview.object;
	if (step->definition->later)
		target->object = preview_stored(simulation->arena, preview.object);
	target->applied = step->definition->manifest->object;
	target->declaration = preview.declaration;
	inventory_store(simulation->inventory, &target->declaration);
}

static void delete (struct simulation *simulation, struct arena *arena, struct target *target,
	struct step *step)
{
	if (!target->object) {
		step->outcome = OUTCOME_ABSENT;
		return;
	}
	step->declaration = target->declaration;
	step->verdict = judge(simulation, arena, &step->declaration, NULL);
	if (step->verdict.action == ACTION_DENY)
		return;
	step->outcome = OUTCOME_DELETED;
	target->object = target->applied = NULL;
	inventory_remove(simulation->inventory, &step->definition->object);
}

struct undo
simulation_take(struct simulation *simulation, struct arena *arena,
	const struct definition *definition, struct step *step)
{
	struct target *target = target_of(simulation, definition);
	struct undo undo = remember(target);

	*step = (struct step){.definition = definition, .outcome = OUTCOME_REFUSED};
	if (simulation->deleting)
		delete (simulation, arena, target, step);
	else
		apply(simulation, arena, target, step);
	return undo;
}

bool
simulation_is_idle(const struct simulation *simulation, const struct definition *definition)
{
	const struct target *target = target_of(simulation, definition);

	if (definition->earlier || definition->later)
		return false;
	return simulation->deleting
		       ? !target->object
		       : is_unchanged(target, &simulation->prepared[definition->number].preview);
}

struct verdict
simulation_judge_again(
	const struct simulation *simulation, struct arena *arena, const struct step *step)
{
	const struct target *target = target_of(simulation, step->definition);

	return judge(simulation, arena, target->object ? &target->declaration : &step->declaration,
		NULL);
}
