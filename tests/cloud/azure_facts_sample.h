/* Facts of two VNets and a wish to peer them, for the tests of plans: a start that each test
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
#include "cloud/azure_plan.h"
#include "cloud/azure_plan_halves.h"

enum { SAMPLE_ROOM = 8, SAMPLE_MEMORY = 1 << 22 };

#define SAMPLE_HERE                                                                                \
	"/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shoot/providers/"      \
	"Microsoft.Network/virtualNetworks/shoot"
#define SAMPLE_THERE                                                                               \
	"/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub/providers/"        \
	"Microsoft.Network/virtualNetworks/hub"
#define SAMPLE_THIRD                                                                               \
	"/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/x/providers/"          \
	"Microsoft.Network/virtualNetworks/third"
#define SAMPLE_OURS   SAMPLE_HERE "/virtualNetworkPeerings/peerwarden-uid-1"
#define SAMPLE_THEIRS SAMPLE_THERE "/virtualNetworkPeerings/to-kyma"

struct sample_vnet {
	struct azure_vnet vnet;
	struct prefix ranges[SAMPLE_ROOM];
	struct tag tags[SAMPLE_ROOM];
	struct azure_peering halves[SAMPLE_ROOM];
	struct prefix third[SAMPLE_ROOM]; /* address spaces of other VNets */
};

struct sample {
	struct arena *arena;
	struct remote remote_id;
	struct shoot shoot;
	struct cloud_wish wish;
	struct sample_vnet sides[2]; /* by enum cloud_side */
	struct azure_facts facts;
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
	struct sample_vnet *vnet = &sample->sides[side];

	assert_true(vnet->vnet.ranges.count < SAMPLE_ROOM);
	vnet->ranges[vnet->vnet.ranges.count++] = sample_prefix(text);
	vnet->vnet.ranges.items = vnet->ranges;
}

static inline struct azure_peering *
sample_add_half(struct sample *sample, enum cloud_side side, const char *name,
	enum azure_peering_state state, const char *remote)
{
	static const char *const words[] = {"Marvellous", "Initiated", "Connected", "Disconnected"};
	struct sample_vnet *vnet = &sample->sides[side];
	struct azure_peering *half = &vnet->halves[vnet->vnet.peerings.count++];

	assert_true(vnet->vnet.peerings.count <= SAMPLE_ROOM);
	*half = (struct azure_peering){
		.id = azure_plan_halves_id(sample->arena, vnet->vnet.id, name),
		.name = name,
		.etag = "",
		.provisioning = AZURE_PROVISIONING_SUCCEEDED,
		.state = state,
		.state_text = words[state],
		.sync = state == AZURE_PEERING_CONNECTED ? AZURE_SYNC_FULL
							 : AZURE_SYNC_REMOTE_MISSES,
		.options = {.allows_access = true, .allows_forwarded = true},
		.remote = remote,
		.covers_whole_vnets = true};
	vnet->vnet.peerings.items = vnet->halves;
	return half;
}

/* One that leads to another VNet, of that address space. */
static inline struct azure_peering *
sample_add_third(struct sample *sample, enum cloud_side side, const char *name, const char *range)
{
	struct sample_vnet *vnet = &sample->sides[side];
	struct azure_peering *half =
		sample_add_half(sample, side, name, AZURE_PEERING_CONNECTED, SAMPLE_THIRD);
	size_t index = vnet->vnet.peerings.count - 1;

	vnet->third[index] = sample_prefix(range);
	half->remote_ranges = (struct azure_ranges){&vnet->third[index], 1};
	return half;
}

/* Our half in the own VNet, and the one of the wanted name in the remote one. */
static inline struct azure_peering *
sample_add_ours(struct sample *sample, enum azure_peering_state state)
{
	return sample_add_half(sample, CLOUD_LOCAL, "peerwarden-uid-1", state, SAMPLE_THERE);
}

static inline struct azure_peering *
sample_add_theirs(struct sample *sample, enum azure_peering_state state)
{
	return sample_add_half(sample, CLOUD_REMOTE, "to-kyma", state, SAMPLE_HERE);
}

