#include "validators/audit.h"

#include "base/cleanup.h"
#include "base/map.h"
#include "validators/verdict.h"

struct declarations
audit_subjects(struct arena *arena, const struct inventory *inventory)
{
	struct declarations subjects = inventory_all(arena, inventory);
	size_t count = 0;

	for (size_t i = 0; i < subjects.count; i++)
		if (subjects.items[i]->object.kind < KINDS)
			subjects.items[count++] = subjects.items[i];
	subjects.count = count;
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
