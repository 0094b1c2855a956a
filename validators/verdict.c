#include "validators/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "validators/case.h"
#include "validators/rules.h"

enum { FINDINGS_SHOWN = 10 };

static bool *
new_flags(struct arena *arena, int count)
{
	return count ? ARENA_ARRAY(arena, bool, (size_t)count) : NULL;
}

/* An exempted finding is only reported, and says until when; what an exemption no longer covers
 * says that as well. */
static void
say_exemption(
	struct case_ *c, struct finding *finding, const struct exemption *exemption, bool holds)
{
	for (; finding; finding = finding->next)
		if (holds)
			case_hint(c, finding, "exempt until %s: %s (%s)", exemption->expires,
				exemption->reason, exemption->owner);
		else
			case_hint(c, finding, "exemption of %s (%s) expired on %s",
				exemption->owner, exemption->reason, exemption->expires);
}

/* Asks one rule. What is exempt does not deny, so that it hides no other rule's findings. */
static void
ask(struct case_ *c, size_t rule, int64_t now)
{
	struct finding *last = c->findings->last;
	const struct exemption *exemption = NULL;
	bool holds = false;

	c->rule = rules[rule];
	memset(c->found, 0, sizeof c->found);
	c->action = policy_action_for(c->policy, rule, &c->subject->object);
	if (c->action >= ACTION_WARN)
		exemption = policy_exemption(c->policy, rule, &c->subject->object, now);
	if (exemption)
		holds = policy_exemption_holds(exemption, now);
	if (holds)
		c->action = ACTION_REPORT;
	if (c->action == ACTION_OFF)
		return;
	rules[rule]->check(c);
	if (exemption)
		say_exemption(c, last ? last->next : c->findings->first, exemption, holds);
}

/* One look at an object. */
struct look {
	const struct declaration *subject;
	const struct declaration *before;
	bool silent;
	const bool *told;
	struct work *work;
};

static struct findings
judge(struct arena *arena, const struct verdict_request *request, const struct look *look)
{
	const struct declaration *subject = look->subject;
	struct findings findings = {.arena = arena};
	struct case_ c = {
		.arena = arena,
		.inventory = request->inventory,
		.policy = request->policy,
		.subject = subject,
		.before = look->before,
		.twin = request->twin,
		.twin_differs = request->twin_differs,
		.partial = request->partial,
		.silent = look->silent,
		.told = look->told,
		.work = look->work,
		.findings = &findings,
		.peering_refused = new_flags(arena, subject->peering_count),
		.claim_refused = new_flags(arena, subject->claim_count),
		.link_refused = new_flags(arena, subject->link_count),
		.route_refused = new_flags(arena, subject->route_count),
		.dns_link_refused = new_flags(arena, subject->dns_link_count),
	};

	for (size_t i = 0; rules[i]; i++)
		if ((rules[i]->guards & KIND_BIT(subject->object.kind)) &&
			rules[i]->on_delete == request->deleting)
			ask(&c, i, request->now);
	for (struct finding *finding = findings.first; finding; finding = finding->next)
		finding_seal(finding);
	return findings;
}

/* Findings in the order of their ids; of one id the most severe first, then the earliest. */
struct entry {
	const struct finding *finding;
	size_t place; /* in the list */
};
struct by_id {
	struct entry *entries;
	size_t count;
};

static int
compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->finding->id, b->finding->id);

	if (order == 0)
		order = (int)b->finding->action - (int)a->finding->action;
	return order ? order : (a->place > b->place) - (a->place < b->place);
}

static struct by_id
sort_by_id(const struct findings *findings)
{
	struct by_id index = {.count = 0};

	if (findings->count == 0)
		return index;
	index.entries = ARENA_ARRAY(findings->arena, struct entry, findings->count);
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		index.entries[index.count] = (struct entry){finding, index.count};
		index.count++;
	}
	qsort(index.entries, index.count, sizeof *index.entries, compare_entries);
	return index;
}

