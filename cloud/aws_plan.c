#include "cloud/aws_plan.h"

#include "base/clock.h"
#include "base/text.h"
#include "cloud/aws_plan_end.h"
#include "cloud/aws_plan_options.h"
#include "cloud/aws_plan_routes.h"

#define SOON (2 * CLOCK_SECOND)
/* How Kyma calls a connection that is on its way. */
#define ON_ITS_WAY "initiating-request"

/* One plan in the making. */
struct making {
	struct arena *arena;
	const struct cloud_wish *wish;
	const struct aws_facts *facts;
	struct aws_steps steps;
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

static void
add_step(struct making *making, enum cloud_verb verb, enum cloud_side side, const char *object,
	const char *text)
{
	aws_steps_add(&making->steps,
		&(struct cloud_step){.verb = verb, .side = side, .object = object, .text = text});
}

static void
report_local(struct making *making)
{
	const struct aws_facts *facts = making->facts;
	const char *hint = "name the own VPC's id and region in the daemon's settings";

	making->plan->state = "Error";
	if (!*facts->local_name)
		stop(making, "VpcNotFound", CLOUD_WAIT_FOR_USER,
			"the cluster's own VPC is not known", hint);
	else if (facts->local_count > 1)
		stop(making, "VpcNotFound", CLOUD_WAIT_FOR_USER,
			arena_printf(making->arena, "%zu VPCs in %s go by the name %s",
				facts->local_count, facts->local_region, facts->local_name),
			hint);
	else
		stop(making, "VpcNotFound", CLOUD_WAIT_FOR_USER,
			arena_printf(making->arena, "the cluster's own VPC %s is not in %s",
				facts->local_name, facts->local_region),
			hint);
}

static void
report_remote(struct making *making)
{
	const struct cloud_fault *fault = &making->facts->remote_fault;

	making->plan->state = "Error";
	stop(making, "VpcNotFound", CLOUD_WAIT_FOR_USER, fault->message, fault->hint);
}

/* --- before there is a connection --- */

/* "10.0.0.0/16 of vpc-1 and 10.0.1.0/24 of vpc-2"; NULL when none overlap. */
static const char *
find_overlap(struct making *making)
{
	const struct aws_vpc *local = making->facts->local, *remote = making->facts->remote;
	char a[PREFIX_TEXT_SIZE], b[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < local->ranges.count; i++)
		for (size_t j = 0; j < remote->ranges.count; j++)
			if (prefix_overlaps(&local->ranges.items[i], &remote->ranges.items[j]))
				return arena_printf(making->arena, "%s of %s and %s of %s",
					prefix_format(&local->ranges.items[i], a), local->id,
					prefix_format(&remote->ranges.items[j], b), remote->id);
	return NULL;
}

static void
report_no_tag(struct making *making)
{
	const char *remote = making->wish->remote->id;

	stop(making, "FailedLoadingRemoteVpcNetwork", CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena,
			"nothing says which tag %s has to carry: the cluster does not name its "
			"shoot, and there is no --tag-bypass",
			remote),
		arena_printf(making->arena,
			"restore ConfigMap kube-system/shoot-info, or set the daemon's "
			"--tag-bypass to a tag that %s carries",
			remote));
}

/* The other side's consent. */
static bool
has_tag(struct making *making)
{
	const struct cloud_wish *wish = making->wish;

	if (wish->tag && aws_ec2_tag(&making->facts->remote->tags, wish->tag))
		return true;
	if (!wish->tag) {
		report_no_tag(making);
		return false;
	}
	stop(making, "FailedLoadingRemoteVpcNetwork", CLOUD_WAIT_FOR_USER,
		arena_printf(
			making->arena, "%s does not carry the tag %s", wish->remote->id, wish->tag),
		arena_printf(making->arena,
			"aws ec2 create-tags --region %s --resources %s --tags Key=%s,Value=",
			wish->remote->region, wish->remote->id, wish->tag));
	return false;
}