static inline void
sample_connect(struct sample *sample)
{
	sample_add_ours(sample, AZURE_PEERING_CONNECTED);
	sample_add_theirs(sample, AZURE_PEERING_CONNECTED);
}

static inline void
sample_clear(struct sample *sample)
{
	sample->sides[CLOUD_LOCAL].vnet.peerings.count = 0;
	sample->sides[CLOUD_REMOTE].vnet.peerings.count = 0;
}

static inline void
sample_lose_tag(struct sample *sample)
{
	sample->sides[CLOUD_REMOTE].vnet.tags.count = 0;
}

static inline void
sample_lose_remote(struct sample *sample, enum cloud_failure failure)
{
	sample->facts.remote = NULL;
	sample->facts.remote_fault =
		(struct cloud_fault){failure, "read", "SaidByAzure", "VNet hub is hidden", "ask"};
}

/* Two VNets of one range, the remote one with the shoot's tag; nothing between. */
static inline struct sample *
sample_new(void)
{
	struct arena *arena = arena_new(SAMPLE_MEMORY);
	struct sample *sample = ARENA_NEW(arena, struct sample);
	struct sample_vnet *remote = &sample->sides[CLOUD_REMOTE];

	sample->arena = arena;
	sample->remote_id = (struct remote){PROVIDER_AZURE, "", "", SAMPLE_THERE, NULL};
	sample->shoot = (struct shoot){"c-1", "team", "westeurope", PROVIDER_AZURE};
	sample->wish = (struct cloud_wish){.object = {KIND_AZURE_VPC_PEERING, "", "far"},
		.uid = "UID-1",
		.remote = &sample->remote_id,
		.name = "to-kyma",
		.shoot = &sample->shoot,
		.id = "",
		.tag = "c-1",
		.operation = ""};
	sample->sides[CLOUD_LOCAL].vnet =
		(struct azure_vnet){.id = SAMPLE_HERE, .name = "shoot", .location = "westeurope"};
	remote->vnet =
		(struct azure_vnet){.id = SAMPLE_THERE, .name = "hub", .location = "westeurope"};
	remote->tags[0] = (struct tag){"c-1", ""};
	remote->vnet.tags = (struct azure_tags){remote->tags, 1};
	sample_add_range(sample, CLOUD_LOCAL, "10.1.0.0/16");
	sample_add_range(sample, CLOUD_REMOTE, "10.2.0.0/16");
	sample->facts = (struct azure_facts){.local_id = SAMPLE_HERE,
		.half_name = azure_plan_halves_name(arena, &sample->wish),
		.local = &sample->sides[CLOUD_LOCAL].vnet,
		.remote = &remote->vnet};
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

/* The plan's steps in one line: "create peerwarden-uid-1, delete remote to-kyma". */
static inline const char *
sample_steps(struct sample *sample)
{
	static const char *const verbs[] = {"create", "accept", "tag", "options", "add-route",
		"replace-route", "remove-route", "synchronize", "delete"};
	const char *text = "";

	azure_plan_make(sample->arena, &sample->wish, &sample->facts, &sample->plan);
	for (size_t i = 0; i < sample->plan.step_count; i++) {
		const struct cloud_step *step = &sample->plan.steps[i];

		assert_non_null(step->text);
		assert_true(text_starts_with(step->object,
			step->side == CLOUD_REMOTE ? SAMPLE_THERE "/" : SAMPLE_HERE "/"));
		text = arena_printf(sample->arena, "%s%s%s %s%s", text, *text ? ", " : "",
			verbs[step->verb], step->side == CLOUD_REMOTE ? "remote " : "",
			strrchr(step->object, '/') + 1);
	}
	return text;
}

/* Nothing is done, for that reason. */
#define sample_stops(sample, expected)                                                             \
	do {                                                                                       \
		assert_string_equal(sample_steps(sample), "");                                     \
		assert_non_null((sample)->plan.reason);                                            \
		assert_string_equal((sample)->plan.reason, expected);                              \
		assert_false((sample)->plan.ready);                                                \
	} while (0)
