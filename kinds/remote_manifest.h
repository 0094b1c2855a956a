/* The RemoteNetwork or RemoteZone (peerwarden.io/v1alpha1) that webhook and daemon make for a
 * network, or for a private DNS zone or resolver ruleset, that nobody has described; and the mark
 * that asks for a fresh look at one.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "network/declaration.h"

/* In all of these `remote` is well-formed. */

/* What describes it: KIND_REMOTE_ZONE for the ARM id of a zone or ruleset, else
 * KIND_REMOTE_NETWORK. */
enum kind remote_manifest_kind(struct arena *arena, const struct remote *remote);

/* The domain that it defines. */
const char *remote_manifest_domain(struct arena *arena, const struct remote *remote);

/* The name that every replica gives to it: "aws-<account>-<region>-<vpc id>",
 * "gcp-<project>.<network>", "azure-<subscription>-<group>-<name>-<hash of the id>" for a VNet, a
 * zone and a ruleset. At most 253 characters, as RFC 1123 wants them. */
const char *remote_manifest_name(struct arena *arena, const struct remote *remote);

/* JSON. Labelled app.kubernetes.io/managed-by: peerwarden, so that the daemon may delete it when
 * nothing leads there any more. */
const char *remote_manifest(struct arena *arena, const struct remote *remote, const char *name);

/* A JSON merge patch (RFC 7386) that sets the annotation peerwarden.io/refresh to a new text.
 * `wall` is clock_wall. */
const char *remote_manifest_refresh(struct arena *arena, int64_t wall);
