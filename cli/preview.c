#include "cli/preview.h"

#include "cli/merge.h"
#include "validators/supplement.h"

static bool
is_handed_out(const struct json *stored)
{
	return json_present(json_member(stored, "metadata"), "uid") != NULL;
}

const struct json *
preview_stored(struct arena *arena, const struct json *object)
{
	struct json_edit edit = {.arena = arena, .root = merge_copy(arena, object)};

	if (edit.root && !is_handed_out(object))
		json_edit_set(&edit, "metadata.uid", "planned");
	return edit.root;
}

/* What reaches the webhook. NULL only when it is too large. */
static const struct json *
applied(struct arena *arena, const struct definition *definition, const struct json *stored,
	const struct json *last)
{
	const struct json *manifest = definition->manifest->object;

	return is_handed_out(stored) ? merge_apply(arena, stored, last, manifest) : manifest;
}

static bool
stands_already(const struct json *stored, const struct json *object, const struct change *change)
{
	return stored &&
	       json_equal(json_nearest(stored, change->field), json_nearest(object, change->field));
}

struct changes
preview_mend(struct arena *arena, const struct definition *definition, const struct json *stored,
	const struct json *last)
{
	const struct manifest *manifest = definition->manifest;
	const struct json *object = applied(arena, definition, stored, last);
	struct json_edit edit = {.arena = arena, .root = manifest->object};
	struct changes all, done = {0};

	if (json_present(json_member(object, "metadata"), "deletionTimestamp"))
		return done;
	all = kind_canonicalise(arena, manifest->definition, object);
	for (struct change *change = all.first, *next; change; change = next) {
		next = change->next;
		change->next = NULL;
		if (stands_already(stored, object, change))
			continue;
		if (change_apply(&edit, change))
			changes_append(&done, &(struct changes){change, change, 1});
	}
	return done;
}

bool
preview_decode(struct arena *arena, const struct definition *definition, const struct json *object,
	struct declaration *declaration, struct error *error)
{
	const struct manifest *manifest = definition->manifest;

	if (!kind_decode(arena, manifest->definition, object, NULL, declaration, error))
		return error_wrap(error, "%s: line %zu", manifest->file,
			json_location(manifest->object).line);
	declaration->object = definition->object;
	return true;
}

bool
preview_make(struct arena *arena, const struct definition *definition, const struct json *stored,
	const struct json *last, struct preview *preview, struct error *error)
{
	*preview = (struct preview){
		.object = applied(arena, definition, stored, last), .is_update = stored != NULL};
	if (!preview->object)
		return error_set(error, ERROR_EXHAUSTED, "%s: an object is too large",
			definition->manifest->file);
	return preview_decode(arena, definition, preview->object, &preview->declaration, error) &&
	       (!stored || preview_decode(arena, definition, stored, &preview->before, error));
}

struct changes
preview_supplement(struct arena *arena, const struct definition *definition,
	const struct inventory *inventory, const struct policy *policy, struct preview *preview)
{
	struct supplement_request request = {
		.inventory = inventory,
		.policy = policy,
		.subject = &preview->declaration,
		.object = preview->object,
		.before = preview->is_update ? &preview->before : NULL,
	};
	struct json_edit edit = {.arena = arena};
	struct changes changes = {0};

	if (!preview->declaration.deleting)
		changes = supplement_changes(arena, &request);
	if (!changes.first)
		return changes;
	edit.root = merge_copy(arena, preview->object);
	for (const struct change *change = changes.first; change; change = change->next)
		change_apply(&edit, change);
	if (!preview_decode(arena, definition, edit.root, &preview->declaration, NULL))
		return (struct changes){0};
	preview->object = edit.root;
	return changes;
}

const char *
preview_change_text(struct arena *arena, const struct change *change)
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
