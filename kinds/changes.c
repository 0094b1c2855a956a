#include "kinds/kind.h"

void
changes_add(struct arena *arena, struct changes *changes, struct field field, const char *before,
	const char *after)
{
	struct change *change = ARENA_NEW(arena, struct change);

	change->field = field_text(arena, field);
	change->before = before;
	change->after = after;
	if (changes->last)
		changes->last->next = change;
	else
		changes->first = change;
	changes->last = change;
	changes->count++;
}

void
changes_append(struct changes *changes, const struct changes *more)
{
	if (!more->first)
		return;
	if (changes->last)
		changes->last->next = more->first;
	else
		changes->first = more->first;
	changes->last = more->last;
	changes->count += more->count;
}

bool
change_apply(struct json_edit *edit, const struct change *change)
{
	return change->after ? json_edit_set(edit, change->field, change->after)
			     : json_edit_remove(edit, change->field);
}

const char *
change_text(struct arena *arena, const struct change *change)
{
	if (!change->after)
		return arena_printf(arena, "%s: %.200s is dropped", change->field, change->before);
	if (!change->before)
		return arena_printf(arena, "%s: %.200s is added", change->field, change->after);
	return arena_printf(
		arena, "%s: %.200s -> %.200s", change->field, change->before, change->after);
}
