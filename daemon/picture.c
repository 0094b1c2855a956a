#include "daemon/picture.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/graph.h"

enum {
	MEMORY = 512 * 1024 * 1024,
	FINDINGS = 5000, /* and as many that deny */
};

struct picture {
	struct arena *arena;
	struct report report;
	size_t count;
};

struct picture *
picture_new(void)
{
	struct picture *picture = memory_alloc(sizeof *picture);

	picture->arena = arena_new(MEMORY);
	picture->count = 0;
	report_init(&picture->report, picture->arena);
	return picture;
}

void
picture_free(struct picture *picture)
{
	if (!picture)
		return;
	report_dispose(&picture->report);
	arena_free(picture->arena);
	free(picture);
}

static struct party
copy_party(struct arena *arena, const struct party *party)
{
	return (struct party){
		.object = {party->object.kind, arena_text(arena, party->object.namespace),
			arena_text(arena, party->object.name)},
		.field = party->field,
		.value = ""};
}

/* Who is in conflict and by which rule, but no words. */
static const struct finding *
copy_finding(struct arena *arena, const struct finding *finding)
{
	struct finding *copy = ARENA_NEW(arena, struct finding);
	struct party **next = &copy->counterparts;

	*copy = *finding;
	copy->subject = copy_party(arena, &finding->subject);
	copy->message = copy->hint = "";
	copy->next = NULL;
	copy->counterparts = NULL;
	for (const struct party *party = finding->counterparts; party; party = party->next) {
		*next = ARENA_NEW(arena, struct party);
		**next = copy_party(arena, party);
		next = &(*next)->next;
	}
	return copy;
}

void
picture_note(struct picture *picture, const struct findings *findings)
{
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		size_t limit = finding->action == ACTION_DENY ? 2 * FINDINGS : FINDINGS;

		if (finding->action == ACTION_OFF || picture->count >= limit)
			continue;
		report_add(&picture->report, copy_finding(picture->arena, finding), NULL, 0, 0);
		picture->count++;
	}
}

void
picture_draw(struct picture *picture, const struct inventory *inventory, struct buffer *out)
{
	graph_write_svg(
		picture->arena, topology_of(picture->arena, inventory, &picture->report), out);
	report_dispose(&picture->report);
	arena_reset(picture->arena);
	report_init(&picture->report, picture->arena);
	picture->count = 0;
}
