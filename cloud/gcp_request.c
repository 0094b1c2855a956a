#include "cloud/gcp_request.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json_members.h"
#include "base/percent.h"

#define PROJECTS "/compute/v1/projects/"

void
gcp_request_id(char text[GCP_REQUEST_ID_SIZE])
{
	unsigned char id[16];
	char *at = text;

	if (RAND_bytes(id, sizeof id) != 1)
		abort();
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x40);
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof id; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		snprintf(at, 3, "%02x", id[i]);
		at += 2;
	}
}

void
gcp_request_network(
	struct buffer *target, const char *project, const char *network, const char *verb)
{
	buffer_append_text(target, PROJECTS);
	percent_append(target, project);
	buffer_append_text(target, "/global/networks/");
	percent_append(target, network);
	if (verb)
		buffer_printf(target, "/%s", verb);
}

void
gcp_request_operation(struct buffer *target, const char *project, const char *operation)
{
	buffer_append_text(target, PROJECTS);
	percent_append(target, project);
	buffer_append_text(target, "/global/operations/");
	percent_append(target, operation);
}

void
gcp_request_add(struct buffer *target, const char *name, const char *value)
{
	bool follows = target->data && memchr(target->data, '?', target->length);

	if (!value || !*value)
		return;
	buffer_printf(target, "%c%s=", follows ? '&' : '?', name);
	percent_append(target, value);
}

void
gcp_request_subnetworks(struct buffer *target, const char *project, const char *network)
{
	CLEANUP(buffer_dispose) struct buffer filter;

	buffer_init(&filter, target->maximum);
	buffer_printf(&filter, "network eq \".*/networks/%s\"", network);
	buffer_append_text(target, PROJECTS);
	percent_append(target, project);
	buffer_append_text(target, "/aggregated/subnetworks");
	gcp_request_add(target, "filter", buffer_text(&filter));
	gcp_request_add(target, "maxResults", "500");
}

void
gcp_request_routes(struct buffer *target, const char *project, const char *network,
	const struct gcp_route_question *question)
{
	gcp_request_network(target, project, network, "listPeeringRoutes");
	gcp_request_add(target, "direction", question->outgoing ? "OUTGOING" : "INCOMING");
	gcp_request_add(target, "peeringName", question->peering);
	gcp_request_add(target, "region", question->region);
	gcp_request_add(target, "maxResults", "500");
}

void
gcp_request_tags(struct buffer *target, const char *path_with_id)
{
	CLEANUP(buffer_dispose) struct buffer parent;

	buffer_init(&parent, target->maximum);
	buffer_printf(&parent, "//compute.googleapis.com/%s", path_with_id);
	buffer_append_text(target, "/v3/effectiveTags");
	gcp_request_add(target, "parent", buffer_text(&parent));
	gcp_request_add(target, "pageSize", "300");
}

void
gcp_request_rights(struct buffer *target, const char *project)
{
	buffer_append_text(target, "/v3/projects/");
	percent_append(target, project);
	buffer_append_text(target, ":testIamPermissions");
}

static void
add_flag(struct buffer *body, const char *name, enum gcp_flag flag)
{
	if (flag != GCP_KEEP)
		json_members_flag(body, name, flag == GCP_ON);
}

static void
add_options(struct buffer *body, const struct gcp_peering_wish *wish)
{
	add_flag(body, "importCustomRoutes", wish->import_custom_routes);
	add_flag(body, "exportCustomRoutes", wish->export_custom_routes);
	add_flag(body, "importSubnetRoutesWithPublicIp", wish->import_public_ranges);
	add_flag(body, "exportSubnetRoutesWithPublicIp", wish->export_public_ranges);
	if (wish->stack_type)
		json_members_text(body, "stackType", wish->stack_type);
}

void
gcp_request_add_peering(struct buffer *body, const struct gcp_peering_wish *wish)
{
	json_members_open(body, NULL);
	json_members_open(body, "networkPeering");
	json_members_text(body, "name", wish->name);
	json_members_text(body, "network", wish->network);
	json_members_flag(body, "exchangeSubnetRoutes", true);
	add_options(body, wish);
	json_members_close(body);
	json_members_close(body);
}

void
gcp_request_update_peering(struct buffer *body, const struct gcp_peering_wish *wish)
{
	json_members_open(body, NULL);
	json_members_open(body, "networkPeering");
	json_members_text(body, "name", wish->name);
	add_options(body, wish);
	json_members_close(body);
	json_members_close(body);
}

void
gcp_request_remove_peering(struct buffer *body, const char *name)
{
	json_members_open(body, NULL);
	json_members_text(body, "name", name);
	json_members_close(body);
}

void
gcp_request_test_rights(struct buffer *body, const char *const *rights)
{
	json_members_open(body, NULL);
	json_members_open_list(body, "permissions");
	for (; *rights; rights++)
		json_members_text(body, NULL, *rights);
	json_members_close_list(body);
	json_members_close(body);
}
