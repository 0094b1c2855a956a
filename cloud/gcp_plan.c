#include "cloud/gcp_plan.h"

#include "base/clock.h"
#include "base/text.h"
#include "cloud/gcp_plan_end.h"
#include "cloud/gcp_plan_halves.h"
#include "cloud/gcp_plan_hint.h"
#include "cloud/gcp_plan_overlap.h"
#include "cloud/gcp_plan_path.h"
#include "cloud/gcp_plan_steps.h"

#define SOON           (2 * CLOCK_SECOND)
#define NO_NETWORK     "VpcNotFound"
#define NOT_CREATED    "FailedCreatingVpcPeeringConnection"
#define NO_ROUTES      "FailedCreatingRoutes"
#define LARGEST_DETAIL 300

/* One plan in the making. */
struct making {
	struct arena *arena;
	const struct cloud_wish *wish;
	const struct gcp_facts *facts;
	struct gcp_halves halves;
	const char *local, *remote; /* the networks, as a message says them */
	struct gcp_steps steps;
	struct cloud_plan *plan;
};

static void
stop(struct making *making, const char *reason, enum cloud_failure failure, const char *message,
	const char *hint)
{
	struct cloud_plan *plan = making->plan;

	plan->reason = reason;
	plan->failure = failure;
	plan->message = message;
	plan->hint = hint;
}

/* --- a network that is not there --- */

static void
report_local(struct making *making)
{
	const struct cloud_fault *fault = &making->facts->local_fault;
	bool known = *making->facts->local_path;

	making->plan->state = GCP_STATE_ERROR;
	stop(making, NO_NETWORK, CLOUD_WAIT_FOR_USER,
		known ? fault->message : "the cluster's own network is not known",
		known && !text_is_blank(fault->hint)
			? fault->hint
			: "name the own project and network in the daemon's settings");
}

static void
report_remote(struct making *making)
{
	const struct cloud_fault *fault = &making->facts->remote_fault;
	const struct gcp_peering *half = making->halves.local;

	making->plan->state = half ? GCP_STATE_DISCONNECTED : GCP_STATE_ERROR;
	stop(making, NO_NETWORK, CLOUD_WAIT_FOR_USER,
		half ? arena_printf(making->arena,
			       "%s; the half %s in %s still leads there, and connects nothing",
			       fault->message, half->name, making->local)
		     : fault->message,
		fault->hint);
}

/* --- a half that is missing --- */

static bool
is_name_free(struct making *making)
{
	const struct gcp_peering *local = making->halves.local_taken;
	const struct gcp_peering *taken = local ? local : making->halves.remote_taken;
	const char *path = local ? making->facts->local->path : making->facts->remote->path;

	if (!taken)
		return true;
	stop(making, NOT_CREATED, CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena, "the name %s is taken in %s by a peering with %s",
			taken->name, gcp_plan_path_text(making->arena, path),
			gcp_plan_path_text(making->arena, taken->network)),
		arena_printf(making->arena, "%sif nobody needs that one: %s",
			local ? "" : "give another spec.remotePeeringName in a new object; or, ",
			gcp_plan_hint_delete(making->arena, taken->name, path)));
	return false;
}

static void
report_no_shoot(struct making *making)
{
	stop(making, NOT_CREATED, CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena,
			"nothing says which tag %s has to carry: the cluster does not name its "
			"shoot, and there is no --tag-bypass",
			making->remote),
		arena_printf(making->arena,
			"restore ConfigMap kube-system/shoot-info, or set the daemon's "
			"--tag-bypass to a tag that %s carries",
			making->remote));
}

/* What the Cloud Manager of Kyma would have let pass. */
static const char *
note_of_likeness(struct making *making)
{
	const struct gcp_tag *like = gcp_tags_find_like(&making->facts->tags, making->wish->tag);

	if (!like)
		return "";
	return arena_printf(making->arena,
		"; its tag %s has that in its key, which would do for Kyma's Cloud Manager, but it "
		"is another tag",
		like->key);
}

