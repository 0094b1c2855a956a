#include "cloud/azure_client.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/percent.h"
#include "network/arm_id.h"

enum { LARGEST_BODY = 64 * 1024, LARGEST_TARGET = 16 * 1024, MOST_PAGES = 64 };
#define TIMEOUT (20 * CLOCK_SECOND)

struct azure_client {
	struct azure_call_shared shared;
};

struct azure_client *
azure_client_new(const struct azure_client_settings *settings, struct error *error)
{
	const struct azure_sovereign *sovereign =
		settings->sovereign ? settings->sovereign : azure_sovereign_find(NULL);
	struct azure_client *client = memory_alloc(sizeof *client);
	struct channel *channel;

	client->shared = (struct azure_call_shared){
		.common = {.trust = {settings->environment, "SSL_CERT_FILE"},
			.timeout = settings->timeout ? settings->timeout : TIMEOUT,
			.may_call = settings->may_call,
			.context = settings->context},
		.tokens = settings->tokens,
		.manager = settings->manager ? settings->manager : sovereign->manager,
		.pace = settings->pace ? settings->pace : CLOCK_SECOND,
	};
	call_shared_init(&client->shared.common);
	channel =
		channel_pool_acquire(client->shared.common.channels, client->shared.manager, error);
	if (channel) {
		channel_pool_release(client->shared.common.channels, channel, true);
		return client;
	}
	azure_client_free(client);
	return NULL;
}

void
azure_client_abort(struct azure_client *client)
{
	call_shared_abort(&client->shared.common);
}

void
azure_client_free(struct azure_client *client)
{
	if (!client)
		return;
	call_shared_dispose(&client->shared.common);
	free(client);
}

/* --- what a call is made of --- */

/* One question of a caller. */
struct question {
	struct arena *arena;
	struct azure_client *client;
	const struct azure_place *place;
	struct arm_id id;
	struct azure_error *fault;
	const char *about; /* the noun of the action, where the id does not say it; or NULL */
};

/* A fault that no answer of Azure told; returns false. */
static bool
refuse(struct question *question, enum cloud_failure failure, const char *message)
{
	*question->fault = (struct azure_error){.code = "",
		.message = message,
		.target = "",
		.request_id = "",
		.tenant = "",
		.failure = failure};
	return false;
}

static bool
refuse_id(struct question *question, const char *id)
{
	return refuse(question, CLOUD_PERMANENT,
		arena_printf(question->arena, "this is no id that the call could be of: %.200s",
			id ? id : ""));
}

/* `types` is a set of ARM_BIT; of the resources themselves or of what stands in them. */
static bool
take_id(struct question *question, const char *id, unsigned types, bool child)
{
	return (arm_id_parse(question->arena, id, &question->id) &&
		       (types & ARM_BIT(question->id.type)) &&
		       child == (*question->id.child != '\0')) ||
	       refuse_id(question, id);
}

static void
add_part(struct buffer *target, const char *fixed, const char *part)
{
	buffer_printf(target, "/%s", fixed);
	if (!*part)
		return;
	buffer_append_char(target, '/');
	percent_append(target, part);
}

static void
add_resource(struct buffer *target, const struct arm_id *id)
{
	add_part(target, "subscriptions", id->subscription);
	add_part(target, "resourceGroups", id->group);
	add_part(target, "providers/Microsoft.Network", "");
	add_part(target, arm_id_segment(id->type), id->name);
}

/* `further` comes behind the version: "&a=b", or "". */
static const char *
target_of(struct question *question, bool list, const char *further)
{
	static const char *const versions[ARM_TYPES] = {
		[ARM_VNET] = "2024-05-01", [ARM_ZONE] = "2020-06-01", [ARM_RULESET] = "2022-07-01"};
	CLEANUP(buffer_dispose) struct buffer target;
	const struct arm_id *id = &question->id;

	buffer_init(&target, LARGEST_TARGET);
	add_resource(&target, id);
	if (list || *id->child)
		add_part(&target, arm_id_child_segment(id->type), id->child);
	buffer_printf(&target, "?api-version=%s%s", versions[id->type], further);
	return arena_text(question->arena, buffer_text(&target));
}

