#include "webhook/mutate.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "format/json_patch.h"
#include "ledger/page.h"
#include "validators/supplement.h"

enum { LONGEST_LIST = 1024 };

#define ASKS "metadata.annotations[peerwarden.io/auto]"

/* From the mutation to the verdict: other webhooks may stand between the two. */
#define HOLD_LINKS (30 * CLOCK_SECOND)

struct edited {
	struct arena *arena;
	const struct review *review;
	struct json_edit edit;
	bool is_touched; /* a create, or an update of the spec or of what it asks for */
	struct mutation mutation;
	size_t listed;
};

static bool
is_mutable(const struct review *review)
{
	return review->definition && review->object && review->subresource[0] == '\0' &&
	       (review->operation == REVIEW_CREATE || review->operation == REVIEW_UPDATE) &&
	       !json_present(json_member(review->object, "metadata"), "deletionTimestamp");
}

/* On a create there is nothing that could be the same. */
static bool
is_same(const struct review *review, const char *field)
{
	return review->operation == REVIEW_UPDATE && review->old_object &&
	       json_equal(json_nearest(review->old_object, field),
		       json_nearest(review->object, field));
}

static void
list(struct edited *edited, const struct change *change)
{
	struct mutation *mutation = &edited->mutation;

	if (edited->listed + 1 < mutation->count || strlen(mutation->changes) >= LONGEST_LIST)
		return;
	mutation->changes = arena_printf(edited->arena, "%s%s%s", mutation->changes,
		mutation->changes[0] ? "; " : "", change_text(edited->arena, change));
	edited->listed++;
}

static void
apply(struct edited *edited, const struct changes *changes, bool only_what_is_written)
{
	for (const struct change *change = changes->first; change; change = change->next) {
		if ((only_what_is_written && is_same(edited->review, change->field)) ||
			!change_apply(&edited->edit, change))
			continue;
		edited->mutation.count++;
		list(edited, change);
	}
}

static bool
decode(struct edited *edited, const struct json *object, struct declaration *declaration)
{
	const struct review *review = edited->review;
	struct error error;

	/* With generateName there is no name yet, and nothing here needs one. */
	return kind_decode(edited->arena, review->definition, object,
		review->name[0] ? review->name : "-", declaration, &error);
}

static void
hold_links(struct edited *edited, struct source *source, const struct declaration *asked)
{
	struct declaration given, links;

	if (asked->auto_links && !edited->review->dry_run && edited->review->name[0] &&
		decode(edited, edited->review->object, &given) &&
		supplement_links(edited->arena, asked, &given, &links))
		inventory_hold(source_inventory(source), &links, clock_monotonic() + HOLD_LINKS);
}

static void
supplement(struct edited *edited, struct source *source)
{
	const struct review *review = edited->review;
	struct declaration *subject = ARENA_NEW(edited->arena, struct declaration);
	struct declaration *before = ARENA_NEW(edited->arena, struct declaration);
	struct supplement_request request = {.inventory = source_inventory(source),
		.subject = subject,
		.object = review->object};
	struct changes changes;

	if (!supplement_is_due(review->definition->kind, review->object) ||
		source_state(source) != SOURCE_READY || !decode(edited, review->object, subject))
		return;
	if (review->old_object && decode(edited, review->old_object, before))
		request.before = before;
	inventory_lock(source_inventory(source));
	source_count_all(source);
	request.policy = source_policy(source);
	changes = supplement_changes(edited->arena, &request);
	apply(edited, &changes, !edited->is_touched);
	hold_links(edited, source, subject);
	inventory_unlock(source_inventory(source));
}

/* What the API server stores under a name that it makes says which request it came with. The copy
 * of such an object under a name of its own must not pass for another try of that request. */
static void
name_attempt(struct edited *edited, const struct source *source)
{
	const struct review *review = edited->review;
	const struct json *metadata = json_member(review->object, "metadata");
	const char *before = json_member_text(json_member(metadata, "annotations"), PAGE_ATTEMPT);
	const char *name = json_member_text(metadata, "name");
	const char *attempt = NULL;
	struct changes changes = {0};

	if (review->operation != REVIEW_CREATE)
		return;
	if (text_is_blank(name) && json_present(metadata, "generateName") && source_cluster(source))
		attempt = review->uid;
	if (!before && !attempt)
		return;
	changes_add(edited->arena, &changes,
		(struct field){"metadata.annotations[" PAGE_ATTEMPT "]", 0}, before, attempt);
	apply(edited, &changes, false);
}

struct mutation
mutate(struct arena *arena, struct source *source, const struct review *review,
	struct buffer *patch)
{
	struct json_patch operations = json_patch_open(patch);
	struct edited edited = {
		.arena = arena,
		.review = review,
		.edit = {.arena = arena, .root = review->object, .patch = &operations},
		.is_touched = !is_same(review, "spec") || !is_same(review, ASKS),
		.mutation = {.patch = patch, .changes = ""},
	};

	if (is_mutable(review)) {
		struct changes changes =
			kind_canonicalise(arena, review->definition, review->object);

		apply(&edited, &changes, true);
		if (review->definition->guarded)
			name_attempt(&edited, source);
		supplement(&edited, source);
	}
	json_patch_close(&operations);
	if (edited.listed < edited.mutation.count)
		edited.mutation.changes = arena_printf(arena, "%s; and %zu more",
			edited.mutation.changes, edited.mutation.count - edited.listed);
	return edited.mutation;
}
