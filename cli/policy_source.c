#include "cli/policy_source.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cluster.h"
#include "format/json_write.h"
#include "kube/kube_client.h"

#define PREFIX "configmap:"

/* Where the API server has the ConfigMap; NULL when `name` is not NAMESPACE/NAME. */
static const char *
target_of(struct arena *arena, const char *name)
{
	const char *slash = strchr(name, '/');

	if (!slash || slash == name || !slash[1] || strchr(slash + 1, '/') ||
		!text_only_has(name, "a-z0-9./-"))
		return NULL;
	return arena_printf(arena, "/api/v1/namespaces/%.*s/configmaps/%s", (int)(slash - name),
		name, slash + 1);
}

static const struct json *
fetch(struct arena *arena, const char *name, const struct kube_config *cluster, struct error *error)
{
	const char *target = target_of(arena, name);
	struct kube_config found;
	const struct json *object;
	struct kube_client *client;

	if (!target) {
		error_set(error, ERROR_INVALID, "expected " PREFIX "NAMESPACE/NAME");
		return NULL;
	}
	if (!cluster && !cluster_find(arena, &found, error))
		return NULL;
	client = kube_client_new(cluster ? cluster : &found, error);
	if (!client)
		return NULL;
	object = kube_client_get(arena, client, target, error);
	kube_client_free(client);
	return object;
}

/* JSON is YAML: the ConfigMap is read like one that stands in a file. */
static const struct policy *
read_config_map(struct arena *arena, const char *name, const struct kube_config *cluster,
	struct error *error)
{
	struct buffer text CLEANUP(buffer_dispose);
	const struct json *object = fetch(arena, name, cluster, error);

	buffer_init(&text, json_file_limits.bytes);
	if (!object)
		return NULL;
	json_write(arena, object, &text);
	return policy_parse(arena, buffer_text(&text), text.length, error);
}

const struct policy *
policy_source_read(struct arena *arena, const char *source, const struct kube_config *cluster,
	struct error *error)
{
	const struct policy *policy;

	if (!source || !text_starts_with(source, PREFIX))
		return policy_read(arena, source, error);
	policy = read_config_map(arena, source + strlen(PREFIX), cluster, error);
	if (!policy)
		error_wrap(error, "%s", source);
	return policy;
}
