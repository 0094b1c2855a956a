#include "cli/cluster.h"

#include <stdlib.h>
#include <unistd.h>

bool
cluster_find(struct arena *arena, struct kube_config *config, struct error *error)
{
	const char *paths = getenv("KUBECONFIG"), *home = getenv("HOME");

	if (paths && *paths)
		return kube_config_load(arena, paths, config, error);
	if (home && *home)
		paths = arena_printf(arena, "%s/.kube/config", home);
	if (getenv("KUBERNETES_SERVICE_HOST") && (!paths || access(paths, F_OK) != 0))
		return kube_config_in_cluster(arena, KUBE_CONFIG_SERVICE_ACCOUNT, config, error);
	return kube_config_load(arena, paths ? paths : "", config, error);
}
