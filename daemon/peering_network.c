#include "daemon/peering_network.h"

#include "base/log.h"
#include "kinds/kind.h"
#include "kinds/remote_manifest.h"

/* NULL where nothing describes the network. */
static const char *
known_name(const struct peering_pass *pass, const char *domain)
{
	const struct declaration *definition;
	const char *name = NULL;

	inventory_lock(pass->inventory);
	definition = inventory_definition(pass->inventory, domain, NULL);
	if (definition)
		name = arena_text(pass->worker->arena, definition->object.name);
	inventory_unlock(pass->inventory);
	return name;
}

bool
peering_network_is_known(const struct peering_pass *pass)
{
	const struct declaration *definition;
	bool known;

	inventory_lock(pass->inventory);
	definition = inventory_definition(pass->inventory, pass->declaration.peerings->to, NULL);
	known = definition && (definition->addresses_known || definition->observed_version != 0 ||
				      definition->lookup_problem);
	inventory_unlock(pass->inventory);
	return known;
}

static void
create(struct peering_pass *pass, const struct remote *remote, const char *name)
{
	const struct kind_definition *kind = kind_definitions[KIND_REMOTE_NETWORK];
	struct arena *arena = pass->worker->arena;
	struct kube_call call = {
		.method = HTTP_POST,
		.target = arena_printf(
			arena, "/apis/%s/%s/%s", kind->group, kind->version, kind->plural),
		.body = remote_manifest(arena, remote, name),
	};
	struct error error = {0};

	if (worker_write(pass->worker, &call, &error))
		log_info("RemoteNetwork created", LOG_TEXT("peering", pass->key),
			LOG_TEXT("name", name));
	else if (error.kind != ERROR_CONFLICT && worker_goes_on(pass->worker))
		log_warn("a RemoteNetwork cannot be created", LOG_TEXT("peering", pass->key),
			LOG_TEXT("name", name), LOG_TEXT("error", error.message));
}

char *
peering_network_ensure(struct peering_pass *pass)
{
	const struct peering *wanted = pass->declaration.peerings;
	const char *name = known_name(pass, wanted->to);

	if (!name) {
		name = remote_manifest_name(pass->worker->arena, wanted->remote);
		create(pass, wanted->remote, name);
	}
	return peering_views_lead(pass->memory, pass->key, name);
}
