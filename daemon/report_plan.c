#include "daemon/report_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"

struct entry {
	char *uid;
	char *namespace;
	bool wanted;
	bool admitted; /* wanted, nothing foreign in the place, and within the maximum */
	uint64_t content;
	enum action worst;
	int64_t created;
	bool stored;  /* ours */
	bool foreign; /* stands in the place; then not stored */
	uint64_t stored_content;
	bool under_way;
	enum report_verb verb; /* that is under way */
	bool seen;             /* by the watch, since the step was given */
	bool written;          /* ever */
	int64_t written_at;
};

struct report_plan {
	size_t maximum;
	int64_t interval;
	struct map *by_uid;
	bool ranked; /* `admitted` of the entries is right */
};

struct report_plan *
report_plan_new(size_t maximum, int64_t interval)
{
	struct report_plan *plan = memory_alloc(sizeof *plan);

	plan->maximum = maximum;
	plan->interval = interval;
	plan->by_uid = map_new();
	return plan;
}

static void
free_entry(struct entry *entry)
{
	free(entry->uid);
	free(entry->namespace);
	free(entry);
}

void
report_plan_free(struct report_plan *plan)
{
	if (!plan)
		return;
	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);)
		free_entry(at.value);
	map_free(plan->by_uid);
	free(plan);
}

void
report_plan_cleanup(struct report_plan **plan)
{
	report_plan_free(*plan);
}

static void
set_namespace(struct entry *entry, const char *namespace)
{
	if (text_equal(entry->namespace, namespace))
		return;
	free(entry->namespace);
	entry->namespace = memory_text(namespace);
}

static struct entry *
entry_of(struct report_plan *plan, const char *uid)
{
	struct entry *entry = map_get(plan->by_uid, uid);

	if (entry)
		return entry;
	entry = memory_alloc(sizeof *entry);
	entry->uid = memory_text(uid);
	entry->namespace = memory_text("");
	map_put(plan->by_uid, entry->uid, entry);
	return entry;
}

void
report_plan_want(struct report_plan *plan, const struct report_wish *wish)
{
	struct entry *entry = entry_of(plan, wish->uid);

	if (!entry->under_way)
		set_namespace(entry, wish->namespace);
	entry->wanted = true;
	entry->content = wish->content;
	entry->worst = wish->worst;
	entry->created = wish->created;
	plan->ranked = false;
}

void
report_plan_unwant(struct report_plan *plan, const char *uid)
{
	struct entry *entry = map_get(plan->by_uid, uid);

	if (!entry)
		return;
	entry->wanted = false;
	plan->ranked = false;
}

/* What the watch says counts more than what a step that is under way will say. */
static void
see(struct report_plan *plan, struct entry *entry, bool stored, bool foreign)
{
	if (entry->foreign != foreign)
		plan->ranked = false;
	entry->stored = stored;
	entry->foreign = foreign;
	entry->seen = true;
}

void
report_plan_stored(
	struct report_plan *plan, const char *uid, const char *namespace, uint64_t content)
{
	struct entry *entry = entry_of(plan, uid);

	if (!entry->under_way && !entry->wanted)
		set_namespace(entry, namespace);
	see(plan, entry, true, false);
	entry->stored_content = content;
}

void
report_plan_foreign(struct report_plan *plan, const char *uid)
{
	see(plan, entry_of(plan, uid), false, true);
}

void
report_plan_removed(struct report_plan *plan, const char *uid)
{
	struct entry *entry = map_get(plan->by_uid, uid);

	if (entry)
		see(plan, entry, false, false);
}

void
report_plan_list_anew(struct report_plan *plan)
{
	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);)
		see(plan, at.value, false, false);
}

/* Of reports that want to be there: the worst, then the oldest. */
static int
compare_rank(const struct entry *a, const struct entry *b)
{
	if (a->worst != b->worst)
		return a->worst > b->worst ? -1 : 1;
	if (a->created != b->created)
		return a->created < b->created ? -1 : 1;
	return strcmp(a->uid, b->uid);
}

static int
compare_entries(const void *left, const void *right)
{
	return compare_rank(*(struct entry *const *)left, *(struct entry *const *)right);
}

/* Says who is within the maximum. */
static void
rank(struct report_plan *plan)
{
	struct entry **entries;
	size_t count = 0;

	if (plan->ranked)
		return;
	entries = memory_alloc(map_count(plan->by_uid) * sizeof(struct entry *));
	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);) {
		struct entry *entry = at.value;

		entry->admitted = false;
		if (entry->wanted && !entry->foreign)
			entries[count++] = entry;
	}
	qsort(entries, count, sizeof(struct entry *), compare_entries);
	for (size_t i = 0; i < count && i < plan->maximum; i++)
		entries[i]->admitted = true;
	free(entries);
	plan->ranked = true;
}

