/* Reads the facts of one peering from Azure (cloud/azure_facts.h).
 *
 * Two calls: each VNet, whose answer has its halves in it. A VNet that is not there is a fact, and
 * so is a remote one that we may not look at; the rest is a fault.
 */
#pragma once

#include "cloud/azure_access.h"
#include "cloud/azure_facts.h"

/* The id of the own VNet, as it is set or as the shoot's name has it; where nothing says it, of a
 * wish that is deleting, that of the half whose id was stored. "" for none. */
const char *azure_facts_read_own(
	struct arena *arena, const struct azure_access *access, const struct cloud_wish *wish);

/* Everything lives in the arena; `wish` is lent. False with the fault. */
bool azure_facts_read(struct arena *arena, const struct azure_access *access,
	const struct cloud_wish *wish, struct azure_facts *facts, struct cloud_fault *fault);
