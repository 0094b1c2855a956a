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
