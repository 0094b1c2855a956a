#include "cloud/aws_plan_routes.h"

#include <string.h>

#include "base/text.h"

enum { FIRST_ROOM = 16 };

void
aws_steps_add(struct aws_steps *steps, const struct cloud_step *step)
{
	if (steps->count == steps->room) {
		size_t room = steps->room ? 2 * steps->room : FIRST_ROOM;
		struct cloud_step *items = ARENA_ARRAY(steps->arena, struct cloud_step, room);

		if (steps->count > 0)
			memcpy(items, steps->items, steps->count * sizeof *items);
		steps->items = items;
		steps->room = room;
	}
	steps->items[steps->count++] = *step;
}

bool
aws_plan_routes_select(
	const struct cloud_wish *wish, const struct aws_route_table *table, enum cloud_side side)
{
	const char *key = wish->shoot ? wish->shoot->name : wish->tag;

	if (side == CLOUD_LOCAL || wish->routes == ROUTES_AUTO)
		return true;
	if (wish->routes == ROUTES_NONE || text_is_blank(key))
		return false;
	return (aws_ec2_tag(&table->tags, key) != NULL) == (wish->routes == ROUTES_MATCHED);
}

static const struct aws_route_tables *
tables_of(const struct aws_facts *facts, enum cloud_side side)
{
	return side == CLOUD_LOCAL ? &facts->local_tables : &facts->remote_tables;
}

static bool
leads_to(const struct aws_route *route, const char *connection)
{
	return route->target == AWS_TARGET_PEERING && text_equal(route->target_id, connection);
}

static bool
is_blackhole(const struct aws_route *route)
{
	return text_equal(route->state, "blackhole");
}

/* To one that joins other networks, and is still to become active. */
static bool
leads_to_another(const struct aws_route *route, const struct aws_facts *facts)
{
	for (size_t i = 0; i < facts->others.count; i++)
		if (text_equal(facts->others.items[i].id, route->target_id))
			return true;
	return false;
}

/* To a connection that has ended, whether AWS calls the route so already or not. */
static bool
leads_nowhere(
	const struct aws_route *route, const struct cloud_wish *wish, const struct aws_facts *facts)
{
	const struct aws_peering *record = aws_connection_record(facts, route->target_id);

	if (route->target != AWS_TARGET_PEERING || leads_to_another(route, facts))
		return false;
	if (record && aws_ec2_is_over(record->state))
		return true;
	return is_blackhole(route) && (!record || aws_connection_fits(record, wish, facts));
}

static bool
is_among(const struct prefix *prefix, const struct aws_ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (prefix_equal(prefix, &ranges->items[i]))
			return true;
	return false;
}

static bool
meets(const struct prefix *prefix, const struct aws_ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (prefix_overlaps(prefix, &ranges->items[i]))
			return true;
	return false;
}

/* By a gateway or a route server: it goes and comes with what announces it. */
static bool
is_announced(const struct aws_route *route)
{
	return text_equal(route->origin, "EnableVgwRoutePropagation") ||
	       text_equal(route->origin, "Advertisement");
}

/* A route that somebody has made comes before one that is announced, as for AWS. */
static const struct aws_route *
find_route(const struct aws_route_table *table, const struct prefix *destination)
{
	const struct aws_route *announced = NULL;

	for (size_t i = 0; i < table->route_count; i++) {
		const struct aws_route *route = &table->routes[i];

		if (!route->has_destination || !prefix_equal(&route->destination, destination))
			continue;
		if (!is_announced(route))
			return route;
		announced = route;
	}
	return announced;
}

/* Such a table takes no route to a peering. */
static bool
is_of_gateway(const struct aws_route_table *table)
{
	for (size_t i = 0; i < table->association_count; i++) {
		const struct aws_association *association = &table->associations[i];

		if (!text_is_blank(association->gateway) &&
			!text_equal(association->state, "disassociated"))
			return true;
	}
	return false;
}

