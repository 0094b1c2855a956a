/* The index by domain: what stands in each address space and which ones are peered.
 *
 * A domain exists while something refers to it. A domain with many neighbours is a *hub*: it keeps
 * one tree `around` with the claims of all its neighbours, so that asking a hub's neighbours costs
 * no more than asking one; each neighbour knows its hubs and passes its changes on. Below that
 * number the neighbours are asked one by one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "network/claim_set.h"
#include "network/declaration.h"
#include "network/inventory.h"
#include "network/table.h"

enum {
	DOMAIN_HUB_FROM = 17, /* neighbours that make a hub */
	DOMAIN_HUB_UNTIL = 8, /* fewer than these end it; apart, so that it does not flap */
};

struct edge;
struct holding;

struct peering_place {
	struct declared_peering item;
	struct edge *edge; /* NULL when the peering names no two domains */
	TAILQ_ENTRY(peering_place) places;
};
TAILQ_HEAD(peering_places, peering_place);

/* All peerings that are declared from one domain towards another. */
struct edge {
	struct table_entry entry;
	struct domain *from;
	struct domain *to;
	struct edge *reverse; /* the edge in the other direction, or NULL */
	struct peering_places peerings;
	TAILQ_ENTRY(edge) outgoing;
	TAILQ_ENTRY(edge) incoming;
};
TAILQ_HEAD(edges, edge);

enum membership {
	MEMBER_ATTACHED,
	MEMBER_DNS_LINK,
	MEMBER_EXCLUSIVE_LINK,
	MEMBER_DIVERTING,
	MEMBER_GATEWAY_USER,
	MEMBER_PRIVATE, /* a private Subnet, in its VPC */
	MEMBER_DEFINITION,
	MEMBER_RIVAL, /* a RemoteZone, among those of which a network is linked to one at most */
	MEMBERSHIPS
};

struct member {
	const struct holding *holding;
	const char *key;       /* lent from the declaration; NULL when it names no domain */
	struct domain *domain; /* NULL while it is in none */
	enum membership membership;
	TAILQ_ENTRY(member) members;
};
TAILQ_HEAD(members, member);

struct domain {
	struct table_entry entry;
	struct claim_set own;       /* without links */
	struct claim_set links;     /* of both ends */
	struct prefix_tree *around; /* of a hub; NULL otherwise */
	struct domain **hubs;       /* the neighbours that are hubs */
	size_t hub_count;
	size_t neighbour_count;
	size_t remote[FAMILIES];       /* its claims of role CLAIM_REMOTE */
	size_t remote_ahead[FAMILIES]; /* those of the domains that it declares peerings to */
	struct edges outgoing;
	struct edges incoming;
	struct members members[MEMBERSHIPS];
	char key[];
};

/* The last domains that were asked for: the rules ask about the same few again and again. And how
 * much has been asked in all, in steps of one entry that is looked at. */
enum { DOMAINS_RECENT = 4, DOMAINS_STEPS_OF_A_QUESTION = 16 };
struct recent_domains {
	const struct domain *items[DOMAINS_RECENT]; /* or NULL */
	unsigned next;                              /* to be replaced */
	uint64_t steps;
};

struct domains {
	struct table table;
	struct table edges;
	struct recent_domains *recent; /* changed by queries too, under the inventory's lock */
	uint64_t seed;
};

/* A declaration with all its places in the index. */
struct holding {
	struct declaration *declaration; /* owned */
	bool stored;                     /* not reserved; the caller says so */
	struct occupant *occupants; /* of the claims, then of the links; the start of one block */
	struct peering_place *peerings;
	struct member *members; /* attachments, DNS links, diversions, definition and so on */
	size_t member_count;
};

/* What all zones have in common of which a network is linked to one at most: "ruleset", or
 * "privatednszones/example.com". Lent from `zone`; NULL for the key of another domain. */
const char *domain_rivalry(const char *zone);

void holding_init(struct holding *holding, const struct declaration *declaration); /* copies */
void holding_dispose(struct holding *holding);

void domains_init(struct domains *domains);
void domains_dispose(struct domains *domains); /* when nothing is in it */
void domains_add(struct domains *domains, struct holding *holding);
void domains_remove(struct domains *domains, struct holding *holding);

const struct domain *domains_find(const struct domains *domains, const char *key);
const struct edge *domains_find_edge(
	const struct domains *domains, const struct domain *from, const struct domain *to);

/* Visits what the neighbours claim, each claim once and without links; false when the visitor ended
 * it. */
bool domain_overlaps_next_door(const struct domain *domain, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context);
