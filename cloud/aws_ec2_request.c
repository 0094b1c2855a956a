#include "cloud/aws_ec2_request.h"

#include <stdio.h>

#include "cloud/aws_query.h"

#define VERSION "2016-11-15"

static void
begin(struct buffer *form, const char *action)
{
	aws_query_begin(form, action, VERSION);
}

static void
add_filters(struct buffer *form, const struct aws_filter *filter)
{
	for (size_t i = 1; filter && filter->name; filter++, i++) {
		aws_query_add(form, filter->name, "Filter.%zu.Name", i);
		for (size_t j = 0; filter->values[j]; j++)
			aws_query_add(form, filter->values[j], "Filter.%zu.Value.%zu", i, j + 1);
	}
}

static void
add_listing(struct buffer *form, const char *id_name, const struct aws_listing *listing)
{
	bool has_ids = listing->ids && listing->ids[0];
	char size[16];

	for (size_t i = 0; has_ids && listing->ids[i]; i++)
		aws_query_add(form, listing->ids[i], "%s.%zu", id_name, i + 1);
	add_filters(form, listing->filters);
	if (has_ids)
		return;
	snprintf(size, sizeof size, "%u", listing->page_size);
	if (listing->page_size > 0)
		aws_query_add(form, size, "MaxResults");
	if (listing->next_token && *listing->next_token)
		aws_query_add(form, listing->next_token, "NextToken");
}

void
aws_ec2_request_vpcs(struct buffer *form, const struct aws_listing *listing)
{
	begin(form, "DescribeVpcs");
	add_listing(form, "VpcId", listing);
}

void
aws_ec2_request_peerings(struct buffer *form, const struct aws_listing *listing)
{
	begin(form, "DescribeVpcPeeringConnections");
	add_listing(form, "VpcPeeringConnectionId", listing);
}

void
aws_ec2_request_route_tables(struct buffer *form, const struct aws_listing *listing)
{
	begin(form, "DescribeRouteTables");
	add_listing(form, "RouteTableId", listing);
}

static void
add_tags(struct buffer *form, const char *before, const struct aws_tags *tags)
{
	for (size_t i = 0; i < tags->count; i++) {
		aws_query_add(form, tags->items[i].key, "%sTag.%zu.Key", before, i + 1);
		aws_query_add(form, tags->items[i].value, "%sTag.%zu.Value", before, i + 1);
	}
}

void
aws_ec2_request_create_peering(struct buffer *form, const struct aws_new_peering *peering)
{
	begin(form, "CreateVpcPeeringConnection");
	aws_query_add(form, peering->vpc, "VpcId");
	aws_query_add(form, peering->peer_vpc, "PeerVpcId");
	aws_query_add(form, peering->peer_owner, "PeerOwnerId");
	aws_query_add(form, peering->peer_region, "PeerRegion");
	if (peering->tags.count == 0)
		return;
	aws_query_add(form, "vpc-peering-connection", "TagSpecification.1.ResourceType");
	add_tags(form, "TagSpecification.1.", &peering->tags);
}

static void
name_peering(struct buffer *form, const char *action, const char *peering)
{
	begin(form, action);
	aws_query_add(form, peering, "VpcPeeringConnectionId");
}

void
aws_ec2_request_accept_peering(struct buffer *form, const char *peering)
{
	name_peering(form, "AcceptVpcPeeringConnection", peering);
}

void
aws_ec2_request_reject_peering(struct buffer *form, const char *peering)
{
	name_peering(form, "RejectVpcPeeringConnection", peering);
}

void
aws_ec2_request_delete_peering(struct buffer *form, const char *peering)
{
	name_peering(form, "DeleteVpcPeeringConnection", peering);
}

void
aws_ec2_request_name_resolution(
	struct buffer *form, const char *peering, bool requester, bool allowed)
{
	name_peering(form, "ModifyVpcPeeringConnectionOptions", peering);
	aws_query_add(form, allowed ? "true" : "false",
		"%sPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc",
		requester ? "Requester" : "Accepter");
}

static void
name_route(struct buffer *form, const char *action, const char *table,
	const struct prefix *destination)
{
	const struct prefix network = prefix_network(destination);
	bool six = network.address.family == FAMILY_6;
	char text[PREFIX_TEXT_SIZE];

	begin(form, action);
	aws_query_add(form, table, "RouteTableId");
	aws_query_add(
		form, prefix_format(&network, text), "Destination%sCidrBlock", six ? "Ipv6" : "");
}

void
aws_ec2_request_create_route(struct buffer *form, const char *table,
	const struct prefix *destination, const char *peering)
{
	name_route(form, "CreateRoute", table, destination);
	aws_query_add(form, peering, "VpcPeeringConnectionId");
}

void
aws_ec2_request_replace_route(struct buffer *form, const char *table,
	const struct prefix *destination, const char *peering)
{
	name_route(form, "ReplaceRoute", table, destination);
	aws_query_add(form, peering, "VpcPeeringConnectionId");
}

void
aws_ec2_request_delete_route(
	struct buffer *form, const char *table, const struct prefix *destination)
{
	name_route(form, "DeleteRoute", table, destination);
}

void
aws_ec2_request_create_tags(struct buffer *form, const char *resource, const struct aws_tags *tags)
{
	begin(form, "CreateTags");
	aws_query_add(form, resource, "ResourceId.1");
	add_tags(form, "", tags);
}