static const char *
hint_of_tag(struct making *making)
{
	const char *command = gcp_plan_hint_tag(making->arena, making->wish, making->facts);

	if (!making->halves.local)
		return command;
	return arena_printf(making->arena, "agree again by the tag: %s; or by the half itself: %s",
		command,
		gcp_plan_hint_create(making->arena, making->wish->name, making->facts->remote->path,
			making->facts->local->path));
}

static bool
has_tag(struct making *making)
{
	const struct gcp_peering *half = making->halves.local;

	if (!gcp_plan_halves_need_tag(&making->halves) ||
		gcp_tags_find(&making->facts->tags, making->wish->tag))
		return true;
	making->plan->state = GCP_STATE_DISCONNECTED;
	if (!making->wish->tag) {
		report_no_shoot(making);
		return false;
	}
	stop(making, NOT_CREATED, CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena, "%s%s%s does not carry the tag %s%s",
			half ? making->remote : "",
			half ? " has no half of the peering any more, and " : "",
			half ? "it" : making->remote, making->wish->tag, note_of_likeness(making)),
		hint_of_tag(making));
	return false;
}

static bool
are_ranges_free(struct making *making)
{
	const struct gcp_facts *facts = making->facts;
	const char *overlap;

	if (facts->local->auto_subnetworks && facts->remote->auto_subnetworks) {
		stop(making, NOT_CREATED, CLOUD_WAIT_FOR_USER,
			arena_printf(making->arena,
				"%s and %s are both auto mode networks, whose subnetworks have "
				"the same ranges in 10.128.0.0/9",
				making->local, making->remote),
			"peer with a custom mode network that has no range in 10.128.0.0/9");
		return false;
	}
	overlap = gcp_plan_overlap_find(making->arena, facts);
	if (!overlap)
		return true;
	stop(making, NOT_CREATED, CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena, "the ranges overlap: %s", overlap),
		arena_printf(making->arena,
			"Google Cloud connects no networks whose subnet ranges overlap, also not "
			"those of their peers: remove one of the two subnetworks (gcloud compute "
			"networks subnets list --network=%s --project=%s), or peer with another "
			"network",
			gcp_plan_path_network(facts->remote->path),
			gcp_plan_path_project(making->arena, facts->remote->path)));
	return false;
}

static void
add_half(struct making *making, enum cloud_side side, const char *name)
{
	gcp_plan_steps_add(&making->steps, CLOUD_STEP_CREATE, side, name,
		arena_printf(making->arena, "half %s of the peering is missing in %s", name,
			side == CLOUD_LOCAL ? making->local : making->remote));
}

static void
plan_missing(struct making *making)
{
	const struct gcp_halves *halves = &making->halves;
	struct cloud_plan *plan = making->plan;

	plan->state = halves->local ? GCP_STATE_DISCONNECTED : GCP_STATE_INITIATED;
	if (making->facts->just_made) {
		plan->look_again = SOON;
		return;
	}
	if (!is_name_free(making) || !has_tag(making) || !are_ranges_free(making)) {
		if (text_equal(plan->state, GCP_STATE_INITIATED))
			plan->state = GCP_STATE_ERROR;
		return;
	}
	if (!halves->remote)
		add_half(making, CLOUD_REMOTE, making->wish->name);
	if (!halves->local)
		add_half(making, CLOUD_LOCAL, halves->local_name);
}

/* --- both are there --- */

static const char *
half_text(struct making *making, const struct gcp_peering *half, const char *network)
{
	return arena_printf(making->arena, "%s in %s is %s%s%.*s", half->name, network, half->state,
		text_is_blank(half->state_details) ? "" : ": ", LARGEST_DETAIL,
		half->state_details ? half->state_details : "");
}