/* The step that would bring the stored report to the wanted state. */
static bool
needs_step(const struct entry *entry, enum report_verb *verb)
{
	if (entry->under_way)
		return false;
	if (entry->admitted && entry->stored) {
		*verb = REPORT_UPDATE;
		return entry->content != entry->stored_content;
	}
	*verb = entry->stored ? REPORT_DELETE : REPORT_CREATE;
	return entry->stored || entry->admitted;
}

static int64_t
due_of(const struct report_plan *plan, const struct entry *entry, int64_t now)
{
	int64_t due = entry->written ? entry->written_at + plan->interval : now;

	return due > now ? due : now;
}

/* Reports of ours that stand, or may stand in a moment. */
static size_t
standing(const struct report_plan *plan)
{
	size_t count = 0;

	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);) {
		const struct entry *entry = at.value;

		count += entry->stored || (entry->under_way && entry->verb == REPORT_CREATE);
	}
	return count;
}

/* Nothing has to be remembered of it. */
static bool
is_spent(const struct report_plan *plan, const struct entry *entry, int64_t now)
{
	return !entry->wanted && !entry->stored && !entry->foreign && !entry->under_way &&
	       due_of(plan, entry, now) == now;
}

static void
drop_spent(struct report_plan *plan, int64_t now)
{
	struct entry **spent = memory_alloc(map_count(plan->by_uid) * sizeof(struct entry *));
	size_t count = 0;

	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);)
		if (is_spent(plan, at.value, now))
			spent[count++] = at.value;
	for (size_t i = 0; i < count; i++) {
		map_remove(plan->by_uid, spent[i]->uid);
		free_entry(spent[i]);
	}
	free(spent);
}

struct candidate {
	enum report_verb verb;
	struct entry *entry;
};

static int
compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->verb != b->verb)
		return a->verb < b->verb ? -1 : 1;
	return compare_rank(a->entry, b->entry);
}

static struct report_step
give(const struct candidate *candidate, int64_t now)
{
	struct entry *entry = candidate->entry;

	entry->under_way = true;
	entry->verb = candidate->verb;
	entry->seen = false;
	entry->written = true;
	entry->written_at = now;
	return (struct report_step){candidate->verb, entry->uid, entry->namespace, entry->content};
}

size_t
report_plan_steps(struct report_plan *plan, int64_t now, struct report_step *steps, size_t room)
{
	struct candidate *candidates;
	size_t count = 0, given = 0, stand;

	rank(plan);
	drop_spent(plan, now);
	stand = standing(plan);
	candidates = memory_alloc(map_count(plan->by_uid) * sizeof *candidates);
	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);) {
		candidates[count].entry = at.value;
		if (needs_step(at.value, &candidates[count].verb) &&
			due_of(plan, at.value, now) == now)
			count++;
	}
	qsort(candidates, count, sizeof *candidates, compare_candidates);
	for (size_t i = 0; i < count && given < room; i++) {
		if (candidates[i].verb == REPORT_CREATE && stand++ >= plan->maximum)
			break;
		steps[given++] = give(&candidates[i], now);
	}
	free(candidates);
	return given;
}

void
report_plan_done(struct report_plan *plan, const char *uid, bool good, uint64_t content)
{
	struct entry *entry = map_get(plan->by_uid, uid);

	if (!entry || !entry->under_way)
		return;
	entry->under_way = false;
	if (!good || entry->seen)
		return;
	entry->stored = entry->verb != REPORT_DELETE;
	entry->stored_content = content;
}

int64_t
report_plan_due(struct report_plan *plan, int64_t now)
{
	int64_t earliest = INT64_MAX;
	bool is_full;

	rank(plan);
	is_full = standing(plan) >= plan->maximum;
	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);) {
		enum report_verb verb;
		int64_t due = due_of(plan, at.value, now);

		if (!needs_step(at.value, &verb) || (verb == REPORT_CREATE && is_full))
			continue;
		if (due < earliest)
			earliest = due;
	}
	return earliest;
}

struct report_plan_figures
report_plan_figures(struct report_plan *plan)
{
	struct report_plan_figures figures = {0};

	rank(plan);
	for (struct map_cursor at = {0}; map_next(plan->by_uid, &at);) {
		const struct entry *entry = at.value;
		enum report_verb verb;

		figures.wanted += entry->wanted;
		figures.stored += entry->stored;
		figures.blocked += entry->wanted && entry->foreign;
		figures.left_out += entry->wanted && !entry->foreign && !entry->admitted;
		figures.behind += entry->under_way || needs_step(entry, &verb);
	}
	return figures;
}
