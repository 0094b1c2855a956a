#include "cloud/azure_network.h"

static enum azure_peering_state
read_state(const struct json *properties)
{
	static const char *const words[] = {
		[AZURE_PEERING_INITIATED] = "Initiated",
		[AZURE_PEERING_CONNECTED] = "Connected",
		[AZURE_PEERING_DISCONNECTED] = "Disconnected",
	};

	return (enum azure_peering_state)azure_read_word(
		properties, "peeringState", words, sizeof words / sizeof *words);
}

static enum azure_sync
read_sync(const struct json *properties)
{
	static const char *const words[] = {
		[AZURE_SYNC_FULL] = "FullyInSync",
		[AZURE_SYNC_REMOTE_MISSES] = "RemoteNotInSync",
		[AZURE_SYNC_LOCAL_MISSES] = "LocalNotInSync",
		[AZURE_SYNC_BOTH_MISS] = "LocalAndRemoteNotInSync",
	};

	return (enum azure_sync)azure_read_word(
		properties, "peeringSyncLevel", words, sizeof words / sizeof *words);
}

static bool
read_flag(const struct json *object, const char *name, bool otherwise)
{
	return json_boolean(json_member(object, name), otherwise);
}

static struct azure_peering
read_peering(struct azure_reader *reader, const struct json *root)
{
	const struct json *properties = json_member(root, "properties");
	const struct json *now = json_present(properties, "remoteVirtualNetworkAddressSpace");
	const struct json *known = json_present(properties, "remoteAddressSpace");

	return (struct azure_peering){
		.id = azure_read_needed(reader, root, "id"),
		.name = azure_read_needed(reader, root, "name"),
		.etag = azure_read_text(root, "etag"),
		.provisioning = azure_read_provisioning(properties),
		.state = read_state(properties),
		.state_text = azure_read_text(properties, "peeringState"),
		.sync = read_sync(properties),
		.options =
			{
				read_flag(properties, "allowVirtualNetworkAccess", true),
				read_flag(properties, "allowForwardedTraffic", false),
				read_flag(properties, "allowGatewayTransit", false),
				read_flag(properties, "useRemoteGateways", false),
			},
		.remote = azure_read_reference(reader, properties, "remoteVirtualNetwork"),
		.remote_ranges = azure_read_ranges(reader, now ? now : known),
		.known_ranges = azure_read_ranges(reader, known),
		.covers_whole_vnets = read_flag(properties, "peerCompleteVnets", true),
	};
}

static struct azure_peerings
read_list(struct azure_reader *reader, const struct json *list)
{
	struct azure_peering *items = azure_read_room(reader, json_count(list), sizeof *items);
	size_t count = 0;

	for (const struct json *item = json_first(list); item && !reader->failed;
		item = json_next(item))
		items[count++] = read_peering(reader, item);
	return (struct azure_peerings){items, items ? count : 0, ""};
}

bool
azure_network_read_peering(struct arena *arena, const struct json *root,
	struct azure_peering *peering, struct error *error)
{
	struct azure_reader reader = {arena, error, false};

	*peering = read_peering(&reader, root);
	return !reader.failed;
}

bool
azure_network_read_peerings(struct arena *arena, const struct json *root,
	struct azure_peerings *peerings, struct error *error)
{
	struct azure_reader reader = {arena, error, false};
	const struct json *list = json_member(root, "value");

	*peerings = (struct azure_peerings){.next = ""};
	if (!json_is_array(list))
		return azure_read_fail(&reader, ERROR_INVALID, "value", "is missing in the answer");
	*peerings = read_list(&reader, list);
	peerings->next = azure_read_text(root, "nextLink");
	return !reader.failed;
}

bool
azure_network_read_vnet(
	struct arena *arena, const struct json *root, struct azure_vnet *vnet, struct error *error)
{
	struct azure_reader reader = {arena, error, false};
	const struct json *properties = json_member(root, "properties");

	*vnet = (struct azure_vnet){
		.id = azure_read_needed(&reader, root, "id"),
		.name = azure_read_needed(&reader, root, "name"),
		.location = azure_read_text(root, "location"),
		.provisioning = azure_read_provisioning(properties),
		.ranges = azure_read_ranges(&reader, json_member(properties, "addressSpace")),
		.tags = azure_read_tags(&reader, root),
		.peerings = read_list(&reader, json_member(properties, "virtualNetworkPeerings")),
		.guid = azure_read_text(properties, "resourceGuid"),
	};
	if (vnet->ranges.count == 0)
		azure_read_fail(&reader, ERROR_INVALID, "addressSpace", "is missing in the answer");
	return !reader.failed;
}

static const char *
yes_or_no(bool flag)
{
	return flag ? "true" : "false";
}

void
azure_network_write_peering(struct buffer *body, const struct azure_peering_wish *wish)
{
	const struct azure_peering_options *options = &wish->options;

	buffer_printf(body,
		"{\"properties\":{\"allowVirtualNetworkAccess\":%s,\"allowForwardedTraffic\":%s,"
		"\"allowGatewayTransit\":%s,\"useRemoteGateways\":%s,"
		"\"remoteVirtualNetwork\":{\"id\":",
		yes_or_no(options->allows_access), yes_or_no(options->allows_forwarded),
		yes_or_no(options->allows_gateway_transit),
		yes_or_no(options->uses_remote_gateways));
	buffer_append_json(body, wish->remote);
	buffer_append_text(body, "}}}");
}
