#include "webhook/decide.h"

#include "base/clock.h"
#include "base/text.h"

/* What the review asks for, as declarations. */
struct change_of {
	struct declaration subject;
	struct declaration before;
	bool is_update;
};

static struct decision
refuse(struct arena *arena, int code, const char *message)
{
	return (struct decision){
		.action = ACTION_DENY,
		.code = code,
		.message = arena_text(arena, message),
		.findings = {.arena = arena},
	};
}

static struct decision
allow(struct arena *arena)
{
	return (struct decision){.findings = {.arena = arena}};
}

/* On DELETE the subject is the object that goes. */
static bool
decode(struct arena *arena, const struct review *review, struct change_of *change,
	struct error *error)
{
	const char *name = review->name[0] ? review->name : NULL;
	const struct json *object =
		review->operation == REVIEW_DELETE ? review->old_object : review->object;

	if (!kind_decode(arena, review->definition, object, name, &change->subject, error))
		return false;
	change->is_update = review->operation == REVIEW_UPDATE && review->old_object;
	if (change->is_update && !kind_decode(arena, review->definition, review->old_object, name,
					 &change->before, error))
		return false;
	if (arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "the object is too large to be judged");
	return true;
}

/* kubectl takes a 409 on an update for a lost race and tries five times more; on a server-side
 * apply it explains field managers. There, what collides is told as what cannot be processed. */
static int
refusal_code(const struct review *review, const struct verdict *verdict)
{
	int code = verdict_code(verdict);

	return code == 409 && !review->plain_create ? 422 : code;
}

/* Who asks matters only where the policy withholds something. */
static enum disclosure
disclosure_to(struct arena *arena, struct source *source, const struct review *review)
{
	const char *const *groups = review_groups(arena, review);
	enum disclosure disclosure;

	inventory_lock(source_inventory(source));
	disclosure = policy_disclosure_to(source_policy(source), review->user, groups);
	inventory_unlock(source_inventory(source));
	return disclosure;
}

static struct decision
conclude(struct arena *arena, const struct review *review, const struct verdict *verdict,
	enum disclosure disclosure)
{
	struct verdict told = {
		verdict->action, findings_told(arena, &verdict->findings, disclosure)};
	struct decision decision = {
		.action = verdict->action,
		.findings = verdict->findings,
		.told = told.findings,
		.withheld = disclosure != DISCLOSE_ALL,
	};

	if (arena_exhausted(arena))
		return refuse(arena, 413, "the object is too large to be judged");
	if (verdict->action == ACTION_DENY) {
		decision.code = refusal_code(review, verdict);
		decision.message = verdict_message(arena, &told);
	}
	return decision;
}

/* What is deleted claims what it claimed until the watch shows it gone, or, where admitted objects
 * count as applied, no more. */
static void
keep(struct source *source, const struct review *review, const struct declaration *subject)
{
	if (review->operation == REVIEW_DELETE)
		source_forget(source, &subject->object);
	else
		source_admit(source, subject);
}

static struct decision
judge(struct arena *arena, struct source *source, const struct review *review,
	const struct change_of *change)
{
	struct verdict_request request = {
		.inventory = source_inventory(source),
		.subject = &change->subject,
		.before = change->is_update ? &change->before : NULL,
		.deleting = review->operation == REVIEW_DELETE,
		.now = clock_wall() / CLOCK_SECOND,
	};
	enum disclosure disclosure;
	struct verdict verdict;

	inventory_lock(source_inventory(source));
	request.policy = source_policy(source);
	disclosure = policy_disclosure(request.policy);
	verdict = verdict_reach(arena, &request);
	if (verdict.action != ACTION_DENY && !review->dry_run && !arena_exhausted(arena))
		keep(source, review, &change->subject);
	if (!review->dry_run)
		inventory_release(source_inventory(source), &change->subject.object);
	inventory_unlock(source_inventory(source));
	if (disclosure != DISCLOSE_ALL && verdict.findings.count)
		disclosure = disclosure_to(arena, source, review);
	return conclude(arena, review, &verdict, disclosure);
}

/* Admits without judging. Only where admitted objects count as applied is there something to keep.
 */
static struct decision
admit_unjudged(struct arena *arena, struct source *source, const struct review *review,
	const struct change_of *change)
{
	if (source_applies(source) && !review->dry_run) {
		inventory_lock(source_inventory(source));
		keep(source, review, &change->subject);
		inventory_unlock(source_inventory(source));
	}
	return allow(arena);
}

/* A status says what is, not what is wanted; a deletion that has begun goes on; an update that
 * claims and declares the same as before cannot make anything worse; and some kinds only inform. */
static bool
needs_judging(const struct review *review, const struct change_of *change)
{
	return review->definition->guarded && review->subresource[0] == '\0' &&
	       !(review->operation == REVIEW_DELETE && change->subject.deleting) &&
	       !(change->is_update && declaration_equal(&change->before, &change->subject));
}

static bool
is_about_the_object(const struct review *review)
{
	return review->definition && review->operation != REVIEW_CONNECT &&
	       (review->subresource[0] == '\0' || text_equal(review->subresource, "status"));
}

struct decision
decide(struct arena *arena, struct source *source, const struct review *review)
{
	struct change_of *change;
	struct error error;

	if (!is_about_the_object(review))
		return allow(arena);
	change = ARENA_NEW(arena, struct change_of);
	if (!decode(arena, review, change, &error))
		return refuse(arena, error_http_status(error.kind), error.message);
	if (!needs_judging(review, change))
		return admit_unjudged(arena, source, review, change);
	return judge(arena, source, review, change);
}
