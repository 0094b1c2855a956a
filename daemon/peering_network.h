/* The RemoteNetwork that a peering leads to, or the RemoteZone of a DNS link: each has one, so that
 * its far network, or its zone or ruleset, is looked up.
 */
#pragma once

#include "daemon/peering_pass.h"

/* Makes sure that one describes what a valid peering or link leads to, and remembers which. Where
 * none does, the one is created that the webhook makes (kinds/remote_manifest.h); when that fails
 * it is logged, and tried again by the next pass. Never changes one. Returns the key
 * (daemon/work_key.h) of the one that the object led to before, where that was another, or NULL;
 * owned. */
char *peering_network_ensure(struct peering_pass *pass);

/* Whether the far network's ranges, or the tags of the zone or ruleset, are known to the rules, or
 * are known to be unknown: somebody has given them, or its cloud was asked. */
bool peering_network_is_known(const struct peering_pass *pass);
