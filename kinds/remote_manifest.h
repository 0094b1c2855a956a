/* The RemoteNetwork (peerwarden.io/v1alpha1) that webhook and daemon make for a network nobody has
 * described, and the mark that asks for a fresh look at one.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "network/declaration.h"

/* The name that every replica gives to it: "aws-<account>-<region>-<vpc id>",
 * "gcp-<project>.<network>", "azure-<subscription>-<group>-<name>-<hash of the id>". At most 253
 * characters, as RFC 1123 wants them. `remote` is well-formed. */
const char *remote_manifest_name(struct arena *arena, const struct remote *remote);

/* JSON. Labelled app.kubernetes.io/managed-by: peerwarden, so that the daemon may delete it when
 * nothing leads there any more. */
const char *remote_manifest(struct arena *arena, const struct remote *remote, const char *name);

/* A JSON merge patch (RFC 7386) that sets the annotation peerwarden.io/refresh to a new text.
 * `wall` is clock_wall. */
const char *remote_manifest_refresh(struct arena *arena, int64_t wall);
