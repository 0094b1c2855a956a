#include "cloud/gcp_plan_steps.h"

#include "base/text.h"

void
gcp_plan_steps_add(struct gcp_steps *steps, enum cloud_verb verb, enum cloud_side side,
	const char *object, const char *text)
{
	steps->items[steps->count++] =
		(struct cloud_step){.verb = verb, .side = side, .object = object, .text = text};
}

static bool
is_quota(const struct cloud_fault *fault)
{
	return text_equal(fault->code, "QUOTA_EXCEEDED") ||
	       text_equal(fault->code, "quotaExceeded") ||
	       text_equal(fault->code, "LIMIT_EXCEEDED");
}

static const char *
reason_of(const struct cloud_fault *fault, enum cloud_verb verb)
{
	if (is_quota(fault))
		return "QuotaExceeded";
	if (!text_is_blank(fault->action))
		return "Unauthorized"; /* to look at it */
	return verb == CLOUD_STEP_CREATE ? "FailedCreatingVpcPeeringConnection"
					 : "CloudProviderError";
}

static enum cloud_verb
verb_of(const char *type)
{
	if (text_equal(type, "removePeering"))
		return CLOUD_STEP_DELETE;
	return text_equal(type, "updatePeering") ? CLOUD_STEP_OPTIONS : CLOUD_STEP_CREATE;
}

/* The step that it was to do, or may have been; NULL when that is not to be done any more: a
 * removal does not care that what it removes could not be made. */
static const struct cloud_step *
find_step(const struct gcp_steps *steps, const struct gcp_facts *facts)
{
	for (size_t i = 0; i < steps->count; i++)
		if (steps->items[i].side == facts->operation_side &&
			(!facts->operation_type ||
				steps->items[i].verb == verb_of(facts->operation_type)))
			return &steps->items[i];
	return NULL;
}

static void
tell_operation(
	const struct gcp_steps *steps, const struct gcp_facts *facts, struct cloud_plan *plan)
{
	const struct cloud_fault *fault = &facts->operation_fault;
	const struct cloud_step *step = find_step(steps, facts);

	if (fault->failure == CLOUD_NONE || plan->reason || !step)
		return;
	if (step->verb == CLOUD_STEP_CREATE)
		plan->state = GCP_STATE_ERROR;
	plan->reason = reason_of(fault, step->verb);
	plan->failure = fault->failure;
	plan->message = text_is_blank(fault->code) ? fault->message
						   : arena_printf(steps->arena, "%s (%s)",
							     fault->message, fault->code);
	plan->hint = fault->hint;
}

void
gcp_plan_steps_finish(
	const struct gcp_steps *steps, const struct gcp_facts *facts, struct cloud_plan *plan)
{
	struct cloud_step *copy = ARENA_ARRAY(steps->arena, struct cloud_step, steps->count + 1);

	for (size_t i = 0; i < steps->count; i++)
		copy[i] = steps->items[i];
	plan->steps = copy;
	plan->step_count = steps->count;
	tell_operation(steps, facts, plan);
}
