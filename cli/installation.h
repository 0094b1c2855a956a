/* What `peerwarden certs` and `peerwarden registration` read of an installation. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"
#include "kube/kube_client.h"
#include "registration/registration.h"

#define INSTALLATION_NAMESPACE     "peerwarden-system"
#define INSTALLATION_SECRET        "peerwarden-webhook-tls"
#define INSTALLATION_CONFIGURATION "peerwarden"

/* A client of the cluster of a kubeconfig file or, where that is NULL, of the one that kubectl
 * would ask. NULL on failure. */
struct kube_client *installation_client(
	struct arena *arena, const char *kubeconfig, struct error *error);
void installation_client_cleanup(struct kube_client **client); /* for CLEANUP; may be NULL */

/* A live configuration, NULL where there is none. */
bool installation_configuration(struct arena *arena, struct kube_client *client,
	enum registration_type type, const char *name, const struct json **configuration,
	struct error *error);

/* Whether a name can be one of the Kubernetes API. `option` is what gave it. */
bool installation_check_name(const char *option, const char *name, struct error *error);

/* "2027-01-31T10:00:00Z" of seconds since 1970. */
const char *installation_time(struct arena *arena, int64_t seconds);
