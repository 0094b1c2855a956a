#include "daemon/audit_round.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/tally.h"
#include "validators/audit.h"
#include "validators/rules.h"

enum {
	LARGEST_LIST = 256 * 1024 * 1024,
	LARGEST_CASE = 256 * 1024 * 1024,
	LARGEST_REPORT = 2 * 1024 * 1024,
};

/* The rules that are asked about an object and may have something to say; ended by NULL. */
static const char *const *
asked_about(struct arena *arena, const struct policy *policy, const struct object_id *object)
{
	const char **asked = ARENA_ARRAY(arena, const char *, RULES_LIMIT + 1);
	size_t count = 0;

	for (size_t i = 0; rules[i]; i++)
		if ((rules[i]->guards & KIND_BIT(object->kind)) && !rules[i]->on_delete &&
			policy_action_for(policy, i, object) != ACTION_OFF)
			asked[count++] = rules[i]->id;
	return asked;
}

/* Needs the inventory's lock; what comes back does not, but for the findings, which are lent. */
static struct policy_report
report_of(const struct audit_room *room, struct arena *arena, const struct subject *subject,
	const struct findings *findings, int64_t now)
{
	const struct object_id *object = &subject->object;

	return (struct policy_report){
		.form = room->form,
		.object = {object->kind, arena_text(arena, object->namespace),
			arena_text(arena, object->name)},
		.uid = arena_text(arena, subject->uid),
		.findings = findings,
		.asked = room->all_results ? asked_about(arena, room->policy.policy, object) : NULL,
		.disclosure = policy_disclosure(room->policy.policy),
		.maximum = POLICY_REPORT_RESULTS,
		.now = now,
	};
}

/* A round that is under way. */
struct round {
	struct audit_room *room;
	struct audit audit;
	struct audit_outcome *outcome;
	struct tally tally;
	struct arena *arena; /* for one object */
	struct buffer text;
};

static void
unwish(struct audit_room *room, struct subject *subject)
{
	if (subject->wished)
		report_writer_unwant(room->writer, subject->uid);
	subject->wished = false;
}

static void
wish(struct audit_room *room, struct subject *subject, const struct policy_report_outcome *outcome)
{
	if (subject->wished && subject->content == outcome->content &&
		subject->worst == outcome->worst)
		return;
	subject->wished = true;
	subject->content = outcome->content;
	subject->worst = outcome->worst;
	report_writer_want(room->writer, &(struct report_wish){.uid = subject->uid,
						 .namespace = subject->object.namespace,
						 .content = subject->content,
						 .worst = subject->worst,
						 .created = subject->created});
}

static void
wish_report(struct round *round, struct subject *subject, const struct findings *findings)
{
	struct audit_room *room = round->room;
	struct policy_report_outcome outcome = {0};
	struct policy_report report;
	struct error error;

	if (!findings->first && !room->all_results) {
		unwish(room, subject);
		return;
	}
	report = report_of(room, round->arena, subject, findings, round->outcome->now);
	buffer_clear(&round->text);
	if (!policy_report_write(round->arena, &report, &round->text, &outcome, &error)) {
		round->outcome->failed++;
		log_debug("a policy report cannot be made", LOG_TEXT("error", error.message));
		return;
	}
	if (outcome.results > 0)
		wish(room, subject, &outcome);
	else
		unwish(room, subject);
}

static void
judge(struct round *round, const struct declaration *declaration)
{
	struct subject *subject = subjects_of_object(round->room->subjects, &declaration->object);
	struct findings findings = audit_object(round->arena, &round->audit, declaration);

	tally_add(&round->tally, &findings);
	if (round->room->picture)
		picture_note(round->room->picture, &findings);
	if (subject) {
		subject->round = round->room->rounds;
		if (round->room->writer)
			wish_report(round, subject, &findings);
	}
	arena_reset(round->arena);
}

static void
on_gone(void *context, const char *uid)
{
	report_writer_unwant(context, uid);
}

static void
judge_all(struct round *round)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(LARGEST_LIST);
	struct audit_room *room = round->room;
	struct declarations all;

	room->rounds++;
	room->stored = inventory_size(room->inventory).objects;
	all = audit_subjects(arena, room->inventory);
	for (size_t i = 0; i < all.count; i++)
		judge(round, all.items[i]);
	subjects_sweep(room->subjects, room->rounds, on_gone, room->writer);
	if (room->picture)
		picture_draw(room->picture, room->inventory, room->drawn);
	round->outcome->objects = all.count;
}

void
audit_round(struct audit_room *room, struct audit_outcome *outcome)
{
	struct round round = {.room = room, .outcome = outcome, .arena = arena_new(LARGEST_CASE)};
	int64_t began;

	*outcome = (struct audit_outcome){.now = clock_wall()};
	buffer_init(&round.text, LARGEST_REPORT);
	inventory_lock(room->inventory);
	began = clock_monotonic();
	round.audit =
		(struct audit){room->inventory, room->policy.policy, outcome->now / CLOCK_SECOND};
	judge_all(&round);
	outcome->took = clock_monotonic() - began;
	inventory_unlock(room->inventory);
	tally_finish(&round.tally, outcome->findings);
	buffer_dispose(&round.text);
	arena_free(round.arena);
}

/* False when the object is gone. */
static bool
look_at(struct audit_room *room, struct arena *arena, const char *uid, int64_t now,
	struct findings *findings, struct policy_report *report)
{
	const struct declaration *declaration = NULL;
	const struct subject *subject;

	inventory_lock(room->inventory);
	subject = subjects_of_uid(room->subjects, uid);
	if (subject && subjects_of_object(room->subjects, &subject->object) == subject)
		declaration = inventory_find(room->inventory, &subject->object);
	if (declaration) {
		const struct audit audit = {
			room->inventory, room->policy.policy, now / CLOCK_SECOND};

		*findings = audit_object(arena, &audit, declaration);
		*report = report_of(room, arena, subject, findings, now);
	}
	inventory_unlock(room->inventory);
	return declaration != NULL;
}

bool
audit_round_make_report(void *context, struct arena *arena, const char *uid,
	const struct json *stored, struct buffer *out, uint64_t *content)
{
	struct policy_report_outcome outcome = {0};
	struct findings findings;
	struct policy_report report;
	struct error error;

	if (!look_at(context, arena, uid, clock_wall(), &findings, &report))
		return false;
	report.stored = stored;
	if (!policy_report_write(arena, &report, out, &outcome, &error)) {
		log_error("a policy report cannot be made", LOG_TEXT("uid", uid),
			LOG_TEXT("error", error.message));
		return false;
	}
	*content = outcome.content;
	return outcome.results > 0;
}
