#include "cloud/aws_look_up.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/aws_facts_read.h"

enum { LARGEST_FORM = 4096, PEERING_PAGE = 1000, MOST_RIGHTS = 8 };
/* For a dry run where there is no connection: none has this id. */
#define NO_CONNECTION "pcx-00000000000000000"

/* One look. */
struct look {
	struct arena *arena;
	const struct aws_access *access;
	struct aws_place place;
	const struct remote *remote;
	struct cloud_network *network;
	struct cloud_fault *fault;
	struct aws_peerings peerings;
	const char **missing;
};

static void
miss(struct look *look, const char *right)
{
	look->missing[look->network->missing_right_count++] = right;
}

static bool
fail(struct look *look, const char *action, const struct aws_error *error)
{
	*look->fault = aws_access_fault(look->arena, &look->place, action, error);
	return false;
}

static const struct tag *
copy_tags(struct arena *arena, const struct aws_tags *tags)
{
	struct tag *copy = ARENA_ARRAY(arena, struct tag, tags->count + 1);

	for (size_t i = 0; i < tags->count; i++)
		copy[i] = (struct tag){tags->items[i].key, tags->items[i].value};
	return copy;
}

static bool
look_at_vpc(struct look *look)
{
	struct cloud_network *network = look->network;
	struct aws_vpc vpc;

	if (!aws_facts_remote_vpc(look->arena, look->access, look->remote, &vpc, look->fault))
		return false;
	network->owner = vpc.owner;
	network->region = look->remote->region;
	network->ranges = vpc.ranges.items;
	network->range_count = vpc.ranges.count;
	network->tags = copy_tags(look->arena, &vpc.tags);
	network->tag_count = vpc.tags.count;
	return true;
}

static bool
look_at_tables(struct look *look)
{
	struct aws_route_tables tables;
	struct aws_error error;
	struct cloud_table *made;

	if (!aws_facts_tables(
		    look->arena, look->access, &look->place, look->remote->id, &tables, &error)) {
		if (!aws_access_is_denied(&error))
			return fail(look, "ec2:DescribeRouteTables", &error);
		miss(look, "ec2:DescribeRouteTables");
		return true;
	}
	made = ARENA_ARRAY(look->arena, struct cloud_table, tables.count + 1);
	for (size_t i = 0; i < tables.count; i++)
		made[i] = (struct cloud_table){tables.items[i].id,
			copy_tags(look->arena, &tables.items[i].tags), tables.items[i].tags.count};
	look->network->tables = made;
	look->network->table_count = tables.count;
	look->network->tables_known = true;
	return true;
}

static bool
is_known(const struct aws_peerings *peerings, const char *id)
{
	for (size_t i = 0; i < peerings->count; i++)
		if (text_equal(peerings->items[i].id, id))
			return true;
	return false;
}

static void
keep(struct look *look, const struct aws_peerings *found)
{
	struct aws_peerings *known = &look->peerings;
	const char *vpc = look->remote->id;
	struct aws_peering *kept =
		ARENA_ARRAY(look->arena, struct aws_peering, known->count + found->count + 1);
	struct aws_peerings all = {kept, known->count, ""};

	for (size_t i = 0; i < known->count; i++)
		kept[i] = known->items[i];
	for (size_t i = 0; i < found->count; i++) {
		const struct aws_peering *peering = &found->items[i];

		if ((text_equal(peering->requester.vpc, vpc) ||
			    text_equal(peering->accepter.vpc, vpc)) &&
			!is_known(&all, peering->id))
			kept[all.count++] = *peering;
	}
	*known = all;
}

static bool
list_peerings(struct look *look, const char *end, struct aws_error *error)
{
	const char *const values[] = {look->remote->id, NULL};
	const struct aws_filter filters[] = {{end, values}, {0}};
	const struct aws_listing listing = {.filters = filters, .page_size = PEERING_PAGE};
	struct aws_peerings found;

	if (!aws_client_peerings(
		    look->arena, look->access->client, &look->place, &listing, &found, error))
		return false;
	keep(look, &found);
	return true;
}

