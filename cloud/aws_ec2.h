/* What EC2 answers of VPCs, peerings and routes, as plain structs.
 *
 * Follows the Amazon EC2 API Reference, version 2016-11-15. Elements may come in any order; unknown
 * ones are passed over; an empty set and an absent one are alike. The texts are the tree's own
 * (format/xml.h) and live as long as it; "" stands for an absent one. A missing id, or a range that
 * is none, is ERROR_INVALID, since a peering that is half known must not be judged;
 * ERROR_EXHAUSTED when the arena is full.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/xml.h"
#include "network/prefix.h"

struct aws_tag {
	const char *key;
	const char *value;
};

struct aws_tags {
	const struct aws_tag *items;
	size_t count;
};

/* The value of that tag, which may be "", or NULL. Case matters, as it does to AWS. */
const char *aws_ec2_tag(const struct aws_tags *tags, const char *key);

struct aws_ranges {
	const struct prefix *items;
	size_t count;
};

struct aws_vpc {
	const char *id;
	const char *owner;        /* account */
	const char *state;        /* "available", "pending" */
	struct aws_ranges ranges; /* all that are associated, of both families */
	struct aws_tags tags;
};

struct aws_vpcs {
	const struct aws_vpc *items;
	size_t count;
	const char *next_token; /* "" on the last page; so in every list */
};

enum aws_peering_state {
	AWS_PEERING_UNKNOWN, /* a code that this program does not know */
	AWS_PEERING_INITIATING,
	AWS_PEERING_PENDING, /* for the accepter */
	AWS_PEERING_PROVISIONING,
	AWS_PEERING_ACTIVE,
	AWS_PEERING_DELETING,
	AWS_PEERING_FAILED,
	AWS_PEERING_EXPIRED,
	AWS_PEERING_REJECTED,
	AWS_PEERING_DELETED,
	AWS_PEERING_STATES
};

/* True in the states that nothing comes after: as good as no peering. */
bool aws_ec2_is_over(enum aws_peering_state state);

struct aws_peering_side {
	const char *owner;
	const char *vpc;
	const char *region;       /* older answers have none */
	struct aws_ranges ranges; /* none of the accepter's before it has accepted */
	bool has_options;    /* only the own account's side has, and not before it is accepted */
	bool resolves_names; /* AllowDnsResolutionFromRemoteVpc */
};

struct aws_peering {
	const char *id;
	enum aws_peering_state state;
	const char *code; /* the state as AWS writes it */
	const char *message;
	const char *expires; /* RFC 3339; "" once it is accepted */
	struct aws_peering_side requester;
	struct aws_peering_side accepter;
	struct aws_tags tags;
};

struct aws_peerings {
	const struct aws_peering *items;
	size_t count;
	const char *next_token;
};

struct aws_association {
	const char *id;
	const char *subnet; /* "" of the main association, and of a gateway's */
	const char *gateway;
	const char *state;
	bool main;
};

enum aws_target {
	AWS_TARGET_NONE, /* or one that this program does not know */
	AWS_TARGET_LOCAL,
	AWS_TARGET_PEERING,
	AWS_TARGET_GATEWAY, /* internet, virtual private or endpoint */
	AWS_TARGET_NAT,
	AWS_TARGET_TRANSIT,
	AWS_TARGET_EGRESS_ONLY,
	AWS_TARGET_INSTANCE,
	AWS_TARGET_INTERFACE,
	AWS_TARGET_OTHER /* local and carrier gateways, core and ODB networks */
};

struct aws_route {
	bool has_destination;
	struct prefix destination; /* or else a list: */
	const char *prefix_list;
	enum aws_target target;
	const char *target_id;
	const char *state; /* "active", "blackhole", "filtered" */
	const char *origin;
};

struct aws_route_table {
	const char *id;
	const char *vpc;
	const char *owner;
	bool main;
	const struct aws_association *associations;
	size_t association_count;
	const struct aws_route *routes;
	size_t route_count;
	struct aws_tags tags;
};

struct aws_route_tables {
	const struct aws_route_table *items;
	size_t count;
	const char *next_token;
};

/* `answer` is the root element of the answer to DescribeVpcs and so on. */
bool aws_ec2_read_vpcs(
	struct arena *arena, const struct xml *answer, struct aws_vpcs *vpcs, struct error *error);
bool aws_ec2_read_peerings(struct arena *arena, const struct xml *answer,
	struct aws_peerings *peerings, struct error *error);
bool aws_ec2_read_route_tables(struct arena *arena, const struct xml *answer,
	struct aws_route_tables *tables, struct error *error);
/* Of CreateVpcPeeringConnection and AcceptVpcPeeringConnection. */
bool aws_ec2_read_peering(struct arena *arena, const struct xml *answer,
	struct aws_peering *peering, struct error *error);
/* Of the operations that answer with "true" or nothing; "false" is ERROR_CONFLICT. */
bool aws_ec2_read_done(const struct xml *answer, struct error *error);
