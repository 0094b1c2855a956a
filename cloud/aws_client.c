#include "cloud/aws_client.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "cloud/aws_call.h"
#include "cloud/aws_channel.h"
#include "cloud/aws_environment.h"
#include "format/xml.h"

enum { LARGEST_FORM = 64 * 1024, SCRATCH = 4096 };
enum { MOST_PAGES = 64, PAGE_SIZE = 1000, PAGE_SIZE_OF_TABLES = 100 };
#define TIMEOUT (4 * CLOCK_SECOND)

struct aws_client {
	struct aws_call_shared shared;
};

static struct http_client *
try_settings(const struct aws_client_settings *settings, struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(SCRATCH);
	const char *url = aws_environment_endpoint(
		arena, settings->environment, "ec2", aws_environment_main_region("aws"), error);

	return url ? channel_open(aws_channel_trust(settings->environment), url, false, error)
		   : NULL;
}

struct aws_client *
aws_client_new(const struct aws_client_settings *settings, struct error *error)
{
	struct http_client *http = try_settings(settings, error);
	struct aws_client *client;

	if (!http)
		return NULL;
	http_client_free(http);
	client = memory_alloc(sizeof *client);
	client->shared = (struct aws_call_shared){
		.common = {.trust = aws_channel_trust(settings->environment),
			.timeout = settings->timeout ? settings->timeout : TIMEOUT,
			.may_call = settings->may_call,
			.context = settings->context},
		.environment = settings->environment,
		.credentials = settings->credentials,
	};
	call_shared_init(&client->shared.common);
	return client;
}

void
aws_client_abort(struct aws_client *client)
{
	call_shared_abort(&client->shared.common);
}

void
aws_client_free(struct aws_client *client)
{
	if (!client)
		return;
	call_shared_dispose(&client->shared.common);
	free(client);
}

static bool
give_up(struct arena *arena, const struct aws_call *call, struct aws_error *fault)
{
	aws_call_tell(arena, call, fault);
	return false;
}

static const struct xml *
parse(struct arena *arena, const struct aws_call *call, struct error *error)
{
	const struct buffer *body = &call->common.response.body;

	return xml_parse(arena, buffer_text(body), body->length, error);
}

/* --- lists --- */

/* Of any kind of items. */
struct page {
	const void *items;
	size_t count;
	const char *next_token;
};

struct list {
	void (*request)(struct buffer *form, const struct aws_listing *listing);
	bool (*read)(struct arena *arena, const struct xml *answer, struct page *page,
		struct error *error);
	size_t size; /* of an item */
	unsigned page_size;
};

static bool
get_page(struct arena *arena, struct aws_call *call, const struct list *list, struct page *page,
	struct aws_error *fault)
{
	struct error error = {0};
	const struct xml *root;

	if (!aws_call_perform(call))
		return give_up(arena, call, fault);
	root = parse(arena, call, &error);
	if (root && list->read(arena, root, page, &error))
		return true;
	call_doubt(&call->common, &error);
	return give_up(arena, call, fault);
}

/* All pages' items in one array; false when the arena is full. */
static bool
join(struct arena *arena, const struct list *list, const struct page *pages, size_t count,
	struct page *all)
{
	size_t total = 0;
	char *items;

	*all = (struct page){.items = pages[0].items, .count = pages[0].count, .next_token = ""};
	if (count == 1)
		return true;
	for (size_t i = 0; i < count; i++)
		total += pages[i].count;
	items = total > 0 ? arena_try_raw(arena, total * list->size) : NULL;
	*all = (struct page){.items = items, .count = items ? total : 0, .next_token = ""};
	for (size_t i = 0; items && i < count; i++) {
		if (pages[i].count > 0)
			memcpy(items, pages[i].items, pages[i].count * list->size);
		items += pages[i].count * list->size;
	}
	return total == 0 || items;
}

static bool
spoil_list(struct aws_error *fault, const char *message)
{
	*fault = (struct aws_error){
		.code = "", .message = message, .request_id = "", .failure = CLOUD_BACK_OFF};
	return false;
}

static bool
get_list(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct list *list, const struct aws_listing *listing, struct page *all,
	struct aws_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer form;
	struct page pages[MOST_PAGES] = {0};
	struct aws_listing asked = *listing;
	bool has_ids = listing->ids && listing->ids[0];
	size_t count = 0;
	bool more = true;

	buffer_init(&form, LARGEST_FORM);
	if (asked.page_size == 0)
		asked.page_size = list->page_size;
	while (more && count < MOST_PAGES) {
		CLEANUP(aws_call_end)
		struct aws_call call = {.shared = &client->shared,
			.region = place->region,
			.role = place->role,
			.form = &form};
		struct page *page = &pages[count++];

		list->request(&form, &asked);
		if (!get_page(arena, &call, list, page, fault))
			return false;
		more = *page->next_token && !has_ids;
		asked.next_token = page->next_token;
	}
	if (more)
		return spoil_list(fault, "the list of EC2 has more pages than can be right");
	return join(arena, list, pages, count, all) ||
	       spoil_list(fault, "the list of EC2 needs more memory than it may have");
}

