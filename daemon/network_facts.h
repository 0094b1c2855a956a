/* What a cloud says of a network, as the values of a RemoteNetwork's status; or of a zone or
 * ruleset, as those of a RemoteZone's. Within the limits of the CRD (manifests/crds), and of etcd,
 * which takes 1.5 MB. What has no room is left out and counted. The same facts in any order give
 * the same text, except CIDRs, whose first is the first of the cloud's.
 */
#pragma once

#include "base/arena.h"
#include "cloud/cloud.h"

struct network_facts { /* JSON; "null" where nothing is known */
	const char *owner;
	const char *region;
	const char *cidrs; /* of networks only */
	const char *tags;
	const char *peerings; /* or links */
	const char *most;     /* links, of zones only */
	const char *tables;   /* of networks only */
	const char *rights;
	const char *left_out; /* in words: "cidrs (976 of 2000)"; "" for nothing */
};

extern const struct network_facts network_facts_none;
/* `kind` is KIND_REMOTE_NETWORK or KIND_REMOTE_ZONE. */
struct network_facts network_facts_of(
	struct arena *arena, enum kind kind, const struct cloud_network *network);
/* Of the list of peerings in the status: "peerings" or "links". */
const char *network_facts_list(enum kind kind);

/* The length of what is left of a text when it is cut to `longest` bytes between two characters. */
size_t network_facts_length(const char *text, size_t longest);
/* A text as JSON, cut like this. */
const char *network_facts_text(struct arena *arena, const char *text, size_t longest);
