#include "daemon/peering_end.h"

#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/text.h"

enum { DOUBLINGS = 5 };
#define LONGEST_LOOK (30 * CLOCK_SECOND)
#define NOT_SEEN     CLOCK_SECOND

struct work_result
peering_end_again(int64_t delay)
{
	return (struct work_result){WORK_AGAIN, delay};
}

struct work_result
peering_end_failed(int64_t delay)
{
	return (struct work_result){WORK_FAILED, delay};
}

/* --- when --- */

static struct work_result
on_schedule(const struct peering_pass *pass)
{
	int64_t resync = pass->resync;

	return peering_end_again(jitter_between(resync - resync / 10, resync));
}

/* What is on its way is looked at ever more seldom. */
static int64_t
next_look(const struct peering_pass *pass)
{
	int64_t first = pass->plan.look_again;
	bool slow = first > 0 && !pass->plan.in_line;
	unsigned looks = peering_views_count_look(pass->memory, pass->key, slow);

	if (!slow || first >= LONGEST_LOOK)
		return first;
	first <<= looks < DOUBLINGS ? looks : DOUBLINGS;
	return first < LONGEST_LOOK ? first : LONGEST_LOOK;
}

struct work_result
peering_end_not_seen(struct peering_pass *pass)
{
	pass->plan.look_again = NOT_SEEN;
	peering_pass_note(pass, pass->plan.state);
	return peering_end_again(next_look(pass));
}

/* The same problem of the same object is looked at ever more seldom; one that passes leaves the
 * count as it is. */
static struct work_result
after_problem(const struct peering_pass *pass)
{
	const struct peering_problem *problem = &pass->problem;
	unsigned repeats = 0;

	if (!problem->reason || !peering_problem_is_passing(problem))
		repeats = peering_views_count_problem(pass->memory, pass->key,
			peering_pass_mark(pass), peering_problem_hash(problem));
	return peering_problem_result(problem, repeats, pass->resync);
}

struct work_result
peering_end_look_again(const struct peering_pass *pass)
{
	int64_t look = next_look(pass);
	struct work_result after = after_problem(pass);

	if (pass->problem.reason)
		return after;
	return look > 0 ? peering_end_again(look) : on_schedule(pass);
}

static struct work_result
rest_for(const struct peering_pass *pass, struct work_result result)
{
	if (result.end == WORK_AGAIN && !pass->peering.moved)
		peering_views_rest(pass->memory, pass->key, peering_pass_mark(pass),
			clock_monotonic() + result.delay);
	return result;
}

struct work_result
peering_end_rest(const struct peering_pass *pass)
{
	return rest_for(pass, peering_end_look_again(pass));
}

struct work_result
peering_end_of_error(const struct peering_pass *pass, const char *action, const struct error *error)
{
	if (worker_goes_on(pass->worker))
		log_warn("peering not written", LOG_TEXT("peering", pass->key),
			LOG_TEXT("action", action), LOG_TEXT("error", error->message));
	return peering_end_failed(kube_client_retry_after(pass->worker->client));
}

/* --- what is written --- */

/* An object that cannot be deleted must not stay for ever. */
static void
add_escape(struct peering_pass *pass)
{
	static const char escape[] = "annotate the object with peerwarden.io/mode=observe, and it "
				     "is let go with what is in the cloud left there";
	const char *hint = pass->problem.hint;

	if (!pass->peering.deleting || !pass->problem.reason)
		return;
	pass->problem.hint = text_is_blank(hint)
				     ? escape
				     : arena_printf(pass->worker->arena, "%s, or %s", hint, escape);
}

static struct condition_status
status_of(const struct peering_pass *pass)
{
	struct condition_status status = {.state = pass->plan.state ? pass->plan.state : ""};

	if (pass->problem.reason) {
		if (!*status.state)
			status.state = "Error";
		status.type = CONDITION_ERROR;
		status.reason = pass->problem.reason;
		status.message = peering_problem_text(pass->worker->arena, &pass->problem);
	} else if (pass->plan.ready) {
		status.type = status.reason = CONDITION_READY;
		status.message = pass->cloud->words->ready;
	}
	return status;
}

bool
peering_end_store(struct peering_pass *pass, struct work_result *result)
{
	struct condition_status status = status_of(pass);
	bool was_ready = condition_is(pass->peering.object, CONDITION_READY), changed;
	struct error error = {0};

	if (!peering_object_store(&pass->peering, &status, &changed, &error)) {
		*result = peering_end_of_error(pass, "write the status", &error);
		return false;
	}
	if (changed && !was_ready && text_equal(status.type, CONDITION_READY))
		peering_pass_tell(pass, EVENT_NORMAL, "Ready", status.message);
	return true;
}

/* --- the ends --- */

struct work_result
peering_end_with_problem(struct peering_pass *pass)
{
	struct work_result result = after_problem(pass);

	add_escape(pass);
	peering_pass_note(pass, condition_state(pass->peering.object));
	if (peering_problem_is_passing(&pass->problem))
		return result;
	peering_pass_tell_news(pass);
	if (pass->choice.mode == MODE_MANAGE && !peering_end_store(pass, &result))
		return result;
	return rest_for(pass, result);
}

struct work_result
peering_end_of_fault(
	struct peering_pass *pass, const struct cloud_fault *fault, const struct cloud_step *step)
{
	if (!worker_goes_on(pass->worker) || text_equal(fault->code, "NotLeader"))
		return peering_end_failed(0);
	pass->problem =
		peering_problem_of_fault(pass->worker->arena, pass->cloud->words, fault, step);
	log_warn("cloud call failed", LOG_TEXT("peering", pass->key),
		LOG_TEXT("class", failure_name(fault->failure)),
		LOG_TEXT("error", pass->problem.message));
	pass->plan.state = NULL;
	return peering_end_with_problem(pass);
}

static struct work_result
stay_in_line(struct peering_pass *pass)
{
	peering_pass_note(pass, condition_state(pass->peering.object));
	return peering_end_rest(pass);
}

struct work_result
peering_end_of_plan(struct peering_pass *pass)
{
	struct work_result result;

	if (pass->plan.in_line && !pass->plan.state)
		return stay_in_line(pass);
	add_escape(pass);
	peering_pass_note(pass, pass->plan.state);
	if (pass->problem.reason && peering_problem_is_passing(&pass->problem))
		return peering_end_look_again(pass);
	if (pass->problem.reason || pass->plan.ready)
		peering_pass_tell_news(pass);
	return peering_end_store(pass, &result) ? peering_end_rest(pass) : result;
}

struct work_result
peering_end_let_go(struct peering_pass *pass, const char *left)
{
	struct error error = {0};

	if (!peering_object_set_finalizer(&pass->peering, false, &error))
		return peering_end_of_error(pass, "remove the finalizer", &error);
	if (!text_is_blank(left))
		peering_pass_tell(pass, EVENT_WARNING, "LeftInCloud", left);
	peering_pass_note(pass, "deleted");
	return peering_end_again(0); /* to see that it is gone */
}
