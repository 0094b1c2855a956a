#include "cli/installation.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/cluster.h"

struct kube_client *
installation_client(struct arena *arena, const char *kubeconfig, struct error *error)
{
	struct kube_config *config = ARENA_NEW(arena, struct kube_config);
	bool found = kubeconfig ? kube_config_load(arena, kubeconfig, config, error)
				: cluster_find(arena, config, error);

	return found ? kube_client_new(config, error) : NULL;
}

void
installation_client_cleanup(struct kube_client **client)
{
	if (*client)
		kube_client_free(*client);
}

bool
installation_configuration(struct arena *arena, struct kube_client *client,
	enum registration_type type, const char *name, const struct json **configuration,
	struct error *error)
{
	const char *path = arena_printf(arena, "/apis/admissionregistration.k8s.io/v1/%s/%s",
		registration_resource(type), name);

	*configuration = kube_client_get(arena, client, path, error);
	return *configuration || text_equal(kube_client_reason(client), "NotFound") ||
	       error_wrap(error, "%s", path);
}

bool
installation_check_name(const char *option, const char *name, struct error *error)
{
	return (*name && text_only_has(name, "a-z0-9.-")) ||
	       error_set(error, ERROR_INVALID, "%s takes a name (a-z, 0-9, \"-\", \".\")", option);
}

const char *
installation_time(struct arena *arena, int64_t seconds)
{
	enum { TO_SECONDS = sizeof "2026-01-02T03:04:05" - 1 };
	char text[CLOCK_TEXT_SIZE];

	clock_format(seconds * CLOCK_SECOND, text);
	return arena_printf(arena, "%.*sZ", TO_SECONDS, text);
}
