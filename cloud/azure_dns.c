#include "cloud/azure_dns.h"

#include "base/text.h"

bool
azure_dns_read_zone(
	struct arena *arena, const struct json *root, struct azure_zone *zone, struct error *error)
{
	struct azure_reader reader = {arena, error, false};
	const struct json *properties = json_member(root, "properties");

	*zone = (struct azure_zone){
		.id = azure_read_needed(&reader, root, "id"),
		.name = azure_read_needed(&reader, root, "name"),
		.etag = azure_read_text(root, "etag"),
		.provisioning = azure_read_provisioning(properties),
		.tags = azure_read_tags(&reader, root),
		.links = azure_read_count(properties, "numberOfVirtualNetworkLinks"),
		.most_links = azure_read_count(properties, "maxNumberOfVirtualNetworkLinks"),
		.registering_links =
			azure_read_count(properties, "numberOfVirtualNetworkLinksWithRegistration"),
		.most_registering_links = azure_read_count(
			properties, "maxNumberOfVirtualNetworkLinksWithRegistration"),
	};
	return !reader.failed;
}

bool
azure_dns_read_ruleset(struct arena *arena, const struct json *root, struct azure_ruleset *ruleset,
	struct error *error)
{
	struct azure_reader reader = {arena, error, false};

	*ruleset = (struct azure_ruleset){
		.id = azure_read_needed(&reader, root, "id"),
		.name = azure_read_needed(&reader, root, "name"),
		.etag = azure_read_text(root, "etag"),
		.location = azure_read_text(root, "location"),
		.provisioning = azure_read_provisioning(json_member(root, "properties")),
		.tags = azure_read_tags(&reader, root),
	};
	return !reader.failed;
}

/* What somebody wrote on a link: a ruleset's has no tags, but metadata. */
static struct azure_tags
read_notes(struct azure_reader *reader, const struct json *root, const struct json *properties)
{
	const struct json *metadata = json_member(properties, "metadata");
	struct tag *items;
	size_t count = 0;

	if (!json_is_object(metadata))
		return azure_read_tags(reader, root);
	items = azure_read_room(reader, json_count(metadata), sizeof *items);
	if (!items)
		return (struct azure_tags){0};
	for (const struct json *item = json_first(metadata); item; item = json_next(item)) {
		const char *value = json_text(item);

		items[count++] = (struct tag){json_name(item), value ? value : ""};
	}
	return (struct azure_tags){items, count};
}

static struct azure_link
read_link(struct azure_reader *reader, const struct json *root)
{
	const struct json *properties = json_member(root, "properties");
	const char *state = azure_read_text(properties, "virtualNetworkLinkState");
	struct azure_link link = {
		.id = azure_read_needed(reader, root, "id"),
		.name = azure_read_needed(reader, root, "name"),
		.etag = azure_read_text(root, "etag"),
		.provisioning = azure_read_provisioning(properties),
		.state_text = *state ? state : azure_read_text(properties, "provisioningState"),
		.registers = json_boolean(json_member(properties, "registrationEnabled"), false),
		.resolution = azure_read_text(properties, "resolutionPolicy"),
		.network = azure_read_reference(reader, properties, "virtualNetwork"),
		.tags = read_notes(reader, root, properties),
	};

	link.ready = link.provisioning == AZURE_PROVISIONING_SUCCEEDED &&
		     (!*state || text_equal_ignoring_case(state, "Completed"));
	return link;
}

bool
azure_dns_read_link(
	struct arena *arena, const struct json *root, struct azure_link *link, struct error *error)
{
	struct azure_reader reader = {arena, error, false};

	*link = read_link(&reader, root);
	return !reader.failed;
}

bool
azure_dns_read_links(struct arena *arena, const struct json *root, struct azure_links *links,
	struct error *error)
{
	struct azure_reader reader = {arena, error, false};
	const struct json *list = json_member(root, "value");
	struct azure_link *items;

	*links = (struct azure_links){.next = ""};
	if (!json_is_array(list))
		return azure_read_fail(&reader, ERROR_INVALID, "value", "is missing in the answer");
	items = azure_read_room(&reader, json_count(list), sizeof *items);
	links->items = items;
	for (const struct json *item = json_first(list); item && !reader.failed;
		item = json_next(item))
		items[links->count++] = read_link(&reader, item);
	links->next = azure_read_text(root, "nextLink");
	return !reader.failed;
}

static void
write_tags(struct buffer *body, const char *name, const struct azure_tags *tags)
{
	if (tags->count == 0)
		return;
	buffer_printf(body, ",\"%s\":{", name);
	for (size_t i = 0; i < tags->count; i++) {
		if (i > 0)
			buffer_append_char(body, ',');
		buffer_append_json(body, tags->items[i].key);
		buffer_append_char(body, ':');
		buffer_append_json(body, tags->items[i].value);
	}
	buffer_append_char(body, '}');
}

void
azure_dns_write_link(struct buffer *body, enum arm_type type, const struct azure_link_wish *wish)
{
	bool is_zone = type == ARM_ZONE;

	buffer_append_char(body, '{');
	if (is_zone)
		buffer_append_text(body, "\"location\":\"global\",");
	buffer_append_text(body, "\"properties\":{");
	if (is_zone)
		buffer_printf(
			body, "\"registrationEnabled\":%s,", wish->registers ? "true" : "false");
	buffer_append_text(body, "\"virtualNetwork\":{\"id\":");
	buffer_append_json(body, wish->network);
	buffer_append_char(body, '}');
	if (!is_zone)
		write_tags(body, "metadata", &wish->tags);
	buffer_append_char(body, '}');
	if (is_zone)
		write_tags(body, "tags", &wish->tags);
	buffer_append_char(body, '}');
}
