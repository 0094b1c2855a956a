#include "cloud/aws_facts_read.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/aws_connection.h"
#include "cloud/aws_dead_ends.h"

enum { LARGEST_FORM = 4096, VPC_PAGE = 1000, PEERING_PAGE = 1000, TABLE_PAGE = 100 };
enum { ACCOUNT_LENGTH = 12 };
#define VPC_ID "vpc-"

/* 192.0.2.0/24 */
const struct prefix aws_facts_nowhere = {{0xC000020000000000, 0, FAMILY_4}, 24};

const char *
aws_facts_own_region(const struct aws_own_network *own, const struct cloud_wish *wish)
{
	if (*own->region)
		return own->region;
	return wish->shoot && wish->shoot->region ? wish->shoot->region : "";
}

/* One reading. */
struct reading {
	struct arena *arena;
	const struct aws_access *access;
	const struct aws_own_network *own;
	const struct cloud_wish *wish;
	struct aws_place local, remote;
	struct aws_facts *facts;
	struct cloud_fault *fault;
};

static bool
fail(struct reading *reading, const struct aws_place *place, const char *action,
	const struct aws_error *error)
{
	*reading->fault = aws_access_fault(reading->arena, place, action, error);
	return false;
}

/* --- the own VPC --- */

static const char *
name_of_own(struct reading *reading)
{
	const struct shoot *shoot = reading->wish->shoot;

	if (*reading->own->vpc)
		return reading->own->vpc;
	if (!shoot || text_is_blank(shoot->name) || text_is_blank(shoot->project))
		return "";
	return arena_printf(reading->arena, "shoot--%s--%s", shoot->project, shoot->name);
}

/* Keeps the one VPC that goes by that name; several are counted. */
static void
choose_own(struct reading *reading, const struct aws_vpcs *vpcs)
{
	struct aws_facts *facts = reading->facts;
	bool by_id = *reading->own->vpc;

	for (size_t i = 0; i < vpcs->count; i++) {
		const struct aws_vpc *vpc = &vpcs->items[i];

		if (text_equal(
			    by_id ? vpc->id : aws_ec2_tag(&vpc->tags, "Name"), facts->local_name) &&
			facts->local_count++ == 0)
			facts->local = vpc;
	}
	if (facts->local_count > 1)
		facts->local = NULL;
}

static bool
read_own(struct reading *reading)
{
	const char *const values[] = {reading->facts->local_name, NULL};
	const struct aws_filter filters[] = {{"tag:Name", values}, {0}};
	const struct aws_listing by_name = {.filters = filters, .page_size = VPC_PAGE};
	const struct aws_listing by_id = {.ids = values};
	struct aws_error error;
	struct aws_vpcs vpcs;

	if (!*reading->facts->local_name)
		return true;
	if (!aws_client_vpcs(reading->arena, reading->access->client, &reading->local,
		    *reading->own->vpc ? &by_id : &by_name, &vpcs, &error))
		return aws_access_is_no_vpc(&error) ||
		       fail(reading, &reading->local, "ec2:DescribeVpcs", &error);
	choose_own(reading, &vpcs);
	return true;
}

/* --- what connects the two --- */

static void
keep_peering(struct reading *reading, const struct aws_peering *peering, struct aws_peering *kept,
	size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		if (text_equal(kept[i].id, peering->id))
			return;
	if (text_equal(peering->id, reading->wish->id) ||
		aws_connection_fits(peering, reading->wish, reading->facts))
		kept[(*count)++] = *peering;
}

static void
keep_peerings(struct reading *reading, const struct aws_peerings *found)
{
	struct aws_peerings *known = &reading->facts->peerings;
	struct aws_peering *kept =
		ARENA_ARRAY(reading->arena, struct aws_peering, known->count + found->count + 1);
	size_t count = 0;

	for (size_t i = 0; i < known->count; i++)
		kept[count++] = known->items[i];
	for (size_t i = 0; i < found->count; i++)
		keep_peering(reading, &found->items[i], kept, &count);
	*known = (struct aws_peerings){kept, count, ""};
}

