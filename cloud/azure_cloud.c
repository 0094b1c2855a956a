#include "cloud/azure_cloud.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/azure_facts_read.h"
#include "cloud/azure_look_up.h"
#include "cloud/azure_plan.h"
#include "cloud/azure_plan_halves.h"
#include "cloud/azure_plan_refusals.h"
#include "network/arm_id.h"

#define SOON (2 * CLOCK_SECOND)
#define BUSY (5 * CLOCK_SECOND)
/* Of what has failed before and was not seen to: to learn why. */
#define FOLLOWED (30 * CLOCK_SECOND)
#define PEERING  "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/"

struct azure_cloud {
	struct azure_access access;
	struct network_turns *turns;
	struct azure_plan_refusals *refusals;
};

struct azure_cloud *
azure_cloud_new(const struct azure_access *access, struct network_turns *turns)
{
	struct azure_cloud *cloud = memory_alloc(sizeof *cloud);

	cloud->access = *access;
	cloud->turns = turns;
	cloud->refusals = azure_plan_refusals_new();
	return cloud;
}

void
azure_cloud_free(struct azure_cloud *cloud)
{
	if (!cloud)
		return;
	azure_plan_refusals_free(cloud->refusals);
	free(cloud);
}

static bool
look_up(struct arena *arena, void *context, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	const struct azure_cloud *cloud = context;

	return azure_look_up(arena, &cloud->access, remote, network, fault);
}

static void
let_be(void *context, const char *uid)
{
	struct azure_cloud *cloud = context;

	if (cloud->turns)
		network_turns_leave(cloud->turns, uid);
}

static void
leave_turn(struct azure_cloud *cloud, const struct cloud_wish *wish)
{
	let_be(cloud, wish->uid);
}

static bool
plan(struct arena *arena, void *context, const struct cloud_wish *wish, struct cloud_plan *made,
	struct cloud_fault *fault)
{
	struct azure_cloud *cloud = context;
	struct azure_facts facts;

	if (network_turns_plan(cloud->turns, wish, made))
		return true;
	if (!azure_facts_read(arena, &cloud->access, wish, &facts, fault))
		return false;
	if (wish->deleting)
		facts.refusal = azure_plan_refusals_find(
			arena, cloud->refusals, wish->uid, clock_monotonic());
	azure_plan_make(arena, wish, &facts, made);
	if (made->step_count == 0 && made->look_again == 0)
		leave_turn(cloud, wish);
	return true;
}

/* --- one step under way --- */

struct doing {
	struct arena *arena;
	struct azure_cloud *cloud;
	const struct cloud_wish *wish;
	const struct cloud_step *step;
	const char *own;           /* the own VNet's id */
	struct azure_peering half; /* as it was just read */
	bool exists;
	bool goes_on; /* in Azure, beyond our patience */
	struct cloud_outcome *outcome;
	struct cloud_fault *fault;
};

/* That this half has to lead to. */
static const char *
other_vnet(const struct doing *doing)
{
	return doing->step->side == CLOUD_LOCAL ? doing->wish->remote->id : doing->own;
}

/* What it is at is over in a moment; a VNet whose last operation has failed is not. */
static bool
is_busy(const struct azure_error *error)
{
	return text_equal_ignoring_case(error->code, "AnotherOperationInProgress") ||
	       (text_equal_ignoring_case(error->code, "ReferencedResourceNotProvisioned") &&
		       !strstr(error->message, "in Failed state"));
}

static bool
fail(struct doing *doing, const char *action, const struct azure_error *error)
{
	if (is_busy(error)) {
		doing->outcome->put_off = true;
		doing->outcome->after = error->retry_after > 0 ? error->retry_after : BUSY;
		return true;
	}
	*doing->fault = azure_access_fault(doing->arena, doing->step->object, action, error);
	return false;
}

/* What is there is not what was planned for. */
static bool
contradict(struct doing *doing, const char *message)
{
	*doing->fault = (struct cloud_fault){CLOUD_CONFLICT, "", "",
		arena_printf(doing->arena, "%s %s", doing->step->object, message), ""};
	return false;
}

/* Before anything is changed. True also where it has to be put off: then `after` is set. */
static bool
look(struct doing *doing)
{
	const struct azure_access *access = &doing->cloud->access;
	const struct azure_place place = doing->step->side == CLOUD_LOCAL
						 ? azure_access_local(access)
						 : azure_access_remote(access, doing->wish->remote);
	struct azure_error error;

	doing->exists = azure_client_peering(
		doing->arena, access->client, &place, doing->step->object, &doing->half, &error);
	if (!doing->exists) {
		doing->half = (struct azure_peering){0};
		return error.failure == CLOUD_GONE || fail(doing, PEERING "read", &error);
	}
	if (!arm_id_equal(doing->half.remote, other_vnet(doing)))
		return contradict(doing, "leads to another VNet");
	if (doing->half.provisioning == AZURE_PROVISIONING_UPDATING ||
		doing->half.provisioning == AZURE_PROVISIONING_DELETING)
		doing->outcome->after = SOON;
	return true;
}

