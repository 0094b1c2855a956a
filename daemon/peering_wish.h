/* What is wanted of a cloud for one peering, or one link to a zone or ruleset: of the object
 * itself, and of what the cluster says of its shoot.
 */
#pragma once

#include <stdbool.h>

#include "cloud/cloud.h"
#include "daemon/peering_object.h"
#include "network/inventory.h"

/* Everything lives in the worker's arena or in `declaration`. The tag that the far network has to
 * carry is the shoot's name, as the rule missing-shoot-tag has it; or `tag_bypass`, which is "" for
 * none, where the far network is known to carry that, or where the cluster does not name its shoot.
 * False when the declaration names no remote network, zone or ruleset. */
bool peering_wish_of(struct inventory *inventory, const struct cloud *cloud,
	const struct peering_object *peering, const struct declaration *declaration,
	const char *tag_bypass, struct cloud_wish *wish);

/* The stored id, or "" when it is none of this cloud's: Kyma stores a UUID there. */
const char *peering_wish_id(const struct cloud *cloud, const struct peering_object *peering);