/* The most severe one; NULL when there is none. */
static const struct finding *
find_by_id(const struct by_id *index, const char *id)
{
	size_t first = 0, end = index->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (strcmp(index->entries[middle].finding->id, id) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first < index->count && strcmp(index->entries[first].finding->id, id) == 0
		       ? index->entries[first].finding
		       : NULL;
}

/* Was it there before, and no less severe? What only warns is said again whenever the object
 * changes: it still holds. */
static bool
is_old(const struct by_id *before, const struct finding *finding)
{
	const struct finding *known = find_by_id(before, finding->id);

	return known && known->action >= finding->action && finding->action == ACTION_DENY;
}

/* One conflict that was found from two sides is told once, as the more severe of the two. */
static bool
counts(const struct by_id *index, const struct by_id *before, const struct finding *finding)
{
	return find_by_id(index, finding->id) == finding && !is_old(before, finding);
}

/* Which findings are to be told: of those that count, the first of each rule and action. NULL when
 * there is nothing to tell. */
static const bool *
choose_told(const struct findings *findings, const struct by_id *before)
{
	const struct by_id index = sort_by_id(findings);
	bool *told = new_flags(findings->arena, (int)findings->count), any = false;
	size_t place = 0, chosen[ACTIONS] = {0};
	const char *rule = NULL;

	for (const struct finding *finding = findings->first; finding;
		finding = finding->next, place++) {
		if (finding->rule != rule)
			memset(chosen, 0, sizeof chosen);
		rule = finding->rule;
		if (!counts(&index, before, finding))
			continue;
		told[place] = chosen[finding->action]++ < CASE_TOLD;
		any = true;
	}
	return any ? told : NULL;
}

/* The findings that are told, by action. */
struct sorted {
	struct finding *lists[ACTIONS], **ends[ACTIONS];
	struct finding *last[ACTIONS]; /* of the rule at hand */
	size_t untold[ACTIONS];        /* of the rule at hand */
};

static void
end_rule(struct arena *arena, struct sorted *sorted)
{
	for (int action = 0; action < ACTIONS; action++) {
		struct finding *last = sorted->last[action];

		if (sorted->untold[action] && last)
			last->hint = arena_printf(arena, "%s%sand %zu more findings of this rule",
				last->hint, *last->hint ? "\n" : "", sorted->untold[action]);
		sorted->last[action] = NULL;
		sorted->untold[action] = 0;
	}
}

static void
sort(struct verdict *verdict, struct sorted *sorted, const struct finding *finding)
{
	struct finding *copy;

	if (finding->action > verdict->action)
		verdict->action = finding->action;
	if (finding->untold) {
		verdict->findings.untold[finding->action]++;
		sorted->untold[finding->action]++;
		return;
	}
	copy = ARENA_NEW(verdict->findings.arena, struct finding);
	*copy = *finding;
	copy->next = NULL;
	*sorted->ends[finding->action] = sorted->last[finding->action] = copy;
	sorted->ends[finding->action] = &copy->next;
}

/* The findings that count, the certain ones first, else in the order of the rules. */
static struct verdict
verdict_of(struct findings *findings, const struct by_id *before)
{
	const struct by_id index = sort_by_id(findings);
	struct verdict verdict = {.findings = {.arena = findings->arena}};
	struct sorted sorted = {0};

	for (int action = 0; action < ACTIONS; action++)
		sorted.ends[action] = &sorted.lists[action];
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		if (counts(&index, before, finding))
			sort(&verdict, &sorted, finding);
		if (!finding->next || finding->next->rule != finding->rule)
			end_rule(findings->arena, &sorted);
	}
	for (int action = ACTIONS - 1; action >= 0; action--)
		for (struct finding *finding = sorted.lists[action], *next; finding;
			finding = next) {
			next = finding->next;
			findings_append(&verdict.findings, finding);
		}
	return verdict;
}

static bool
is_spent(const struct inventory *inventory, const struct work *work)
{
	return work->steps + inventory_steps(inventory) - work->since > work->limit;
}

