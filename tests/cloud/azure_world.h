/* Two VNets on an Azure that is played, with the rules of tests/servers/azure/peerings.py: what a
 * test lays out, a line for each call that was made, and faults for the calls whose line has some
 * text. A call that must never be made fails the test. Link with
 *     played(... azure_client_vnet azure_client_peering azure_client_put_peering
 *         azure_client_delete) */
#pragma once

#include <stdio.h>

#include "cloud/azure_client.h"
#include "network/arm_id.h"
#include "tests/cloud/azure_facts_sample.h"

enum { WORLD_HALVES = 6, WORLD_FAULTS = 8, WORLD_LOG = 1 << 16, WORLD_LINE = 2048 };

struct world_half {
	char name[64];
	const char *target; /* an id */
	bool exists;
	bool is_part; /* of some subnets alone */
	enum azure_peering_state state;
	enum azure_provisioning provisioning;
	struct azure_peering_options options;
	int knows;      /* the version of the other side's address space */
	bool will_fail; /* the operation that goes on */
};

static struct world {
	struct world_half halves[2][WORLD_HALVES]; /* by enum cloud_side */
	struct prefix ranges[2];
	int versions[2]; /* of the address spaces */
	bool is_tagged, has_gateway, remote_is_gone, denies_remote_deletion;
	const char *wanted_name; /* at the remote side */
	bool may_delete_remote;
	int slow;         /* operations to come that go on beyond the patience */
	int64_t deadline; /* of the last PUT or DELETE */
	int failing;      /* operations to come that fail later on */
	int busy;         /* changes to come that are refused since Azure is busy */
	struct {
		const char *call;
		const char *code;
		int status;
	} faults[WORLD_FAULTS];
	char log[WORLD_LOG];
	size_t length;
} world;

static inline void
world_fail(const char *call, const char *code, int status)
{
	size_t i = 0;

	while (world.faults[i].call)
		i++;
	assert_true(i < WORLD_FAULTS - 1);
	world.faults[i].call = call;
	world.faults[i].code = code;
	world.faults[i].status = status;
}

static inline void
world_init(void)
{
	world = (struct world){.is_tagged = true,
		.ranges = {sample_prefix("10.1.0.0/16"), sample_prefix("10.2.0.0/16")},
		.wanted_name = "to-kyma"};
}

static inline struct world_half *
world_add(
	enum cloud_side side, const char *name, const char *target, enum azure_peering_state state)
{
	struct world_half *half = world.halves[side];

	while (half->exists)
		half++;
	assert_true(half < world.halves[side] + WORLD_HALVES);
	*half = (struct world_half){.target = target,
		.exists = true,
		.state = state,
		.provisioning = AZURE_PROVISIONING_SUCCEEDED,
		.options = {.allows_access = true, .allows_forwarded = true},
		.knows = world.versions[!side]};
	snprintf(half->name, sizeof half->name, "%s", name);
	return half;
}

static inline struct world_half *
world_find(enum cloud_side side, const char *name)
{
	for (size_t i = 0; i < WORLD_HALVES; i++) {
		struct world_half *half = &world.halves[side][i];

		if (half->exists && text_equal_ignoring_case(half->name, name))
			return half;
	}
	return NULL;
}

/* The half of a side that leads to the other one. */
static inline struct world_half *
world_leading(enum cloud_side side)
{
	const char *target = side == CLOUD_LOCAL ? SAMPLE_THERE : SAMPLE_HERE;

	for (size_t i = 0; i < WORLD_HALVES; i++) {
		struct world_half *half = &world.halves[side][i];

		if (half->exists && arm_id_equal(half->target, target))
			return half;
	}
	return NULL;
}

static inline void
world_remove(enum cloud_side side, struct world_half *half)
{
	struct world_half *other = half == world_leading(side) ? world_leading(!side) : NULL;

	half->exists = false;
	if (other && other->state != AZURE_PEERING_INITIATED)
		other->state = AZURE_PEERING_DISCONNECTED;
}

/* What goes on comes to its end. */
static inline void
world_tick(void)
{
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < WORLD_HALVES; i++) {
			struct world_half *half = &world.halves[side][i];

			if (half->exists && half->provisioning == AZURE_PROVISIONING_DELETING)
				world_remove((enum cloud_side)side, half);
			else if (half->provisioning == AZURE_PROVISIONING_UPDATING)
				half->provisioning = half->will_fail ? AZURE_PROVISIONING_FAILED
								     : AZURE_PROVISIONING_SUCCEEDED;
			half->will_fail = false;
		}
}

/* --- calls --- */

