#include "cloud/gcp_plan_end.h"

#include "base/clock.h"
#include "base/text.h"
#include "cloud/gcp_plan_halves.h"
#include "cloud/gcp_plan_hint.h"
#include "cloud/gcp_plan_path.h"
#include "cloud/gcp_plan_steps.h"

#define SOON (2 * CLOCK_SECOND)

/* One end in the making. */
struct ending {
	struct arena *arena;
	const struct cloud_wish *wish;
	const struct gcp_facts *facts;
	struct gcp_halves halves;
	struct gcp_steps steps;
	struct cloud_plan *plan;
};

static void
leave(struct ending *ending, const char *name, const char *path, const char *why)
{
	const char *text = arena_printf(ending->arena, "half %s of the peering in %s, %s: %s", name,
		gcp_plan_path_text(ending->arena, path), why,
		gcp_plan_hint_delete(ending->arena, name, path));
	struct cloud_plan *plan = ending->plan;

	plan->left = plan->left ? arena_printf(ending->arena, "%s; %s", plan->left, text) : text;
}

static void
remove_half(struct ending *ending, enum cloud_side side, const struct gcp_peering *half,
	const char *path)
{
	gcp_plan_steps_add(&ending->steps, CLOUD_STEP_DELETE, side, half->name,
		arena_printf(ending->arena, "half %s of the peering in %s is to go", half->name,
			gcp_plan_path_text(ending->arena, path)));
}

/* --- the own half --- */

/* The network may have gone, with all that was in it; or the settings have come to name another. */
static void
end_unseen(struct ending *ending)
{
	if (!text_is_blank(ending->wish->id))
		leave(ending, ending->wish->id, ending->facts->local_path,
			"if it is still there: the daemon's identity does not see the network");
}

static void
end_local(struct ending *ending)
{
	const struct gcp_peering *half = ending->halves.local;
	const struct gcp_facts *facts = ending->facts;

	if (!facts->local)
		end_unseen(ending);
	else if (half && ending->halves.local_is_ours)
		remove_half(ending, CLOUD_LOCAL, half, facts->local->path);
	else if (half)
		leave(ending, half->name, facts->local->path, "which was not made for this object");
}

/* --- the remote one --- */

static void
end_unseen_remote(struct ending *ending)
{
	const struct cloud_fault *fault = &ending->facts->remote_fault;

	if (fault->failure == CLOUD_GONE ||
		(!ending->wish->deletes_remote && text_is_blank(ending->wish->id) &&
			text_is_blank(ending->wish->operation)))
		return;
	leave(ending, ending->wish->name, ending->facts->remote_path,
		arena_printf(ending->arena, "if it is there, which cannot be looked at (%s)",
			fault->message));
}

/* Of the wanted name, and leads to a network of the own one's name, which is not there any more;
 * its project is known by the number alone, where Google writes the id. */
static const struct gcp_peering *
find_likely(const struct ending *ending)
{
	const struct gcp_peering *half = ending->halves.remote_taken;
	const char *own = ending->facts->local_path;

	if (!half || ending->facts->local ||
		!text_only_has(gcp_plan_path_project(ending->arena, own), "0-9") ||
		!text_equal(gcp_plan_path_network(half->network), gcp_plan_path_network(own)))
		return NULL;
	return half;
}

static void
end_remote(struct ending *ending)
{
	const struct gcp_peering *half = ending->halves.remote, *likely = find_likely(ending);
	const struct gcp_facts *facts = ending->facts;

	if (!facts->remote)
		end_unseen_remote(ending);
	else if (likely)
		leave(ending, likely->name, facts->remote->path,
			"which may be of this object, whose own network is not there any more");
	else if (!half)
		return;
	else if (!ending->wish->deletes_remote)
		leave(ending, half->name, facts->remote->path,
			"which stays, since spec.deleteRemotePeering does not ask for its removal");
	else if (!ending->halves.remote_is_ours)
		leave(ending, half->name, facts->remote->path,
			"which was not made for this object");
	else if (facts->remote_locked)
		leave(ending, half->name, facts->remote->path,
			"which the daemon has no right to remove "
			"(compute.networks.removePeering)");
	else
		remove_half(ending, CLOUD_REMOTE, half, facts->remote->path);
}

static void
refuse_to_guess(struct cloud_plan *plan)
{
	plan->state = GCP_STATE_ERROR;
	plan->reason = "VpcNotFound";
	plan->message =
		"the cluster's own network is not known, so what was made in it is not found";
	plan->hint = "name the own project and network in the daemon's settings, or restore "
		     "ConfigMap kube-system/shoot-info";
	plan->failure = CLOUD_WAIT_FOR_USER;
}

void
gcp_plan_end_make(struct arena *arena, const struct cloud_wish *wish, const struct gcp_facts *facts,
	struct cloud_plan *plan)
{
	struct ending ending = {.arena = arena,
		.wish = wish,
		.facts = facts,
		.halves = gcp_plan_halves_find(arena, wish, facts),
		.steps = {.arena = arena},
		.plan = plan};

	*plan = (struct cloud_plan){
		.id = ending.halves.local ? ending.halves.local->name : wish->id,
		.state = GCP_STATE_DELETING};
	if (!*facts->local_path) {
		refuse_to_guess(plan);
		return;
	}
	end_local(&ending);
	end_remote(&ending);
	if (ending.steps.count == 0 && facts->just_made)
		plan->look_again = SOON;
	gcp_plan_steps_finish(&ending.steps, facts, plan);
	plan->gone = plan->step_count == 0 && plan->look_again == 0;
}
