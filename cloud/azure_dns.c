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

bool
azure_dns_read_link(
	struct arena *arena, const struct json *root, struct azure_link *link, struct error *error)
{
	struct azure_reader reader = {arena, error, false};
	const struct json *properties = json_member(root, "properties");
	const char *state = azure_read_text(properties, "virtualNetworkLinkState");

	*link = (struct azure_link){
		.id = azure_read_needed(&reader, root, "id"),
		.name = azure_read_needed(&reader, root, "name"),
		.etag = azure_read_text(root, "etag"),
		.provisioning = azure_read_provisioning(properties),
		.state_text = *state ? state : azure_read_text(properties, "provisioningState"),
		.registers = json_boolean(json_member(properties, "registrationEnabled"), false),
		.resolution = azure_read_text(properties, "resolutionPolicy"),
		.network = azure_read_reference(&reader, properties, "virtualNetwork"),
		.tags = azure_read_tags(&reader, root),
	};
	link->ready = link->provisioning == AZURE_PROVISIONING_SUCCEEDED &&
		      (!*state || text_equal_ignoring_case(state, "Completed"));
	return !reader.failed;
}

static void
write_tags(struct buffer *body, const struct azure_tags *tags)
{
	buffer_append_text(body, ",\"tags\":{");
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
	buffer_append_text(body, "}}");
	if (is_zone && wish->tags.count > 0)
		write_tags(body, &wish->tags);
	buffer_append_char(body, '}');
}
