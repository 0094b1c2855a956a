#include "cloud/gcp_cloud.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/gcp_access.h"
#include "cloud/gcp_facts_read.h"
#include "cloud/gcp_look_up.h"
#include "cloud/gcp_plan.h"
#include "cloud/gcp_plan_halves.h"
#include "cloud/gcp_plan_memory.h"
#include "cloud/gcp_plan_path.h"

/* Two halves connect within seconds; a change takes about as long. */
#define CONNECTS   (60 * CLOCK_SECOND)
#define CHANGES    (20 * CLOCK_SECOND)
#define LOOK_AGAIN (2 * CLOCK_SECOND)
#define ADDS       "compute.networks.addPeering"
#define UPDATES    "compute.networks.updatePeering"
#define REMOVES    "compute.networks.removePeering"
#define READS      "compute.networks.get"

struct gcp_cloud {
	struct gcp_access access;
	struct network_turns *turns;
	struct gcp_plan_memory *memory;
};

struct gcp_cloud *
gcp_cloud_new(const struct gcp_access *access, struct network_turns *turns)
{
	struct gcp_cloud *cloud = memory_alloc(sizeof *cloud);

	cloud->access = *access;
	cloud->turns = turns;
	cloud->memory = gcp_plan_memory_new();
	return cloud;
}

void
gcp_cloud_free(struct gcp_cloud *cloud)
{
	if (!cloud)
		return;
	gcp_plan_memory_free(cloud->memory);
	free(cloud);
}

static bool
look_up(struct arena *arena, void *context, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	const struct gcp_cloud *cloud = context;

	return gcp_look_up(arena, &cloud->access, remote, network, fault);
}

/* --- turns --- */

static void
leave(struct gcp_cloud *cloud, const char *uid, struct gcp_plan_note *note)
{
	network_turns_leave(cloud->turns, uid); /* also where it is forgotten that he has asked */
	note->asked = note->offered = false;
}

static bool
take(struct gcp_cloud *cloud, const struct cloud_wish *wish, const struct gcp_facts *named,
	struct gcp_plan_note *note, int64_t *wait)
{
	note->asked = true;
	if (network_turns_take(cloud->turns, wish->uid, named->local_path, named->remote_path,
		    clock_monotonic(), wait))
		return true;
	if (*wait <= 0)
		*wait = LOOK_AGAIN;
	return false;
}

/* An object that was given steps, and did none, is not managed any more. True when it is not its
 * turn: then the plan is to wait. */
static bool
has_to_wait(struct arena *arena, struct gcp_cloud *cloud, const struct cloud_wish *wish,
	struct gcp_plan_note *note, int64_t *wait)
{
	struct gcp_facts named;

	if (note->offered)
		leave(cloud, wish->uid, note);
	if (!note->asked)
		return false;
	gcp_facts_name(arena, &cloud->access, wish, &named);
	return !take(cloud, wish, &named, note, wait);
}

static void
let_be(void *context, const char *uid)
{
	struct gcp_cloud *cloud = context;
	struct gcp_plan_note note = gcp_plan_memory_get(cloud->memory, uid);

	leave(cloud, uid, &note);
	gcp_plan_memory_set(cloud->memory, uid, &note);
}

/* --- the plan --- */

static void
remember_connection(struct arena *arena, const struct cloud_wish *wish,
	const struct gcp_facts *facts, struct gcp_plan_note *note)
{
	const struct gcp_halves halves = gcp_plan_halves_find(arena, wish, facts);
	bool complete = gcp_plan_halves_are_complete(&halves);

	if (facts->operation_runs)
		return;
	if (complete)
		note->unsure_until = 0;
	if (!complete || gcp_plan_halves_are_connected(&halves) || wish->deleting)
		note->inactive_since = 0;
	else if (note->inactive_since == 0)
		note->inactive_since = clock_monotonic();
}

static void
recall(const struct gcp_plan_note *note, struct gcp_facts *facts)
{
	int64_t now = clock_monotonic();

	facts->just_made = note->unsure_until > now;
	facts->remote_locked = note->locked;
	facts->long_inactive = note->inactive_since > 0 && now - note->inactive_since >= CONNECTS;
}

static void
remember_plan(struct gcp_cloud *cloud, const struct cloud_wish *wish, const struct gcp_facts *facts,
	const struct cloud_plan *made, struct gcp_plan_note *note)
{
	if (!facts->just_made)
		note->unsure_until = 0;
	if (made->step_count == 0 && !facts->operation_runs)
		leave(cloud, wish->uid, note);
	note->offered = note->asked && made->step_count > 0;
	note->state = made->state;
	if (made->gone)
		*note = (struct gcp_plan_note){0};
}

