/* The topology: which networks and zones there are, what joins them, and where the findings are.
 *
 * A pure model, made from an inventory and a report, in the same order however both were filled.
 * Everything lives in the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "network/inventory.h"
#include "report/report.h"

/* What is known against a node or an edge: nothing, at most notes and warnings, or what is denied.
 */
enum topology_state { TOPOLOGY_SOUND, TOPOLOGY_WARNED, TOPOLOGY_CONFLICT };

enum { TOPOLOGY_PREFIXES = 8, TOPOLOGY_RULES = 6 };

struct topology_findings {
	enum topology_state state;
	enum action action; /* the strongest; ACTION_OFF without findings */
	const char **ids;   /* each once, in the report's order */
	size_t count;
	const char *rules[TOPOLOGY_RULES]; /* each once, at first those that deny */
	size_t rule_count;
	size_t number; /* among all that is not sound, from 1, what is denied first; else 0 */
};

/* A domain: an address space or a zone. */
struct topology_node {
	const char *key;
	const char *name; /* as a message says it: "VPC vpc-1" */
	enum domain_type type;
	bool defined;        /* by an object; otherwise only referred to */
	bool leaving;        /* that object is being deleted */
	const char *problem; /* why the cloud told nothing of it; NULL: it did, or was not asked */
	size_t edge_count;   /* that end here */
	const char *prefixes[TOPOLOGY_PREFIXES]; /* the first of those claimed in it */
	size_t prefix_count;                     /* of all, which may be more */
	struct topology_findings findings;       /* that no edge shows */
};

enum topology_join { TOPOLOGY_PEERING, TOPOLOGY_DNS_LINK, TOPOLOGY_ROUTER_PORT };

/* What joins two nodes, once for each kind of join and pair, whoever declares it. */
struct topology_edge {
	size_t first, second; /* indexes of nodes, first < second */
	enum topology_join join;
	bool from_first; /* declared at this end */
	bool from_second;
	bool leaving;         /* an object that declares it is being deleted */
	const char *standing; /* as its controller says; NULL where nothing is known */
	bool troubled;        /* the standing is not good */
	struct topology_findings findings;
};

/* What the controller of an object says of the peerings and links that it declares. */
struct topology_standing {
	struct object_id object;
	const char *text; /* "Ready"; "Error: the network is gone" */
	bool good;        /* otherwise the edge is at least TOPOLOGY_WARNED */
};
struct topology_standings {
	const struct topology_standing *items;
	size_t count;
};

struct topology {
	struct topology_node *nodes; /* in the order of their keys */
	size_t node_count;
	struct topology_edge *edges; /* by their nodes and kind */
	size_t edge_count;
};

/* A finding stands at the edge that its field declares, or at the one that joins the networks of
 * the objects in conflict; where there is no such edge, at those networks. One about objects that
 * are not in the inventory stands nowhere. The inventory is locked by the caller; `report` may be
 * NULL. */
const struct topology *topology_of(
	struct arena *arena, const struct inventory *inventory, const struct report *report);

/* The same with standings. Of several at one edge the first that is not good counts, else the
 * first. */
const struct topology *topology_with(struct arena *arena, const struct inventory *inventory,
	const struct report *report, const struct topology_standings *standings);

/* The part around each node that `name` names, by its key, by what domain_name says or by the last
 * words of it: what can be reached over at most `depth` edges. NULL when there is no such node. */
const struct topology *topology_near(
	struct arena *arena, const struct topology *topology, const char *name, size_t depth);

/* Sets the numbers of all findings anew; whoever makes a topology has done it. */
void topology_number(struct topology *topology);
/* A peering of two Kube-OVN VPCs that only one of them declares: no traffic flows. */
bool topology_is_one_sided(const struct topology *topology, const struct topology_edge *edge);
/* "peering", "DNS link", "router port" */
const char *topology_join_name(enum topology_join join);
/* What domain_name says, without the word for its kind. Lent from the node. */
const char *topology_short_name(const struct topology_node *node);
