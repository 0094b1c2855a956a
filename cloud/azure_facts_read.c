#include "cloud/azure_facts_read.h"

#include "cloud/azure_plan_halves.h"
#include "network/arm_id.h"

#define READ "Microsoft.Network/virtualNetworks/read"

/* One reading. */
struct reading {
	struct arena *arena;
	const struct azure_access *access;
	const struct cloud_wish *wish;
	struct azure_facts *facts;
	struct cloud_fault *fault;
};

static const char *
own_of_stored(struct arena *arena, const struct cloud_wish *wish)
{
	struct arm_id id;

	if (!wish->deleting || !arm_id_parse(arena, wish->id, &id) || id.type != ARM_VNET)
		return "";
	id.child = "";
	return arm_id_write(arena, &id);
}

const char *
azure_facts_read_own(
	struct arena *arena, const struct azure_access *access, const struct cloud_wish *wish)
{
	const char *own = azure_access_own(arena, access, wish->shoot);

	return *own ? own : own_of_stored(arena, wish);
}

static struct cloud_fault
absent(struct arena *arena, const char *id, const struct cloud_fault *fault)
{
	return (struct cloud_fault){
		.failure = CLOUD_GONE,
		.action = fault->action,
		.code = fault->code,
		.message = arena_printf(arena, "VNet %s is not there", id),
		.hint = arena_printf(arena,
			"compare its subscription, resource group and name with: az network vnet "
			"show --ids %s",
			azure_plan_halves_word(arena, id)),
	};
}

/* NULL, with the fault, where there is none to be had. */
static const struct azure_vnet *
read_vnet(struct reading *reading, const struct azure_place *place, const char *id,
	struct cloud_fault *fault, bool *denied)
{
	struct azure_vnet *vnet = ARENA_NEW(reading->arena, struct azure_vnet);
	struct azure_error error;

	if (azure_client_vnet(reading->arena, reading->access->client, place, id, vnet, &error))
		return vnet;
	*denied = azure_access_is_denied(&error);
	*fault = azure_access_fault(reading->arena, id, READ, &error);
	if (fault->failure == CLOUD_GONE)
		*fault = absent(reading->arena, id, fault);
	return NULL;
}

static bool
read_local(struct reading *reading)
{
	const struct azure_place place = azure_access_local(reading->access);
	struct azure_facts *facts = reading->facts;
	bool denied;

	facts->local = read_vnet(reading, &place, facts->local_id, &facts->local_fault, &denied);
	if (facts->local || facts->local_fault.failure == CLOUD_GONE)
		return true;
	*reading->fault = facts->local_fault;
	return false;
}

static bool
may_pass(enum cloud_failure failure)
{
	return failure != CLOUD_BACK_OFF && failure != CLOUD_RETRY_NOW && failure != CLOUD_CONFLICT;
}

static bool
read_remote(struct reading *reading)
{
	const struct remote *remote = reading->wish->remote;
	const struct azure_place place = azure_access_remote(reading->access, remote);
	struct azure_facts *facts = reading->facts;

	facts->remote =
		read_vnet(reading, &place, remote->id, &facts->remote_fault, &facts->remote_denied);
	if (facts->remote || may_pass(facts->remote_fault.failure))
		return true;
	*reading->fault = facts->remote_fault;
	return false;
}

bool
azure_facts_read(struct arena *arena, const struct azure_access *access,
	const struct cloud_wish *wish, struct azure_facts *facts, struct cloud_fault *fault)
{
	struct reading reading = {arena, access, wish, facts, fault};

	*facts = (struct azure_facts){
		.local_id = azure_facts_read_own(arena, access, wish),
		.half_name = azure_plan_halves_name(arena, wish),
	};
	if (!*facts->local_id)
		return true;
	if (!read_local(&reading) || !read_remote(&reading))
		return false;
	if (!arena_exhausted(arena))
		return true;
	*fault = (struct cloud_fault){CLOUD_BACK_OFF, "", "",
		"what Azure says of the two VNets needs more memory than it may have", ""};
	return false;
}