/* What has ended between the two, as far as it bears on asking anew. */
struct past {
	size_t failures;
	const struct aws_peering *failed;
	const struct aws_peering *rejected; /* a request of ours, for this object */
	const struct aws_peering *last;     /* the stored one, or any of ours */
};

static struct past
look_back(const struct making *making)
{
	const struct aws_facts *facts = making->facts;
	struct past past = {0};

	for (size_t i = 0; i < facts->peerings.count; i++) {
		const struct aws_peering *peering = &facts->peerings.items[i];
		bool stored = text_equal(peering->id, making->wish->id);
		bool mine = stored || aws_connection_is_ours(peering, making->wish);
		bool asked = text_equal(peering->requester.vpc, facts->local->id);

		if (!aws_ec2_is_over(peering->state) || !mine ||
			!aws_connection_fits(peering, making->wish, facts))
			continue;
		if (peering->state == AWS_PEERING_FAILED) {
			past.failures++;
			past.failed = peering;
		}
		if (peering->state == AWS_PEERING_REJECTED && asked)
			past.rejected = peering;
		if (stored || !past.last)
			past.last = peering;
	}
	return past;
}

static void
report_overlap(struct making *making, const struct past *past, const char *overlap)
{
	making->plan->state = past->failed ? past->failed->code : "Error";
	stop(making,
		past->failed ? "FailedAcceptingVpcPeeringConnection"
			     : "FailedCreatingVpcPeeringConnection",
		CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena, "the ranges overlap: %s%s%s%s", overlap,
			past->failed ? "; AWS has failed " : "",
			past->failed ? past->failed->id : "", past->failed ? " for it" : ""),
		"AWS connects no VPCs whose ranges overlap, secondary and IPv6 ones included: "
		"disassociate one of the two ranges, or peer with another VPC");
}

static void
report_failures(struct making *making, const struct past *past)
{
	making->plan->state = past->failed->code;
	stop(making, "FailedAcceptingVpcPeeringConnection", CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena, "AWS has failed %zu requests, the last seen is %s: %s",
			past->failures, past->failed->id, past->failed->message),
		"check the account, region and id of the remote VPC, and that it does not forbid "
		"peering; a new request is made when AWS shows these no more, after two hours");
}

static void
report_rejection(struct making *making, const struct aws_peering *rejected)
{
	making->plan->state = rejected->code;
	stop(making, "FailedAcceptingVpcPeeringConnection", CLOUD_WAIT_FOR_USER,
		arena_printf(making->arena, "the owner of %s has rejected %s",
			making->wish->remote->id, rejected->id),
		"come to terms with the owner; then delete this object and apply it again, or let "
		"the other side ask for the connection");
}

static const char *
creation_text(struct making *making, const struct past *past)
{
	const char *remote = making->wish->remote->id;

	if (past->last && past->last->state == AWS_PEERING_EXPIRED)
		return arena_printf(making->arena,
			"a connection to %s is missing: %s was not accepted in time", remote,
			past->last->id);
	if (past->last)
		return arena_printf(making->arena, "a connection to %s is missing: %s is %s",
			remote, past->last->id, past->last->code);
	return arena_printf(making->arena, "a connection to %s is missing", remote);
}

static void
plan_creation(struct making *making)
{
	const struct past past = look_back(making);
	const char *overlap = find_overlap(making);

	making->plan->state = ON_ITS_WAY;
	if (making->facts->just_created)
		making->plan->look_again = SOON;
	else if (text_equal(making->facts->local->id, making->facts->remote->id))
		stop(making, "FailedCreatingVpcPeeringConnection", CLOUD_PERMANENT,
			"the remote VPC is the cluster's own", "name another VPC");
	else if (past.rejected)
		report_rejection(making, past.rejected);
	else if (!has_tag(making))
		return;
	else if (overlap)
		report_overlap(making, &past, overlap);
	else if (past.failures >= AWS_PLAN_FAILURES)
		report_failures(making, &past);
	else
		add_step(making, CLOUD_STEP_CREATE, CLOUD_LOCAL, making->facts->local->id,
			creation_text(making, &past));
}

