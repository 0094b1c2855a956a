#include "cloud/gcp_compute.h"

#include <string.h>

#include "base/text.h"

static const struct json_limits limits = {
	.bytes = GCP_LARGEST_ANSWER, .depth = 24, .values = 400000, .refuse_duplicates = true};

const char *
gcp_compute_path(const char *url)
{
	const char *path = url ? strstr(url, "projects/") : NULL;

	if (path && path != url && path[-1] != '/')
		return NULL;
	return path && text_only_has(path, "!#-&(-~") ? path : NULL;
}

const struct json *
gcp_compute_parse(struct arena *arena, const char *text, size_t length, struct error *error)
{
	const struct json *root = json_parse(arena, text, length, &limits, error);

	if (root && !json_is_object(root)) {
		error_set(error, ERROR_INVALID, "the answer is no JSON object");
		return NULL;
	}
	return root;
}

static const char *
copy(struct arena *arena, const char *text)
{
	return text ? arena_text(arena, text) : "";
}

static const char *
member(struct arena *arena, const struct json *object, const char *name)
{
	return copy(arena, json_member_text(object, name));
}

static const char *
path_of(struct arena *arena, const struct json *object, const char *name)
{
	return copy(arena, gcp_compute_path(json_member_text(object, name)));
}

static bool
flag(const struct json *object, const char *name, bool otherwise)
{
	return json_boolean(json_member(object, name), otherwise);
}

static int64_t
number(const struct json *object, const char *name)
{
	int64_t value;

	return json_integer(json_member(object, name), &value) ? value : 0;
}

/* A page of a list that has `count` items: room for these and what is there. */
static void *
grow(struct arena *arena, const void *items, size_t count, size_t more, size_t size)
{
	char *grown = arena_try(arena, (count + more) * size);

	if (grown && count > 0)
		memcpy(grown, items, count * size);
	return grown;
}

static bool
exhausted(struct error *error)
{
	return error_set(error, ERROR_EXHAUSTED, "the answer is too large");
}

/* --- networks --- */

static bool
read_peering(struct arena *arena, const struct json *item, struct gcp_peering *peering,
	struct error *error)
{
	*peering = (struct gcp_peering){
		.name = member(arena, item, "name"),
		.network = path_of(arena, item, "network"),
		.state = member(arena, item, "state"),
		.state_details = member(arena, item, "stateDetails"),
		.stack_type = member(arena, item, "stackType"),
		.update_strategy = member(arena, item, "updateStrategy"),
		.exchange_subnet_routes =
			flag(item, "exchangeSubnetRoutes", flag(item, "autoCreateRoutes", false)),
		.import_custom_routes = flag(item, "importCustomRoutes", false),
		.export_custom_routes = flag(item, "exportCustomRoutes", false),
		.import_public_ranges = flag(item, "importSubnetRoutesWithPublicIp", false),
		.export_public_ranges = flag(item, "exportSubnetRoutesWithPublicIp", true),
		.peer_mtu = number(item, "peerMtu"),
	};
	return (*peering->name && *peering->network && *peering->state) ||
	       error_set(error, ERROR_INVALID,
		       "a peering of the answer has no name, no network or no state");
}

static bool
read_peerings(struct arena *arena, const struct json *list, struct gcp_network *network,
	struct error *error)
{
	size_t count = json_count(list);
	struct gcp_peering *peerings = arena_try(arena, count * sizeof *peerings);

	network->peerings = peerings;
	if (!peerings)
		return exhausted(error);
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (!read_peering(arena, item, &peerings[network->peering_count++], error))
			return false;
	return true;
}

bool
gcp_compute_read_network(struct arena *arena, const struct json *root, struct gcp_network *network,
	struct error *error)
{
	*network = (struct gcp_network){
		.id = member(arena, root, "id"),
		.name = member(arena, root, "name"),
		.path = path_of(arena, root, "selfLink"),
		.path_with_id = path_of(arena, root, "selfLinkWithId"),
		.routing_mode = member(arena, json_member(root, "routingConfig"), "routingMode"),
		.auto_subnetworks = flag(root, "autoCreateSubnetworks", false),
		.mtu = number(root, "mtu"),
	};
	if (!*network->name || !*network->path)
		return error_set(error, ERROR_INVALID, "the network has no name or no selfLink");
	if (!*network->path_with_id && text_only_has(network->id, "0-9"))
		network->path_with_id = arena_printf(arena, "%.*s/%s",
			(int)(strrchr(network->path, '/') - network->path), network->path,
			network->id);
	return read_peerings(arena, json_member(root, "peerings"), network, error);
}

/* --- operations --- */

bool
gcp_compute_read_operation(struct arena *arena, const struct json *root,
	struct gcp_operation *operation, struct error *error)
{
	const struct json *errors = json_present(root, "error");

	*operation = (struct gcp_operation){
		.name = member(arena, root, "name"),
		.type = member(arena, root, "operationType"),
		.target = path_of(arena, root, "targetLink"),
		.status = member(arena, root, "status"),
	};
	if (!*operation->name || !*operation->status)
		return error_set(error, ERROR_INVALID, "the operation has no name or no status");
	operation->done = text_equal(operation->status, "DONE");
	operation->failed = operation->done && errors;
	if (operation->failed)
		operation->error = gcp_error_read_operation(
			arena, (int)number(root, "httpErrorStatusCode"), errors);
	return true;
}