static bool
read_vpcs(struct arena *arena, const struct xml *answer, struct page *page, struct error *error)
{
	struct aws_vpcs found = {0};
	bool done = aws_ec2_read_vpcs(arena, answer, &found, error);

	*page = (struct page){found.items, found.count, found.next_token};
	return done;
}

static bool
read_peerings(struct arena *arena, const struct xml *answer, struct page *page, struct error *error)
{
	struct aws_peerings found = {0};
	bool done = aws_ec2_read_peerings(arena, answer, &found, error);

	*page = (struct page){found.items, found.count, found.next_token};
	return done;
}

static bool
read_route_tables(
	struct arena *arena, const struct xml *answer, struct page *page, struct error *error)
{
	struct aws_route_tables found = {0};
	bool done = aws_ec2_read_route_tables(arena, answer, &found, error);

	*page = (struct page){found.items, found.count, found.next_token};
	return done;
}

bool
aws_client_vpcs(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct aws_listing *listing, struct aws_vpcs *vpcs, struct aws_error *fault)
{
	static const struct list list = {
		aws_ec2_request_vpcs, read_vpcs, sizeof(struct aws_vpc), PAGE_SIZE};
	struct page all = {0};
	bool done = get_list(arena, client, place, &list, listing, &all, fault);

	*vpcs = (struct aws_vpcs){all.items, all.count, ""};
	return done;
}

bool
aws_client_peerings(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct aws_listing *listing, struct aws_peerings *peerings, struct aws_error *fault)
{
	static const struct list list = {
		aws_ec2_request_peerings, read_peerings, sizeof(struct aws_peering), PAGE_SIZE};
	struct page all = {0};
	bool done = get_list(arena, client, place, &list, listing, &all, fault);

	*peerings = (struct aws_peerings){all.items, all.count, ""};
	return done;
}

bool
aws_client_route_tables(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_listing *listing,
	struct aws_route_tables *tables, struct aws_error *fault)
{
	static const struct list list = {aws_ec2_request_route_tables, read_route_tables,
		sizeof(struct aws_route_table), PAGE_SIZE_OF_TABLES};
	struct page all = {0};
	bool done = get_list(arena, client, place, &list, listing, &all, fault);

	*tables = (struct aws_route_tables){all.items, all.count, ""};
	return done;
}

/* --- changes --- */

static bool
change_peering(struct arena *arena, struct aws_call *call, struct aws_peering *peering,
	struct aws_error *fault)
{
	struct error error = {0};
	const struct xml *root;

	*peering = (struct aws_peering){0};
	if (!aws_call_perform(call))
		return give_up(arena, call, fault);
	root = parse(arena, call, &error);
	if (root && aws_ec2_read_peering(arena, root, peering, &error))
		return true;
	call_doubt(&call->common, &error);
	return give_up(arena, call, fault);
}

bool
aws_client_create_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const struct aws_new_peering *wanted,
	struct aws_peering *peering, struct aws_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer form;
	CLEANUP(aws_call_end)
	struct aws_call call = {.shared = &client->shared,
		.region = place->region,
		.role = place->role,
		.form = &form};

	buffer_init(&form, LARGEST_FORM);
	aws_ec2_request_create_peering(&form, wanted);
	return change_peering(arena, &call, peering, fault);
}

bool
aws_client_accept_peering(struct arena *arena, struct aws_client *client,
	const struct aws_place *place, const char *id, struct aws_peering *peering,
	struct aws_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer form;
	CLEANUP(aws_call_end)
	struct aws_call call = {.shared = &client->shared,
		.region = place->region,
		.role = place->role,
		.form = &form};

	buffer_init(&form, LARGEST_FORM);
	aws_ec2_request_accept_peering(&form, id);
	return change_peering(arena, &call, peering, fault);
}

static bool
read_done(const struct aws_call *call, struct error *error)
{
	const struct xml *root = parse(call->common.scratch, call, error);

	return root && aws_ec2_read_done(root, error);
}

bool
aws_client_do(struct arena *arena, struct aws_client *client, const struct aws_place *place,
	const struct buffer *form, bool dry_run, struct aws_error *fault)
{
	CLEANUP(buffer_dispose) struct buffer whole;
	CLEANUP(aws_call_end)
	struct aws_call call = {.shared = &client->shared,
		.region = place->region,
		.role = place->role,
		.form = &whole,
		.dry_run = dry_run};
	struct error error = {0};

	buffer_init(&whole, LARGEST_FORM);
	buffer_append(&whole, buffer_text(form), form->length);
	whole.overflowed |= form->overflowed;
	if (dry_run)
		buffer_append_text(&whole, "&DryRun=true");
	if (!aws_call_perform(&call))
		return (dry_run && call.fault.failure == CLOUD_WOULD_WORK) ||
		       give_up(arena, &call, fault);
	if (read_done(&call, &error))
		return true;
	call_doubt(&call.common, &error);
	return give_up(arena, &call, fault);
}