static bool
plan(struct arena *arena, void *context, const struct cloud_wish *wish, struct cloud_plan *made,
	struct cloud_fault *fault)
{
	struct gcp_cloud *cloud = context;
	struct gcp_plan_note note = gcp_plan_memory_get(cloud->memory, wish->uid);
	struct gcp_facts facts;
	int64_t wait = 0;
	bool done = true;

	if (has_to_wait(arena, cloud, wish, &note, &wait)) {
		gcp_plan_wait(wish, note.state, wait, made);
		made->in_line = true;
	} else if (gcp_facts_read(arena, &cloud->access, wish, &facts, fault)) {
		remember_connection(arena, wish, &facts, &note);
		recall(&note, &facts);
		gcp_plan_make(arena, wish, &facts, made);
		if (facts.operation_runs && note.state)
			made->state = note.state;
		remember_plan(cloud, wish, &facts, made, &note);
	} else {
		leave(cloud, wish->uid, &note);
		done = false;
	}
	gcp_plan_memory_set(cloud->memory, wish->uid, &note);
	return done;
}

/* --- the steps --- */

/* One step under way. */
struct doing {
	struct arena *arena;
	struct gcp_cloud *cloud;
	const struct cloud_wish *wish;
	const struct cloud_step *step;
	struct gcp_place place, far; /* where it is done, and the other end */
	struct gcp_operation operation;
	struct gcp_plan_note *note;
	struct cloud_fault *fault;
};

static bool
fail(struct doing *doing, const char *action, const struct gcp_error *error)
{
	*doing->fault = gcp_access_fault(doing->arena, &doing->place, action, error);
	if (error->busy)
		doing->fault->failure = CLOUD_BACK_OFF;
	return false;
}

/* The answer was lost, or a fault of Google's own: it may have been done. */
static bool
may_have_been_done(const struct gcp_error *error)
{
	return error->failure == CLOUD_CONFLICT &&
	       (text_is_blank(error->code) || error->status >= 500);
}

static bool
create(struct doing *doing)
{
	bool local = doing->step->side == CLOUD_LOCAL, routes = doing->wish->imports_routes;
	const struct gcp_peering_wish wanted = {
		.name = doing->step->object,
		.network = gcp_plan_path_make(doing->arena, doing->far.project, doing->far.network),
		.import_custom_routes = local && routes ? GCP_ON : GCP_OFF,
		.export_custom_routes = !local && routes ? GCP_ON : GCP_OFF,
	};
	struct gcp_error error;

	if (gcp_client_add_peering(doing->arena, doing->cloud->access.client, &doing->place,
		    &wanted, &doing->operation, &error))
		return true;
	if (may_have_been_done(&error))
		doing->note->unsure_until = clock_monotonic() + CHANGES;
	return fail(doing, ADDS, &error);
}

static bool
set_options(struct doing *doing)
{
	bool local = doing->step->side == CLOUD_LOCAL, routes = doing->wish->imports_routes;
	const struct gcp_peering_wish wanted = {
		.name = doing->step->object,
		.import_custom_routes = !local   ? GCP_KEEP
					: routes ? GCP_ON
						 : GCP_OFF,
		.export_custom_routes = local ? GCP_KEEP : GCP_ON,
	};
	struct gcp_error error;

	return gcp_client_update_peering(doing->arena, doing->cloud->access.client, &doing->place,
		       &wanted, &doing->operation, &error) ||
	       fail(doing, UPDATES, &error);
}

/* Google writes the id of a project, where settings may have its number. */
static bool
leads_to_far_end(struct doing *doing, const struct gcp_peering *half)
{
	const char *project = half ? gcp_plan_path_project(doing->arena, half->network) : "";

	return half && text_equal(gcp_plan_path_network(half->network), doing->far.network) &&
	       (text_equal(project, doing->far.project) ||
		       text_only_has(doing->far.project, "0-9"));
}

/* Names are all that a removal goes by: somebody may have made another half of that name since.
 * False with the fault. */
static bool
still_leads_there(struct doing *doing, bool *leads)
{
	struct gcp_network network;
	struct gcp_error error;

	*leads = false;
	if (!gcp_client_network(
		    doing->arena, doing->cloud->access.client, &doing->place, &network, &error))
		return error.failure == CLOUD_GONE || fail(doing, READS, &error);
	*leads = leads_to_far_end(doing, gcp_plan_halves_named(&network, doing->step->object));
	return true;
}

