/* Virtual networks and their peerings, as the Azure Resource Manager answers them, and the peering
 * that is asked of it.
 *
 * Follows Microsoft.Network/virtualNetworks and virtualNetworkPeerings, version 2024-05-01. A
 * peering is one half: each of the two VNets has its own. Its etag changes without anybody's doing
 * when the other half changes.
 */
#pragma once

#include "base/buffer.h"
#include "cloud/azure_read.h"

enum azure_peering_state {
	AZURE_PEERING_OTHER,
	AZURE_PEERING_INITIATED, /* the other half is missing */
	AZURE_PEERING_CONNECTED,
	AZURE_PEERING_DISCONNECTED /* the other half is gone; this one has to be put anew first */
};

/* Whether each half knows the address space that the other side has now. */
enum azure_sync {
	AZURE_SYNC_OTHER, /* also where it is not told */
	AZURE_SYNC_FULL,
	AZURE_SYNC_REMOTE_MISSES,
	AZURE_SYNC_LOCAL_MISSES, /* a PUT from this side with `synchronizes` mends it */
	AZURE_SYNC_BOTH_MISS
};

struct azure_peering_options {
	bool allows_access; /* allowVirtualNetworkAccess */
	bool allows_forwarded;
	bool allows_gateway_transit;
	bool uses_remote_gateways;
};

struct azure_peering {
	const char *id;
	const char *name;
	const char *etag;
	enum azure_provisioning provisioning;
	enum azure_peering_state state;
	const char *state_text; /* in Azure's word; or "" */
	enum azure_sync sync;
	struct azure_peering_options options;
	const char *remote;                /* the id of the other VNet */
	struct azure_ranges remote_ranges; /* that it has now */
	struct azure_ranges known_ranges;  /* that this half knows */
	bool covers_whole_vnets;           /* false: of some subnets alone */
};
struct azure_peerings {
	const struct azure_peering *items;
	size_t count;
	const char *next; /* the URL of the next page; or "" */
};

struct azure_vnet {
	const char *id;
	const char *name;
	const char *location;
	enum azure_provisioning provisioning;
	struct azure_ranges ranges;
	struct azure_tags tags;
	struct azure_peerings peerings;
	const char *guid; /* another one where it was deleted and made again; or "" */
};

/* Texts are lent from `root`. False with ERROR_INVALID or ERROR_EXHAUSTED. */
bool azure_network_read_vnet(
	struct arena *arena, const struct json *root, struct azure_vnet *vnet, struct error *error);
bool azure_network_read_peering(struct arena *arena, const struct json *root,
	struct azure_peering *peering, struct error *error);
bool azure_network_read_peerings(struct arena *arena, const struct json *root,
	struct azure_peerings *peerings, struct error *error);

struct azure_peering_wish {
	const char *remote; /* the id of the other VNet */
	struct azure_peering_options options;
	bool synchronizes; /* takes on the address space that the other side has now */
};

/* The body of the PUT. A peering is replaced as a whole: what is not told has its default again. */
void azure_network_write_peering(struct buffer *body, const struct azure_peering_wish *wish);