static struct azure_call
make_call(struct question *question, enum http_method method, const char *target)
{
	static const char *const names[] = {
		[HTTP_GET] = "GET", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"};
	const struct arm_id *id = &question->id;
	const char *noun = *id->child ? arm_id_child_segment(id->type) : arm_id_segment(id->type);

	return (struct azure_call){
		.shared = &question->client->shared,
		.place = question->place,
		.method = method,
		.action = arena_printf(question->arena, "%s %s", names[method],
			question->about ? question->about : noun),
		.target = target,
	};
}

static bool
give_up(struct question *question, const struct azure_call *call)
{
	azure_call_tell(question->arena, &call->fault, question->fault);
	return false;
}

/* --- reading --- */

/* Reads a body into what `made` points at. */
typedef bool reader(struct arena *arena, const struct json *root, void *made, struct error *error);

static bool
get(struct question *question, const char *target, reader *read, void *made)
{
	CLEANUP(azure_call_end) struct azure_call call = make_call(question, HTTP_GET, target);
	struct error error = {0};
	const struct json *root;

	if (!azure_call_perform(&call))
		return give_up(question, &call);
	root = azure_read_object(question->arena, buffer_text(&call.common.response.body),
		call.common.response.body.length, &error);
	if (root && read(question->arena, root, made, &error))
		return true;
	call_doubt(&call.common, &error);
	return give_up(question, &call);
}

static bool
read_vnet(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	return azure_network_read_vnet(arena, root, made, error);
}

static bool
read_peering(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	return azure_network_read_peering(arena, root, made, error);
}

static bool
read_zone(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	return azure_dns_read_zone(arena, root, made, error);
}

static bool
read_ruleset(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	return azure_dns_read_ruleset(arena, root, made, error);
}

static bool
read_link(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	return azure_dns_read_link(arena, root, made, error);
}

bool
azure_client_vnet(struct arena *arena, struct azure_client *client, const struct azure_place *place,
	const char *id, struct azure_vnet *vnet, struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};

	return take_id(&question, id, ARM_BIT(ARM_VNET), false) &&
	       get(&question, target_of(&question, false, ""), read_vnet, vnet);
}

bool
azure_client_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_peering *peering,
	struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};

	return take_id(&question, id, ARM_BIT(ARM_VNET), true) &&
	       get(&question, target_of(&question, false, ""), read_peering, peering);
}

bool
azure_client_zone(struct arena *arena, struct azure_client *client, const struct azure_place *place,
	const char *id, struct azure_zone *zone, struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};

	return take_id(&question, id, ARM_BIT(ARM_ZONE), false) &&
	       get(&question, target_of(&question, false, ""), read_zone, zone);
}

bool
azure_client_ruleset(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_ruleset *ruleset,
	struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};

	return take_id(&question, id, ARM_BIT(ARM_RULESET), false) &&
	       get(&question, target_of(&question, false, ""), read_ruleset, ruleset);
}

bool
azure_client_link(struct arena *arena, struct azure_client *client, const struct azure_place *place,
	const char *id, struct azure_link *link, struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};

	return take_id(&question, id, ARM_BIT(ARM_ZONE) | ARM_BIT(ARM_RULESET), true) &&
	       get(&question, target_of(&question, false, ""), read_link, link);
}

/* --- lists --- */

/* A page of a list, whatever is in it. */
struct page {
	const void *items;
	size_t count;
	const char *next; /* URL, or "" */
};

static bool
read_peerings(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	struct azure_peerings read;
	bool good = azure_network_read_peerings(arena, root, &read, error);

	*(struct page *)made = (struct page){read.items, read.count, read.next};
	return good;
}

static bool
read_links(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	struct azure_links read;
	bool good = azure_dns_read_links(arena, root, &read, error);

	*(struct page *)made = (struct page){read.items, read.count, read.next};
	return good;
}

static bool
read_permissions(struct arena *arena, const struct json *root, void *made, struct error *error)
{
	struct azure_permissions read;
	bool good = azure_rights_read(arena, root, &read, error);

	*(struct page *)made = (struct page){read.items, read.count, read.next};
	return good;
}

/* `size` is that of an item. */
static bool
join(struct question *question, const struct page *pages, size_t count, size_t size,
	struct page *all)
{
	size_t total = 0;
	char *items;

	for (size_t i = 0; i < count; i++)
		total += pages[i].count;
	items = arena_try_raw(question->arena, (total + 1) * size);
	if (!items)
		return refuse(question, CLOUD_BACK_OFF,
			"the list of Azure needs more memory than it may have");
	*all = (struct page){items, total, ""};
	for (size_t i = 0; i < count; i++) {
		if (pages[i].count > 0)
			memcpy(items, pages[i].items, pages[i].count * size);
		items += pages[i].count * size;
	}
	return true;
}

static bool
get_all(struct question *question, const char *target, reader *read, size_t size, struct page *all)
{
	struct page pages[MOST_PAGES] = {0};
	size_t count = 0;

	for (;;) {
		struct page *page = &pages[count++];

		if (!get(question, target, read, page))
			return false;
		if (!*page->next)
			return join(question, pages, count, size, all);
		if (count == MOST_PAGES)
			return refuse(question, CLOUD_BACK_OFF,
				"the list of Azure has more pages than can be right");
		target = azure_operation_target(question->client->shared.manager, page->next);
		if (!target)
			return refuse(question, CLOUD_BACK_OFF,
				"the next page of a list of Azure lies elsewhere");
	}
}

bool
azure_client_peerings(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_peerings *peerings,
	struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};
	struct page all = {.next = ""};
	bool good = take_id(&question, id, ARM_BIT(ARM_VNET), false) &&
		    get_all(&question, target_of(&question, true, ""), read_peerings,
			    sizeof *peerings->items, &all);

	*peerings = (struct azure_peerings){all.items, all.count, all.next};
	return good;
}

