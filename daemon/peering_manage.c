#include "daemon/peering_manage.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "daemon/peering_end.h"
#include "daemon/peering_network.h"
#include "daemon/work_key.h"
#include "network/hash.h"

/* For the look-up of a new network: 5 s at most. */
enum { ROUNDS = 8, WAITS = 20 };
#define WAIT (250 * CLOCK_MILLISECOND)

#define SOON        (2 * CLOCK_SECOND)
#define SEEN_SOON   CLOCK_SECOND
#define RULE_OF_TAG "missing-shoot-tag"

static struct metric steps_done = METRIC_COUNTER("peerwarden_peering_steps_total",
	"Steps that were done in the clouds for peerings that are managed.", "verb");

static const char *const verbs[] = {
	[CLOUD_STEP_CREATE] = "create",
	[CLOUD_STEP_ACCEPT] = "accept",
	[CLOUD_STEP_TAG] = "tag",
	[CLOUD_STEP_OPTIONS] = "options",
	[CLOUD_STEP_ADD_ROUTE] = "add-route",
	[CLOUD_STEP_REPLACE_ROUTE] = "replace-route",
	[CLOUD_STEP_REMOVE_ROUTE] = "remove-route",
	[CLOUD_STEP_SYNCHRONIZE] = "synchronize",
	[CLOUD_STEP_DELETE] = "delete",
};

/* The first step of a round that failed for good, while the others go on; without one NULL. */
struct stumble {
	const struct cloud_step *step;
	struct cloud_fault fault;
};

enum step_end {
	STEP_DONE,
	STEP_PLAN_ANEW,
	STEP_WAIT, /* the cloud needs time */
	STEP_STOP, /* as the result says */
};

/* --- what is stored --- */

/* An id comes before everything else. False when the pass has to end, as `result` says. */
static bool
store_id(struct peering_pass *pass, const char *id, struct work_result *result)
{
	struct condition_status status = {.id = id};
	struct error error = {0};

	if (text_is_blank(id))
		return true;
	if (!peering_object_store(&pass->peering, &status, NULL, &error)) {
		*result = peering_end_of_error(pass, "store the id", &error);
		return false;
	}
	*result = peering_end_again(0);
	return !pass->peering.moved; /* what else has changed is for a new pass */
}

static bool
store_operation(struct peering_pass *pass, const char *operation, struct work_result *result)
{
	struct error error = {0};

	if (!peering_object_set_operation(&pass->peering, operation ? operation : "", &error)) {
		*result = peering_end_of_error(pass, "store the operation", &error);
		return false;
	}
	*result = peering_end_again(0);
	return !pass->peering.moved;
}

/* Also of an object that was changed or deleted meanwhile, whose next pass has to know both. */
static bool
store_outcome(
	struct peering_pass *pass, const struct cloud_outcome *outcome, struct work_result *result)
{
	bool goes_on = store_id(pass, outcome->id, result);

	if (!goes_on && result->end == WORK_FAILED)
		return false;
	return store_operation(pass, outcome->operation, result) && goes_on;
}

/* What has to be in the API server before a step: false when the pass has to end. */
static bool
prepare(struct peering_pass *pass, struct work_result *result)
{
	struct error error = {0};
	bool holds = pass->plan.step_count > 0 || !text_is_blank(pass->plan.id);

	if (!pass->peering.deleting && holds &&
		!peering_object_set_finalizer(&pass->peering, true, &error)) {
		*result = peering_end_of_error(pass, "add the finalizer", &error);
		return false;
	}
	return store_id(pass, pass->plan.id, result);
}

/* --- the steps --- */

/* No other step needs it. */
static bool
stands_alone(const struct cloud_step *step)
{
	return step->verb == CLOUD_STEP_ADD_ROUTE || step->verb == CLOUD_STEP_REPLACE_ROUTE ||
	       step->verb == CLOUD_STEP_REMOVE_ROUTE || step->verb == CLOUD_STEP_OPTIONS;
}

/* One table that takes no more routes is no reason to leave out the others. */
static bool
is_stumble(const struct cloud_fault *fault, const struct cloud_step *step)
{
	return stands_alone(step) &&
	       (fault->failure == CLOUD_WAIT_FOR_USER || fault->failure == CLOUD_PERMANENT);
}

