/* What a remote VNet, private DNS zone or resolver ruleset is like, and which rights are missing
 * there (cloud/azure_rights.h). Nothing is changed and nothing is tried.
 *
 * Whoever may read a VNet may not always see its peerings alone, or its permissions: then these are
 * empty, and the look-up is none the less good.
 */
#pragma once

#include "cloud/azure_access.h"

/* False with the fault; CLOUD_GONE where there is no such VNet, group or subscription. */
bool azure_look_up(struct arena *arena, const struct azure_access *access,
	const struct remote *remote, struct cloud_network *network, struct cloud_fault *fault);
/* Likewise of a zone or ruleset; its region is that of a ruleset, and its peerings are links. */
bool azure_look_up_zone(struct arena *arena, const struct azure_access *access,
	const struct remote *remote, struct cloud_network *network, struct cloud_fault *fault);
