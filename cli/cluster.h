/* The cluster that kubectl would ask. */
#pragma once

#include "kube/kube_config.h"

/* Of KUBECONFIG, of ~/.kube/config or, in a pod, its own. */
bool cluster_find(struct arena *arena, struct kube_config *config, struct error *error);
