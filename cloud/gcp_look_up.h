/* What a network of Google Cloud is like, and which rights are missing in its project.
 *
 * Follows Compute Engine v1 and the Resource Manager API v3: networks.get, of which nothing can be
 * told without; subnetworks.aggregatedList, effectiveTags.list and projects.testIamPermissions,
 * each of which may be forbidden. What may not be read is hidden, which is not the same as none.
 */
#pragma once

#include "cloud/gcp_access.h"

/* False with the fault; CLOUD_GONE where there is no such network. */
bool gcp_look_up(struct arena *arena, const struct gcp_access *access, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault);
