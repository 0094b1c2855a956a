#include "report/report.h"

void
report_init(struct report *report, struct arena *arena)
{
	*report = (struct report){.arena = arena, .by_id = map_new(), .by_message = map_new()};
}

void
report_dispose(struct report *report)
{
	map_free(report->by_id);
	map_free(report->by_message);
}

void
report_judged(struct report *report, const struct object_id *object)
{
	struct report_object *judged = ARENA_NEW(report->arena, struct report_object);

	judged->id = *object;
	if (report->last_judged)
		report->last_judged->next = judged;
	else
		report->judged = judged;
	report->last_judged = judged;
	report->objects++;
}

void
report_add(struct report *report, const struct finding *finding, const char *file, size_t line,
	size_t column)
{
	struct report_entry *entry, *other;

	if (finding->action == ACTION_OFF)
		return;
	entry = ARENA_NEW(report->arena, struct report_entry);
	*entry = (struct report_entry){finding, file, line, column, false, NULL};
	if (report->last)
		report->last->next = entry;
	else
		report->first = entry;
	report->last = entry;
	other = map_get(report->by_id, finding->id);
	if (other && other->finding->action > finding->action) {
		entry->superseded = true;
		return;
	}
	if (other)
		other->superseded = true;
	map_put(report->by_id, entry->finding->id, entry);
}

void
report_assume(struct report *report, const struct object_id *object, const char *message)
{
	struct assumption *assumption;

	if (map_get(report->by_message, message))
		return;
	assumption = ARENA_NEW(report->arena, struct assumption);
	assumption->message = message;
	if (object)
		assumption->object = *object;
	if (report->last_assumption)
		report->last_assumption->next = assumption;
	else
		report->assumptions = assumption;
	report->last_assumption = assumption;
	map_put(report->by_message, message, assumption);
}

const struct report_entry *
report_next(const struct report *report, const struct report_entry *entry)
{
	const struct report_entry *next = entry ? entry->next : report->first;

	while (next && next->superseded)
		next = next->next;
	return next;
}

size_t
report_count(const struct report *report, enum action action)
{
	size_t count = 0;

	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry))
		count += entry->finding->action == action;
	return count;
}

enum action
report_worst(const struct report *report)
{
	enum action worst = ACTION_OFF;

	for (const struct report_entry *entry = report_next(report, NULL); entry;
		entry = report_next(report, entry))
		if (entry->finding->action > worst)
			worst = entry->finding->action;
	return worst;
}
