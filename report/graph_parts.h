/* What the forms of the picture share. Nobody else includes this. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "report/topology.h"

/* "vpc", "shoot", "aws", …: a type of network in a document; and as people call it: "Kube-OVN". */
const char *graph_type(enum domain_type type);
const char *graph_type_title(enum domain_type type);
enum { GRAPH_TYPES = DOMAIN_ZONE + 1 };

/* "sound", "warned", "conflict" */
const char *graph_state(enum topology_state state);

/* "cidr-overlap, missing-route"; "" when no finding is there. */
const char *graph_rules(struct arena *arena, const struct topology_findings *findings);

/* What is wrong with an edge: the rules, and what its controller says where that is not good. */
const char *graph_trouble(struct arena *arena, const struct topology_edge *edge);

/* "VPC a <-> VPC b", with an arrow from who declares it. */
const char *graph_ends(
	struct arena *arena, const struct topology *topology, const struct topology_edge *edge);

/* As visible_write, but short: characters that cannot be seen stand there by their numbers, what
 * XML means by itself by references. Line ends and tabs become blanks; at most `limit` characters
 * and an ellipsis. */
const char *graph_text(struct arena *arena, const char *text, size_t limit);
