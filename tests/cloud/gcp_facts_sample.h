/* Facts of two networks of Google Cloud and a wish to connect them, for the tests of plans: a start
 * that each test changes to what it is about. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "cloud/gcp_plan.h"

enum { SAMPLE_ROOM = 8, SAMPLE_MEMORY = 1 << 22 };

#define SAMPLE_LOCAL  "projects/home/global/networks/shoot--team--c-1"
#define SAMPLE_REMOTE "projects/away/global/networks/far"
#define SAMPLE_OTHER  "projects/away/global/networks/other"
#define SAMPLE_OURS   "peerwarden-uid-1"

struct sample {
	struct arena *arena;
	struct remote remote_id;
	struct shoot shoot;
	struct cloud_wish wish;
	struct gcp_network local, remote;
	struct gcp_peering halves[2][SAMPLE_ROOM];
	struct gcp_tag tags[SAMPLE_ROOM];
	struct gcp_member members[2][SAMPLE_ROOM];
	struct gcp_facts facts;
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

/* Of a network of that side, which is its own network or a peer of it. */
static inline struct gcp_subnetwork *
sample_add_range(struct sample *sample, enum cloud_side side, const char *path, const char *text)
{
	struct gcp_group *group =
		side == CLOUD_LOCAL ? &sample->facts.local_group : &sample->facts.remote_group;
	struct gcp_subnetwork *subnetwork = ARENA_NEW(sample->arena, struct gcp_subnetwork);
	struct gcp_range *range = ARENA_NEW(sample->arena, struct gcp_range);

	assert_true(group->count < SAMPLE_ROOM);
	range->prefix = sample_prefix(text);
	*subnetwork = (struct gcp_subnetwork){.name = "nodes",
		.region = "europe-west3",
		.network = path,
		.purpose = "PRIVATE",
		.ranges = range,
		.range_count = 1};
	sample->members[side][group->count++] =
		(struct gcp_member){path, {.items = subnetwork, .count = 1}};
	group->members = sample->members[side];
	return subnetwork;
}

static inline struct gcp_peering *
sample_add_half(struct sample *sample, enum cloud_side side, const char *name, const char *peer)
{
	struct gcp_network *network = side == CLOUD_LOCAL ? &sample->local : &sample->remote;
	struct gcp_peering *half = &sample->halves[side][network->peering_count++];

	assert_true(network->peering_count <= SAMPLE_ROOM);
	*half = (struct gcp_peering){.name = name,
		.network = peer,
		.state = "ACTIVE",
		.state_details = "[2026-11-21T10:00:00.000-07:00]: Connected.",
		.exchange_subnet_routes = true};
	network->peerings = sample->halves[side];
	return half;
}

static inline void
sample_connect(struct sample *sample)
{
	sample_add_half(sample, CLOUD_LOCAL, SAMPLE_OURS, SAMPLE_REMOTE);
	sample_add_half(sample, CLOUD_REMOTE, "back", SAMPLE_LOCAL);
}

/* Two custom mode networks of one range each, the remote one with the shoot's tag; nothing between.
 */
static inline struct sample *
sample_new(void)
{
	struct arena *arena = arena_new(SAMPLE_MEMORY);
	struct sample *sample = ARENA_NEW(arena, struct sample);

	sample->arena = arena;
	sample->remote_id = (struct remote){PROVIDER_GCP, "away", "", "far", NULL};
	sample->shoot = (struct shoot){"c-1", "team", "europe-west3", PROVIDER_GCP};
	sample->wish = (struct cloud_wish){.object = {KIND_GCP_VPC_PEERING, "", "far"},
		.uid = "uid-1",
		.remote = &sample->remote_id,
		.name = "back",
		.shoot = &sample->shoot,
		.id = "",
		.tag = "c-1",
		.operation = ""};
	sample->local = (struct gcp_network){.id = "1",
		.name = "shoot--team--c-1",
		.path = SAMPLE_LOCAL,
		.path_with_id = "projects/home/global/networks/1"};
	sample->remote = (struct gcp_network){.id = "2",
		.name = "far",
		.path = SAMPLE_REMOTE,
		.path_with_id = "projects/away/global/networks/2"};
	sample->tags[0] = (struct gcp_tag){"123/c-1", "c-1", "none", false};
	sample->facts = (struct gcp_facts){.local_path = SAMPLE_LOCAL,
		.remote_path = SAMPLE_REMOTE,
		.local = &sample->local,
		.remote = &sample->remote,
		.tags_known = true,
		.tags = {sample->tags, 1}};
	sample_add_range(sample, CLOUD_LOCAL, SAMPLE_LOCAL, "10.1.0.0/16");
	sample_add_range(sample, CLOUD_REMOTE, SAMPLE_REMOTE, "10.2.0.0/16");
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

/* The plan's steps in one line: "create remote back, create peerwarden-uid-1". */
static inline const char *
sample_steps(struct sample *sample)
{
	static const char *const verbs[] = {"create", "accept", "tag", "options", "add-route",
		"replace-route", "remove-route", "synchronize", "delete"};
	const char *text = "";

	gcp_plan_make(sample->arena, &sample->wish, &sample->facts, &sample->plan);
	for (size_t i = 0; i < sample->plan.step_count; i++) {
		const struct cloud_step *step = &sample->plan.steps[i];

		assert_non_null(step->text);
		text = arena_printf(sample->arena, "%s%s%s %s%s", text, *text ? ", " : "",
			verbs[step->verb], step->side == CLOUD_REMOTE ? "remote " : "",
			step->object);
	}
	return text;
}

static inline void
sample_assert_says(const char *text, const char *part)
{
	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}
