#include "cloud/azure_plan_end.h"

#include "base/text.h"
#include "cloud/azure_plan_steps.h"
#include "network/arm_id.h"

static void
leave(struct azure_plan_steps *steps, const char *what)
{
	struct cloud_plan *plan = steps->plan;

	plan->left = plan->left ? arena_printf(steps->arena, "%s; %s", plan->left, what) : what;
}

/* "the half x in VNet hub, <why>: az network vnet peering delete --ids ..." */
static void
leave_half(struct azure_plan_steps *steps, enum cloud_side side, const char *name, const char *id,
	const char *why)
{
	leave(steps, arena_printf(steps->arena, "the half %s in %s, %s: %s", name,
			     azure_plan_steps_vnet(steps, side), why,
			     azure_plan_halves_command(steps->arena, "delete", id)));
}

/* True where nothing can be done to it now. */
static bool
is_moving(struct azure_plan_steps *steps, const struct azure_peering *half)
{
	if (half->provisioning != AZURE_PROVISIONING_UPDATING &&
		half->provisioning != AZURE_PROVISIONING_DELETING)
		return false;
	steps->plan->look_again = AZURE_PLAN_SOON;
	return true;
}

static void
end_half(struct azure_plan_steps *steps, enum cloud_side side, const struct azure_peering *half)
{
	if (!is_moving(steps, half))
		azure_plan_steps_add(steps, CLOUD_STEP_DELETE, side, half->id,
			arena_printf(steps->arena, "the half %s in %s is to go", half->name,
				azure_plan_steps_vnet(steps, side)));
}

/* Where nothing was ever made, nothing can have stayed in what we do not see. */
static void
tell_unseen(struct azure_plan_steps *steps)
{
	const struct cloud_wish *wish = steps->wish;
	const struct cloud_fault *fault = &steps->facts->remote_fault;

	if (fault->failure == CLOUD_GONE || (!*wish->id && !steps->halves.local))
		return;
	leave_half(steps, CLOUD_REMOTE, wish->name,
		azure_plan_halves_id(steps->arena, wish->remote->id, wish->name),
		arena_printf(steps->arena, "if it is there, for the VNet cannot be looked at (%s)",
			fault->message));
}

static void
end_remote(struct azure_plan_steps *steps)
{
	const struct cloud_wish *wish = steps->wish;
	const struct azure_peering *half = steps->halves.remote;
	const char *why = NULL;

	if (!steps->facts->remote)
		tell_unseen(steps);
	if (!half)
		return;
	if (!wish->deletes_remote)
		why = "which spec.deleteRemotePeering does not include";
	else if (!text_equal_ignoring_case(half->name, wish->name))
		why = "which has another name than the spec says";
	else if (steps->facts->refusal)
		why = arena_printf(steps->arena, "which Azure does not let us delete (%s)",
			steps->facts->refusal);
	if (why)
		leave_half(steps, CLOUD_REMOTE, half->name, half->id, why);
	else
		end_half(steps, CLOUD_REMOTE, half);
}

static void
end_local(struct azure_plan_steps *steps)
{
	const struct azure_peering *half = steps->halves.local;

	if (!half)
		return;
	if (text_equal_ignoring_case(half->name, steps->facts->half_name))
		end_half(steps, CLOUD_LOCAL, half);
	else
		leave_half(steps, CLOUD_LOCAL, half->name, half->id,
			"which was not made for this object");
}

static bool
is_in_own(const struct azure_plan_steps *steps, const char *half)
{
	struct arm_id id;

	if (!arm_id_parse(steps->arena, half, &id))
		return true;
	id.child = "";
	return arm_id_equal(arm_id_write(steps->arena, &id), steps->facts->local_id);
}

/* The VNet has gone with all that was in it; or the settings have come to name another one. */
static void
tell_unseen_own(struct azure_plan_steps *steps)
{
	const char *id = steps->wish->id;

	if (!*id)
		return;
	if (!steps->facts->local)
		leave(steps,
			arena_printf(steps->arena, "%s, if it is still there: the cluster's own %s",
				id, steps->facts->local_fault.message));
	else if (!is_in_own(steps, id))
		leave(steps, arena_printf(steps->arena,
				     "%s, if it is still there, which is in another VNet than the "
				     "settings name now: %s",
				     id, azure_plan_halves_command(steps->arena, "delete", id)));
}

void
azure_plan_end_make(struct arena *arena, const struct cloud_wish *wish,
	const struct azure_facts *facts, struct cloud_plan *plan)
{
	struct azure_plan_steps steps;

	azure_plan_steps_begin(&steps, arena, wish, facts, plan);
	if (!steps.halves.local)
		plan->state = "";
	if (!*facts->local_id) {
		azure_plan_steps_stop(&steps, "Error", "VpcNotFound", CLOUD_WAIT_FOR_USER,
			"the cluster's own VNet is not known, so what was made in it is not found",
			"set the daemon's --azure-local-vnet to the own VNet's id, or restore "
			"ConfigMap kube-system/shoot-info");
		return;
	}
	end_remote(&steps);
	end_local(&steps);
	tell_unseen_own(&steps);
	plan->gone = plan->step_count == 0 && plan->look_again == 0;
}
