#include "cloud/azure_plan.h"

#include "base/text.h"
#include "cloud/azure_plan_connected.h"
#include "cloud/azure_plan_end.h"
#include "cloud/azure_plan_overlap.h"
#include "network/arm_id.h"

#define CREATION "FailedCreatingVpcPeeringConnection"

/* --- what is missing beneath it --- */

static void
report_local(struct azure_plan_steps *steps)
{
	const struct azure_facts *facts = steps->facts;

	if (*facts->local_id)
		azure_plan_steps_stop(steps, "Error", "VpcNotFound", CLOUD_WAIT_FOR_USER,
			arena_printf(
				steps->arena, "the cluster's own %s", facts->local_fault.message),
			"set the daemon's --azure-local-vnet to the own VNet's id");
	else
		azure_plan_steps_stop(steps, "Error", "VpcNotFound", CLOUD_WAIT_FOR_USER,
			"the cluster's own VNet is not known",
			"set the daemon's --azure-local-vnet to the own VNet's id, or "
			"--azure-local-subscription where Gardener has made it");
}

static const char *
reason_of_remote(const struct azure_facts *facts)
{
	if (facts->remote_denied)
		return "Unauthorized";
	return facts->remote_fault.failure == CLOUD_GONE ? "VpcNotFound"
							 : "FailedLoadingRemoteVpcNetwork";
}

static const char *
code_text(struct arena *arena, const struct cloud_fault *fault)
{
	return *fault->code ? arena_printf(arena, " (%s)", fault->code) : "";
}

/* What is connected goes on, seen or not: its state is left. */
static void
report_remote(struct azure_plan_steps *steps)
{
	const struct azure_facts *facts = steps->facts;
	const struct cloud_fault *fault = &facts->remote_fault;
	const struct azure_peering *local = steps->halves.local;
	bool is_gone = fault->failure == CLOUD_GONE;
	const char *message = fault->message;

	if (!is_gone)
		message = arena_printf(steps->arena, "%s: %s%s", fault->action, message,
			code_text(steps->arena, fault));
	else if (local)
		message = arena_printf(steps->arena,
			"%s any more, and the half %s that leads to it is left", message,
			local->name);
	azure_plan_steps_stop(steps, local ? NULL : "Error", reason_of_remote(facts),
		is_gone ? CLOUD_WAIT_FOR_USER : fault->failure, message, fault->hint);
}

/* --- halves that are missing or have lost their partner --- */

static void
report_taken(struct azure_plan_steps *steps, enum cloud_side side, const struct azure_peering *half)
{
	bool is_local = side == CLOUD_LOCAL;

	azure_plan_steps_stop(steps, "Warning",
		is_local ? CREATION : "FailedLoadingRemoteVpcPeeringConnection",
		CLOUD_WAIT_FOR_USER,
		arena_printf(steps->arena,
			"%s has a peering of the name %s already, which leads to %s",
			azure_plan_steps_vnet(steps, side), half->name, half->remote),
		arena_printf(steps->arena, "%s%s if nobody needs it: %s",
			is_local ? "delete it" : "choose another spec.remotePeeringName, or delete",
			is_local ? "" : " it",
			azure_plan_halves_command(steps->arena, "delete", half->id)));
}

static bool
is_failed(const struct azure_peering *half)
{
	return half && half->provisioning == AZURE_PROVISIONING_FAILED;
}

static bool
is_in(const struct azure_peering *half, enum azure_peering_state state)
{
	return half && half->state == state;
}

/* What is not as it should be with the local half; NULL where it may wait for the other one. */
static const char *
local_need(const struct azure_plan_steps *steps)
{
	const struct azure_peering *local = steps->halves.local;

	if (!local)
		return "is missing";
	if (local->state == AZURE_PEERING_DISCONNECTED)
		return "is disconnected";
	if (is_failed(local))
		return "was left by an operation that failed";
	if (local->options.uses_remote_gateways && !steps->wish->uses_remote_gateway)
		return "uses the remote gateway, which is not wanted";
	return is_in(steps->halves.remote, AZURE_PEERING_INITIATED)
		       ? "does not see the half at the other side"
		       : NULL;
}

