/* How the two sides of a peering or link on Azure are reached, and what a refusal there means to
 * the user. One application serves both sides, also where they are of two tenants.
 *
 * Texts live in the arena. No fault has a secret or a token in it.
 */
#pragma once

#include "cloud/azure_client.h"
#include "cloud/cloud.h"

struct azure_access {
	struct azure_client *client;
	const char *local_vnet;         /* an id; "": the shoot's, in the subscription below */
	const char *local_subscription; /* "": not known */
	/* "": the program's own; its name is then not known here, so that a remote tenant of the
	 * same name counts as another. */
	const char *local_tenant;
	int64_t patience; /* that an operation is followed, nanoseconds */
};

/* The id of the cluster's own VNet: as it is set, or as Gardener names it, VNet and resource group
 * both shoot--<project>--<name>. "" where nothing says which one it is. */
const char *azure_access_own(
	struct arena *arena, const struct azure_access *access, const struct shoot *shoot);

/* For what is on one side alone. */
struct azure_place azure_access_local(const struct azure_access *access);
struct azure_place azure_access_remote(
	const struct azure_access *access, const struct remote *remote);
/* For a change on one side whose body names the other: with the other tenant's token beside it,
 * where that is another tenant. */
struct azure_place azure_access_local_naming(
	struct arena *arena, const struct azure_access *access, const struct remote *remote);
struct azure_place azure_access_remote_naming(
	struct arena *arena, const struct azure_access *access, const struct remote *remote);

/* `action` as a role definition names it: "Microsoft.Network/virtualNetworks/peer/action". `id` is
 * what was to be read or changed. Where the right is missing on what the body named, the fault's
 * action is that right: "Microsoft.Network/virtualNetworks/join/action". */
struct cloud_fault azure_access_fault(
	struct arena *arena, const char *id, const char *action, const struct azure_error *error);
/* Azure says that this application may not do this. */
bool azure_access_is_denied(const struct azure_error *error);
