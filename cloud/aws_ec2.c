#include "cloud/aws_ec2.h"

#include <string.h>

#include "base/text.h"

/* A walk through one answer. The first failure stands. */
struct reader {
	struct arena *arena;
	struct error *error;
	bool failed;
};

static void
fail(struct reader *reader, enum error_kind kind, const char *where, const char *what)
{
	if (reader->failed)
		return;
	reader->failed = true;
	error_set(reader->error, kind, "%s %s", where, what);
}

/* The text there, which must not be empty. */
static const char *
needed(struct reader *reader, const struct xml *element, const char *path)
{
	const char *text = xml_text(element, path);

	if (!*text)
		fail(reader, ERROR_INVALID, path, "is missing in the answer");
	return text;
}

static size_t
count_items(const struct xml *item)
{
	size_t count = 0;

	for (; item; item = xml_next(item))
		count++;
	return count;
}

/* Room for `count` items; NULL for none, and when it has failed. */
static void *
make_room(struct reader *reader, size_t count, size_t size)
{
	void *room = count > 0 && !reader->failed ? arena_try(reader->arena, count * size) : NULL;

	if (count > 0 && !room)
		fail(reader, ERROR_EXHAUSTED, "the answer", "needs more memory than it may have");
	return room;
}

static bool
is_true(const struct xml *element, const char *path)
{
	return text_equal(xml_text(element, path), "true");
}

static struct aws_tags
read_tags(struct reader *reader, const struct xml *element)
{
	const struct xml *item = xml_find(element, "tagSet/item");
	size_t count = count_items(item);
	struct aws_tag *tags = make_room(reader, count, sizeof *tags);

	if (!tags)
		return (struct aws_tags){0};
	for (size_t i = 0; item; item = xml_next(item))
		tags[i++] = (struct aws_tag){xml_text(item, "key"), xml_text(item, "value")};
	return (struct aws_tags){tags, count};
}

const char *
aws_ec2_tag(const struct aws_tags *tags, const char *key)
{
	for (size_t i = 0; i < tags->count; i++)
		if (text_equal(tags->items[i].key, key))
			return tags->items[i].value;
	return NULL;
}

static struct prefix
read_prefix(struct reader *reader, const char *text)
{
	struct prefix prefix = {0};
	const char *reason;

	if (!prefix_parse(text, &prefix, &reason))
		fail(reader, ERROR_INVALID, text, "is no range of addresses");
	return prefix;
}

/* Where ranges stand: the items of a set, the range's name in one, and the state that counts. */
struct range_set {
	const char *path;
	const char *range;
	const char *state; /* NULL: every item counts */
};

static bool
counts(const struct xml *item, const struct range_set *set)
{
	return !set->state || text_equal(xml_text(item, set->state), "associated");
}

static size_t
read_set(struct reader *reader, const struct xml *element, const struct range_set *set,
	struct prefix *ranges)
{
	const struct xml *item = xml_find(element, set->path);
	size_t count = 0;

	for (; item; item = xml_next(item))
		if (counts(item, set))
			ranges[count++] = read_prefix(reader, needed(reader, item, set->range));
	return count;
}

/* The ranges of both families' sets; for an empty one of IPv4, `cidrBlock` of the element itself.
 */
static struct aws_ranges
read_ranges(struct reader *reader, const struct xml *element, const struct range_set sets[FAMILIES])
{
	size_t most = count_items(xml_find(element, sets[FAMILY_4].path)) +
		      count_items(xml_find(element, sets[FAMILY_6].path)) + 1;
	struct prefix *ranges = make_room(reader, most, sizeof *ranges);
	const char *primary = xml_text(element, "cidrBlock");
	size_t count;

	if (!ranges)
		return (struct aws_ranges){0};
	count = read_set(reader, element, &sets[FAMILY_4], ranges);
	if (count == 0 && *primary)
		ranges[count++] = read_prefix(reader, primary);
	count += read_set(reader, element, &sets[FAMILY_6], ranges + count);
	return (struct aws_ranges){ranges, count};
}

static struct aws_vpc
read_vpc(struct reader *reader, const struct xml *item)
{
	static const struct range_set sets[FAMILIES] = {
		{"cidrBlockAssociationSet/item", "cidrBlock", "cidrBlockState/state"},
		{"ipv6CidrBlockAssociationSet/item", "ipv6CidrBlock", "ipv6CidrBlockState/state"}};

	return (struct aws_vpc){
		.id = needed(reader, item, "vpcId"),
		.owner = xml_text(item, "ownerId"),
		.state = xml_text(item, "state"),
		.ranges = read_ranges(reader, item, sets),
		.tags = read_tags(reader, item),
	};
}

