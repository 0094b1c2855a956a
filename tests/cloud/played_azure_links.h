/* Azure played for links: answers that a test has laid out, a line for each call that was made, and
 * faults for the calls whose line has some text. Link with
 *     played(... azure_client_vnet azure_client_zone azure_client_ruleset azure_client_link
 *         azure_client_links azure_client_put_link azure_client_delete azure_look_up_zone)
 */
#pragma once

#include <stdio.h>

#include "cloud/azure_look_up.h"
#include "tests/cloud/azure_link_sample.h"

enum { PLAYED_FAULTS = 4, PLAYED_LOG = 8192, PLAYED_LINE = 1024, PLAYED_LINKS = 4 };

static struct played {
	struct azure_vnet vnet;
	struct azure_zone zone;
	struct azure_ruleset ruleset;
	struct azure_link links[PLAYED_LINKS];
	size_t count;
	struct azure_progress progress; /* of what is put or deleted */
	struct azure_link_wish put;     /* the last one */
	int64_t deadline;               /* of the last change */
	struct {
		const char *call;
		const char *code;
		const char *message; /* or NULL */
		int status;
		enum cloud_failure failure; /* CLOUD_NONE: by the code */
	} faults[PLAYED_FAULTS];
	char log[PLAYED_LOG];
	size_t length;
} played;

static inline void
played_fail(const char *call, const char *code, int status)
{
	size_t i = 0;

	while (played.faults[i].call)
		i++;
	assert_true(i < PLAYED_FAULTS - 1);
	played.faults[i].call = call;
	played.faults[i].code = code;
	played.faults[i].status = status;
}

static inline bool
played_refuse(const char *code, int status, const char *message, enum cloud_failure failure,
	struct azure_error *fault)
{
	*fault = (struct azure_error){.status = status,
		.code = code,
		.message = message ? message : "said by Azure",
		.target = "",
		.request_id = "",
		.tenant = "",
		.failure = failure ? failure : azure_error_class(code, status)};
	return false;
}

/* "GET own links/kyma" */
static inline bool
played_call(const struct azure_place *place, const char *method, const char *id, const char *more,
	struct azure_error *fault)
{
	const char *link = strstr(id, "/virtualNetworkLinks/");
	char line[PLAYED_LINE];

	snprintf(line, sizeof line, "%s %s%s%s %s%s", method, place->tenant ? place->tenant : "own",
		place->auxiliary ? "+" : "", place->auxiliary ? place->auxiliary[0] : "",
		link ? link + 1 : strrchr(id, '/') + 1, more);
	played.length += (size_t)snprintf(
		played.log + played.length, PLAYED_LOG - played.length, "%s\n", line);
	assert_true(played.length < PLAYED_LOG);
	for (size_t i = 0; played.faults[i].call; i++)
		if (strstr(line, played.faults[i].call))
			return played_refuse(played.faults[i].code, played.faults[i].status,
				played.faults[i].message, played.faults[i].failure, fault);
	return true;
}

static inline const struct azure_link *
played_find(const char *id)
{
	for (size_t i = 0; i < played.count; i++)
		if (arm_id_equal(played.links[i].id, id))
			return &played.links[i];
	return NULL;
}

bool __wrap_azure_client_vnet(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_vnet *vnet,
	struct azure_error *fault);
bool
__wrap_azure_client_vnet(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_vnet *vnet,
	struct azure_error *fault)
{
	(void)arena;
	(void)client;
	*vnet = played.vnet;
	return played_call(place, "GET", id, "", fault);
}

bool __wrap_azure_client_zone(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_zone *zone,
	struct azure_error *fault);
bool
__wrap_azure_client_zone(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_zone *zone,
	struct azure_error *fault)
{
	(void)arena;
	(void)client;
	*zone = played.zone;
	return played_call(place, "GET", id, "", fault);
}

bool __wrap_azure_client_ruleset(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_ruleset *ruleset,
	struct azure_error *fault);
bool
__wrap_azure_client_ruleset(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_ruleset *ruleset,
	struct azure_error *fault)
{
	(void)arena;
	(void)client;
	*ruleset = played.ruleset;
	return played_call(place, "GET", id, "", fault);
}

bool __wrap_azure_client_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_link *link,
	struct azure_error *fault);
bool
__wrap_azure_client_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_link *link,
	struct azure_error *fault)
{
	const struct azure_link *found = played_find(id);

	(void)arena;
	(void)client;
	if (!played_call(place, "GET", id, "", fault))
		return false;
	if (!found)
		return played_refuse("ResourceNotFound", 404, NULL, CLOUD_NONE, fault);
	*link = *found;
	return true;
}

bool __wrap_azure_client_links(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_links *links,
	struct azure_error *fault);
bool
__wrap_azure_client_links(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_links *links,
	struct azure_error *fault)
{
	(void)arena;
	(void)client;
	*links = (struct azure_links){played.links, played.count, ""};
	return played_call(place, "LIST", id, "", fault);
}

bool __wrap_azure_client_put_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_link_wish *wish,
	struct azure_put_link *made, struct azure_error *fault);
bool
__wrap_azure_client_put_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_link_wish *wish,
	struct azure_put_link *made, struct azure_error *fault)
{
	(void)client;
	played.put = *wish;
	played.deadline = place->deadline;
	*made = (struct azure_put_link){.progress = played.progress};
	return played_call(place, "PUT", id,
		arena_printf(
			arena, "%s%s", wish->only_new ? " new" : " ", wish->etag ? wish->etag : ""),
		fault);
}

bool __wrap_azure_client_delete(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const char *etag,
	struct azure_progress *progress, struct azure_error *fault);
bool
__wrap_azure_client_delete(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const char *etag,
	struct azure_progress *progress, struct azure_error *fault)
{
	(void)client;
	played.deadline = place->deadline;
	*progress = played.progress;
	return played_call(
		place, "DELETE", id, arena_printf(arena, " %s", etag ? etag : ""), fault);
}

bool __wrap_azure_look_up_zone(struct arena *arena, const struct azure_access *access,
	const struct remote *remote, struct cloud_network *network, struct cloud_fault *fault);
bool
__wrap_azure_look_up_zone(struct arena *arena, const struct azure_access *access,
	const struct remote *remote, struct cloud_network *network, struct cloud_fault *fault)
{
	(void)arena;
	(void)access;
	(void)fault;
	*network = (struct cloud_network){.owner = remote->id};
	return true;
}
