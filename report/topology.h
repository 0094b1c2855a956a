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

struct topology_findings {
	enum topology_state state;
	const char **ids; /* each once, in the report's order */
	size_t count;
};

enum { TOPOLOGY_PREFIXES = 8 };

/* A domain: an address space or a zone. */
struct topology_node {
	const char *key;
	const char *name; /* as a message says it: "VPC vpc-1" */
	enum domain_type type;
	bool defined;                            /* by an object; otherwise only referred to */
	size_t edge_count;                       /* that end here */
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
	struct topology_findings findings;
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
