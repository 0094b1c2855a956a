/* The form bodies of the operations of EC2 that concern VPCs, peerings and routes.
 *
 * Follows the Amazon EC2 API Reference, version 2016-11-15. Each begins anew in `form`
 * (cloud/aws_query.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "cloud/aws_ec2.h"
#include "network/prefix.h"

struct aws_filter {
	const char *name;          /* "vpc-id", "tag:Name" */
	const char *const *values; /* any of them; ended by NULL */
};

/* What is to be listed. With ids there are no pages: EC2 refuses both together. */
struct aws_listing {
	const char *const *ids;           /* ended by NULL; or NULL */
	const struct aws_filter *filters; /* all of them; ended by one without a name; or NULL */
	const char *next_token;           /* NULL or "" for the first page */
	unsigned page_size;               /* 5 to 1000, of route tables to 100; 0 for all at once */
};

void aws_ec2_request_vpcs(struct buffer *form, const struct aws_listing *listing);
void aws_ec2_request_peerings(struct buffer *form, const struct aws_listing *listing);
void aws_ec2_request_route_tables(struct buffer *form, const struct aws_listing *listing);

struct aws_new_peering {
	const char *vpc;
	const char *peer_vpc;
	const char *peer_owner;  /* NULL: the own account */
	const char *peer_region; /* NULL: the own region */
	struct aws_tags tags;
};

/* Nothing in it keeps AWS from making a second one: look first. */
void aws_ec2_request_create_peering(struct buffer *form, const struct aws_new_peering *peering);
void aws_ec2_request_accept_peering(struct buffer *form, const char *peering);
void aws_ec2_request_reject_peering(struct buffer *form, const char *peering);
void aws_ec2_request_delete_peering(struct buffer *form, const char *peering);
/* Of the requester's side or else the accepter's: may the other VPC resolve its names? */
void aws_ec2_request_name_resolution(
	struct buffer *form, const char *peering, bool requester, bool allowed);

void aws_ec2_request_create_route(struct buffer *form, const char *table,
	const struct prefix *destination, const char *peering);
void aws_ec2_request_replace_route(struct buffer *form, const char *table,
	const struct prefix *destination, const char *peering);
void aws_ec2_request_delete_route(
	struct buffer *form, const char *table, const struct prefix *destination);

void aws_ec2_request_create_tags(
	struct buffer *form, const char *resource, const struct aws_tags *tags);
