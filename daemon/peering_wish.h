/* What is wanted of a cloud for one peering: of the object itself, and of what the cluster says of
 * its shoot.
 */
#pragma once

#include <stdbool.h>

#include "cloud/cloud.h"
#include "daemon/peering_object.h"
#include "network/inventory.h"

/* Everything lives in the worker's arena or in `declaration`. The tag that the far network has to
 * carry is the shoot's name, as the rule missing-shoot-tag has it; or `tag_bypass`, which is "" for
 * none, where the far network is known to carry that, or where the cluster does not name its shoot.
 * False when the declaration names no remote network. */
bool peering_wish_of(struct inventory *inventory, const struct peering_object *peering,
	const struct declaration *declaration, const char *tag_bypass, struct cloud_wish *wish);

/* The stored id, or "" when it is none of this provider's: Kyma stores a UUID there. */
const char *peering_wish_id(enum provider provider, const struct peering_object *peering);