bool
azure_client_links(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_links *links,
	struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, NULL};
	struct page all = {.next = ""};
	bool good = take_id(&question, id, ARM_BIT(ARM_ZONE) | ARM_BIT(ARM_RULESET), false) &&
		    get_all(&question, target_of(&question, true, ""), read_links,
			    sizeof *links->items, &all);

	*links = (struct azure_links){all.items, all.count, all.next};
	return good;
}

static const char *
target_of_permissions(struct question *question)
{
	CLEANUP(buffer_dispose) struct buffer target;

	buffer_init(&target, LARGEST_TARGET);
	add_resource(&target, &question->id);
	buffer_append_text(
		&target, "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01");
	return arena_text(question->arena, buffer_text(&target));
}

bool
azure_client_permissions(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, struct azure_permissions *permissions,
	struct azure_error *fault)
{
	struct question question = {arena, client, place, {0}, fault, "permissions"};
	unsigned types = ARM_BIT(ARM_VNET) | ARM_BIT(ARM_ZONE) | ARM_BIT(ARM_RULESET);
	struct page all = {.next = ""};
	bool good = take_id(&question, id, types, false) &&
		    get_all(&question, target_of_permissions(&question), read_permissions,
			    sizeof *permissions->items, &all);

	*permissions = (struct azure_permissions){all.items, all.count, all.next};
	return good;
}

/* --- changes --- */

/* What a PUT builds on is missing, or what it made is gone again. */
static bool
without_gone(struct question *question, enum cloud_failure instead)
{
	if (question->fault->failure == CLOUD_GONE)
		question->fault->failure = instead;
	return false;
}

/* With the progress, and what there is in the end when there is an end. */
static bool
put(struct question *question, struct azure_call *call, struct azure_progress *progress,
	reader *read, void *made)
{
	if (!azure_call_perform(call)) {
		give_up(question, call);
		return without_gone(question, CLOUD_WAIT_FOR_USER);
	}
	if (!azure_operation_follow(question->arena, call, progress, question->fault))
		return without_gone(question, CLOUD_CONFLICT);
	if (progress->running)
		return true;
	return get(question, target_of(question, false, ""), read, made) ||
	       without_gone(question, CLOUD_CONFLICT);
}

bool
azure_client_put_peering(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_peering_wish *wish,
	struct azure_put_peering *made, struct azure_error *fault)
{
	CLEANUP(azure_call_end) struct azure_call call = {0};
	CLEANUP(buffer_dispose) struct buffer body;
	struct question question = {arena, client, place, {0}, fault, NULL};

	*made = (struct azure_put_peering){0};
	buffer_init(&body, LARGEST_BODY);
	if (!take_id(&question, id, ARM_BIT(ARM_VNET), true))
		return false;
	azure_network_write_peering(&body, wish);
	call = make_call(&question, HTTP_PUT,
		target_of(&question, false,
			wish->synchronizes ? "&syncRemoteAddressSpace=true" : ""));
	call.body = &body;
	return put(&question, &call, &made->progress, read_peering, &made->peering);
}

bool
azure_client_put_link(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const struct azure_link_wish *wish,
	struct azure_put_link *made, struct azure_error *fault)
{
	CLEANUP(azure_call_end) struct azure_call call = {0};
	CLEANUP(buffer_dispose) struct buffer body;
	struct question question = {arena, client, place, {0}, fault, NULL};

	*made = (struct azure_put_link){0};
	buffer_init(&body, LARGEST_BODY);
	if (!take_id(&question, id, ARM_BIT(ARM_ZONE) | ARM_BIT(ARM_RULESET), true))
		return false;
	azure_dns_write_link(&body, question.id.type, wish);
	call = make_call(&question, HTTP_PUT, target_of(&question, false, ""));
	call.body = &body;
	call.only_new = wish->only_new;
	call.etag = wish->etag;
	return put(&question, &call, &made->progress, read_link, &made->link);
}

bool
azure_client_delete(struct arena *arena, struct azure_client *client,
	const struct azure_place *place, const char *id, const char *etag,
	struct azure_progress *progress, struct azure_error *fault)
{
	CLEANUP(azure_call_end) struct azure_call call = {0};
	struct question question = {arena, client, place, {0}, fault, NULL};
	unsigned all = ARM_BIT(ARM_VNET) | ARM_BIT(ARM_ZONE) | ARM_BIT(ARM_RULESET);

	*progress = (struct azure_progress){0};
	if (!take_id(&question, id, all, true))
		return false;
	call = make_call(&question, HTTP_DELETE, target_of(&question, false, ""));
	call.etag = etag;
	if (!azure_call_perform(&call))
		return call.fault.failure == CLOUD_GONE || give_up(&question, &call);
	return azure_operation_follow(arena, &call, progress, fault);
}
