#include "cloud/azure_link_cloud.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/azure_access.h"
#include "cloud/azure_link_facts_read.h"
#include "cloud/azure_link_mark.h"
#include "cloud/azure_link_plan.h"
#include "cloud/azure_link_words.h"
#include "cloud/azure_look_up.h"

struct azure_link_cloud {
	struct azure_access access;
	struct network_turns *turns;
};

struct azure_link_cloud *
azure_link_cloud_new(const struct azure_access *access, struct network_turns *turns)
{
	struct azure_link_cloud *cloud = memory_alloc(sizeof *cloud);

	cloud->access = *access;
	cloud->turns = turns;
	return cloud;
}

void
azure_link_cloud_free(struct azure_link_cloud *cloud)
{
	free(cloud);
}

static bool
look_up(struct arena *arena, void *context, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	const struct azure_link_cloud *cloud = context;

	return azure_look_up_zone(arena, &cloud->access, remote, network, fault);
}

/* --- turns --- */

static void
let_be(void *context, const char *uid)
{
	struct azure_link_cloud *cloud = context;

	if (cloud->turns)
		network_turns_leave(cloud->turns, uid);
}

static void
leave(struct azure_link_cloud *cloud, const struct cloud_wish *wish)
{
	let_be(cloud, wish->uid);
}

static bool
plan(struct arena *arena, void *context, const struct cloud_wish *wish, struct cloud_plan *made,
	struct cloud_fault *fault)
{
	struct azure_link_cloud *cloud = context;
	struct azure_link_facts facts;

	if (network_turns_plan(cloud->turns, wish, made))
		return true;
	if (!azure_link_facts_read(arena, &cloud->access, wish, clock_wall(), &facts, fault))
		return false;
	azure_link_plan_make(arena, wish, &facts, made);
	if (made->step_count == 0 && facts.motion == AZURE_LINK_RESTS)
		leave(cloud, wish);
	return true;
}

/* --- steps --- */

/* One step under way. */
struct doing {
	struct arena *arena;
	struct azure_link_cloud *cloud;
	const struct cloud_wish *wish;
	struct azure_link_facts facts; /* ids alone */
	struct cloud_outcome *outcome;
	struct cloud_fault *fault;
};

static bool
has_turn(struct doing *doing)
{
	struct network_turns *turns = doing->cloud->turns;
	const char *target = doing->wish->remote->id;

	if (!turns || network_turns_take(turns, doing->wish->uid, target, target, clock_monotonic(),
			      &doing->outcome->after))
		return true;
	doing->outcome->operation = doing->wish->operation;
	doing->outcome->put_off = true;
	return false;
}

static bool
fail(struct doing *doing, const char *id, const char *verb, const struct azure_error *error)
{
	*doing->fault = azure_access_fault(doing->arena, id,
		azure_link_facts_action(doing->arena, doing->facts.target_id.type, verb), error);
	return false;
}

/* What the plan was made of is not there any more: it is made anew. */
static bool
disagree(struct doing *doing, const char *message)
{
	*doing->fault = (struct cloud_fault){CLOUD_CONFLICT, "", "", message, ""};
	return false;
}

/* NULL where there is none. */
static bool
look(struct doing *doing, const char *id, const struct azure_link **found)
{
	struct azure_link *link = ARENA_NEW(doing->arena, struct azure_link);
	struct azure_place place = azure_access_remote(&doing->cloud->access, doing->wish->remote);
	struct azure_error error;

	*found = NULL;
	if (azure_client_link(doing->arena, doing->cloud->access.client, &place, id, link, &error))
		*found = link;
	return *found || error.failure == CLOUD_GONE || fail(doing, id, "read", &error);
}

/* That of the own VNet; "" where we may not see it. */
static bool
read_guid(struct doing *doing, const char **guid)
{
	struct azure_place place = azure_access_local(&doing->cloud->access);
	struct azure_vnet vnet;
	struct azure_error error;

	*guid = "";
	if (azure_client_vnet(doing->arena, doing->cloud->access.client, &place, doing->facts.own,
		    &vnet, &error)) {
		*guid = vnet.guid;
		return true;
	}
	if (azure_access_is_denied(&error))
		return true;
	if (error.failure == CLOUD_GONE)
		return disagree(doing, "the cluster's own VNet is not there any more");
	*doing->fault = azure_access_fault(
		doing->arena, doing->facts.own, "Microsoft.Network/virtualNetworks/read", &error);
	return false;
}

static void
note_progress(
	struct doing *doing, enum azure_link_motion motion, const struct azure_progress *progress)
{
	if (!progress->running) {
		leave(doing->cloud, doing->wish);
		return;
	}
	doing->outcome->operation = azure_link_facts_operation(doing->arena, motion, clock_wall());
	doing->outcome->after = progress->after > 0 ? progress->after : CLOCK_SECOND;
}

static void
lengthen(const struct doing *doing, struct azure_place *place)
{
	if (!text_is_blank(doing->wish->operation))
		place->deadline = clock_monotonic() + AZURE_LINK_LONGEST;
}

static const char *
etag_of(const struct azure_link *link)
{
	return link && *link->etag ? link->etag : NULL;
}