static void
copy_peerings(struct look *look)
{
	const struct aws_peerings *peerings = &look->peerings;
	struct cloud_peering *made =
		ARENA_ARRAY(look->arena, struct cloud_peering, peerings->count + 1);

	for (size_t i = 0; i < peerings->count; i++) {
		const struct aws_peering *peering = &peerings->items[i];
		bool asked = text_equal(peering->requester.vpc, look->remote->id);

		made[i] = (struct cloud_peering){peering->id,
			asked ? peering->accepter.vpc : peering->requester.vpc, peering->code};
	}
	look->network->peerings = made;
	look->network->peering_count = peerings->count;
}

static bool
look_at_peerings(struct look *look)
{
	struct aws_error error;

	if (!list_peerings(look, "requester-vpc-info.vpc-id", &error) ||
		!list_peerings(look, "accepter-vpc-info.vpc-id", &error)) {
		if (!aws_access_is_denied(&error))
			return fail(look, "ec2:DescribeVpcPeeringConnections", &error);
		miss(look, "ec2:DescribeVpcPeeringConnections");
		return true;
	}
	copy_peerings(look);
	return true;
}

/* A dry run of what the form asks. True when it was judged. */
static bool
try_right(struct look *look, const char *right, const struct buffer *form)
{
	struct aws_error error;

	if (aws_client_do(look->arena, look->access->client, &look->place, form, true, &error))
		return true;
	if (!aws_access_is_denied(&error))
		return false;
	miss(look, right);
	return true;
}

/* True when the server judges dry runs, and does not do them. */
static bool
look_at_removal(struct look *look)
{
	struct aws_error error;

	if (aws_facts_may_remove_routes(
		    look->arena, look->access, &look->place, look->network->tables[0].id, &error))
		return true;
	if (!aws_access_is_denied(&error))
		return false;
	miss(look, "ec2:DeleteRoute");
	return true;
}

/* One that is still to be accepted or deleted, if there is any. */
static const struct aws_peering *
living_peering(const struct look *look)
{
	for (size_t i = 0; i < look->peerings.count; i++)
		if (!aws_ec2_is_over(look->peerings.items[i].state))
			return &look->peerings.items[i];
	return NULL;
}

static void
look_at_rights(struct look *look)
{
	CLEANUP(buffer_dispose) struct buffer form;
	const struct aws_peering *peering = living_peering(look);
	bool known;

	buffer_init(&form, LARGEST_FORM);
	if (look->network->table_count == 0 || !look_at_removal(look))
		return;
	aws_ec2_request_create_route(&form, look->network->tables[0].id, &aws_facts_nowhere,
		peering ? peering->id : NO_CONNECTION);
	known = try_right(look, "ec2:CreateRoute", &form);
	if (!peering)
		return;
	aws_ec2_request_accept_peering(&form, peering->id);
	known &= try_right(look, "ec2:AcceptVpcPeeringConnection", &form);
	aws_ec2_request_delete_peering(&form, peering->id);
	known &= try_right(look, "ec2:DeleteVpcPeeringConnection", &form);
	look->network->rights_known = known;
}

bool
aws_look_up(struct arena *arena, const struct aws_access *access, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault)
{
	struct look look = {arena, access, aws_access_remote(arena, access, remote), remote,
		network, fault, .missing = ARENA_ARRAY(arena, const char *, MOST_RIGHTS)};

	*network = (struct cloud_network){.missing_rights = look.missing};
	if (!look_at_vpc(&look) || !look_at_tables(&look) || !look_at_peerings(&look))
		return false;
	look_at_rights(&look);
	if (!arena_exhausted(arena))
		return true;
	*fault = (struct cloud_fault){CLOUD_BACK_OFF, "", "",
		"what AWS says of the network needs more memory than it may have", ""};
	return false;
}
