#include "daemon/peering_problem.h"

#include "base/clock.h"
#include "base/jitter.h"
#include "base/metrics.h"
#include "base/text.h"
#include "daemon/fault_reason.h"
#include "network/hash.h"

#define USER_WAIT         (60 * CLOCK_SECOND)
#define LONGEST_USER_WAIT (600 * CLOCK_SECOND)

static struct metric faults = METRIC_COUNTER("peerwarden_cloud_faults_total",
	"Failed reads and steps of peerings in the clouds, by what they call for.", "class");

static const char *
reason_of_step(const struct cloud_words *words, enum cloud_verb verb)
{
	switch (verb) {
	case CLOUD_STEP_CREATE:
		return words->create;
	case CLOUD_STEP_ACCEPT:
		return words->accept;
	case CLOUD_STEP_ADD_ROUTE:
	case CLOUD_STEP_REPLACE_ROUTE:
	case CLOUD_STEP_REMOVE_ROUTE:
		return words->routes;
	case CLOUD_STEP_OPTIONS:
	case CLOUD_STEP_SYNCHRONIZE:
		return words->options;
	default:
		return "CloudProviderError";
	}
}

static const char *
reason_of_reading(const struct cloud_words *words, enum cloud_failure failure)
{
	if (failure == CLOUD_GONE)
		return words->gone;
	return failure == CLOUD_CREDENTIALS ? "Unauthenticated" : "CloudProviderError";
}

static const char *
reason_of_fault(const struct cloud_words *words, const struct cloud_fault *fault,
	const struct cloud_step *step)
{
	const char *reason = words->by_code ? fault_reason(fault) : "";

	if (text_equal(reason, "Unauthorized") || text_equal(reason, "QuotaExceeded"))
		return reason;
	return fault->failure == CLOUD_CREDENTIALS || !step
		       ? reason_of_reading(words, fault->failure)
		       : reason_of_step(words, step->verb);
}

static const char *
fault_text(struct arena *arena, const struct cloud_fault *fault)
{
	const char *message =
		text_is_blank(fault->message) ? failure_name(fault->failure) : fault->message;

	if (!text_is_blank(fault->code))
		message = arena_printf(arena, "%s (%s)", message, fault->code);
	return text_is_blank(fault->action) ? message
					    : arena_printf(arena, "%s: %s", fault->action, message);
}

struct peering_problem
peering_problem_of_fault(struct arena *arena, const struct cloud_words *words,
	const struct cloud_fault *fault, const struct cloud_step *step)
{
	metric_add(&faults, 1, failure_label(fault->failure));
	return (struct peering_problem){
		.reason = reason_of_fault(words, fault, step),
		.message = fault_text(arena, fault),
		.hint = fault->hint ? fault->hint : "",
		.failure = fault->failure,
	};
}

struct peering_problem
peering_problem_of_plan(const struct cloud_plan *plan)
{
	return (struct peering_problem){
		.reason = plan->reason,
		.message = plan->message ? plan->message : "",
		.hint = plan->hint ? plan->hint : "",
		.failure = plan->failure == CLOUD_NONE ? CLOUD_WAIT_FOR_USER : plan->failure,
	};
}

const char *
peering_problem_text(struct arena *arena, const struct peering_problem *problem)
{
	if (text_is_blank(problem->hint))
		return problem->message;
	return arena_printf(arena, "%s; way out: %s", problem->message, problem->hint);
}

bool
peering_problem_is_passing(const struct peering_problem *problem)
{
	switch (problem->failure) {
	case CLOUD_WAIT_FOR_USER:
	case CLOUD_PERMANENT:
	case CLOUD_GONE:
	case CLOUD_CREDENTIALS:
		return false;
	default:
		return true;
	}
}

uint64_t
peering_problem_hash(const struct peering_problem *problem)
{
	if (!problem->reason)
		return 0;
	return hash_text(hash_text(hash_text(1, problem->reason), problem->message), problem->hint);
}

static int64_t
user_wait(unsigned repeats, int64_t resync)
{
	int64_t wait = USER_WAIT;

	for (; repeats > 0 && wait < LONGEST_USER_WAIT; repeats--)
		wait *= 2;
	if (wait > LONGEST_USER_WAIT)
		wait = LONGEST_USER_WAIT;
	return wait < resync ? wait : resync;
}

struct work_result
peering_problem_result(const struct peering_problem *problem, unsigned repeats, int64_t resync)
{
	int64_t wait = user_wait(repeats, resync);

	if (problem->failure == CLOUD_PERMANENT)
		return (struct work_result){
			WORK_AGAIN, jitter_between(resync - resync / 10, resync)};
	if (!peering_problem_is_passing(problem))
		return (struct work_result){WORK_AGAIN, jitter_between(wait - wait / 4, wait)};
	return (struct work_result){
		WORK_FAILED, problem->failure == CLOUD_BACK_OFF ? CLOCK_SECOND : 0};
}