/* To be planned anew, which then tells what is left. */
static bool
lock(struct doing *doing)
{
	doing->note->locked = true;
	doing->fault->failure = CLOUD_CONFLICT;
	return false;
}

static bool
delete_half(struct doing *doing)
{
	struct gcp_error error;
	bool leads;

	if (!still_leads_there(doing, &leads))
		return false;
	if (!leads || gcp_client_remove_peering(doing->arena, doing->cloud->access.client,
			      &doing->place, doing->step->object, &doing->operation, &error))
		return true;
	fail(doing, REMOVES, &error);
	if (doing->step->side == CLOUD_REMOTE && gcp_access_is_denied(&error))
		return lock(doing);
	return error.failure == CLOUD_GONE;
}

static bool
do_step(struct doing *doing)
{
	switch (doing->step->verb) {
	case CLOUD_STEP_CREATE:
		return create(doing);
	case CLOUD_STEP_OPTIONS:
		return set_options(doing);
	case CLOUD_STEP_DELETE:
		return delete_half(doing);
	default:
		*doing->fault = (struct cloud_fault){
			CLOUD_PERMANENT, "", "", "Google Cloud has no such step in a peering", ""};
		return false;
	}
}

static void
tell_outcome(const struct doing *doing, struct cloud_outcome *outcome)
{
	const struct cloud_step *step = doing->step;

	if (step->verb == CLOUD_STEP_CREATE && step->side == CLOUD_LOCAL)
		outcome->id = step->object;
	if (text_is_blank(doing->operation.name) || doing->operation.done)
		return;
	outcome->operation = arena_printf(doing->arena, "%s%s",
		step->side == CLOUD_REMOTE ? GCP_OPERATION_REMOTE : GCP_OPERATION_LOCAL,
		doing->operation.name);
	outcome->after = LOOK_AGAIN;
}

static bool
perform(struct arena *arena, void *context, const struct cloud_wish *wish,
	const struct cloud_plan *made, const struct cloud_step *step, struct cloud_outcome *outcome,
	struct cloud_fault *fault)
{
	struct gcp_cloud *cloud = context;
	struct gcp_plan_note note = gcp_plan_memory_get(cloud->memory, wish->uid);
	const struct gcp_place local = gcp_access_local(arena, &cloud->access, wish->shoot);
	const struct gcp_place remote = gcp_access_remote(&cloud->access, wish->remote);
	bool there = step->side == CLOUD_REMOTE;
	struct doing doing = {.arena = arena,
		.cloud = cloud,
		.wish = wish,
		.step = step,
		.place = there ? remote : local,
		.far = there ? local : remote,
		.operation = {.name = ""},
		.note = &note,
		.fault = fault};
	struct gcp_facts named;
	bool done = true;

	gcp_facts_name(arena, &cloud->access, wish, &named);
	*outcome = (struct cloud_outcome){.id = "", .operation = wish->operation, .put_off = true};
	note.offered = false;
	note.state = made->state;
	if (take(cloud, wish, &named, &note, &outcome->after)) {
		*outcome = (struct cloud_outcome){.id = "", .operation = ""};
		done = do_step(&doing);
		if (done)
			tell_outcome(&doing, outcome);
		if (!done || made->reason)
			leave(cloud, wish->uid, &note);
	}
	gcp_plan_memory_set(cloud->memory, wish->uid, &note);
	return done;
}

struct cloud
gcp_cloud_row(struct gcp_cloud *cloud)
{
	static const struct cloud_words words = {
		.create = "FailedCreatingVpcPeeringConnection",
		.accept = "FailedAcceptingVpcPeeringConnection",
		.routes = "FailedCreatingRoutes",
		.options = "FailedCreatingVpcPeeringConnection",
		.by_code = true,
		.gone = "VpcNotFound",
		.ready = "the peering is connected on both sides",
		.remove = "gcloud compute networks peerings delete ",
		.remove_from =
			" --network=NETWORK --project=PROJECT, with the cluster's own network",
	};

	return (struct cloud){
		.name = "gcp",
		.provider = PROVIDER_GCP,
		.manages = KIND_GCP_VPC_PEERING,
		.describes = KIND_REMOTE_NETWORK,
		.id_prefix = GCP_HALF_PREFIX,
		.words = &words,
		.context = cloud,
		.look_up = look_up,
		.plan = plan,
		.perform = perform,
		.let_be = let_be,
	};
}
