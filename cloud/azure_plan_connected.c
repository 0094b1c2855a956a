#include "cloud/azure_plan_connected.h"

static bool
may_change_remote(const struct azure_plan_steps *steps)
{
	return azure_plan_halves_may_change(steps->wish, steps->facts, steps->halves.remote);
}

static void
report_foreign(struct azure_plan_steps *steps, const char *what, const char *hint)
{
	azure_plan_steps_stop(steps, "Warning", "FailedLoadingRemoteVpcPeeringConnection",
		CLOUD_WAIT_FOR_USER,
		arena_printf(steps->arena,
			"the half %s in %s %s; it has another name than the spec says, and the "
			"VNet does not carry the tag",
			steps->halves.remote->name, azure_plan_steps_vnet(steps, CLOUD_REMOTE),
			what),
		hint);
}

/* --- failed operations --- */

static bool
mend_failed(struct azure_plan_steps *steps)
{
	const struct azure_plan_halves *halves = &steps->halves;
	bool local = halves->local->provisioning == AZURE_PROVISIONING_FAILED;
	bool remote = halves->remote->provisioning == AZURE_PROVISIONING_FAILED &&
		      may_change_remote(steps);

	if (local)
		azure_plan_steps_put(steps, CLOUD_STEP_CREATE, CLOUD_LOCAL,
			"was left by an operation that failed");
	if (remote)
		azure_plan_steps_put(steps, CLOUD_STEP_CREATE, CLOUD_REMOTE,
			"was left by an operation that failed");
	return local || remote;
}

/* --- address spaces --- */

/* By its own word, or where it has none by the other half's. */
static bool
misses(const struct azure_peering *half, const struct azure_peering *other)
{
	if (half->sync != AZURE_SYNC_OTHER)
		return half->sync == AZURE_SYNC_LOCAL_MISSES || half->sync == AZURE_SYNC_BOTH_MISS;
	return other->sync == AZURE_SYNC_REMOTE_MISSES || other->sync == AZURE_SYNC_BOTH_MISS;
}

static void
synchronize(struct azure_plan_steps *steps)
{
	static const char what[] = "does not know the address space that the other VNet has now";
	const struct azure_plan_halves *halves = &steps->halves;

	if (misses(halves->local, halves->remote))
		azure_plan_steps_put(steps, CLOUD_STEP_SYNCHRONIZE, CLOUD_LOCAL, what);
	if (!misses(halves->remote, halves->local))
		return;
	if (may_change_remote(steps))
		azure_plan_steps_put(steps, CLOUD_STEP_SYNCHRONIZE, CLOUD_REMOTE, what);
	else
		report_foreign(steps, what,
			azure_plan_halves_command(steps->arena, "sync", halves->remote->id));
}

/* --- options --- */

/* What is not as it should be; NULL where all is well. */
static const char *
drift_of(const struct azure_peering *half, bool has_gateway_option, bool wanted,
	const char *gateway_text)
{
	if (!half->options.allows_access)
		return "does not let traffic between the VNets through";
	if (!half->options.allows_forwarded)
		return "does not let forwarded traffic through";
	return has_gateway_option != wanted ? gateway_text : NULL;
}

static const char *
local_drift(const struct azure_plan_steps *steps)
{
	bool wanted = steps->wish->uses_remote_gateway;
	const struct azure_peering *half = steps->halves.local;

	return drift_of(half, half->options.uses_remote_gateways, wanted,
		wanted ? "does not use the remote gateway"
		       : "uses the remote gateway, which is not wanted");
}

static const char *
remote_drift(const struct azure_plan_steps *steps)
{
	bool wanted = steps->wish->uses_remote_gateway;
	const struct azure_peering *half = steps->halves.remote;

	return drift_of(half, half->options.allows_gateway_transit, wanted,
		wanted ? "does not let its gateway be used"
		       : "lets its gateway be used, which is not wanted");
}

/* False where it cannot be. */
static bool
repair(struct azure_plan_steps *steps, enum cloud_side side, const char *drift)
{
	return !drift || azure_plan_steps_put(steps, CLOUD_STEP_OPTIONS, side, drift);
}

static bool
lacks_transit(const struct azure_plan_steps *steps)
{
	return steps->wish->uses_remote_gateway &&
	       !steps->halves.remote->options.allows_gateway_transit;
}

static void
report_no_transit(struct azure_plan_steps *steps)
{
	report_foreign(steps, "does not let its gateway be used",
		arena_printf(steps->arena, "%s --set allowGatewayTransit=true",
			azure_plan_halves_command(
				steps->arena, "update", steps->halves.remote->id)));
}

static void
repair_options(struct azure_plan_steps *steps)
{
	const char *local = local_drift(steps);
	const char *remote = may_change_remote(steps) ? remote_drift(steps) : NULL;

	if (lacks_transit(steps) && !may_change_remote(steps)) {
		report_no_transit(steps);
		return;
	}
	if (!steps->wish->uses_remote_gateway) {
		if (repair(steps, CLOUD_LOCAL, local))
			repair(steps, CLOUD_REMOTE, remote);
	} else if (repair(steps, CLOUD_REMOTE, remote)) {
		repair(steps, CLOUD_LOCAL, local);
	}
}

void
azure_plan_connected_make(struct azure_plan_steps *steps)
{
	struct cloud_plan *plan = steps->plan;

	if (mend_failed(steps))
		return;
	synchronize(steps);
	repair_options(steps);
	plan->ready = plan->step_count == 0 && !plan->reason;
}
