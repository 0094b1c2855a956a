#include "cloud/azure_plan_steps.h"

#include "base/text.h"
#include "network/arm_id.h"

void
azure_plan_steps_begin(struct azure_plan_steps *steps, struct arena *arena,
	const struct cloud_wish *wish, const struct azure_facts *facts, struct cloud_plan *plan)
{
	const struct azure_plan_halves halves = azure_plan_halves_find(wish, facts);
	struct cloud_step *items = ARENA_ARRAY(arena, struct cloud_step, AZURE_PLAN_STEPS_MOST);

	*plan = (struct cloud_plan){
		.id = halves.local ? halves.local->id : "",
		.state = halves.local && *halves.local->state_text ? halves.local->state_text
								   : "Initiated",
		.steps = items,
	};
	*steps = (struct azure_plan_steps){arena, wish, facts, halves, plan, items};
}

void
azure_plan_steps_stop(struct azure_plan_steps *steps, const char *state, const char *reason,
	enum cloud_failure failure, const char *message, const char *hint)
{
	const struct azure_peering *local = steps->halves.local;
	struct cloud_plan *plan = steps->plan;

	if (state && !(local && local->state == AZURE_PEERING_DISCONNECTED))
		plan->state = state;
	plan->reason = reason;
	plan->failure = failure;
	plan->message = message;
	plan->hint = hint;
}

void
azure_plan_steps_add(struct azure_plan_steps *steps, enum cloud_verb verb, enum cloud_side side,
	const char *object, const char *text)
{
	if (steps->plan->step_count == AZURE_PLAN_STEPS_MOST)
		return;
	steps->items[steps->plan->step_count++] =
		(struct cloud_step){.verb = verb, .side = side, .object = object, .text = text};
}

const char *
azure_plan_steps_vnet(struct azure_plan_steps *steps, enum cloud_side side)
{
	return arena_printf(steps->arena, "VNet %s",
		arm_id_name(
			side == CLOUD_LOCAL ? steps->facts->local_id : steps->wish->remote->id));
}

static void
report_part(struct azure_plan_steps *steps, enum cloud_side side, const struct azure_peering *half,
	const char *what)
{
	azure_plan_steps_stop(steps, "Warning", "FailedCreatingVpcPeeringConnection",
		CLOUD_WAIT_FOR_USER,
		arena_printf(steps->arena,
			"the half %s in %s %s, and is not put right since it joins some subnets "
			"alone, which would become all of them",
			half->name, azure_plan_steps_vnet(steps, side), what),
		arena_printf(steps->arena,
			"put it right by hand, or let a peering of whole VNets be made in its "
			"place: %s",
			azure_plan_halves_command(steps->arena, "delete", half->id)));
}

bool
azure_plan_steps_put(struct azure_plan_steps *steps, enum cloud_verb verb, enum cloud_side side,
	const char *what)
{
	bool is_local = side == CLOUD_LOCAL;
	const struct azure_peering *half = is_local ? steps->halves.local : steps->halves.remote;
	const char *name = is_local ? steps->facts->half_name : steps->wish->name;
	const char *vnet = is_local ? steps->facts->local_id : steps->wish->remote->id;

	if (half && !half->covers_whole_vnets) {
		report_part(steps, side, half, what);
		return false;
	}
	azure_plan_steps_add(steps, verb, side,
		half ? half->id : azure_plan_halves_id(steps->arena, vnet, name),
		arena_printf(steps->arena, "the half %s in %s %s", half ? half->name : name,
			azure_plan_steps_vnet(steps, side), what));
	return true;
}

static void
report_no_tag(struct azure_plan_steps *steps)
{
	const char *remote = steps->wish->remote->id;

	azure_plan_steps_stop(steps, "Warning", "FailedLoadingRemoteVpcNetwork",
		CLOUD_WAIT_FOR_USER,
		arena_printf(steps->arena,
			"nothing says which tag %s has to carry: the cluster does not name its "
			"shoot, and there is no --tag-bypass",
			remote),
		arena_printf(steps->arena,
			"restore ConfigMap kube-system/shoot-info, or set the daemon's "
			"--tag-bypass to a tag that %s carries",
			remote));
}

static const char *
lost_half(const struct azure_plan_steps *steps)
{
	const struct azure_peering *local = steps->halves.local;

	return local && local->state == AZURE_PEERING_DISCONNECTED && !steps->halves.remote
		       ? "the other side has deleted its half, and "
		       : "";
}

void
azure_plan_steps_ask_for_tag(struct azure_plan_steps *steps)
{
	const struct cloud_wish *wish = steps->wish;
	const char *remote = wish->remote->id;

	if (!wish->tag) {
		report_no_tag(steps);
		return;
	}
	azure_plan_steps_stop(steps, "Warning", "FailedLoadingRemoteVpcNetwork",
		CLOUD_WAIT_FOR_USER,
		arena_printf(steps->arena, "%s%s does not carry the tag %s", lost_half(steps),
			remote, wish->tag),
		arena_printf(steps->arena,
			"az tag update --resource-id %s --operation Merge --tags %s",
			azure_plan_halves_word(steps->arena, remote),
			azure_plan_halves_word(
				steps->arena, arena_printf(steps->arena, "%s=", wish->tag))));
}