static struct aws_peering_side
read_side(struct reader *reader, const struct xml *side)
{
	static const struct range_set sets[FAMILIES] = {{"cidrBlockSet/item", "cidrBlock", NULL},
		{"ipv6CidrBlockSet/item", "ipv6CidrBlock", NULL}};

	return (struct aws_peering_side){
		.owner = needed(reader, side, "ownerId"),
		.vpc = needed(reader, side, "vpcId"),
		.region = xml_text(side, "region"),
		.ranges = read_ranges(reader, side, sets),
		.has_options = xml_find(side, "peeringOptions"),
		.resolves_names = is_true(side, "peeringOptions/allowDnsResolutionFromRemoteVpc"),
	};
}

static enum aws_peering_state
state_of(const char *code)
{
	static const char *const codes[AWS_PEERING_STATES] = {
		[AWS_PEERING_INITIATING] = "initiating-request",
		[AWS_PEERING_PENDING] = "pending-acceptance",
		[AWS_PEERING_PROVISIONING] = "provisioning",
		[AWS_PEERING_ACTIVE] = "active",
		[AWS_PEERING_DELETING] = "deleting",
		[AWS_PEERING_FAILED] = "failed",
		[AWS_PEERING_EXPIRED] = "expired",
		[AWS_PEERING_REJECTED] = "rejected",
		[AWS_PEERING_DELETED] = "deleted",
	};

	for (int i = AWS_PEERING_UNKNOWN + 1; i < AWS_PEERING_STATES; i++)
		if (text_equal(code, codes[i]))
			return (enum aws_peering_state)i;
	return AWS_PEERING_UNKNOWN;
}

bool
aws_ec2_is_over(enum aws_peering_state state)
{
	return state == AWS_PEERING_FAILED || state == AWS_PEERING_EXPIRED ||
	       state == AWS_PEERING_REJECTED || state == AWS_PEERING_DELETED;
}

static struct aws_peering
read_peering(struct reader *reader, const struct xml *item)
{
	const char *code = needed(reader, item, "status/code");

	return (struct aws_peering){
		.id = needed(reader, item, "vpcPeeringConnectionId"),
		.state = state_of(code),
		.code = code,
		.message = xml_text(item, "status/message"),
		.expires = xml_text(item, "expirationTime"),
		.requester = read_side(reader, xml_find(item, "requesterVpcInfo")),
		.accepter = read_side(reader, xml_find(item, "accepterVpcInfo")),
		.tags = read_tags(reader, item),
	};
}

static void
read_target(const struct xml *item, struct aws_route *route)
{
	/* An instance's route names its interface, too. */
	static const struct {
		const char *name;
		enum aws_target target;
	} table[] = {
		{"vpcPeeringConnectionId", AWS_TARGET_PEERING},
		{"gatewayId", AWS_TARGET_GATEWAY},
		{"natGatewayId", AWS_TARGET_NAT},
		{"transitGatewayId", AWS_TARGET_TRANSIT},
		{"egressOnlyInternetGatewayId", AWS_TARGET_EGRESS_ONLY},
		{"instanceId", AWS_TARGET_INSTANCE},
		{"networkInterfaceId", AWS_TARGET_INTERFACE},
		{"localGatewayId", AWS_TARGET_OTHER},
		{"carrierGatewayId", AWS_TARGET_OTHER},
		{"coreNetworkArn", AWS_TARGET_OTHER},
		{"odbNetworkArn", AWS_TARGET_OTHER},
	};

	route->target_id = "";
	for (size_t i = 0; i < sizeof table / sizeof table[0] && !*route->target_id; i++) {
		route->target_id = xml_text(item, table[i].name);
		if (*route->target_id)
			route->target = table[i].target;
	}
	if (text_equal(route->target_id, "local"))
		route->target = AWS_TARGET_LOCAL;
}

static struct aws_route
read_route(struct reader *reader, const struct xml *item)
{
	const char *range = xml_text(item, "destinationCidrBlock");
	struct aws_route route = {
		.prefix_list = xml_text(item, "destinationPrefixListId"),
		.state = xml_text(item, "state"),
		.origin = xml_text(item, "origin"),
	};

	if (!*range)
		range = xml_text(item, "destinationIpv6CidrBlock");
	if (*range) {
		route.has_destination = true;
		route.destination = read_prefix(reader, range);
	} else if (!*route.prefix_list) {
		fail(reader, ERROR_INVALID, "a route's destination", "is missing in the answer");
	}
	read_target(item, &route);
	return route;
}

static void
read_routes(struct reader *reader, const struct xml *item, struct aws_route_table *table)
{
	size_t count = count_items(item);
	struct aws_route *routes = make_room(reader, count, sizeof *routes);

	if (!routes)
		return;
	for (size_t i = 0; item; item = xml_next(item))
		routes[i++] = read_route(reader, item);
	table->routes = routes;
	table->route_count = count;
}