static const char *
remote_need(const struct azure_plan_steps *steps)
{
	const struct azure_peering *remote = steps->halves.remote;

	if (!remote)
		return "is missing";
	if (remote->state == AZURE_PEERING_DISCONNECTED)
		return "is disconnected";
	return is_failed(remote) && azure_plan_halves_may_change(steps->wish, steps->facts, remote)
		       ? "was left by an operation that failed"
		       : NULL;
}

static void
put(struct azure_plan_steps *steps, enum cloud_side side, const char *need)
{
	if (need)
		azure_plan_steps_put(steps, CLOUD_STEP_CREATE, side, need);
}

static void
put_halves(struct azure_plan_steps *steps)
{
	const struct azure_plan_halves *halves = &steps->halves;
	const char *local = local_need(steps);
	const char *remote = remote_need(steps);
	/* A half that is disconnected keeps Azure from taking another one than itself. */
	bool is_remote_first = is_in(halves->remote, AZURE_PEERING_DISCONNECTED) &&
			       !is_in(halves->local, AZURE_PEERING_DISCONNECTED);

	if (is_remote_first)
		put(steps, CLOUD_REMOTE, remote);
	put(steps, CLOUD_LOCAL, local);
	if (!is_remote_first)
		put(steps, CLOUD_REMOTE, remote);
	if (steps->plan->reason)
		steps->plan->step_count = 0;
}

static void
plan_connection(struct azure_plan_steps *steps)
{
	const struct azure_plan_halves *halves = &steps->halves;
	bool needs_consent = !halves->remote || is_in(halves->remote, AZURE_PEERING_DISCONNECTED);

	if (!halves->local && halves->local_taken)
		report_taken(steps, CLOUD_LOCAL, halves->local_taken);
	else if (!halves->remote && halves->remote_taken)
		report_taken(steps, CLOUD_REMOTE, halves->remote_taken);
	else if (needs_consent && !azure_plan_halves_agreed(steps->wish, steps->facts))
		azure_plan_steps_ask_for_tag(steps);
	else if (!azure_plan_overlap_report(steps))
		put_halves(steps);
}

/* --- */

static bool
is_moving(const struct azure_peering *half)
{
	return half && (half->provisioning == AZURE_PROVISIONING_UPDATING ||
			       half->provisioning == AZURE_PROVISIONING_DELETING ||
			       half->state == AZURE_PEERING_OTHER);
}

static void
plan_pair(struct azure_plan_steps *steps)
{
	const struct azure_plan_halves *halves = &steps->halves;
	bool local = is_in(halves->local, AZURE_PEERING_CONNECTED);
	bool remote = is_in(halves->remote, AZURE_PEERING_CONNECTED);

	/* The two were not read at one moment. */
	if (is_moving(halves->local) || is_moving(halves->remote) || local != remote)
		steps->plan->look_again = AZURE_PLAN_SOON;
	else if (local)
		azure_plan_connected_make(steps);
	else
		plan_connection(steps);
}

void
azure_plan_make(struct arena *arena, const struct cloud_wish *wish, const struct azure_facts *facts,
	struct cloud_plan *plan)
{
	struct azure_plan_steps steps;

	if (wish->deleting) {
		azure_plan_end_make(arena, wish, facts, plan);
		return;
	}
	azure_plan_steps_begin(&steps, arena, wish, facts, plan);
	if (!facts->local)
		report_local(&steps);
	else if (arm_id_equal(facts->local_id, wish->remote->id))
		azure_plan_steps_stop(&steps, "Warning", CREATION, CLOUD_PERMANENT,
			"the remote VNet is the cluster's own", "name another VNet");
	else if (!facts->remote)
		report_remote(&steps);
	else
		plan_pair(&steps);
}
