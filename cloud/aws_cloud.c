#include "cloud/aws_cloud.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloud/aws_connection.h"
#include "cloud/aws_facts_read.h"
#include "cloud/aws_look_up.h"
#include "cloud/aws_plan.h"
#include "cloud/aws_recent.h"

enum { LARGEST_FORM = 64 * 1024 };

struct aws_cloud {
	char *remote_role, *external_id, *local_role, *local_region, *local_vpc;
	struct aws_access access;
	struct aws_own_network own;
	struct aws_recent *recent;
};

static char *
copy(const char *text)
{
	return memory_text(text ? text : "");
}

struct aws_cloud *
aws_cloud_new(const struct aws_cloud_settings *settings)
{
	struct aws_cloud *cloud = memory_alloc(sizeof *cloud);

	cloud->remote_role = copy(settings->remote_role);
	cloud->external_id = copy(settings->external_id);
	cloud->local_role = copy(settings->local_role);
	cloud->local_region = copy(settings->local_region);
	cloud->local_vpc = copy(settings->local_vpc);
	cloud->access = (struct aws_access){
		settings->client, cloud->remote_role, cloud->external_id, cloud->local_role};
	cloud->own = (struct aws_own_network){cloud->local_region, cloud->local_vpc};
	cloud->recent = aws_recent_new();
	return cloud;
}

void
aws_cloud_free(struct aws_cloud *cloud)
{
	if (!cloud)
		return;
	free(cloud->remote_role);
	free(cloud->external_id);
	free(cloud->local_role);
	free(cloud->local_region);
	free(cloud->local_vpc);
	aws_recent_free(cloud->recent);
	free(cloud);
}

static bool
look_up(struct arena *arena, void *context, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	const struct aws_cloud *cloud = context;

	return aws_look_up(arena, &cloud->access, remote, network, fault);
}

static void
note_seen(struct aws_cloud *cloud, const struct cloud_wish *wish, const struct aws_peerings *found)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct aws_peering *peering = &found->items[i];

		aws_recent_seen(cloud->recent, peering->id);
		if (!aws_ec2_is_over(peering->state) && aws_connection_is_ours(peering, wish))
			aws_recent_found(cloud->recent, wish->uid);
	}
}

static bool
plan(struct arena *arena, void *context, const struct cloud_wish *wish, struct cloud_plan *made,
	struct cloud_fault *fault)
{
	struct aws_cloud *cloud = context;
	struct aws_facts facts;

	if (!aws_facts_read(arena, &cloud->access, &cloud->own, wish, &facts, fault))
		return false;
	note_seen(cloud, wish, &facts.peerings);
	facts.just_created = aws_recent_is_unseen(cloud->recent, wish->uid);
	aws_plan_make(arena, wish, &facts, made);
	return true;
}

/* One step under way. */
struct doing {
	struct arena *arena;
	struct aws_cloud *cloud;
	const struct cloud_wish *wish;
	const struct cloud_plan *plan;
	const struct cloud_step *step;
	struct aws_place place;
	struct buffer form;
	struct cloud_outcome *outcome;
	struct cloud_fault *fault;
};

static bool
fail(struct doing *doing, const char *action, const struct aws_error *error)
{
	*doing->fault = aws_access_fault(doing->arena, &doing->place, action, error);
	return false;
}

static bool
send(struct doing *doing, struct aws_error *error)
{
	return aws_client_do(doing->arena, doing->cloud->access.client, &doing->place, &doing->form,
		false, error);
}

/* The answer was lost, or a fault of AWS's own: there may be one that is not seen yet. */
static bool
may_have_been_made(const struct aws_error *error)
{
	return error->failure == CLOUD_CONFLICT && (!*error->code || error->status >= 500);
}