static inline bool
world_refuse(struct azure_error *fault, const char *code, int status)
{
	*fault = (struct azure_error){.status = status,
		.code = code,
		.message = "said by Azure",
		.target = "",
		.request_id = "",
		.tenant = "",
		.failure = azure_error_class(code, status)};
	return false;
}

static inline enum cloud_side
world_side(const char *id)
{
	assert_true(text_starts_with(id, SAMPLE_HERE) || text_starts_with(id, SAMPLE_THERE));
	return text_starts_with(id, SAMPLE_HERE) ? CLOUD_LOCAL : CLOUD_REMOTE;
}

/* "own+other PUT hub/to-kyma ..." */
static inline bool
world_call(const struct azure_place *place, const char *method, const char *id, const char *more,
	struct azure_error *fault)
{
	char line[WORLD_LINE];
	const char *vnet = world_side(id) == CLOUD_LOCAL ? "shoot" : "hub";
	const char *child = strstr(id, "/virtualNetworkPeerings/");

	snprintf(line, sizeof line, "%s%s%s %s %s%s%s", place->tenant ? place->tenant : "own",
		place->auxiliary ? "+" : "", place->auxiliary ? place->auxiliary[0] : "", method,
		vnet, child ? strrchr(child, '/') : "", more);
	world.length +=
		(size_t)snprintf(world.log + world.length, WORLD_LOG - world.length, "%s\n", line);
	assert_true(world.length < WORLD_LOG);
	for (size_t i = 0; world.faults[i].call; i++)
		if (strstr(line, world.faults[i].call))
			return world_refuse(fault, world.faults[i].code, world.faults[i].status);
	return true;
}

static inline enum azure_sync
world_sync(enum cloud_side side, const struct world_half *half)
{
	const struct world_half *other = world_leading(!side);
	bool here = half->knows == world.versions[!side];
	bool there = other && other->knows == world.versions[side];

	if (here)
		return there ? AZURE_SYNC_FULL : AZURE_SYNC_REMOTE_MISSES;
	return there ? AZURE_SYNC_LOCAL_MISSES : AZURE_SYNC_BOTH_MISS;
}

static inline struct azure_peering
world_show(struct arena *arena, enum cloud_side side, const struct world_half *half)
{
	static const char *const words[] = {"Marvellous", "Initiated", "Connected", "Disconnected"};

	return (struct azure_peering){
		.id = azure_plan_halves_id(
			arena, side == CLOUD_LOCAL ? SAMPLE_HERE : SAMPLE_THERE, half->name),
		.name = arena_text(arena, half->name),
		.etag = "",
		.provisioning = half->provisioning,
		.state = half->state,
		.state_text = words[half->state],
		.sync = world_sync(side, half),
		.options = half->options,
		.remote = half->target,
		.covers_whole_vnets = !half->is_part};
}

bool __wrap_azure_client_vnet(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_vnet *vnet,
	struct azure_error *fault);
bool
__wrap_azure_client_vnet(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_vnet *vnet,
	struct azure_error *fault)
{
	static const struct tag tag = {"c-1", ""};
	enum cloud_side side = world_side(id);
	struct azure_peering *shown = ARENA_ARRAY(arena, struct azure_peering, WORLD_HALVES);
	size_t count = 0;

	(void)client;
	if (!world_call(place, "GET", id, "", fault))
		return false;
	if (side == CLOUD_REMOTE && world.remote_is_gone)
		return world_refuse(fault, "ResourceNotFound", 404);
	for (size_t i = 0; i < WORLD_HALVES; i++)
		if (world.halves[side][i].exists)
			shown[count++] = world_show(arena, side, &world.halves[side][i]);
	*vnet = (struct azure_vnet){.id = id,
		.name = arm_id_name(id),
		.location = "westeurope",
		.provisioning = AZURE_PROVISIONING_SUCCEEDED,
		.ranges = {&world.ranges[side], 1},
		.tags = {&tag, side == CLOUD_REMOTE && world.is_tagged},
		.peerings = {shown, count, ""}};
	return true;
}

bool __wrap_azure_client_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_peering *peering,
	struct azure_error *fault);
bool
__wrap_azure_client_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_peering *peering,
	struct azure_error *fault)
{
	enum cloud_side side = world_side(id);
	const struct world_half *half = world_find(side, arm_id_name(id));

	(void)client;
	if (!world_call(place, "GET", id, "", fault))
		return false;
	*peering = (struct azure_peering){.options = {true, true, true, true}};
	if (!half)
		return world_refuse(fault, "NotFound", 404);
	*peering = world_show(arena, side, half);
	return true;
}

static inline bool
world_is_busy(struct azure_error *fault)
{
	if (world.busy == 0)
		return false;
	world.busy--;
	world_refuse(fault, "AnotherOperationInProgress", 429);
	return true;
}

