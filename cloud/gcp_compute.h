/* What Compute Engine answers about networks, peerings, ranges, routes and operations, as values.
 *
 * Follows the REST reference of Compute Engine v1: networks, subnetworks (aggregated list),
 * globalOperations. Google writes the same network as compute/v1 or compute/beta, on
 * www.googleapis.com or compute.googleapis.com: kept is the path alone, from "projects/" on.
 *
 * Texts are copied into the arena and are "" where there are none. All readers: ERROR_INVALID for
 * an answer that is not what it should be, ERROR_EXHAUSTED for one beyond the limits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/gcp_error.h"
#include "format/json.h"
#include "network/prefix.h"

enum { GCP_LARGEST_ANSWER = 8 << 20 };

/* One half: what this network thinks of the other. */
struct gcp_peering {
	const char *name;
	const char *network;       /* "projects/p/global/networks/n", at the other end */
	const char *state;         /* "ACTIVE", "INACTIVE" */
	const char *state_details; /* "[2025-09-04T15:59:09.314-07:00]: Connected." */
	const char *stack_type;    /* "IPV4_ONLY", "IPV4_IPV6" */
	const char *update_strategy;
	bool exchange_subnet_routes;
	bool import_custom_routes;
	bool export_custom_routes;
	bool import_public_ranges;
	bool export_public_ranges;
	int64_t peer_mtu; /* 0 where it is not told */
};

struct gcp_network {
	const char *id; /* a number beyond 2^53, so a text */
	const char *name;
	const char *path;         /* "projects/p/global/networks/n" */
	const char *path_with_id; /* "projects/p/global/networks/123"; effective tags need it */
	const char *routing_mode; /* "REGIONAL", "GLOBAL" */
	bool auto_subnetworks;
	int64_t mtu;
	const struct gcp_peering *peerings;
	size_t peering_count;
};

struct gcp_range {
	const char *name; /* of a secondary one; or "" */
	struct prefix prefix;
};
struct gcp_subnetwork {
	const char *name;
	const char *region;
	const char *network; /* its path */
	const char *purpose; /* "PRIVATE" and others */
	const struct gcp_range *ranges;
	size_t range_count;
};
struct gcp_subnetworks {
	const struct gcp_subnetwork *items;
	size_t count;
	bool incomplete; /* a region did not answer */
};

struct gcp_route {
	struct prefix prefix;
	const char *type; /* "SUBNET_PEERING_ROUTE", "STATIC_…", "DYNAMIC_…" */
	const char *region;
	int64_t priority;
	bool imported;
};
struct gcp_routes {
	const struct gcp_route *items;
	size_t count;
};

struct gcp_operation {
	const char *name;
	const char *type;   /* "addPeering" */
	const char *target; /* the path of the network */
	const char *status; /* "PENDING", "RUNNING", "DONE" */
	bool done;
	bool failed;            /* DONE, and with an error in it: HTTP said 200 all the same */
	struct gcp_error error; /* of one that failed */
};

/* The part of a URL, or of a relative path, from "projects/" on; NULL when there is none, or when
 * it has anything but printable ASCII without blanks and quotes. Lent. */
const char *gcp_compute_path(const char *url);

/* `text` has a NUL behind it. The value lives in the arena. */
const struct json *gcp_compute_parse(
	struct arena *arena, const char *text, size_t length, struct error *error);

bool gcp_compute_read_network(struct arena *arena, const struct json *root,
	struct gcp_network *network, struct error *error);
bool gcp_compute_read_operation(struct arena *arena, const struct json *root,
	struct gcp_operation *operation, struct error *error);

/* A page: its items are added to those that are there. *next is the token of the next page, or "".
 */
bool gcp_compute_read_subnetworks(struct arena *arena, const struct json *root,
	struct gcp_subnetworks *subnetworks, const char **next, struct error *error);
bool gcp_compute_read_routes(struct arena *arena, const struct json *root,
	struct gcp_routes *routes, const char **next, struct error *error);