static bool
create(struct doing *doing)
{
	const struct remote *remote = doing->wish->remote;
	const struct aws_new_peering wanted = {
		.vpc = doing->step->object,
		.peer_vpc = remote->id,
		.peer_owner = remote->account,
		.peer_region = remote->region,
		.tags = aws_connection_tags(doing->arena, doing->wish),
	};
	struct aws_error error;
	struct aws_peering peering;

	if (!aws_client_create_peering(doing->arena, doing->cloud->access.client, &doing->place,
		    &wanted, &peering, &error)) {
		if (may_have_been_made(&error))
			aws_recent_add(doing->cloud->recent, doing->wish->uid, "");
		return fail(doing, "ec2:CreateVpcPeeringConnection", &error);
	}
	aws_recent_add(doing->cloud->recent, doing->wish->uid, peering.id);
	doing->outcome->id = peering.id;
	return true;
}

/* One that the accepter's side does not see yet is no more than young. */
static bool
accept_connection(struct doing *doing)
{
	struct aws_error error;
	struct aws_peering peering;

	if (aws_client_accept_peering(doing->arena, doing->cloud->access.client, &doing->place,
		    doing->step->object, &peering, &error))
		return true;
	fail(doing, "ec2:AcceptVpcPeeringConnection", &error);
	if (error.failure == CLOUD_GONE)
		doing->fault->failure = CLOUD_BACK_OFF;
	return false;
}

static bool
tag(struct doing *doing)
{
	const struct aws_tags tags = aws_connection_tags(doing->arena, doing->wish);
	struct aws_error error;

	aws_ec2_request_create_tags(&doing->form, doing->step->object, &tags);
	return send(doing, &error) || fail(doing, "ec2:CreateTags", &error);
}

static bool
table_has_route(struct doing *doing)
{
	const char *const ids[] = {doing->step->object, NULL};
	const struct aws_listing listing = {.ids = ids};
	struct aws_route_tables tables;
	struct aws_error error;

	if (!aws_client_route_tables(doing->arena, doing->cloud->access.client, &doing->place,
		    &listing, &tables, &error))
		return false;
	for (size_t i = 0; i < tables.count; i++)
		for (size_t j = 0; j < tables.items[i].route_count; j++) {
			const struct aws_route *route = &tables.items[i].routes[j];

			if (text_equal(tables.items[i].id, doing->step->object) &&
				route->has_destination &&
				prefix_equal(&route->destination, &doing->step->prefix) &&
				route->target == AWS_TARGET_PEERING &&
				text_equal(route->target_id, doing->plan->id))
				return true;
		}
	return false;
}

static bool
add_route(struct doing *doing)
{
	struct aws_error error;

	aws_ec2_request_create_route(
		&doing->form, doing->step->object, &doing->step->prefix, doing->plan->id);
	if (send(doing, &error))
		return true;
	fail(doing, "ec2:CreateRoute", &error);
	return text_equal_ignoring_case(error.code, "RouteAlreadyExists") && table_has_route(doing);
}

static bool
replace_route(struct doing *doing)
{
	struct aws_error error;

	aws_ec2_request_replace_route(
		&doing->form, doing->step->object, &doing->step->prefix, doing->plan->id);
	return send(doing, &error) || fail(doing, "ec2:ReplaceRoute", &error);
}

/* AWS takes options of an active connection alone, and says so in more than one way. */
static bool
is_too_early(const struct aws_error *error)
{
	return text_equal_ignoring_case(error->code, "OperationNotPermitted") &&
	       strstr(error->message, "not active");
}

static const char *
names_hint(struct doing *doing)
{
	return arena_printf(doing->arena,
		"AWS may refuse this to a VPC without DNS support and DNS hostnames: aws ec2 "
		"modify-vpc-attribute --region %s --vpc-id %s --enable-dns-hostnames; and the same "
		"with --enable-dns-support",
		doing->place.region, doing->step->object);
}