static enum step_end
end_of_fault(struct peering_pass *pass, const struct cloud_fault *fault,
	const struct cloud_step *step, struct stumble *first, struct work_result *result)
{
	struct arena *arena = pass->worker->arena;

	if (fault->failure == CLOUD_GONE && pass->peering.deleting)
		return STEP_DONE;
	if (fault->failure == CLOUD_GONE || fault->failure == CLOUD_CONFLICT) {
		peering_problem_of_fault(arena, pass->cloud->words, fault, step);
		return first->step ? STEP_DONE : STEP_PLAN_ANEW;
	}
	if (worker_goes_on(pass->worker) && is_stumble(fault, step)) {
		if (first->step)
			peering_problem_of_fault(arena, pass->cloud->words, fault, step);
		else
			*first = (struct stumble){step, *fault};
		return STEP_DONE;
	}
	*result = peering_end_of_fault(pass, fault, step);
	return STEP_STOP;
}

static void
note_step(const struct peering_pass *pass, const struct cloud_step *step)
{
	metric_add(&steps_done, 1, verbs[step->verb]);
	log_info("step done", LOG_TEXT("peering", pass->key), LOG_TEXT("verb", verbs[step->verb]),
		LOG_TEXT("object", step->object));
}

static enum step_end
perform(struct peering_pass *pass, const struct cloud_step *step, struct stumble *first,
	struct work_result *result)
{
	struct cloud_outcome outcome = {0};
	struct cloud_fault fault = {0};

	if (!worker_leads(pass->worker)) {
		*result = peering_end_again(0); /* once this replica leads again */
		return STEP_STOP;
	}
	if (!pass->cloud->perform(pass->worker->arena, pass->cloud->context, &pass->wish,
		    &pass->plan, step, &outcome, &fault))
		return end_of_fault(pass, &fault, step, first, result);
	if (!outcome.put_off)
		note_step(pass, step);
	if (!store_outcome(pass, &outcome, result))
		return STEP_STOP;
	if (outcome.after > 0) {
		if (!outcome.put_off) /* what goes on now is not what was waited for */
			peering_views_count_look(pass->memory, pass->key, false);
		pass->plan.in_line = outcome.put_off;
		pass->plan.look_again = outcome.after;
		return STEP_WAIT;
	}
	return text_is_blank(outcome.id) ? STEP_DONE : STEP_PLAN_ANEW;
}

static enum step_end
perform_all(struct peering_pass *pass, struct work_result *result)
{
	struct stumble first = {0};

	for (size_t i = 0; i < pass->plan.step_count; i++) {
		const struct cloud_step *step = &pass->plan.steps[i];
		enum step_end end = STEP_DONE;

		if (!first.step || stands_alone(step))
			end = perform(pass, step, &first, result);
		if (end != STEP_DONE)
			return end;
	}
	if (!first.step)
		return STEP_DONE;
	*result = peering_end_of_fault(pass, &first.fault, first.step);
	return STEP_STOP;
}

static uint64_t
hash_of_steps(const struct cloud_plan *plan)
{
	char prefix[PREFIX_TEXT_SIZE];
	uint64_t hash = 0;

	for (size_t i = 0; i < plan->step_count; i++) {
		const struct cloud_step *step = &plan->steps[i];

		hash = hash_word(hash_word(hash, 1 + step->verb), step->side);
		hash = hash_text(hash, step->object);
		hash = hash_text(hash, prefix_format(&step->prefix, prefix));
	}
	return hash;
}

/* --- the policy --- */

static const struct finding *
find_denial(const struct findings *findings)
{
	for (const struct finding *at = findings->first; at; at = at->next)
		if (at->action == ACTION_DENY && !at->untold && !text_equal(at->rule, RULE_OF_TAG))
			return at;
	return NULL;
}

static bool
is_remote(const struct party *party)
{
	return KIND_BIT(party->object.kind) & WORK_KEY_REMOTES;
}