static const char *
delete_command(struct arena *arena, const char *region, const char *table,
	const struct prefix *destination)
{
	char text[PREFIX_TEXT_SIZE];

	return arena_printf(arena,
		"aws ec2 delete-route --region %s --route-table-id %s --destination-%scidr-block "
		"%s",
		region, table, destination->address.family == FAMILY_6 ? "ipv6-" : "",
		prefix_format(destination, text));
}

static const char *
region_of(const struct aws_facts *facts, const struct cloud_wish *wish, enum cloud_side side)
{
	return side == CLOUD_LOCAL ? facts->local_region : wish->remote->region;
}

/* One pass over the tables of one side. */
struct repair {
	struct aws_steps *steps;
	const struct cloud_wish *wish;
	const struct aws_facts *facts;
	enum cloud_side side;
	struct cloud_plan *plan;
	struct aws_ranges wanted;
};

static void
add_step(struct aws_steps *steps, enum cloud_verb verb, enum cloud_side side,
	const struct aws_route_table *table, const struct prefix *destination, const char *what)
{
	char text[PREFIX_TEXT_SIZE];

	aws_steps_add(steps, &(struct cloud_step){.verb = verb,
				     .side = side,
				     .object = table->id,
				     .prefix = *destination,
				     .text = arena_printf(steps->arena, "route %s %s %s",
					     prefix_format(destination, text), what, table->id)});
}

/* Of a foreign network no more is told than that. */
static const char *
target_text(const struct repair *repair, const struct aws_route *route)
{
	return repair->side == CLOUD_LOCAL && *route->target_id ? route->target_id
								: "another target";
}

static void
report_other_target(
	struct repair *repair, const struct aws_route_table *table, const struct aws_route *route)
{
	struct arena *arena = repair->steps->arena;
	struct cloud_plan *plan = repair->plan;
	char text[PREFIX_TEXT_SIZE];

	if (plan->reason)
		return;
	plan->reason = "FailedCreatingRoutes";
	plan->state = repair->side == CLOUD_LOCAL ? "Error" : "Warning";
	plan->failure = CLOUD_WAIT_FOR_USER;
	plan->message = arena_printf(arena,
		"route table %s in %s has a route %s to %s, which is not replaced", table->id,
		region_of(repair->facts, repair->wish, repair->side),
		prefix_format(&route->destination, text), target_text(repair, route));
	plan->hint = is_announced(route)
			     ? "have the gateway or route server announce it no more, or not to "
			       "this table"
			     : delete_command(arena,
				       region_of(repair->facts, repair->wish, repair->side),
				       table->id, &route->destination);
}

static void
repair_route(struct repair *repair, const struct aws_route_table *table,
	const struct prefix *destination)
{
	const struct aws_route *route = find_route(table, destination);
	struct aws_steps *steps = repair->steps;

	if (!route)
		add_step(steps, CLOUD_STEP_ADD_ROUTE, repair->side, table, destination,
			"is missing in");
	else if (leads_nowhere(route, repair->wish, repair->facts))
		add_step(steps, CLOUD_STEP_REPLACE_ROUTE, repair->side, table, destination,
			"leads nowhere in");
	else if (!leads_to(route, repair->plan->id))
		report_other_target(repair, table, route);
}

/* A route through a connection of ours, alive or not. */
static bool
is_ours(const struct aws_route *route, const struct cloud_wish *wish, const struct aws_facts *facts)
{
	const struct aws_peering *record = aws_connection_record(facts, route->target_id);

	return route->target == AWS_TARGET_PEERING && route->has_destination && record &&
	       aws_connection_fits(record, wish, facts) && aws_connection_is_ours(record, wish);
}

static void
remove_unwanted(struct repair *repair, const struct aws_route_table *table)
{
	for (size_t i = 0; i < table->route_count; i++) {
		const struct aws_route *route = &table->routes[i];

		if (is_ours(route, repair->wish, repair->facts) &&
			!meets(&route->destination, &repair->wanted))
			add_step(repair->steps, CLOUD_STEP_REMOVE_ROUTE, repair->side, table,
				&route->destination, "is no longer wanted in");
	}
}

