#include "cloud/aws_plan_end.h"

#include "base/clock.h"
#include "base/text.h"

#define SOON (2 * CLOCK_SECOND)

static const char *
join(struct arena *arena, const char *text, const char *more)
{
	return text && more ? arena_printf(arena, "%s; %s", text, more) : text ? text : more;
}

/* Where nothing was ever made, nothing can have stayed in tables that we do not see. */
static const char *
unseen_routes(struct arena *arena, const struct cloud_wish *wish, const struct aws_facts *facts)
{
	if (facts->remote_tables_known || facts->remote_tables_fault.failure == CLOUD_NONE ||
		(!*wish->id && facts->peerings.count == 0))
		return NULL;
	return arena_printf(arena,
		"routes in the route tables of %s in %s, which cannot be looked at (%s): remove "
		"those in state blackhole there",
		wish->remote->id, wish->remote->region, facts->remote_tables_fault.message);
}

static const char *
foreign_connection(
	struct arena *arena, const struct aws_facts *facts, const struct aws_peering *connection)
{
	return arena_printf(arena,
		"connection %s, which was not made for this object, and the routes through it: aws "
		"ec2 delete-vpc-peering-connection --region %s --vpc-peering-connection-id %s",
		connection->id, facts->local_region, connection->id);
}

/* A VPC that is not there any more has taken all with it; one that is not known has not. */
static bool
is_known(const struct cloud_wish *wish, const struct aws_facts *facts)
{
	const struct aws_peering *stored = aws_connection_record(facts, wish->id);

	return (*facts->local_name && facts->local_count <= 1) ||
	       (stored && aws_connection_fits(stored, wish, facts));
}

/* The VPC may have gone, with all that was in it; or the settings have come to name another account
 * or region. */
static const char *
unseen_connection(struct arena *arena, const struct cloud_wish *wish, const struct aws_facts *facts)
{
	if (facts->local || !*wish->id || aws_connection_record(facts, wish->id))
		return NULL;
	return arena_printf(arena,
		"connection %s, if it is still there: neither it nor the own VPC %s is in %s, as "
		"the daemon's identity sees it",
		wish->id, facts->local_name, facts->local_region);
}

static void
refuse_to_guess(struct cloud_plan *plan)
{
	plan->state = "Error";
	plan->reason = "VpcNotFound";
	plan->message = "the cluster's own VPC is not known, so what was made in it is not found";
	plan->hint = "name the own VPC's id and region in the daemon's settings, or restore "
		     "ConfigMap kube-system/shoot-info";
	plan->failure = CLOUD_WAIT_FOR_USER;
}

static void
end_connection(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, const struct aws_peering *connection,
	struct cloud_plan *plan)
{
	if (!aws_connection_is_ours(connection, wish)) {
		plan->left = join(steps->arena, foreign_connection(steps->arena, facts, connection),
			plan->left);
		return;
	}
	aws_steps_add(steps, &(struct cloud_step){.verb = CLOUD_STEP_DELETE,
				     .side = CLOUD_LOCAL,
				     .object = connection->id,
				     .text = arena_printf(steps->arena, "connection %s is to go",
					     connection->id)});
}

void
aws_plan_end_make(struct arena *arena, const struct cloud_wish *wish, const struct aws_facts *facts,
	struct cloud_plan *plan)
{
	const struct aws_peering *connection = aws_connection_find(wish, facts);
	struct aws_steps steps = {.arena = arena};

	*plan = (struct cloud_plan){.id = connection ? connection->id : "",
		.state = connection ? connection->code : ""};
	if (!connection && facts->just_created) {
		plan->look_again = SOON;
		return;
	}
	if (!connection && !is_known(wish, facts)) {
		refuse_to_guess(plan);
		return;
	}
	plan->left = join(arena, unseen_connection(arena, wish, facts),
		aws_plan_routes_end(&steps, wish, facts, CLOUD_LOCAL));
	if (wish->deletes_remote) {
		plan->left = join(
			arena, plan->left, aws_plan_routes_end(&steps, wish, facts, CLOUD_REMOTE));
		plan->left = join(arena, plan->left, unseen_routes(arena, wish, facts));
	}
	if (connection && connection->state == AWS_PEERING_DELETING)
		plan->look_again = SOON;
	else if (connection)
		end_connection(&steps, wish, facts, connection, plan);
	plan->steps = steps.items;
	plan->step_count = steps.count;
	plan->gone = steps.count == 0 && plan->look_again == 0;
}
