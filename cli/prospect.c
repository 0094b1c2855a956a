#include "cli/prospect.h"

#include "cli/merge.h"
#include "validators/supplement.h"

static bool
stands_already(
	const struct definition *definition, const struct json *stored, const struct change *change)
{
	return json_equal(json_nearest(stored, change->field),
		json_nearest(definition->manifest->object, change->field));
}

struct changes
prospect_mend(struct arena *arena, const struct definition *definition, const struct json *stored)
{
	const struct json *object = definition->manifest->object;
	struct changes all = kind_canonicalise(arena, definition->manifest->definition, object);
	struct json_edit edit = {arena, object, NULL};
	struct changes done = {0};

	for (struct change *change = all.first, *next; change; change = next) {
		next = change->next;
		change->next = NULL;
		if (stored && stands_already(definition, stored, change))
			continue;
		if (change_apply(&edit, change))
			changes_append(&done, &(struct changes){change, change, 1});
	}
	return done;
}

bool
prospect_decode(struct arena *arena, const struct definition *definition, const struct json *object,
	struct declaration *declaration, struct error *error)
{
	const struct manifest *manifest = definition->manifest;

	if (!kind_decode(arena, manifest->definition, object, NULL, declaration, error))
		return error_wrap(error, "%s: line %zu", manifest->file,
			json_location(manifest->object).line);
	declaration->object = definition->object;
	return true;
}

static bool
is_handed_out(const struct json *stored)
{
	return json_present(json_member(stored, "metadata"), "uid") != NULL;
}

bool
prospect_make(struct arena *arena, const struct definition *definition, const struct json *stored,
	const struct json *last, struct prospect *prospect, struct error *error)
{
	*prospect = (struct prospect){
		.object = definition->manifest->object, .is_update = stored != NULL};
	if (stored && is_handed_out(stored))
		prospect->object = merge_apply(arena, stored, last, definition->manifest->object);
	if (!prospect->object)
		return error_set(error, ERROR_EXHAUSTED, "%s: an object is too large",
			definition->manifest->file);
	return prospect_decode(
		       arena, definition, prospect->object, &prospect->declaration, error) &&
	       (!stored || prospect_decode(arena, definition, stored, &prospect->before, error));
}

struct changes
prospect_supplement(struct arena *arena, const struct definition *definition,
	const struct inventory *inventory, const struct policy *policy, struct prospect *prospect)
{
	struct changes changes = supplement_changes(
		arena, &(struct supplement_request){
			       .inventory = inventory,
			       .policy = policy,
			       .subject = &prospect->declaration,
			       .object = prospect->object,
			       .before = prospect->is_update ? &prospect->before : NULL,
		       });
	struct json_edit edit = {.arena = arena};

	if (!changes.first)
		return changes;
	edit.root = merge_copy(arena, prospect->object);
	for (const struct change *change = changes.first; change; change = change->next)
		change_apply(&edit, change);
	if (!prospect_decode(arena, definition, edit.root, &prospect->declaration, NULL))
		return (struct changes){0};
	prospect->object = edit.root;
	return changes;
}

const char *
prospect_change_text(struct arena *arena, const struct change *change)
{
	if (!change->after)
		return arena_printf(
			arena, "%s \"%s\" would be dropped", change->field, change->before);
	if (!change->before)
		return arena_printf(
			arena, "%s \"%s\" would be added", change->field, change->after);
	return arena_printf(arena, "%s \"%s\" would be stored as \"%s\"", change->field,
		change->before, change->after);
}
