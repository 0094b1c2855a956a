/* Where the API server is and who we are: from a kubeconfig file or from the ServiceAccount of a
 * pod.
 *
 * Follows the kubeconfig v1 API (k8s.io/client-go/tools/clientcmd). Refused with a clear error are
 * what would weaken or silently change the identity: insecure-skip-tls-verify, exec plugins, auth
 * providers, impersonation, proxies. Paths in a file are relative to its folder; inline data goes
 * before paths.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "http/http_client.h"

/* All text lives in the arena; what is not given is NULL. */
struct kube_config {
	struct http_server server;
	const char *token;
	const char *token_file; /* goes before `token`: it is replaced while we run */
	int64_t token_lifetime; /* how long a token that was read is used before the file is read
				   again; nanoseconds */
};

/* The current context of the first file that exists in `paths`, which are separated by ':' as in
 * KUBECONFIG. ERROR_NOT_FOUND when there is none, ERROR_INVALID with the file and the reason. */
bool kube_config_load(
	struct arena *arena, const char *paths, struct kube_config *config, struct error *error);

#define KUBE_CONFIG_SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/* kube_config_load of `paths`, or, when that is NULL, the ServiceAccount that a pod is given. */
bool kube_config_of(
	struct arena *arena, const char *paths, struct kube_config *config, struct error *error);

/* KUBERNETES_SERVICE_HOST and _PORT from the environment, token and ca.crt from `folder`. */
bool kube_config_in_cluster(
	struct arena *arena, const char *folder, struct kube_config *config, struct error *error);