/* What Azure would refuse and the planner has to know before. */
static inline void
world_judge(
	enum cloud_side side, const struct world_half *half, const struct azure_peering_wish *wish)
{
	const struct world_half *other = world_leading(!side);
	const struct azure_peering_options *options = &wish->options;

	assert_true(arm_id_equal(wish->remote, side == CLOUD_LOCAL ? SAMPLE_THERE : SAMPLE_HERE));
	assert_true(!half || arm_id_equal(half->target, wish->remote));
	assert_true(!half || !half->is_part);
	assert_ptr_equal(world_leading(side), half);
	assert_false(prefix_overlaps(&world.ranges[0], &world.ranges[1]) && !half);
	if (side == CLOUD_REMOTE && (!half || half->state == AZURE_PEERING_DISCONNECTED))
		assert_true(world.is_tagged);
	if (other && other->state == AZURE_PEERING_DISCONNECTED)
		assert_true(half && half->state == AZURE_PEERING_DISCONNECTED);
	if (other && other->options.uses_remote_gateways)
		assert_true(options->allows_gateway_transit);
	if (other && options->uses_remote_gateways)
		assert_true(other->options.allows_gateway_transit);
}

static inline void
world_write(enum cloud_side side, struct world_half *half, const struct azure_peering_wish *wish)
{
	struct world_half *other = world_leading(!side);

	half->options = wish->options;
	if (half->state != AZURE_PEERING_CONNECTED || wish->synchronizes)
		half->knows = world.versions[!side];
	half->state = AZURE_PEERING_INITIATED;
	if (other && other->state != AZURE_PEERING_DISCONNECTED)
		half->state = other->state = AZURE_PEERING_CONNECTED;
}

/* True when it goes on. */
static inline bool
world_begin(struct world_half *half, enum azure_provisioning provisioning,
	struct azure_progress *progress)
{
	half->will_fail = world.failing > 0;
	world.failing -= half->will_fail;
	*progress = (struct azure_progress){world.slow > 0, 0};
	world.slow -= progress->running;
	half->provisioning = provisioning;
	return progress->running;
}

bool __wrap_azure_client_put_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_peering_wish *wish,
	struct azure_put_peering *put, struct azure_error *fault);
bool
__wrap_azure_client_put_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_peering_wish *wish,
	struct azure_put_peering *put, struct azure_error *fault)
{
	enum cloud_side side = world_side(id);
	struct world_half *half = world_find(side, arm_id_name(id));
	const struct azure_peering_options *options = &wish->options;
	const char *more = arena_printf(arena, "%s%s%s%s%s",
		options->allows_access ? " access" : "",
		options->allows_forwarded ? " forwarded" : "",
		options->allows_gateway_transit ? " transit" : "",
		options->uses_remote_gateways ? " gateway" : "", wish->synchronizes ? " sync" : "");
	bool failed;

	(void)client;
	*put = (struct azure_put_peering){0};
	world.deadline = place->deadline;
	if (!world_call(place, "PUT", id, more, fault) || world_is_busy(fault))
		return false;
	world_judge(side, half, wish);
	if (options->uses_remote_gateways && !world.has_gateway)
		return world_refuse(fault, "RemoteVnetHasNoGateways", 400);
	if (!half)
		half = world_add(side, arm_id_name(id), wish->remote, AZURE_PEERING_INITIATED);
	world_write(side, half, wish);
	if (world_begin(half, AZURE_PROVISIONING_UPDATING, &put->progress))
		return true;
	failed = half->will_fail;
	world_tick();
	return !failed || world_refuse(fault, "InternalServerError", 200);
}

bool __wrap_azure_client_delete(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const char *etag,
	struct azure_progress *progress, struct azure_error *fault);
bool
__wrap_azure_client_delete(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const char *etag,
	struct azure_progress *progress, struct azure_error *fault)
{
	enum cloud_side side = world_side(id);
	struct world_half *half = world_find(side, arm_id_name(id));

	(void)arena;
	(void)client;
	assert_null(etag);
	*progress = (struct azure_progress){0};
	world.deadline = place->deadline;
	if (!world_call(place, "DELETE", id, "", fault) || world_is_busy(fault))
		return false;
	if (side == CLOUD_REMOTE && world.denies_remote_deletion)
		return world_refuse(fault, "AuthorizationFailed", 403);
	if (!half)
		return true;
	assert_ptr_equal(world_leading(side), half);
	if (side == CLOUD_REMOTE)
		assert_true(world.may_delete_remote &&
			    text_equal_ignoring_case(half->name, world.wanted_name));
	else
		assert_string_equal(half->name, "peerwarden-uid-1");
	if (!world_begin(half, AZURE_PROVISIONING_DELETING, progress))
		world_tick();
	return true;
}
