/* Google Cloud played: two networks that a test has laid out, a line for each call that was made,
 * and faults for the calls whose line has some text. Link with
 *     played(... gcp_client_network gcp_client_subnetworks gcp_client_tags gcp_client_operation
 *         gcp_client_add_peering gcp_client_update_peering gcp_client_remove_peering ...)
 */
#pragma once

#include <stdio.h>

#include "cloud/gcp_client.h"
#include "tests/cloud/gcp_facts_sample.h"

enum { PLAYED_FAULTS = 8, PLAYED_LOG = 8192, PLAYED_LINE = 512 };

static struct played {
	const struct gcp_network *local, *remote; /* NULL: it is not there */
	struct gcp_tags tags;
	struct gcp_operation operation; /* as it is when it is looked at */
	bool done_at_once;              /* each change */
	struct {
		const char *call;
		struct gcp_error error;
	} faults[PLAYED_FAULTS];
	char log[PLAYED_LOG];
	size_t length;
} played;

static inline void
played_fail(const char *call, struct gcp_error error)
{
	size_t i = 0;

	while (played.faults[i].call)
		i++;
	assert_true(i < PLAYED_FAULTS - 1);
	if (!error.message)
		error.message = "said by Google";
	error.hint = "";
	played.faults[i].call = call;
	played.faults[i].error = error;
}

static inline void
played_begin_log(void)
{
	played.length = 0;
	played.log[0] = '\0';
}

/* "home/shoot--team--c-1 network" */
static inline bool
played_call(const struct gcp_place *place, const char *what, struct gcp_error *fault)
{
	char line[PLAYED_LINE];

	snprintf(line, sizeof line, "%s/%s %s", place->project, place->network, what);
	played.length += (size_t)snprintf(
		played.log + played.length, PLAYED_LOG - played.length, "%s\n", line);
	assert_true(played.length < PLAYED_LOG);
	for (size_t i = 0; played.faults[i].call; i++)
		if (strstr(line, played.faults[i].call)) {
			*fault = played.faults[i].error;
			return false;
		}
	return true;
}

static inline bool
played_is_gone(struct gcp_error *fault)
{
	*fault = (struct gcp_error){404, "notFound", "was not found", "", .failure = CLOUD_GONE};
	return false;
}

bool __wrap_gcp_client_network(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_network *network, struct gcp_error *fault);
bool
__wrap_gcp_client_network(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_network *network, struct gcp_error *fault)
{
	const struct gcp_network *found =
		text_equal(place->project, "home") ? played.local : played.remote;

	(void)arena;
	(void)client;
	if (!played_call(place, "network", fault))
		return false;
	if (!found)
		return played_is_gone(fault);
	*network = *found;
	return true;
}

bool __wrap_gcp_client_subnetworks(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_subnetworks *subnetworks,
	struct gcp_error *fault);
bool
__wrap_gcp_client_subnetworks(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, struct gcp_subnetworks *subnetworks, struct gcp_error *fault)
{
	struct gcp_subnetwork *made = ARENA_NEW(arena, struct gcp_subnetwork);
	struct gcp_range *range = ARENA_NEW(arena, struct gcp_range);
	const char *text = text_equal(place->project, "home")   ? "10.1.0.0/16"
			   : text_equal(place->project, "away") ? "10.2.0.0/16"
								: "10.2.7.0/24";

	(void)client;
	if (!played_call(place, "ranges", fault))
		return false;
	range->prefix = sample_prefix(text);
	*made = (struct gcp_subnetwork){"nodes", "r", "", "PRIVATE", range, 1};
	*subnetworks = (struct gcp_subnetworks){made, 1, false};
	return true;
}

bool __wrap_gcp_client_tags(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *path_with_id, struct gcp_tags *tags,
	struct gcp_error *fault);
bool
__wrap_gcp_client_tags(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *path_with_id, struct gcp_tags *tags,
	struct gcp_error *fault)
{
	(void)client;
	*tags = played.tags;
	return played_call(place, arena_printf(arena, "tags %s", path_with_id), fault);
}

bool __wrap_gcp_client_operation(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault);
bool
__wrap_gcp_client_operation(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault)
{
	(void)client;
	*operation = (struct gcp_operation){.name = "", .type = "", .target = "", .status = ""};
	if (!played_call(place, arena_printf(arena, "operation %s", name), fault))
		return false;
	*operation = played.operation;
	*fault = operation->error;
	return !operation->failed;
}

static inline bool
played_change(const struct gcp_place *place, const char *what, struct gcp_operation *operation,
	struct gcp_error *fault)
{
	*operation = (struct gcp_operation){.name = "", .type = "", .target = "", .status = ""};
	assert_null(place->request_id);
	if (!played_call(place, what, fault))
		return false;
	operation->name = "operation-1";
	operation->done = played.done_at_once;
	return true;
}

static inline const char *
played_flag(enum gcp_flag flag)
{
	return flag == GCP_KEEP ? "as it is" : flag == GCP_ON ? "yes" : "no";
}

bool __wrap_gcp_client_add_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault);
bool
__wrap_gcp_client_add_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault)
{
	(void)client;
	return played_change(place,
		arena_printf(arena, "add %s to %s, imports: %s, exports: %s", wish->name,
			wish->network, played_flag(wish->import_custom_routes),
			played_flag(wish->export_custom_routes)),
		operation, fault);
}

bool __wrap_gcp_client_update_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault);
bool
__wrap_gcp_client_update_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const struct gcp_peering_wish *wish,
	struct gcp_operation *operation, struct gcp_error *fault)
{
	(void)client;
	assert_null(wish->network);
	return played_change(place,
		arena_printf(arena, "update %s, imports: %s, exports: %s", wish->name,
			played_flag(wish->import_custom_routes),
			played_flag(wish->export_custom_routes)),
		operation, fault);
}

bool __wrap_gcp_client_remove_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault);
bool
__wrap_gcp_client_remove_peering(struct arena *arena, struct gcp_client *client,
	const struct gcp_place *place, const char *name, struct gcp_operation *operation,
	struct gcp_error *fault)
{
	(void)client;
	return played_change(place, arena_printf(arena, "remove %s", name), operation, fault);
}
