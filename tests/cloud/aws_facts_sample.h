/* Facts of two VPCs and a wish to connect them, for the tests of plans: a start that each test
 * changes to what it is about. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "cloud/aws_connection.h"
#include "cloud/aws_plan.h"

enum { SAMPLE_ROOM = 8, SAMPLE_MEMORY = 1 << 22 };

struct sample {
	struct arena *arena;
	struct remote remote_id;
	struct shoot shoot;
	struct cloud_wish wish;
	struct prefix local_ranges[SAMPLE_ROOM], remote_ranges[SAMPLE_ROOM];
	struct aws_tag remote_tags[SAMPLE_ROOM];
	struct aws_vpc local, remote;
	struct aws_peering peerings[SAMPLE_ROOM];
	struct aws_route_table local_tables[SAMPLE_ROOM], remote_tables[SAMPLE_ROOM];
	struct aws_route local_routes[SAMPLE_ROOM][SAMPLE_ROOM];
	struct aws_route remote_routes[SAMPLE_ROOM][SAMPLE_ROOM];
	struct aws_facts facts;
	struct cloud_plan plan;
};

static inline struct prefix
sample_prefix(const char *text)
{
	struct prefix prefix = {0};
	const char *reason;

	assert_true(prefix_parse(text, &prefix, &reason));
	return prefix;
}

static inline void
sample_add_range(struct sample *sample, enum cloud_side side, const char *text)
{
	struct aws_ranges *ranges =
		side == CLOUD_LOCAL ? &sample->local.ranges : &sample->remote.ranges;
	struct prefix *items = side == CLOUD_LOCAL ? sample->local_ranges : sample->remote_ranges;

	assert_true(ranges->count < SAMPLE_ROOM);
	items[ranges->count++] = sample_prefix(text);
	ranges->items = items;
}

static inline struct aws_route_table *
sample_add_table(struct sample *sample, enum cloud_side side, const char *id)
{
	struct aws_route_tables *tables =
		side == CLOUD_LOCAL ? &sample->facts.local_tables : &sample->facts.remote_tables;
	struct aws_route_table *items =
		side == CLOUD_LOCAL ? sample->local_tables : sample->remote_tables;
	struct aws_route_table *table = &items[tables->count];

	assert_true(tables->count < SAMPLE_ROOM);
	table->id = id;
	table->vpc = side == CLOUD_LOCAL ? "vpc-1" : "vpc-2";
	table->routes = side == CLOUD_LOCAL ? sample->local_routes[tables->count]
					    : sample->remote_routes[tables->count];
	tables->items = items;
	tables->count++;
	return table;
}

static inline struct aws_route *
sample_add_route(struct sample *sample, struct aws_route_table *table, const char *destination,
	enum aws_target target, const char *target_id)
{
	struct aws_route *route = NULL;

	for (size_t i = 0; i < SAMPLE_ROOM && !route; i++) {
		if (table == &sample->local_tables[i])
			route = &sample->local_routes[i][table->route_count++];
		if (table == &sample->remote_tables[i])
			route = &sample->remote_routes[i][table->route_count++];
	}
	assert_true(route && table->route_count <= SAMPLE_ROOM);
	*route = (struct aws_route){
		true, sample_prefix(destination), "", target, target_id, "active", "CreateRoute"};
	return route;
}

static inline const char *
sample_code(enum aws_peering_state state)
{
	static const char *const codes[AWS_PEERING_STATES] = {"marvellous", "initiating-request",
		"pending-acceptance", "provisioning", "active", "deleting", "failed", "expired",
		"rejected", "deleted"};

	return codes[state];
}

/* Asked for by vpc-1, without tags. */
static inline struct aws_peering *
sample_add_peering(struct sample *sample, const char *id, enum aws_peering_state state)
{
	struct aws_peering *peering = &sample->peerings[sample->facts.peerings.count++];

	assert_true(sample->facts.peerings.count <= SAMPLE_ROOM);
	*peering = (struct aws_peering){.id = id,
		.state = state,
		.code = sample_code(state),
		.message = "said by AWS",
		.expires = "",
		.requester = {"111111111111", "vpc-1", "eu-central-1", sample->local.ranges},
		.accepter = {"222222222222", "vpc-2", "eu-west-1", sample->remote.ranges}};
	sample->facts.peerings.items = sample->peerings;
	return peering;
}

static inline struct aws_peering *
sample_add_ours(struct sample *sample, const char *id, enum aws_peering_state state)
{
	struct aws_peering *peering = sample_add_peering(sample, id, state);

	peering->tags = aws_connection_tags(sample->arena, &sample->wish);
	return peering;
}

static inline void
sample_swap(struct aws_peering *peering)
{
	struct aws_peering_side side = peering->requester;

	peering->requester = peering->accepter;
	peering->accepter = side;
}

/* Two VPCs of one range, one table each, the remote one with the shoot's tag; nothing between. */
static inline struct sample *
sample_new(void)
{
	struct arena *arena = arena_new(SAMPLE_MEMORY);
	struct sample *sample = ARENA_NEW(arena, struct sample);

	sample->arena = arena;
	sample->remote_id =
		(struct remote){PROVIDER_AWS, "222222222222", "eu-west-1", "vpc-2", NULL};
	sample->shoot = (struct shoot){"c-1", "team", "eu-central-1", PROVIDER_AWS};
	sample->wish = (struct cloud_wish){.object = {KIND_AWS_VPC_PEERING, "", "far"},
		.uid = "uid-1",
		.remote = &sample->remote_id,
		.shoot = &sample->shoot,
		.id = "",
		.tag = "c-1",
		.operation = ""};
	sample->remote_tags[0] = (struct aws_tag){"c-1", ""};
	sample->local = (struct aws_vpc){"vpc-1", "111111111111", "available", {0}, {0}};
	sample->remote = (struct aws_vpc){
		"vpc-2", "222222222222", "available", {0}, {sample->remote_tags, 1}};
	sample_add_range(sample, CLOUD_LOCAL, "10.1.0.0/16");
	sample_add_range(sample, CLOUD_REMOTE, "10.2.0.0/16");
	sample->facts.local_region = "eu-central-1";
	sample->facts.local_name = "shoot--team--c-1";
	sample->facts.local_count = 1;
	sample->facts.local = &sample->local;
	sample->facts.remote = &sample->remote;
	sample->facts.remote_tables_known = true;
	return sample;
}

static inline int
sample_set_up(void **state)
{
	*state = sample_new();
	return 0;
}

static inline int
sample_tear_down(void **state)
{
	arena_free(((struct sample *)*state)->arena);
	return 0;
}

#define sample_test(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, sample_set_up, sample_tear_down)

/* The plan's steps in one line: "add-route rtb-1 10.2.0.0/16, delete remote pcx-1". */
static inline const char *
sample_steps(struct sample *sample)
{
	static const char *const verbs[] = {"create", "accept", "tag", "options", "add-route",
		"replace-route", "remove-route", "synchronize", "delete"};
	const char *text = "";
	char range[PREFIX_TEXT_SIZE];

	aws_plan_make(sample->arena, &sample->wish, &sample->facts, &sample->plan);
	for (size_t i = 0; i < sample->plan.step_count; i++) {
		const struct cloud_step *step = &sample->plan.steps[i];

		assert_non_null(step->text);
		text = arena_printf(sample->arena, "%s%s%s %s%s%s%s", text, *text ? ", " : "",
			verbs[step->verb], step->side == CLOUD_REMOTE ? "remote " : "",
			step->object, step->prefix.length ? " " : "",
			step->prefix.length ? prefix_format(&step->prefix, range) : "");
	}
	return text;
}
