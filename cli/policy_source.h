/* The policy that a user names: a file, or the ConfigMap that the webhook of a cluster mounts. */
#pragma once

#include "kube/kube_config.h"
#include "validators/policy.h"

/* The placeholder of the option --policy. */
#define POLICY_PLACEHOLDER "FILE|configmap:NAMESPACE/NAME"

/* `source` is a file with a PeeringPolicy or a ConfigMap, or "configmap:NAMESPACE/NAME"; NULL for
 * the defaults. The ConfigMap is read from `cluster` or, when that is NULL, from the cluster that
 * kubectl would ask. The message of an error begins with the source. */
const struct policy *policy_source_read(struct arena *arena, const char *source,
	const struct kube_config *cluster, struct error *error);