/* `there` is what it replaces, or NULL. */
static bool
put(struct doing *doing, const struct azure_link *there)
{
	struct azure_place place = azure_access_remote_naming(
		doing->arena, &doing->cloud->access, doing->wish->remote);
	static const struct azure_tags none = {0};
	struct azure_link_wish wish = {
		.network = doing->facts.own, .only_new = !there, .etag = etag_of(there)};
	struct azure_put_link made;
	struct azure_error error;
	const char *guid;

	if (!read_guid(doing, &guid))
		return false;
	wish.tags = azure_link_mark_set(
		doing->arena, there ? &there->tags : &none, doing->wish->uid, guid);
	lengthen(doing, &place);
	if (!azure_client_put_link(doing->arena, doing->cloud->access.client, &place,
		    doing->facts.link_id, &wish, &made, &error)) {
		fail(doing, doing->facts.link_id, "write", &error);
		azure_link_words_explain(
			doing->arena, &doing->facts.target_id, doing->facts.own, doing->fault);
		return false;
	}
	note_progress(doing, AZURE_LINK_IS_PUT, &made.progress);
	return true;
}

static bool
create(struct doing *doing)
{
	const struct azure_link *there;

	if (!look(doing, doing->facts.link_id, &there))
		return false;
	if (there && !azure_link_facts_leads_home(&doing->facts, there))
		return disagree(doing, "a link of that name leads to another VNet now");
	if ((!there || there->provisioning == AZURE_PROVISIONING_FAILED) && !put(doing, there))
		return false;
	doing->outcome->id = there ? there->id : doing->facts.link_id;
	return true;
}

static bool
put_back(struct doing *doing)
{
	const struct azure_link *there;

	if (!look(doing, doing->facts.link_id, &there))
		return false;
	if (!there || !azure_link_facts_leads_home(&doing->facts, there))
		return disagree(doing, "the link is not there any more");
	return !there->registers || put(doing, there);
}

/* Of a wish that goes on, a stale link alone may go. */
static bool
may_go(struct doing *doing, const struct azure_link *link)
{
	const char *guid;

	if (!azure_link_facts_leads_home(&doing->facts, link) &&
		!azure_link_mark_is_of(link, doing->wish->uid))
		return disagree(doing, "the link leads to another VNet now");
	if (doing->wish->deleting)
		return true;
	return read_guid(doing, &guid) &&
	       (azure_link_mark_is_stale(link, guid) ||
		       disagree(doing, "the link is of the VNet that is there"));
}

static bool delete (struct doing *doing)
{
	struct azure_place place = azure_access_remote(&doing->cloud->access, doing->wish->remote);
	const struct azure_link *there;
	struct azure_progress progress;
	struct azure_error error;

	if (!look(doing, doing->facts.link_id, &there))
		return false;
	if (!there) {
		leave(doing->cloud, doing->wish);
		return true;
	}
	if (!may_go(doing, there))
		return false;
	lengthen(doing, &place);
	if (!azure_client_delete(doing->arena, doing->cloud->access.client, &place,
		    doing->facts.link_id, etag_of(there), &progress, &error))
		return fail(doing, doing->facts.link_id, "delete", &error);
	note_progress(doing, AZURE_LINK_IS_DELETED, &progress);
	return true;
}

static bool
refuse(struct cloud_fault *fault)
{
	*fault = (struct cloud_fault){
		CLOUD_PERMANENT, "", "", "Azure has no such step in a link", ""};
	return false;
}

static bool
perform(struct arena *arena, void *context, const struct cloud_wish *wish,
	const struct cloud_plan *made, const struct cloud_step *step, struct cloud_outcome *outcome,
	struct cloud_fault *fault)
{
	static bool (*const verbs[])(struct doing *) = {
		[CLOUD_STEP_CREATE] = create,
		[CLOUD_STEP_OPTIONS] = put_back,
		[CLOUD_STEP_DELETE] = delete,
	};
	struct doing doing = {arena, context, wish, .outcome = outcome, .fault = fault};
	bool done;

	(void)made;
	*outcome = (struct cloud_outcome){.id = "", .operation = ""};
	if ((size_t)step->verb >= sizeof verbs / sizeof *verbs || !verbs[step->verb])
		return refuse(fault);
	if (!azure_link_facts_name(arena, &doing.cloud->access, wish, &doing.facts, fault))
		return false;
	if (!has_turn(&doing))
		return true;
	done = verbs[step->verb](&doing);
	if (!done)
		leave(doing.cloud, wish);
	return done;
}

struct cloud
azure_link_cloud_row(struct azure_link_cloud *cloud)
{
	static const struct cloud_words words = {
		.create = "FailedCreatingVirtualNetworkLink",
		.accept = "FailedCreatingVirtualNetworkLink",
		.routes = "FailedCreatingVirtualNetworkLink",
		.options = "FailedCreatingVirtualNetworkLink",
		.by_code = true,
		.gone = "FailedLoadingPrivateDnzZone",
		.ready = "the link is there, and the cluster's VNet resolves by it",
		.remove = "az resource delete --ids ",
		.remove_from = "",
	};

	return (struct cloud){
		.name = "azure-dns",
		.provider = PROVIDER_AZURE,
		.manages = KIND_AZURE_VPC_DNS_LINK,
		.describes = KIND_REMOTE_ZONE,
		.id_prefix = "/subscriptions/",
		.words = &words,
		.context = cloud,
		.look_up = look_up,
		.plan = plan,
		.perform = perform,
		.let_be = let_be,
	};
}
