#include "cloud/gcp_facts_read.h"

#include <string.h>

#include "base/text.h"
#include "cloud/gcp_plan_halves.h"
#include "cloud/gcp_plan_path.h"

/* One reading. */
struct reading {
	struct arena *arena;
	const struct gcp_access *access;
	const struct cloud_wish *wish;
	struct gcp_place local, remote;
	struct gcp_facts *facts;
	struct cloud_fault *fault;
};

static struct cloud_fault
fault_of(struct reading *reading, const struct gcp_place *place, const char *action,
	const struct gcp_error *error)
{
	return gcp_access_fault(reading->arena, place, action, error);
}

static bool
fail(struct reading *reading, const struct gcp_place *place, const char *action,
	const struct gcp_error *error)
{
	*reading->fault = fault_of(reading, place, action, error);
	return false;
}

static bool
may_pass(enum cloud_failure failure)
{
	return failure != CLOUD_BACK_OFF && failure != CLOUD_RETRY_NOW;
}

/* --- the operation --- */

/* Another try, or a look at what is there, tells what came of these. */
static bool
is_worth_telling(const struct gcp_error *error)
{
	return error->failure != CLOUD_GONE && error->failure != CLOUD_CONFLICT && !error->busy;
}

static bool
look_at_operation(struct reading *reading, const struct gcp_place *place, const char *name)
{
	struct gcp_facts *facts = reading->facts;
	struct gcp_operation operation;
	struct gcp_error error;

	if (gcp_client_operation(
		    reading->arena, reading->access->client, place, name, &operation, &error)) {
		facts->operation_runs = !operation.done;
		return true;
	}
	if (!operation.failed && !may_pass(error.failure))
		return fail(reading, place, "compute.globalOperations.get", &error);
	if (!is_worth_telling(&error))
		return true;
	facts->operation_fault = fault_of(
		reading, place, operation.failed ? "" : "compute.globalOperations.get", &error);
	if (!operation.failed)
		return true;
	facts->operation_type = operation.type;
	facts->operation_fault.message = arena_printf(reading->arena, "%s has failed %s",
		text_is_blank(operation.type) ? "an operation" : operation.type,
		facts->operation_fault.message);
	return true;
}

/* Whoever may write annotations may write anything there. */
static bool
read_operation(struct reading *reading)
{
	const char *stored = reading->wish->operation;
	const struct gcp_place *place = &reading->local;
	const char *name;

	if (text_is_blank(stored))
		return true;
	if (text_starts_with(stored, GCP_OPERATION_REMOTE))
		place = &reading->remote;
	else if (!text_starts_with(stored, GCP_OPERATION_LOCAL))
		return true;
	name = strchr(stored, '/') + 1;
	if (!text_only_has(name, "a-zA-Z0-9-") || text_is_blank(place->project))
		return true;
	return look_at_operation(reading, place, name);
}

/* --- the networks --- */

static bool
read_local(struct reading *reading)
{
	struct gcp_network *network = ARENA_NEW(reading->arena, struct gcp_network);
	struct gcp_error error;

	if (!*reading->facts->local_path)
		return true;
	if (gcp_client_network(
		    reading->arena, reading->access->client, &reading->local, network, &error)) {
		reading->facts->local = network;
		return true;
	}
	reading->facts->local_fault =
		fault_of(reading, &reading->local, "compute.networks.get", &error);
	return error.failure == CLOUD_GONE ||
	       fail(reading, &reading->local, "compute.networks.get", &error);
}

static bool
may_do_without_remote(const struct reading *reading, enum cloud_failure failure)
{
	const struct cloud_wish *wish = reading->wish;

	if (failure == CLOUD_GONE)
		return true;
	return wish->deleting && (!wish->deletes_remote || may_pass(failure));
}

static bool
read_remote(struct reading *reading)
{
	struct gcp_network *network = ARENA_NEW(reading->arena, struct gcp_network);
	struct gcp_error error;

	if (gcp_client_network(
		    reading->arena, reading->access->client, &reading->remote, network, &error)) {
		reading->facts->remote = network;
		return true;
	}
	reading->facts->remote_fault =
		fault_of(reading, &reading->remote, "compute.networks.get", &error);
	return may_do_without_remote(reading, error.failure) ||
	       fail(reading, &reading->remote, "compute.networks.get", &error);
}