/* Whoever may write the object's status may write any id there. */
static bool
is_no_connection(const struct aws_error *error)
{
	return error->failure == CLOUD_GONE ||
	       text_equal_ignoring_case(error->code, "InvalidVpcPeeringConnectionID.Malformed");
}

static bool
read_listing(struct reading *reading, const struct aws_listing *listing)
{
	struct aws_error error;
	struct aws_peerings found;

	if (!aws_client_peerings(reading->arena, reading->access->client, &reading->local, listing,
		    &found, &error))
		return (listing->ids && is_no_connection(&error)) ||
		       fail(reading, &reading->local, "ec2:DescribeVpcPeeringConnections", &error);
	keep_peerings(reading, &found);
	return true;
}

/* Both directions in one call: any of the two VPCs at both ends. */
static bool
read_peerings(struct reading *reading)
{
	const struct aws_facts *facts = reading->facts;
	const char *const ends[] = {
		facts->local ? facts->local->id : "", reading->wish->remote->id, NULL};
	const char *const ids[] = {reading->wish->id, NULL};
	const struct aws_filter filters[] = {
		{"requester-vpc-info.vpc-id", ends}, {"accepter-vpc-info.vpc-id", ends}, {0}};
	const struct aws_listing pair = {.filters = filters, .page_size = PEERING_PAGE};
	const struct aws_listing stored = {.ids = ids};

	if (!*facts->local_region)
		return true;
	if (facts->local && !read_listing(reading, &pair))
		return false;
	return !*reading->wish->id || aws_connection_record(facts, reading->wish->id) ||
	       read_listing(reading, &stored);
}

/* --- route tables --- */

bool
aws_facts_tables(struct arena *arena, const struct aws_access *access,
	const struct aws_place *place, const char *vpc, struct aws_route_tables *tables,
	struct aws_error *error)
{
	const char *const values[] = {vpc, NULL};
	const struct aws_filter filters[] = {{"vpc-id", values}, {0}};
	const struct aws_listing listing = {.filters = filters, .page_size = TABLE_PAGE};
	struct aws_route_tables found;
	struct aws_route_table *kept;
	size_t count = 0;

	*tables = (struct aws_route_tables){.next_token = ""};
	if (!aws_client_route_tables(arena, access->client, place, &listing, &found, error))
		return false;
	kept = ARENA_ARRAY(arena, struct aws_route_table, found.count + 1);
	for (size_t i = 0; i < found.count; i++)
		if (text_equal(found.items[i].vpc, vpc))
			kept[count++] = found.items[i];
	*tables = (struct aws_route_tables){kept, count, ""};
	return true;
}

static bool
read_local_tables(struct reading *reading)
{
	struct aws_facts *facts = reading->facts;
	struct aws_error error;

	return !facts->local ||
	       aws_facts_tables(reading->arena, reading->access, &reading->local, facts->local->id,
		       &facts->local_tables, &error) ||
	       fail(reading, &reading->local, "ec2:DescribeRouteTables", &error);
}

static bool
may_pass(enum cloud_failure failure)
{
	return failure != CLOUD_BACK_OFF && failure != CLOUD_RETRY_NOW;
}

/* Who may not see them can do nothing about them: the plan tells. */
static bool
read_remote_tables(struct reading *reading)
{
	struct aws_facts *facts = reading->facts;
	struct aws_error error;

	if (reading->wish->routes == ROUTES_NONE)
		return true;
	facts->remote_tables_known = aws_facts_tables(reading->arena, reading->access,
		&reading->remote, reading->wish->remote->id, &facts->remote_tables, &error);
	if (facts->remote_tables_known)
		return true;
	if (!may_pass(error.failure))
		return fail(reading, &reading->remote, "ec2:DescribeRouteTables", &error);
	facts->remote_tables_fault = aws_access_fault(
		reading->arena, &reading->remote, "ec2:DescribeRouteTables", &error);
	return true;
}

