#include "cloud/aws_dead_ends.h"

#include <string.h>

#include "base/text.h"
#include "cloud/aws_connection.h"

enum { PEERING_PAGE = 1000 };

static bool
has(const char *const *ids, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(ids[i], id))
			return true;
	return false;
}

/* A route that the plan would replace, through a connection that is not between the two. */
static bool
is_dead_end(const struct aws_route *route, const struct aws_ranges *wanted,
	const struct aws_facts *facts)
{
	bool stands_in_the_way = false;

	for (size_t i = 0; i < wanted->count && route->has_destination; i++)
		stands_in_the_way |= prefix_equal(&route->destination, &wanted->items[i]);
	return stands_in_the_way && route->target == AWS_TARGET_PEERING &&
	       text_equal(route->state, "blackhole") &&
	       !aws_connection_record(facts, route->target_id);
}

static void
gather(const struct aws_route_table *table, const struct aws_ranges *wanted,
	const struct aws_facts *facts, const char **ids, size_t *count)
{
	for (size_t i = 0; i < table->route_count; i++) {
		const struct aws_route *route = &table->routes[i];

		if (is_dead_end(route, wanted, facts) && !has(ids, *count, route->target_id))
			ids[(*count)++] = route->target_id;
	}
}

/* The connections' ids, each once, ended by NULL. */
static const char **
find(struct arena *arena, const struct aws_route_tables *tables, const struct aws_ranges *wanted,
	const struct aws_facts *facts, size_t *count)
{
	size_t most = 1;
	const char **ids;

	for (size_t i = 0; i < tables->count; i++)
		most += tables->items[i].route_count;
	ids = ARENA_ARRAY(arena, const char *, most);
	*count = 0;
	for (size_t i = 0; i < tables->count; i++)
		gather(&tables->items[i], wanted, facts, ids, count);
	return ids;
}

/* One that AWS shows no more has ended long ago. */
static bool
is_over(const struct aws_peerings *shown, const char *id)
{
	for (size_t i = 0; i < shown->count; i++)
		if (text_equal(shown->items[i].id, id))
			return aws_ec2_is_over(shown->items[i].state);
	return true;
}

bool
aws_dead_ends_read(struct arena *arena, const struct aws_access *access,
	const struct aws_place *place, const struct aws_route_tables *tables,
	const struct aws_ranges *wanted, struct aws_facts *facts, struct cloud_fault *fault)
{
	struct aws_peerings shown = {0}, *others = &facts->others;
	struct aws_error error = {.failure = CLOUD_NONE};
	struct aws_peering *kept;
	size_t count;
	const char **ids = find(arena, tables, wanted, facts, &count);
	const struct aws_filter filters[] = {{"vpc-peering-connection-id", ids}, {0}};
	const struct aws_listing listing = {.filters = filters, .page_size = PEERING_PAGE};
	bool done;

	if (count == 0)
		return true;
	done = aws_client_peerings(arena, access->client, place, &listing, &shown, &error);
	if (!done && (error.failure == CLOUD_BACK_OFF || error.failure == CLOUD_RETRY_NOW)) {
		*fault =
			aws_access_fault(arena, place, "ec2:DescribeVpcPeeringConnections", &error);
		return false;
	}
	kept = ARENA_ARRAY(arena, struct aws_peering, others->count + count);
	if (others->count > 0)
		memcpy(kept, others->items, others->count * sizeof *kept);
	others->items = kept;
	for (size_t i = 0; i < count; i++)
		if (!done || !is_over(&shown, ids[i]))
			kept[others->count++] = (struct aws_peering){.id = ids[i]};
	return true;
}
