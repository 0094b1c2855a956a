/* How the two sides of a peering on Google Cloud are reached, and what a refusal there means to the
 * user. One credential serves both sides, as with Kyma.
 *
 * Texts live in the arena. No fault has a key or a token in it.
 */
#pragma once

#include "cloud/cloud.h"
#include "cloud/gcp_client.h"

struct gcp_access {
	struct gcp_client *client;
	const char *local_project; /* of the cluster's own network; "": not known */
	const char *local_network; /* "": the shoot's, shoot--<project>--<name> */
	int64_t patience;          /* that one call may wait for a busy network, nanoseconds */
};

/* The cluster's own network; network is "" where nothing says which one it is. */
struct gcp_place gcp_access_local(
	struct arena *arena, const struct gcp_access *access, const struct shoot *shoot);
struct gcp_place gcp_access_remote(const struct gcp_access *access, const struct remote *remote);

/* `action` as IAM names it: "compute.networks.addPeering". */
struct cloud_fault gcp_access_fault(struct arena *arena, const struct gcp_place *place,
	const char *action, const struct gcp_error *error);
/* Google says that this credential may not do this. */
bool gcp_access_is_denied(const struct gcp_error *error);