/* No text is made for what an update does not add. */
static struct verdict
reach(struct arena *arena, const struct verdict_request *request, struct work *work)
{
	const struct declaration *subject = request->subject, *before = request->before;
	struct look look = {subject, before, true, NULL, work};
	struct by_id old = {.count = 0};
	struct findings findings;

	if (before) {
		findings = judge(arena, request, &look);
		if (findings.count) {
			struct findings earlier = judge(
				arena, request, &(struct look){before, NULL, true, NULL, work});

			old = sort_by_id(&earlier);
		}
		look.told = choose_told(&findings, &old);
		if (!look.told || is_spent(request->inventory, work))
			return (struct verdict){.findings = {.arena = arena}};
	}
	look.silent = false;
	findings = judge(arena, request, &look);
	return verdict_of(&findings, &old);
}

static struct party
kept_party(struct arena *arena, const struct party *party)
{
	struct party kept = *party;

	kept.object.namespace = arena_text(arena, party->object.namespace);
	kept.object.name = arena_text(arena, party->object.name);
	kept.value = arena_text(arena, party->value);
	return kept;
}

/* What is told, out of the memory of all that was looked at. */
static struct findings
kept_findings(struct arena *arena, const struct findings *findings)
{
	struct findings all = {.arena = arena};

	memcpy(all.untold, findings->untold, sizeof all.untold);
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		struct finding *kept = ARENA_NEW(arena, struct finding);
		struct party **end = &kept->counterparts;

		*kept = *finding;
		kept->subject = kept_party(arena, &finding->subject);
		kept->message = arena_text(arena, finding->message);
		kept->hint = arena_text(arena, finding->hint);
		for (const struct party *party = finding->counterparts; party;
			party = party->next, end = &(*end)->next) {
			*end = ARENA_NEW(arena, struct party);
			**end = kept_party(arena, party);
		}
		*end = NULL;
		findings_append(&all, kept);
	}
	return all;
}

struct verdict
verdict_reach(struct arena *arena, const struct verdict_request *request)
{
	CLEANUP(arena_cleanup) struct arena *scratch = NULL;
	struct work work = {.limit = request->steps ? request->steps : UINT64_MAX,
		.since = inventory_steps(request->inventory)};
	struct verdict verdict;

	if (request->before && declaration_equal(request->before, request->subject))
		return (struct verdict){.findings = {.arena = arena}};
	scratch = arena_new(SIZE_MAX);
	verdict = reach(scratch, request, &work);
	if (is_spent(request->inventory, &work))
		return (struct verdict){
			.action = ACTION_DENY, .findings = {.arena = arena}, .exceeded = true};
	verdict.findings = kept_findings(arena, &verdict.findings);
	return verdict;
}

int
verdict_code(const struct verdict *verdict)
{
	const struct finding *first = verdict->findings.first;
	const struct rule *rule = first ? rule_find(first->rule) : NULL;

	if (rule && rule->forbids)
		return 403;
	return first && first->counterparts ? 409 : 422;
}

/* A hint may have several lines; each is indented. */
static const char *
indented(struct arena *arena, const char *lines)
{
	const char *text = "";

	while (*lines) {
		size_t length = strcspn(lines, "\n");

		text = arena_printf(arena, "%s\n  %.*s", text, (int)length, lines);
		lines += length + (lines[length] == '\n');
	}
	return text;
}

const char *
verdict_message(struct arena *arena, const struct verdict *verdict)
{
	const char *text = "";
	size_t count = 0;

	for (const struct finding *finding = verdict->findings.first; finding;
		finding = finding->next)
		if (finding->action >= ACTION_WARN && ++count <= FINDINGS_SHOWN)
			text = arena_printf(arena, "%s%s%s%s", text, *text ? "\n" : "",
				finding_warning(arena, finding), indented(arena, finding->hint));
	count += verdict->findings.untold[ACTION_WARN] + verdict->findings.untold[ACTION_DENY];
	if (count > FINDINGS_SHOWN)
		text = arena_printf(arena, "%s\nand %zu more", text, count - FINDINGS_SHOWN);
	return text;
}

const char *
finding_warning(struct arena *arena, const struct finding *finding)
{
	return arena_printf(arena, "%s [%s]", finding->message, finding->rule);
}
