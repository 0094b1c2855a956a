#include "cloud/aws_plan_options.h"

#include "base/text.h"

/* One side as its own account sees it. */
static void
repair_side(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_peering *connection, enum cloud_side side,
	const struct aws_peering_side *end)
{
	const char *local = aws_connection_near(connection, wish)->vpc;
	const char *remote = wish->remote->id;
	const char *vpc = side == CLOUD_LOCAL ? local : remote;

	if (!end->has_options || !text_equal(end->vpc, vpc) ||
		end->resolves_names == (wish->names == CLOUD_NAMES_ON))
		return;
	aws_steps_add(steps,
		&(struct cloud_step){.verb = CLOUD_STEP_OPTIONS,
			.side = side,
			.object = vpc,
			.text = arena_printf(steps->arena, "names of %s are %sresolved from %s",
				vpc, end->resolves_names ? "" : "not ",
				side == CLOUD_LOCAL ? remote : local),
			.has_asked = text_equal(connection->requester.vpc, vpc)});
}

static bool
has_agreed(const struct cloud_wish *wish, const struct aws_facts *facts,
	const struct aws_peering *connection)
{
	return aws_connection_is_ours(connection, wish) ||
	       text_equal(connection->requester.vpc, wish->remote->id) ||
	       (wish->tag && aws_ec2_tag(&facts->remote->tags, wish->tag));
}

void
aws_plan_options_repair(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, const struct aws_peering *connection)
{
	if (wish->names == CLOUD_NAMES_KEEP)
		return;
	repair_side(steps, wish, connection, CLOUD_LOCAL, aws_connection_near(connection, wish));
	if (facts->far_view && has_agreed(wish, facts, connection))
		repair_side(steps, wish, connection, CLOUD_REMOTE,
			aws_connection_far(facts->far_view, wish));
}