/* --- ranges --- */

static bool
add_range(struct gcp_subnetwork *subnetwork, struct gcp_range *ranges, const char *name,
	const char *text, struct error *error)
{
	struct gcp_range *range = &ranges[subnetwork->range_count];
	const char *reason;

	if (!text || !*text)
		return true;
	if (!prefix_parse(text, &range->prefix, &reason))
		return error_set(error, ERROR_INVALID, "subnetwork %.80s: %.80s: %s",
			subnetwork->name, text, reason);
	range->name = name;
	subnetwork->range_count++;
	return true;
}

static bool
read_ranges(struct arena *arena, const struct json *item, struct gcp_subnetwork *subnetwork,
	struct error *error)
{
	static const char *const names[] = {
		"ipCidrRange", "internalIpv6Prefix", "externalIpv6Prefix"};
	enum { NAMES = sizeof names / sizeof *names };
	const struct json *secondary = json_member(item, "secondaryIpRanges");
	size_t most = NAMES + 1 + json_count(secondary);
	struct gcp_range *ranges = arena_try(arena, most * sizeof *ranges);

	subnetwork->ranges = ranges;
	if (!ranges)
		return exhausted(error);
	for (size_t i = 0; i < NAMES; i++)
		if (!add_range(subnetwork, ranges, "", json_member_text(item, names[i]), error))
			return false;
	if (!json_member_text(item, "internalIpv6Prefix") &&
		!json_member_text(item, "externalIpv6Prefix") &&
		!add_range(subnetwork, ranges, "", json_member_text(item, "ipv6CidrRange"), error))
		return false;
	for (const struct json *at = json_first(secondary); at; at = json_next(at))
		if (!add_range(subnetwork, ranges, member(arena, at, "rangeName"),
			    json_member_text(at, "ipCidrRange"), error))
			return false;
	return true;
}

static bool
read_subnetwork(struct arena *arena, const struct json *item, struct gcp_subnetwork *subnetwork,
	struct error *error)
{
	const char *region = json_member_text(item, "region");
	const char *slash = region ? strrchr(region, '/') : NULL;

	*subnetwork = (struct gcp_subnetwork){
		.name = member(arena, item, "name"),
		.region = copy(arena, slash ? slash + 1 : region),
		.network = path_of(arena, item, "network"),
		.purpose = member(arena, item, "purpose"),
	};
	if (!*subnetwork->name || !*subnetwork->network)
		return error_set(error, ERROR_INVALID, "a subnetwork has no name or no network");
	return read_ranges(arena, item, subnetwork, error);
}

/* Of one region; a region without any carries a warning that says just that. */
static bool
read_region(struct arena *arena, const struct json *scope, struct gcp_subnetworks *subnetworks,
	struct error *error)
{
	const struct json *list = json_member(scope, "subnetworks");
	const char *warning = json_member_text(json_member(scope, "warning"), "code");
	struct gcp_subnetwork *items = grow(
		arena, subnetworks->items, subnetworks->count, json_count(list), sizeof *items);

	if (!items)
		return exhausted(error);
	subnetworks->items = items;
	if (warning && !text_equal(warning, "NO_RESULTS_ON_PAGE"))
		subnetworks->incomplete = true;
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (!read_subnetwork(arena, item, &items[subnetworks->count++], error))
			return false;
	return true;
}

bool
gcp_compute_read_subnetworks(struct arena *arena, const struct json *root,
	struct gcp_subnetworks *subnetworks, const char **next, struct error *error)
{
	const struct json *regions = json_present(root, "items");

	*next = member(arena, root, "nextPageToken");
	if (!root || (regions && !json_is_object(regions)))
		return error_set(error, ERROR_INVALID, "the answer is no aggregated list");
	if (json_count(json_member(root, "unreachables")) > 0)
		subnetworks->incomplete = true;
	for (const struct json *scope = json_first(regions); scope; scope = json_next(scope))
		if (!read_region(arena, scope, subnetworks, error))
			return false;
	return true;
}

/* --- routes --- */

static bool
read_route(
	struct arena *arena, const struct json *item, struct gcp_route *route, struct error *error)
{
	const char *range = json_member_text(item, "destRange");
	const char *reason = "there is no destRange";

	*route = (struct gcp_route){
		.type = member(arena, item, "type"),
		.region = member(arena, item, "nextHopRegion"),
		.priority = number(item, "priority"),
		.imported = flag(item, "imported", false),
	};
	return (range && prefix_parse(range, &route->prefix, &reason)) ||
	       error_set(error, ERROR_INVALID, "a route %.80s: %s", range ? range : "", reason);
}

bool
gcp_compute_read_routes(struct arena *arena, const struct json *root, struct gcp_routes *routes,
	const char **next, struct error *error)
{
	const struct json *list = json_present(root, "items");
	struct gcp_route *items =
		grow(arena, routes->items, routes->count, json_count(list), sizeof *items);

	*next = member(arena, root, "nextPageToken");
	if (!items)
		return exhausted(error);
	routes->items = items;
	if (!root || (list && !json_is_array(list)))
		return error_set(error, ERROR_INVALID, "the answer is no list of routes");
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (!read_route(arena, item, &items[routes->count++], error))
			return false;
	return true;
}
