/* Where the API server has the objects of a kind (Kubernetes API concepts: resource URIs). */
#pragma once

#include "base/arena.h"
#include "kinds/kind.h"
#include "kube/kube_client.h"

/* "/apis/kubeovn.io/v1/vpcs": what there is of the kind, in all namespaces; where only one object
 * is of interest, it alone. */
struct kube_collection object_path_collection(
	struct arena *arena, const struct kind_definition *definition);

/* "/apis/kubeovn.io/v1/vpcs/red", percent-encoded. NULL for a kind that has no definition, and for
 * a name that no object can have. */
const char *object_path_of(struct arena *arena, const struct object_id *object);