bool
aws_facts_may_remove_routes(struct arena *arena, const struct aws_access *access,
	const struct aws_place *place, const char *table, struct aws_error *error)
{
	CLEANUP(buffer_dispose) struct buffer form;

	buffer_init(&form, LARGEST_FORM);
	aws_ec2_request_delete_route(&form, table, &aws_facts_nowhere);
	return aws_client_do(arena, access->client, place, &form, true, error);
}

static bool
has_peering_route(struct reading *reading, const struct aws_route_table *table)
{
	for (size_t i = 0; i < table->route_count; i++) {
		const struct aws_route *route = &table->routes[i];

		if (route->target == AWS_TARGET_PEERING &&
			(aws_connection_record(reading->facts, route->target_id) ||
				text_equal(route->target_id, reading->wish->id)))
			return true;
	}
	return false;
}

static void
find_locked_tables(struct reading *reading)
{
	const struct aws_route_tables *tables = &reading->facts->remote_tables;
	const char **locked = ARENA_ARRAY(reading->arena, const char *, tables->count + 1);
	struct aws_error error;
	size_t count = 0;

	for (size_t i = 0; i < tables->count; i++)
		if (has_peering_route(reading, &tables->items[i]) &&
			!aws_facts_may_remove_routes(reading->arena, reading->access,
				&reading->remote, tables->items[i].id, &error) &&
			aws_access_is_denied(&error))
			locked[count++] = tables->items[i].id;
	reading->facts->locked_tables = locked;
}

/* --- the remote VPC --- */

static bool
is_vpc_id(const char *id)
{
	return text_starts_with(id, VPC_ID) && id[strlen(VPC_ID)] &&
	       text_only_has(id + strlen(VPC_ID), "a-z0-9");
}

/* A command has in it only what no shell takes for more than a word. */
static const char *
hint_of_id(struct arena *arena, const struct remote *remote)
{
	if (!is_vpc_id(remote->id))
		return "write the id of a VPC: vpc- and what AWS has put behind it";
	return arena_printf(arena,
		"compare the id, account and region with: aws ec2 describe-vpcs --region %s "
		"--vpc-ids %s",
		remote->region, remote->id);
}

static bool
report_no_vpc(struct arena *arena, const struct remote *remote, struct cloud_fault *fault)
{
	*fault = (struct cloud_fault){
		.failure = CLOUD_GONE,
		.action = "ec2:DescribeVpcs",
		.code = "InvalidVpcID.NotFound",
		.message = arena_printf(arena, "VPC %s is not in account %s and region %s",
			remote->id, remote->account, remote->region),
		.hint = hint_of_id(arena, remote),
	};
	return false;
}

static bool
check_account(struct arena *arena, const struct remote *remote, struct cloud_fault *fault)
{
	if (strlen(remote->account) == ACCOUNT_LENGTH && text_only_has(remote->account, "0-9"))
		return true;
	*fault = (struct cloud_fault){
		.failure = CLOUD_PERMANENT,
		.action = "",
		.code = "",
		.message = arena_printf(arena, "%s is no AWS account", remote->account),
		.hint = "write the 12 digits of the account, in quotes",
	};
	return false;
}

bool
aws_facts_remote_vpc(struct arena *arena, const struct aws_access *access,
	const struct remote *remote, struct aws_vpc *vpc, struct cloud_fault *fault)
{
	const struct aws_place place = aws_access_remote(arena, access, remote);
	const char *const ids[] = {remote->id, NULL};
	const struct aws_listing listing = {.ids = ids};
	struct aws_error error;
	struct aws_vpcs vpcs;

	if (!check_account(arena, remote, fault))
		return false;
	if (!is_vpc_id(remote->id))
		return report_no_vpc(arena, remote, fault);
	if (!aws_client_vpcs(arena, access->client, &place, &listing, &vpcs, &error)) {
		if (aws_access_is_no_vpc(&error))
			return report_no_vpc(arena, remote, fault);
		*fault = aws_access_fault(arena, &place, "ec2:DescribeVpcs", &error);
		return false;
	}
	for (size_t i = 0; i < vpcs.count; i++) {
		*vpc = vpcs.items[i];
		if (text_equal(vpc->id, remote->id) &&
			(!*vpc->owner || text_equal(vpc->owner, remote->account)))
			return true;
	}
	return report_no_vpc(arena, remote, fault);
}

