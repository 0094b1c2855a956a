/* Reads the facts of one peering from Google Cloud (cloud/gcp_facts.h).
 *
 * Calls: the stored operation, and nothing more while it runs; both networks; where a half is
 * missing, the tags of the remote network, unless its owner has agreed by a half of his own, and
 * then the ranges of both and of what they are actively peered with, GCP_MOST_PEERS of each at
 * most. Ranges that we may not read are left out: Google compares them as well. Of a wish that is
 * deleting, a remote network that refuses us is a fact and no fault.
 */
#pragma once

#include "cloud/gcp_access.h"
#include "cloud/gcp_facts.h"

enum { GCP_MOST_PEERS = 50 };

#define GCP_OPERATION_LOCAL  "local/" /* and the name, as an operation is stored */
#define GCP_OPERATION_REMOTE "remote/"

/* Everything lives in the arena; `wish` is lent. False with the fault. What the program remembers
 * is left unset. */
bool gcp_facts_read(struct arena *arena, const struct gcp_access *access,
	const struct cloud_wish *wish, struct gcp_facts *facts, struct cloud_fault *fault);

/* The paths that settings, shoot and wish name, as locks go by them; nothing is asked. */
void gcp_facts_name(struct arena *arena, const struct gcp_access *access,
	const struct cloud_wish *wish, struct gcp_facts *facts);
