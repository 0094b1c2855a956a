#include "validators/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "validators/verdict.h"

static int
compare_subjects(const void *left, const void *right)
{
	const struct object_id *a = &(*(const struct declaration *const *)left)->object;
	const struct object_id *b = &(*(const struct declaration *const *)right)->object;
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = strcmp(a->namespace, b->namespace);
	return order ? order : strcmp(a->name, b->name);
}

static void
take_subject(const struct declaration *declaration, void *context)
{
	struct declarations *subjects = context;

	if (declaration->object.kind < KINDS)
		subjects->items[subjects->count++] = declaration;
}

struct declarations
audit_subjects(struct arena *arena, const struct inventory *inventory)
{
	size_t room = inventory_size(inventory).objects;
	struct declarations subjects = {
		.items = ARENA_ARRAY(arena, const struct declaration *, room + 1)};

	inventory_each(inventory, take_subject, &subjects);
	qsort(subjects.items, subjects.count, sizeof(const struct declaration *), compare_subjects);
	return subjects;
}

struct findings
audit_object(struct arena *arena, const struct audit *audit, const struct declaration *subject)
{
	const struct verdict verdict = verdict_reach(arena, &(struct verdict_request){
								    .inventory = audit->inventory,
								    .policy = audit->policy,
								    .subject = subject,
								    .now = audit->now,
							    });

	return verdict.findings;
}

/* The findings of one object, beside those of the objects before it. */
static void
gather(struct findings *all, struct map *by_id, const struct findings *more)
{
	for (struct finding *finding = more->first, *next; finding; finding = next) {
		const struct finding *other = map_get(by_id, finding->id);

		next = finding->next;
		findings_append(all, finding);
		if (!other || other->action <= finding->action)
			map_put(by_id, finding->id, finding);
	}
}

void
audit_all(struct arena *arena, const struct audit *audit, const struct declarations *subjects,
	void (*visit)(const struct finding *finding, void *context), void *context)
{
	struct map *by_id CLEANUP(map_cleanup) = map_new();
	struct findings all = {.arena = arena};

	for (size_t i = 0; i < subjects->count; i++) {
		struct findings findings = audit_object(arena, audit, subjects->items[i]);

		gather(&all, by_id, &findings);
	}
	for (const struct finding *finding = all.first; finding; finding = finding->next)
		if (map_get(by_id, finding->id) == finding)
			visit(finding, context);
}