static bool
read_remote(struct reading *reading)
{
	struct aws_vpc *vpc = ARENA_NEW(reading->arena, struct aws_vpc);
	struct aws_facts *facts = reading->facts;

	if (aws_facts_remote_vpc(
		    reading->arena, reading->access, reading->wish->remote, vpc, reading->fault)) {
		facts->remote = vpc;
		return read_remote_tables(reading);
	}
	if (reading->fault->failure != CLOUD_GONE)
		return false;
	facts->remote_fault = *reading->fault;
	return true;
}

/* A remote account that does not show it leaves its side unknown. */
static bool
read_far_view(struct reading *reading)
{
	struct aws_facts *facts = reading->facts;
	const struct aws_peering *connection = aws_connection_find(reading->wish, facts);
	const char *const ids[] = {connection ? connection->id : "", NULL};
	const struct aws_listing listing = {.ids = ids};
	struct aws_error error;
	struct aws_peerings found;

	if (reading->wish->names == CLOUD_NAMES_KEEP || reading->wish->deleting || !facts->remote ||
		!connection || connection->state != AWS_PEERING_ACTIVE)
		return true;
	if (!aws_client_peerings(reading->arena, reading->access->client, &reading->remote,
		    &listing, &found, &error))
		return may_pass(error.failure) ||
		       fail(reading, &reading->remote, "ec2:DescribeVpcPeeringConnections", &error);
	for (size_t i = 0; i < found.count; i++)
		if (text_equal(found.items[i].id, connection->id))
			facts->far_view = &found.items[i];
	return true;
}

static bool
read_for_the_end(struct reading *reading)
{
	if (!reading->wish->deletes_remote)
		return true;
	if (!read_remote_tables(reading))
		return false;
	find_locked_tables(reading);
	return true;
}

static bool
read_dead_ends(struct reading *reading)
{
	struct aws_facts *facts = reading->facts;

	if (reading->wish->deleting || !facts->remote)
		return true;
	return aws_dead_ends_read(reading->arena, reading->access, &reading->local,
		       &facts->local_tables, &facts->remote->ranges, facts, reading->fault) &&
	       aws_dead_ends_read(reading->arena, reading->access, &reading->remote,
		       &facts->remote_tables, &facts->local->ranges, facts, reading->fault);
}

bool
aws_facts_read(struct arena *arena, const struct aws_access *access,
	const struct aws_own_network *own, const struct cloud_wish *wish, struct aws_facts *facts,
	struct cloud_fault *fault)
{
	struct reading reading = {arena, access, own, wish, .facts = facts, .fault = fault};

	*facts = (struct aws_facts){0};
	facts->local_region = aws_facts_own_region(own, wish);
	facts->local_name = *facts->local_region ? name_of_own(&reading) : "";
	reading.local = aws_access_local(arena, access, facts->local_region);
	reading.remote = aws_access_remote(arena, access, wish->remote);
	if (!read_own(&reading) || !read_peerings(&reading) || !read_local_tables(&reading))
		return false;
	if (!wish->deleting && !facts->local)
		return true;
	if (!(wish->deleting ? read_for_the_end(&reading) : read_remote(&reading)) ||
		!read_dead_ends(&reading) || !read_far_view(&reading))
		return false;
	if (!arena_exhausted(arena))
		return true;
	*fault = (struct cloud_fault){CLOUD_BACK_OFF, "", "",
		"what AWS says of the two networks needs more memory than it may have", ""};
	return false;
}