/* --- changes --- */

/* An own half uses no gateway before the remote one lets it. */
static void
set_local_gateway(const struct doing *doing, struct azure_peering_options *options)
{
	bool wanted = doing->wish->uses_remote_gateway;

	if (doing->step->verb == CLOUD_STEP_OPTIONS)
		options->uses_remote_gateways = wanted;
	else if (doing->half.state != AZURE_PEERING_CONNECTED)
		options->uses_remote_gateways = false;
}

/* A remote half lets its gateway be used until the own one uses it no more. */
static void
set_remote_gateway(const struct doing *doing, struct azure_peering_options *options)
{
	bool wanted = doing->wish->uses_remote_gateway;

	if (doing->step->verb == CLOUD_STEP_OPTIONS)
		options->allows_gateway_transit = wanted;
	else if (doing->step->verb == CLOUD_STEP_CREATE)
		options->allows_gateway_transit |= wanted;
}

static struct azure_peering_wish
wanted_half(const struct doing *doing)
{
	struct azure_peering_wish wanted = {
		.remote = other_vnet(doing),
		.options = doing->half.options,
		.synchronizes = doing->step->verb != CLOUD_STEP_OPTIONS,
	};

	wanted.options.allows_access = wanted.options.allows_forwarded = true;
	if (doing->step->side == CLOUD_LOCAL)
		set_local_gateway(doing, &wanted.options);
	else
		set_remote_gateway(doing, &wanted.options);
	return wanted;
}

static void
wait_for(struct doing *doing, const struct azure_progress *progress)
{
	if (!progress->running)
		return;
	doing->goes_on = true;
	doing->outcome->after = progress->after > 0 ? progress->after : SOON;
}

static const char *
gateway_hint(const struct doing *doing)
{
	const char *remote = doing->wish->remote->id;
	struct arm_id id;

	if (!arm_id_parse(doing->arena, remote, &id))
		return "";
	return arena_printf(doing->arena,
		"spec.useRemoteGateway needs a gateway in the remote VNet, none in the own one, "
		"and no other peering that uses one: az network vnet-gateway list "
		"--subscription %s --resource-group %s",
		id.subscription, azure_plan_halves_word(doing->arena, id.group));
}

/* What Azure has against a gateway's use is in the user's hands. */
static void
explain_gateway(const struct doing *doing, bool uses)
{
	struct cloud_fault *fault = doing->fault;

	if (!uses || fault->failure != CLOUD_PERMANENT)
		return;
	fault->failure = CLOUD_WAIT_FOR_USER;
	if (!*fault->hint)
		fault->hint = gateway_hint(doing);
}

static bool
put_refused(struct doing *doing, const struct azure_peering_wish *wanted,
	const struct azure_error *error)
{
	if (fail(doing, PEERING "write", error))
		return true;
	explain_gateway(doing, wanted->options.uses_remote_gateways);
	return false;
}

static void
follow_for_longer(const struct doing *doing, struct azure_place *place)
{
	if (doing->half.provisioning == AZURE_PROVISIONING_FAILED)
		place->deadline = clock_monotonic() + FOLLOWED;
}

static bool
put(struct doing *doing)
{
	const struct azure_access *access = &doing->cloud->access;
	const struct remote *remote = doing->wish->remote;
	const struct azure_peering_wish wanted = wanted_half(doing);
	bool is_local = doing->step->side == CLOUD_LOCAL;
	struct azure_place place =
		is_local ? azure_access_local_naming(doing->arena, access, remote)
			 : azure_access_remote_naming(doing->arena, access, remote);
	struct azure_put_peering made;
	struct azure_error error;

	if (doing->exists && !doing->half.covers_whole_vnets)
		return contradict(doing, "joins some subnets alone");
	if (!doing->exists && doing->step->verb != CLOUD_STEP_CREATE)
		return contradict(doing, "is not there any more");
	follow_for_longer(doing, &place);
	if (!azure_client_put_peering(doing->arena, access->client, &place, doing->step->object,
		    &wanted, &made, &error))
		return put_refused(doing, &wanted, &error);
	wait_for(doing, &made.progress);
	if (is_local && doing->step->verb == CLOUD_STEP_CREATE)
		doing->outcome->id = doing->step->object;
	return true;
}