/* --- what counts before something is made --- */

static bool
read_tags(struct reading *reading)
{
	struct gcp_facts *facts = reading->facts;
	struct gcp_error error;

	facts->tags_known = gcp_client_tags(reading->arena, reading->access->client,
		&reading->remote, facts->remote->path_with_id, &facts->tags, &error);
	return facts->tags_known ||
	       fail(reading, &reading->remote, "compute.networks.listEffectiveTags", &error);
}

static bool
read_member(struct reading *reading, const char *path, struct gcp_member *member,
	struct gcp_error *error)
{
	const struct gcp_place place = {
		.project = gcp_plan_path_project(reading->arena, path),
		.network = gcp_plan_path_network(path),
		.deadline = reading->local.deadline,
	};

	member->path = path;
	return gcp_client_subnetworks(
		reading->arena, reading->access->client, &place, &member->subnetworks, error);
}

static bool
is_third(const struct gcp_peering *half, const struct gcp_facts *facts)
{
	return text_equal(half->state, "ACTIVE") && *gcp_plan_path_network(half->network) != '\0' &&
	       !gcp_plan_halves_lead(half, facts->local->path) &&
	       !gcp_plan_halves_lead(half, facts->remote->path);
}

static bool
read_group(struct reading *reading, const struct gcp_network *network,
	const struct gcp_place *place, struct gcp_group *group)
{
	struct gcp_member *members =
		ARENA_ARRAY(reading->arena, struct gcp_member, GCP_MOST_PEERS + 1);
	struct gcp_error error;
	size_t count = 0;

	if (!read_member(reading, network->path, &members[count], &error))
		return may_pass(error.failure) ||
		       fail(reading, place, "compute.subnetworks.list", &error);
	count++;
	for (size_t i = 0; i < network->peering_count && count <= GCP_MOST_PEERS; i++)
		if (is_third(&network->peerings[i], reading->facts) &&
			read_member(reading, network->peerings[i].network, &members[count], &error))
			count++;
	*group = (struct gcp_group){members, count};
	return true;
}

static bool
read_before_making(struct reading *reading)
{
	struct gcp_facts *facts = reading->facts;
	const struct gcp_halves halves = gcp_plan_halves_find(reading->arena, reading->wish, facts);

	if (!facts->remote || gcp_plan_halves_are_complete(&halves) ||
		text_equal(facts->local->path, facts->remote->path))
		return true;
	if (gcp_plan_halves_need_tag(&halves)) {
		if (!read_tags(reading))
			return false;
		if (!gcp_tags_find(&facts->tags, reading->wish->tag))
			return true;
	}
	return read_group(reading, facts->local, &reading->local, &facts->local_group) &&
	       read_group(reading, facts->remote, &reading->remote, &facts->remote_group);
}

/* --- */

void
gcp_facts_name(struct arena *arena, const struct gcp_access *access, const struct cloud_wish *wish,
	struct gcp_facts *facts)
{
	const struct gcp_place local = gcp_access_local(arena, access, wish->shoot);
	const struct gcp_place remote = gcp_access_remote(access, wish->remote);

	*facts = (struct gcp_facts){
		.local_path = gcp_plan_path_make(arena, local.project, local.network),
		.remote_path = gcp_plan_path_make(arena, remote.project, remote.network),
	};
}

bool
gcp_facts_read(struct arena *arena, const struct gcp_access *access, const struct cloud_wish *wish,
	struct gcp_facts *facts, struct cloud_fault *fault)
{
	struct reading reading = {arena, access, wish, gcp_access_local(arena, access, wish->shoot),
		gcp_access_remote(access, wish->remote), facts, fault};

	gcp_facts_name(arena, access, wish, facts);
	if (!read_operation(&reading))
		return false;
	if (facts->operation_runs)
		return true;
	if (!read_local(&reading))
		return false;
	if (!wish->deleting && !facts->local)
		return true;
	if (!read_remote(&reading))
		return false;
	if (!wish->deleting && !read_before_making(&reading))
		return false;
	if (!arena_exhausted(arena))
		return true;
	*fault = (struct cloud_fault){CLOUD_BACK_OFF, "", "",
		"what Google Cloud says of the two networks needs more memory than it may have",
		""};
	return false;
}