static void
read_associations(struct reader *reader, const struct xml *item, struct aws_route_table *table)
{
	size_t count = count_items(item);
	struct aws_association *made = make_room(reader, count, sizeof *made);

	if (!made)
		return;
	for (size_t i = 0; item; item = xml_next(item), i++) {
		made[i] = (struct aws_association){
			.id = xml_text(item, "routeTableAssociationId"),
			.subnet = xml_text(item, "subnetId"),
			.gateway = xml_text(item, "gatewayId"),
			.state = xml_text(item, "associationState/state"),
			.main = is_true(item, "main"),
		};
		table->main = table->main || made[i].main;
	}
	table->associations = made;
	table->association_count = count;
}

static struct aws_route_table
read_route_table(struct reader *reader, const struct xml *item)
{
	struct aws_route_table table = {
		.id = needed(reader, item, "routeTableId"),
		.vpc = needed(reader, item, "vpcId"),
		.owner = xml_text(item, "ownerId"),
		.tags = read_tags(reader, item),
	};

	read_associations(reader, xml_find(item, "associationSet/item"), &table);
	read_routes(reader, xml_find(item, "routeSet/item"), &table);
	return table;
}

/* What else than the wanted answer may come with a status of 200 is seen by its name. */
static bool
is_answer(struct reader *reader, const struct xml *answer, const char *name)
{
	if (!answer || !text_equal(answer->name, name))
		fail(reader, ERROR_INVALID, name, "is not what the answer is");
	return !reader->failed;
}

/* A list of any kind of items. */
struct list {
	const char *answer; /* name of the root element */
	const char *path;   /* to the items */
	size_t size;        /* of an item as it is read */
	void (*read)(struct reader *reader, const struct xml *item, void *made);
};

/* The items, as many as *count says; NULL for none, and when it has failed. */
static void *
read_list(struct reader *reader, const struct xml *answer, const struct list *list, size_t *count)
{
	const struct xml *item = xml_find(answer, list->path);
	char *made, *at;

	*count = 0;
	if (!is_answer(reader, answer, list->answer))
		return NULL;
	made = at = make_room(reader, count_items(item), list->size);
	for (; item && !reader->failed; item = xml_next(item), at += list->size) {
		list->read(reader, item, at);
		++*count;
	}
	return made;
}

static void
put_vpc(struct reader *reader, const struct xml *item, void *made)
{
	*(struct aws_vpc *)made = read_vpc(reader, item);
}

static void
put_peering(struct reader *reader, const struct xml *item, void *made)
{
	*(struct aws_peering *)made = read_peering(reader, item);
}

static void
put_route_table(struct reader *reader, const struct xml *item, void *made)
{
	*(struct aws_route_table *)made = read_route_table(reader, item);
}

bool
aws_ec2_read_vpcs(
	struct arena *arena, const struct xml *answer, struct aws_vpcs *vpcs, struct error *error)
{
	static const struct list list = {
		"DescribeVpcsResponse", "vpcSet/item", sizeof(struct aws_vpc), put_vpc};
	struct reader reader = {.arena = arena, .error = error};

	vpcs->items = read_list(&reader, answer, &list, &vpcs->count);
	vpcs->next_token = xml_text(answer, "nextToken");
	return !reader.failed;
}

bool
aws_ec2_read_peerings(struct arena *arena, const struct xml *answer, struct aws_peerings *peerings,
	struct error *error)
{
	static const struct list list = {"DescribeVpcPeeringConnectionsResponse",
		"vpcPeeringConnectionSet/item", sizeof(struct aws_peering), put_peering};
	struct reader reader = {.arena = arena, .error = error};

	peerings->items = read_list(&reader, answer, &list, &peerings->count);
	peerings->next_token = xml_text(answer, "nextToken");
	return !reader.failed;
}

bool
aws_ec2_read_route_tables(struct arena *arena, const struct xml *answer,
	struct aws_route_tables *tables, struct error *error)
{
	static const struct list list = {"DescribeRouteTablesResponse", "routeTableSet/item",
		sizeof(struct aws_route_table), put_route_table};
	struct reader reader = {.arena = arena, .error = error};

	tables->items = read_list(&reader, answer, &list, &tables->count);
	tables->next_token = xml_text(answer, "nextToken");
	return !reader.failed;
}

bool
aws_ec2_read_peering(struct arena *arena, const struct xml *answer, struct aws_peering *peering,
	struct error *error)
{
	struct reader reader = {.arena = arena, .error = error};

	*peering = read_peering(&reader, xml_find(answer, "vpcPeeringConnection"));
	return !reader.failed;
}

bool
aws_ec2_read_done(const struct xml *answer, struct error *error)
{
	const char *done = xml_text(answer, "return");

	if (!answer || !text_ends_with(answer->name, "Response"))
		return error_set(error, ERROR_INVALID, "the answer is none of EC2");
	if (*done && !text_equal(done, "true"))
		return error_set(error, ERROR_CONFLICT, "EC2 answers %s", done);
	return true;
}