static bool
delete_half(struct doing *doing)
{
	const struct azure_access *access = &doing->cloud->access;
	struct azure_place place = doing->step->side == CLOUD_LOCAL
					   ? azure_access_local(access)
					   : azure_access_remote(access, doing->wish->remote);
	struct azure_progress progress;
	struct azure_error error;

	if (!doing->exists)
		return true;
	follow_for_longer(doing, &place);
	if (!azure_client_delete(doing->arena, access->client, &place, doing->step->object, NULL,
		    &progress, &error))
		return fail(doing, PEERING "delete", &error);
	wait_for(doing, &progress);
	return true;
}

/* --- */

/* A remote side that does not let us is remembered, and the plan made anew leaves it out. */
static void
remember_refusal(struct doing *doing)
{
	struct cloud_fault *fault = doing->fault;

	if (doing->step->verb != CLOUD_STEP_DELETE || doing->step->side != CLOUD_REMOTE ||
		(fault->failure != CLOUD_WAIT_FOR_USER && fault->failure != CLOUD_PERMANENT))
		return;
	azure_plan_refusals_add(doing->cloud->refusals, doing->wish->uid,
		*fault->code ? fault->code : fault->message, clock_monotonic());
	fault->failure = CLOUD_CONFLICT;
}

static const char *
lower(struct arena *arena, const char *text)
{
	char *lowered = arena_text(arena, text);

	for (char *at = lowered; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lowered;
}

static bool
take_turn(struct doing *doing)
{
	struct network_turns *turns = doing->cloud->turns;

	return !turns ||
	       network_turns_take(turns, doing->wish->uid, lower(doing->arena, doing->own),
		       lower(doing->arena, doing->wish->remote->id), clock_monotonic(),
		       &doing->outcome->after);
}

static bool
refuse(struct cloud_fault *fault)
{
	*fault = (struct cloud_fault){
		CLOUD_PERMANENT, "", "", "Azure has no such step in a peering", ""};
	return false;
}

static bool
perform_in_turn(struct doing *doing, bool (*change)(struct doing *))
{
	bool done;

	doing->outcome->put_off = !take_turn(doing);
	if (doing->outcome->put_off)
		return true;
	doing->outcome->after = 0;
	done = look(doing);
	doing->outcome->put_off = done && doing->outcome->after > 0;
	if (done && !doing->outcome->put_off)
		done = change(doing);
	if (!done)
		remember_refusal(doing);
	if (!doing->goes_on)
		leave_turn(doing->cloud, doing->wish);
	return done;
}

static bool
perform(struct arena *arena, void *context, const struct cloud_wish *wish,
	const struct cloud_plan *made, const struct cloud_step *step, struct cloud_outcome *outcome,
	struct cloud_fault *fault)
{
	static bool (*const verbs[])(struct doing *) = {
		[CLOUD_STEP_CREATE] = put,
		[CLOUD_STEP_OPTIONS] = put,
		[CLOUD_STEP_SYNCHRONIZE] = put,
		[CLOUD_STEP_DELETE] = delete_half,
	};
	struct azure_cloud *cloud = context;
	struct doing doing = {arena, cloud, wish, step, .outcome = outcome, .fault = fault};

	(void)made;
	*outcome = (struct cloud_outcome){.id = "", .operation = ""};
	doing.own = azure_facts_read_own(arena, &cloud->access, wish);
	if ((size_t)step->verb >= sizeof verbs / sizeof *verbs || !verbs[step->verb])
		return refuse(fault);
	return perform_in_turn(&doing, verbs[step->verb]);
}

static const struct cloud_words words = {
	.create = "FailedCreatingVpcPeeringConnection",
	.accept = "FailedAcceptingVpcPeeringConnection",
	.routes = "FailedCreatingRoutes",
	.options = "FailedCreatingVpcPeeringConnection",
	.by_code = true,
	.gone = "VpcNotFound",
	.ready = "the peering is connected and in sync",
	.remove = "az network vnet peering delete --ids ",
	.remove_from = "",
};

struct cloud
azure_cloud_row(struct azure_cloud *cloud)
{
	return (struct cloud){
		.name = "azure",
		.provider = PROVIDER_AZURE,
		.manages = KIND_AZURE_VPC_PEERING,
		.describes = KIND_REMOTE_NETWORK,
		.id_prefix = "/subscriptions/",
		.words = &words,
		.context = cloud,
		.look_up = look_up,
		.plan = plan,
		.perform = perform,
		.let_be = let_be,
	};
}