/* The keys of what was looked up and speaks against the object, a line each; NULL for none. */
static const char *
doubted_keys(const struct peering_pass *pass)
{
	const struct party *party = pass->denial ? pass->denial->counterparts : NULL;
	const char *keys = NULL;
	char key[WORK_KEY_SIZE];

	for (; party; party = party->next)
		if (is_remote(party))
			keys = arena_printf(pass->worker->arena, "%s%s\n", keys ? keys : "",
				work_key_write(key, &party->object));
	return keys;
}

/* What the cloud has said may be out of date. */
static void
doubt_networks(const struct peering_pass *pass)
{
	const struct party *party =
		pass->denial && pass->judge.doubt ? pass->denial->counterparts : NULL;
	char key[WORK_KEY_SIZE];

	peering_views_doubt(pass->memory, pass->key, doubted_keys(pass));
	for (; party; party = party->next)
		if (is_remote(party))
			pass->judge.doubt(pass->judge.context, work_key_write(key, &party->object));
}

static void
deny(struct peering_pass *pass, const struct finding *denial)
{
	struct arena *arena = pass->worker->arena;
	char *hint = arena_text(arena, denial->hint);

	for (char *at = hint; *at; at++)
		if (*at == '\n')
			*at = ' ';
	pass->problem = (struct peering_problem){
		.reason = "ValidationFailed",
		.message = arena_printf(
			arena, "the rule %s denies it: %s", denial->rule, denial->message),
		.hint = hint,
		.failure = CLOUD_WAIT_FOR_USER,
	};
	pass->plan.state = "Error";
	pass->plan.step_count = 0;
	pass->plan.look_again = 0;
}

/* Leaves no step in the plan of what is denied. False when the pass has to end, as `result` says.
 */
static bool
heed_policy(struct peering_pass *pass, struct work_result *result)
{
	const struct peering_judge *judge = &pass->judge;
	struct findings findings = {0};
	const struct finding *denial;

	if (!judge->judge || pass->peering.deleting || pass->plan.step_count == 0)
		return true;
	*result = peering_end_failed(SEEN_SOON);
	if (!judge->judge(
		    judge->context, pass->worker->arena, &pass->declaration.object, &findings))
		return false;
	denial = find_denial(&findings);
	pass->denial = denial;
	if (denial) {
		deny(pass, denial);
		peering_pass_let_be(pass);
	}
	return true;
}

/* --- */

static struct work_result
conclude(struct peering_pass *pass)
{
	struct work_result result;

	if (pass->plan.ready && !store_operation(pass, "", &result))
		return result;
	result = peering_end_of_plan(pass);
	doubt_networks(pass); /* as the last: what comes of it may wake this peering */
	return result;
}

/* The rules need the ranges of a network before anything leads there. */
static bool
has_to_wait(const struct peering_pass *pass)
{
	return pass->judge.judge && !pass->peering.deleting && text_is_blank(pass->wish.id) &&
	       !peering_network_is_known(pass) &&
	       peering_views_may_wait(pass->memory, pass->key, WAITS);
}

struct work_result
peering_manage(struct peering_pass *pass)
{
	uint64_t done = 0;

	if (has_to_wait(pass))
		return peering_end_again(WAIT);
	for (int round = 0; round < ROUNDS; round++) {
		struct cloud_fault fault = {0};
		struct work_result result = {0};
		enum step_end end;

		if (!peering_pass_plan(pass, &fault))
			return peering_end_of_fault(pass, &fault, NULL);
		if (pass->peering.deleting && pass->plan.gone)
			return peering_end_let_go(pass, pass->plan.left);
		if (!heed_policy(pass, &result) || !prepare(pass, &result))
			return result;
		if (done != 0 && done == hash_of_steps(&pass->plan))
			return peering_end_not_seen(pass);
		end = perform_all(pass, &result);
		done = end == STEP_DONE ? hash_of_steps(&pass->plan) : 0;
		if (end == STEP_STOP)
			return result;
		if (end == STEP_WAIT || pass->plan.step_count == 0)
			return conclude(pass);
	}
	peering_pass_note(pass, pass->plan.state);
	return peering_end_failed(SOON); /* the cloud does not come to rest */
}