void
aws_plan_routes_repair(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, enum cloud_side side, struct cloud_plan *plan)
{
	const struct aws_route_tables *tables = tables_of(facts, side);
	struct repair repair = {steps, wish, facts, side, plan,
		side == CLOUD_LOCAL ? facts->remote->ranges : facts->local->ranges};

	for (size_t i = 0; i < tables->count; i++) {
		const struct aws_route_table *table = &tables->items[i];

		if (repair.wanted.count == 0 || is_of_gateway(table) ||
			!aws_plan_routes_select(wish, table, side))
			continue;
		for (size_t j = 0; j < repair.wanted.count; j++)
			repair_route(&repair, table, &repair.wanted.items[j]);
		remove_unwanted(&repair, table);
	}
}

static bool
is_stored(const struct aws_route *route, const struct cloud_wish *wish)
{
	return *wish->id && leads_to(route, wish->id);
}

static bool
is_asked_for(const struct aws_route *route, const struct aws_peering *record,
	const struct cloud_wish *wish, const struct aws_facts *facts, enum cloud_side side)
{
	return aws_connection_fits(record, wish, facts) &&
	       is_among(&route->destination, side == CLOUD_LOCAL
						     ? &aws_connection_far(record, wish)->ranges
						     : &aws_connection_near(record, wish)->ranges);
}

/* Through ours: every route. Through the stored one, which has ended: those that the object asked
 * for; and which AWS shows no more: those that lead nowhere. What runs over a connection that lives
 * and is not ours stays. */
static bool
goes_with_object(const struct aws_route *route, const struct cloud_wish *wish,
	const struct aws_facts *facts, enum cloud_side side)
{
	const struct aws_peering *record = aws_connection_record(facts, route->target_id);

	if (route->target != AWS_TARGET_PEERING || !route->has_destination)
		return false;
	if (is_ours(route, wish, facts))
		return true;
	if (!is_stored(route, wish))
		return false;
	if (!record)
		return is_blackhole(route);
	return aws_ec2_is_over(record->state) && is_asked_for(route, record, wish, facts, side);
}

/* With the connection that the object has only used, unless another object asks for it, too. */
static bool
is_left(const struct aws_route *route, const struct cloud_wish *wish, const struct aws_facts *facts,
	enum cloud_side side)
{
	const struct aws_peering *used = aws_connection_find(wish, facts);

	return used && !aws_connection_is_anothers(used, wish) &&
	       !aws_connection_is_ours(used, wish) && route->has_destination &&
	       leads_to(route, used->id) && is_asked_for(route, used, wish, facts, side);
}

static bool
is_locked(const struct aws_facts *facts, const struct aws_route_table *table, enum cloud_side side)
{
	const char *const *id = facts->locked_tables;

	if (side == CLOUD_LOCAL)
		return false;
	while (id && *id && !text_equal(*id, table->id))
		id++;
	return id && *id;
}

static const char *
join(struct arena *arena, const char *text, const char *more)
{
	return text ? arena_printf(arena, "%s; %s", text, more) : more;
}

const char *
aws_plan_routes_end(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, enum cloud_side side)
{
	const struct aws_route_tables *tables = tables_of(facts, side);
	const char *left = NULL;

	for (size_t i = 0; i < tables->count; i++) {
		const struct aws_route_table *table = &tables->items[i];

		for (size_t j = 0; j < table->route_count; j++) {
			const struct aws_route *route = &table->routes[j];

			bool goes = goes_with_object(route, wish, facts, side);

			if (!aws_plan_routes_select(wish, table, side) ||
				(!goes && !is_left(route, wish, facts, side)))
				continue;
			if (!goes || is_locked(facts, table, side))
				left = join(steps->arena, left,
					delete_command(steps->arena, region_of(facts, wish, side),
						table->id, &route->destination));
			else
				add_step(steps, CLOUD_STEP_REMOVE_ROUTE, side, table,
					&route->destination, "is to go from");
		}
	}
	return left;
}