/* --- with one --- */

static void
plan_acceptance(struct making *making, const struct aws_peering *connection)
{
	bool by_us = text_equal(connection->accepter.vpc, making->facts->local->id);

	making->plan->state = ON_ITS_WAY;
	if (by_us || has_tag(making))
		add_step(making, CLOUD_STEP_ACCEPT, by_us ? CLOUD_LOCAL : CLOUD_REMOTE,
			connection->id,
			arena_printf(
				making->arena, "connection %s is not accepted", connection->id));
}

static void
report_unseen_tables(struct making *making)
{
	const struct cloud_fault *fault = &making->facts->remote_tables_fault;

	if (making->plan->reason || making->facts->remote_tables_known ||
		fault->failure == CLOUD_NONE)
		return;
	making->plan->state = "Warning";
	stop(making, "FailedCreatingRoutes", fault->failure,
		arena_printf(making->arena, "the route tables of %s are not shown: %s: %s%s%s%s",
			making->wish->remote->id, fault->action, fault->message,
			*fault->code ? " (" : "", fault->code, *fault->code ? ")" : ""),
		fault->hint);
}

/* Whose connection we made has agreed before, and who asked for it agrees. */
static bool
may_route_there(struct making *making, const struct aws_peering *connection)
{
	const struct cloud_wish *wish = making->wish;

	return wish->routes == ROUTES_NONE || aws_connection_is_ours(connection, wish) ||
	       text_equal(connection->requester.vpc, wish->remote->id) || has_tag(making);
}

static void
plan_routes(struct making *making, const struct aws_peering *connection)
{
	struct cloud_plan *plan = making->plan;

	if (aws_connection_lost_tags(connection, making->wish))
		add_step(making, CLOUD_STEP_TAG, CLOUD_LOCAL, connection->id,
			arena_printf(making->arena, "tags are missing on %s", connection->id));
	aws_plan_routes_repair(&making->steps, making->wish, making->facts, CLOUD_LOCAL, plan);
	if (may_route_there(making, connection))
		aws_plan_routes_repair(
			&making->steps, making->wish, making->facts, CLOUD_REMOTE, plan);
	report_unseen_tables(making);
	aws_plan_options_repair(&making->steps, making->wish, making->facts, connection);
	plan->ready = making->steps.count == 0 && !plan->reason;
}

static void
plan_with(struct making *making, const struct aws_peering *connection)
{
	switch (connection->state) {
	case AWS_PEERING_ACTIVE:
		making->plan->state = connection->code;
		plan_routes(making, connection);
		break;
	case AWS_PEERING_PENDING:
		plan_acceptance(making, connection);
		break;
	case AWS_PEERING_INITIATING:
	case AWS_PEERING_PROVISIONING:
		making->plan->state = ON_ITS_WAY;
		making->plan->look_again = SOON;
		break;
	default: /* being deleted, or in a state that did not exist when this was written */
		making->plan->state = connection->code;
		making->plan->look_again = SOON;
	}
}

void
aws_plan_make(struct arena *arena, const struct cloud_wish *wish, const struct aws_facts *facts,
	struct cloud_plan *plan)
{
	const struct aws_peering *connection = aws_connection_find(wish, facts);
	struct making making = {arena, wish, facts, {.arena = arena}, plan};

	if (wish->deleting) {
		aws_plan_end_make(arena, wish, facts, plan);
		return;
	}
	*plan = (struct cloud_plan){.id = connection ? connection->id : "", .state = ""};
	if (!facts->local)
		report_local(&making);
	else if (!facts->remote)
		report_remote(&making);
	else if (connection)
		plan_with(&making, connection);
	else
		plan_creation(&making);
	plan->steps = making.steps.items;
	plan->step_count = making.steps.count;
}