static bool
set_options(struct doing *doing)
{
	const struct cloud_step *step = doing->step;
	bool allowed = doing->wish->names == CLOUD_NAMES_ON;
	struct aws_error error;

	aws_ec2_request_name_resolution(&doing->form, doing->plan->id, step->has_asked, allowed);
	if (send(doing, &error))
		return true;
	fail(doing, "ec2:ModifyVpcPeeringConnectionOptions", &error);
	if (is_too_early(&error))
		doing->fault->failure = CLOUD_CONFLICT;
	else if (error.failure == CLOUD_PERMANENT && allowed && !*doing->fault->hint)
		doing->fault->hint = names_hint(doing);
	return false;
}

static bool
remove_route(struct doing *doing)
{
	struct aws_error error;

	aws_ec2_request_delete_route(&doing->form, doing->step->object, &doing->step->prefix);
	return send(doing, &error) || error.failure == CLOUD_GONE ||
	       text_equal_ignoring_case(error.code, "InvalidRouteTableID.NotFound") ||
	       fail(doing, "ec2:DeleteRoute", &error);
}

static bool
delete_connection(struct doing *doing)
{
	struct aws_error error;

	aws_ec2_request_delete_peering(&doing->form, doing->step->object);
	return send(doing, &error) || error.failure == CLOUD_GONE ||
	       fail(doing, "ec2:DeleteVpcPeeringConnection", &error);
}

static bool
refuse(struct cloud_fault *fault)
{
	*fault = (struct cloud_fault){
		CLOUD_PERMANENT, "", "", "AWS has no such step in a peering", ""};
	return false;
}

static bool
perform(struct arena *arena, void *context, const struct cloud_wish *wish,
	const struct cloud_plan *made, const struct cloud_step *step, struct cloud_outcome *outcome,
	struct cloud_fault *fault)
{
	static bool (*const verbs[])(struct doing *) = {
		[CLOUD_STEP_CREATE] = create,
		[CLOUD_STEP_ACCEPT] = accept_connection,
		[CLOUD_STEP_TAG] = tag,
		[CLOUD_STEP_OPTIONS] = set_options,
		[CLOUD_STEP_ADD_ROUTE] = add_route,
		[CLOUD_STEP_REPLACE_ROUTE] = replace_route,
		[CLOUD_STEP_REMOVE_ROUTE] = remove_route,
		[CLOUD_STEP_DELETE] = delete_connection,
	};
	struct aws_cloud *cloud = context;
	struct doing doing = {arena, cloud, wish, made, step, .outcome = outcome, .fault = fault};
	bool done;

	*outcome = (struct cloud_outcome){.id = "", .operation = ""};
	doing.place = step->side == CLOUD_REMOTE
			      ? aws_access_remote(arena, &cloud->access, wish->remote)
			      : aws_access_local(arena, &cloud->access,
					aws_facts_own_region(&cloud->own, wish));
	buffer_init(&doing.form, LARGEST_FORM);
	if ((size_t)step->verb < sizeof verbs / sizeof *verbs && verbs[step->verb])
		done = verbs[step->verb](&doing);
	else
		done = refuse(fault);
	buffer_dispose(&doing.form);
	return done;
}

static const struct cloud_words words = {
	.create = "FailedCreatingVpcPeeringConnection",
	.accept = "FailedAcceptingVpcPeeringConnection",
	.routes = "FailedCreatingRoutes",
	.options = "CloudProviderError",
	.gone = "VpcNotFound",
	.ready = "the peering is connected and routed",
	.remove = "aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id ",
	.remove_from = "",
};

struct cloud
aws_cloud_row(struct aws_cloud *cloud)
{
	return (struct cloud){
		.name = "aws",
		.provider = PROVIDER_AWS,
		.manages = KIND_AWS_VPC_PEERING,
		.describes = KIND_REMOTE_NETWORK,
		.id_prefix = "pcx-",
		.words = &words,
		.context = cloud,
		.look_up = look_up,
		.plan = plan,
		.perform = perform,
	};
}