static void
report_inactive(struct making *making)
{
	const struct gcp_halves *halves = &making->halves;

	making->plan->state = GCP_STATE_DISCONNECTED;
	stop(making, NOT_CREATED, CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena,
			"both halves of the peering are there and are not connected: %s; %s",
			half_text(making, halves->local, making->local),
			half_text(making, halves->remote, making->remote)),
		arena_printf(making->arena,
			"a half that was made for a network which was deleted since, under the "
			"same name, never connects: remove what is stale, and it is made anew: %s; "
			"%s",
			gcp_plan_hint_delete(
				making->arena, halves->local->name, making->facts->local->path),
			gcp_plan_hint_delete(
				making->arena, halves->remote->name, making->facts->remote->path)));
}

static void
set_option(struct making *making, enum cloud_side side, const struct gcp_peering *half,
	const char *what)
{
	gcp_plan_steps_add(&making->steps, CLOUD_STEP_OPTIONS, side, half->name,
		arena_printf(making->arena, "half %s in %s %s", half->name,
			side == CLOUD_LOCAL ? making->local : making->remote, what));
}

static void
plan_routes(struct making *making)
{
	const struct gcp_halves *halves = &making->halves;
	bool wanted = making->wish->imports_routes;

	if (halves->local->import_custom_routes != wanted)
		set_option(making, CLOUD_LOCAL, halves->local,
			wanted ? "imports no custom routes"
			       : "imports custom routes, and is not to");
	if (!wanted || halves->remote->export_custom_routes)
		return;
	if (halves->remote_is_ours) {
		set_option(making, CLOUD_REMOTE, halves->remote, "exports no custom routes");
		return;
	}
	stop(making, NO_ROUTES, CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena,
			"custom routes are wanted, and the half %s in %s, which was not made for "
			"this object, exports none",
			halves->remote->name, making->remote),
		gcp_plan_hint_export(
			making->arena, halves->remote->name, making->facts->remote->path));
}

static void
plan_complete(struct making *making)
{
	struct cloud_plan *plan = making->plan;

	if (gcp_plan_halves_are_connected(&making->halves)) {
		plan->state = GCP_STATE_CONNECTED;
		plan_routes(making);
		plan->ready = making->steps.count == 0 && !plan->reason;
	} else if (making->facts->long_inactive) {
		report_inactive(making);
	} else {
		plan->state = GCP_STATE_INITIATED;
		plan->look_again = SOON;
	}
}

static void
plan_all(struct making *making)
{
	const struct gcp_facts *facts = making->facts;

	if (!facts->local) {
		report_local(making);
	} else if (!facts->remote) {
		report_remote(making);
	} else if (text_equal(facts->local->path, facts->remote->path)) {
		making->plan->state = GCP_STATE_ERROR;
		stop(making, NOT_CREATED, CLOUD_PERMANENT,
			"the remote network is the cluster's own", "name another network");
	} else if (gcp_plan_halves_are_complete(&making->halves)) {
		plan_complete(making);
	} else {
		plan_missing(making);
	}
}

void
gcp_plan_wait(
	const struct cloud_wish *wish, const char *state, int64_t wait, struct cloud_plan *plan)
{
	if (!state)
		state = wish->deleting ? GCP_STATE_DELETING : GCP_STATE_INITIATED;
	*plan = (struct cloud_plan){.id = wish->id, .state = state, .look_again = wait};
}

void
gcp_plan_make(struct arena *arena, const struct cloud_wish *wish, const struct gcp_facts *facts,
	struct cloud_plan *plan)
{
	struct making making = {.arena = arena,
		.wish = wish,
		.facts = facts,
		.local = gcp_plan_path_text(arena, facts->local_path),
		.remote = gcp_plan_path_text(arena, facts->remote_path),
		.steps = {.arena = arena},
		.plan = plan};

	if (facts->operation_runs) {
		gcp_plan_wait(wish, NULL, SOON, plan);
		return;
	}
	if (wish->deleting) {
		gcp_plan_end_make(arena, wish, facts, plan);
		return;
	}
	making.halves = gcp_plan_halves_find(arena, wish, facts);
	*plan = (struct cloud_plan){
		.id = making.halves.local ? making.halves.local->name : "", .state = ""};
	plan_all(&making);
	gcp_plan_steps_finish(&making.steps, facts, plan);
}
