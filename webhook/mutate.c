#include "webhook/mutate.h"

#include <string.h>

#include "format/json_patch.h"

enum { LONGEST_LIST = 1024 };

static bool
is_mutable(const struct review *review)
{
	return review->definition && review->object && review->subresource[0] == '\0' &&
	       (review->operation == REVIEW_CREATE || review->operation == REVIEW_UPDATE);
}

static bool
stands_already(const struct review *review, const struct change *change)
{
	return review->operation == REVIEW_UPDATE && review->old_object &&
	       json_equal(json_nearest(review->old_object, change->field),
		       json_nearest(review->object, change->field));
}

static const char *
extend_list(struct arena *arena, const char *list, const struct change *change)
{
	return arena_printf(arena, "%s%s%s: %.200s -> %.200s", list, list[0] ? "; " : "",
		change->field, change->before, change->after);
}

struct mutation
mutate(struct arena *arena, const struct review *review, struct buffer *patch)
{
	struct mutation mutation = {.patch = patch, .changes = ""};
	struct json_patch operations = json_patch_open(patch);
	struct changes changes = {0};
	size_t listed = 0;

	if (is_mutable(review))
		changes = kind_canonicalise(arena, review->definition, review->object);
	for (const struct change *change = changes.first; change; change = change->next) {
		if (stands_already(review, change))
			continue;
		mutation.count++;
		json_patch_replace_text(&operations, change->field, change->after);
		if (listed == mutation.count - 1 && strlen(mutation.changes) < LONGEST_LIST) {
			mutation.changes = extend_list(arena, mutation.changes, change);
			listed++;
		}
	}
	json_patch_close(&operations);
	if (listed < mutation.count)
		mutation.changes = arena_printf(
			arena, "%s; and %zu more", mutation.changes, mutation.count - listed);
	return mutation;
}
