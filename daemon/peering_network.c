#include "daemon/peering_network.h"

#include "base/log.h"
#include "daemon/work_key.h"
#include "kinds/kind.h"
#include "kinds/remote_manifest.h"

/* The domain; NULL where the object leads nowhere. */
static const char *
target_of(const struct peering_pass *pass)
{
	const struct declaration *declaration = &pass->declaration;

	if (declaration->peering_count > 0)
		return declaration->peerings->to;
	return declaration->dns_link_count > 0 ? declaration->dns_links->zone : NULL;
}

static bool
is_known(const struct declaration *definition)
{
	bool facts = definition->object.kind == KIND_REMOTE_ZONE ? definition->tags_known
								 : definition->addresses_known;

	return facts || definition->observed_version != 0 || definition->lookup_problem;
}

bool
peering_network_is_known(const struct peering_pass *pass)
{
	const char *target = target_of(pass);
	const struct declaration *definition;
	bool known;

	inventory_lock(pass->inventory);
	definition = target ? inventory_definition(pass->inventory, target, NULL) : NULL;
	known = definition && is_known(definition);
	inventory_unlock(pass->inventory);
	return known;
}

/* False where nothing describes the target. */
static bool
find(const struct peering_pass *pass, const char *target, struct object_id *object)
{
	const struct declaration *definition;

	inventory_lock(pass->inventory);
	definition = inventory_definition(pass->inventory, target, NULL);
	if (definition)
		*object = (struct object_id){definition->object.kind, "",
			arena_text(pass->worker->arena, definition->object.name)};
	inventory_unlock(pass->inventory);
	return definition != NULL;
}

static void
create(const struct peering_pass *pass, const struct remote *remote, const struct object_id *object)
{
	const struct kind_definition *kind = kind_definitions[object->kind];
	struct arena *arena = pass->worker->arena;
	struct kube_call call = {
		.method = HTTP_POST,
		.target = arena_printf(
			arena, "/apis/%s/%s/%s", kind->group, kind->version, kind->plural),
		.body = remote_manifest(arena, remote, object->name),
	};
	struct error error = {0};

	if (worker_write(pass->worker, &call, &error))
		log_info("what an object leads to is described now", LOG_TEXT("peering", pass->key),
			LOG_TEXT("kind", kind_name(object->kind)), LOG_TEXT("name", object->name));
	else if (error.kind != ERROR_CONFLICT && worker_goes_on(pass->worker))
		log_warn("what an object leads to cannot be described",
			LOG_TEXT("peering", pass->key), LOG_TEXT("kind", kind_name(object->kind)),
			LOG_TEXT("name", object->name), LOG_TEXT("error", error.message));
}

char *
peering_network_ensure(struct peering_pass *pass)
{
	struct arena *arena = pass->worker->arena;
	const struct remote *remote = pass->wish.remote;
	struct object_id object;
	char key[WORK_KEY_SIZE];

	if (!find(pass, target_of(pass), &object)) {
		object = (struct object_id){remote_manifest_kind(arena, remote), "",
			remote_manifest_name(arena, remote)};
		create(pass, remote, &object);
	}
	return peering_views_lead(pass->memory, pass->key, work_key_write(key, &object));
}
