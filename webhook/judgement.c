#include "webhook/judgement.h"

#include "base/clock.h"
#include "base/text.h"

/* What judging once may cost (validators/case.h): all others wait meanwhile. About 40 ms. */
enum { JUDGEMENT_STEPS = 16000000 };

struct decision
judgement_refuse(struct arena *arena, int code, const char *message)
{
	return (struct decision){
		.action = ACTION_DENY,
		.code = code,
		.message = arena_text(arena, message),
		.findings = {.arena = arena},
	};
}

struct decision
judgement_allow(struct arena *arena)
{
	return (struct decision){.findings = {.arena = arena}};
}

struct decision
judgement_put_off(struct arena *arena, const char *retry_after, const char *why)
{
	struct decision decision = judgement_refuse(arena, 503, why);

	decision.retry_after = retry_after;
	return decision;
}

bool
judgement_decode(struct arena *arena, const struct review *review, struct change_of *change,
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

bool
judgement_is_needed(const struct review *review, const struct change_of *change)
{
	return review->definition->guarded && review->subresource[0] == '\0' &&
	       !(review->operation == REVIEW_DELETE && change->subject.deleting) &&
	       !(change->is_update && declaration_equal(&change->before, &change->subject));
}

struct verdict
judgement_reach(struct arena *arena, struct source *source, const struct review *review,
	const struct change_of *change)
{
	struct verdict_request request = {
		.inventory = source_inventory(source),
		.policy = source_policy(source),
		.subject = &change->subject,
		.before = change->is_update ? &change->before : NULL,
		.deleting = review->operation == REVIEW_DELETE,
		.steps = JUDGEMENT_STEPS,
		.now = clock_wall() / CLOCK_SECOND,
	};

	return verdict_reach(arena, &request);
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
	const char *const *groups = NULL;
	enum disclosure disclosure;

	inventory_lock(source_inventory(source));
	disclosure = policy_disclosure(source_policy(source));
	inventory_unlock(source_inventory(source));
	if (disclosure == DISCLOSE_ALL)
		return disclosure;
	groups = review_groups(arena, review);
	inventory_lock(source_inventory(source));
	disclosure = policy_disclosure_to(source_policy(source), review->user, groups);
	inventory_unlock(source_inventory(source));
	return disclosure;
}

struct decision
judgement_conclude(struct arena *arena, struct source *source, const struct review *review,
	const struct verdict *verdict)
{
	enum disclosure disclosure =
		verdict->findings.count ? disclosure_to(arena, source, review) : DISCLOSE_ALL;
	struct verdict told = {.action = verdict->action,
		.findings = findings_told(arena, &verdict->findings, disclosure)};
	struct decision decision = {
		.action = verdict->action,
		.findings = verdict->findings,
		.told = told.findings,
		.withheld = disclosure != DISCLOSE_ALL,
	};

	if (arena_exhausted(arena) || verdict->exceeded)
		return judgement_refuse(arena, 413, "the object is too large to be judged");
	if (verdict->action == ACTION_DENY) {
		decision.code = refusal_code(review, verdict);
		decision.message = verdict_message(arena, &told);
	}
	return decision;
}
