#include "cli/state.h"

#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/cluster.h"
#include "cli/merge.h"
#include "kube/kube_client.h"

enum { OBJECT_MEMORY = 64 * 1024 * 1024, LIST_ATTEMPTS = 3 };
enum { FORBIDDEN = 403, NOT_FOUND = 404, GONE = 410 };

void
state_dispose(struct state *state)
{
	map_free(state->objects);
	inventory_free(state->inventory);
}

const struct json *
state_object(const struct state *state, const struct definition *definition)
{
	return map_get(state->objects, definition->key);
}

/* The keys are the bundle's own: they live long enough. */
static void
keep(struct state *state, const char *key, const struct json *object)
{
	map_put(state->objects, key, (void *)(uintptr_t)object);
}

static const struct definition *
wanted(const struct state *state, const char *key)
{
	return state->wanted ? map_get(state->wanted->by_object, key) : NULL;
}

static void
store(struct state *state, struct declaration *declaration, const struct object_id *object)
{
	declaration->object = *object;
	inventory_lock(state->inventory);
	inventory_store(state->inventory, declaration);
	inventory_unlock(state->inventory);
}

static void
show(const struct state *state, const struct object_id *id, const struct json *object)
{
	if (state->viewer)
		state->viewer->see(state->viewer->context, id, object);
}

/* A list that is under way. */
struct listing {
	struct state *state;
	const struct kind_definition *kind;
	struct arena *arena; /* for one object */
	struct error error;
};

static bool
take_object(struct listing *listing, const struct json *object, struct error *error)
{
	struct state *state = listing->state;
	struct declaration declaration;
	const struct definition *definition;
	struct object_id id;
	const char *key;

	if (!kind_decode(listing->arena, listing->kind, object, NULL, &declaration, error))
		return false;
	bundle_object(listing->kind, object, &id);
	store(state, &declaration, &id);
	show(state, &id, object);
	key = bundle_key(listing->arena, &id);
	definition = wanted(state, key);
	if (definition)
		keep(state, definition->key, merge_copy(state->arena, object));
	return true;
}

static void
take_item(void *context, const struct json *object)
{
	struct listing *listing = context;

	if (listing->error.kind == ERROR_NONE)
		take_object(listing, object, &listing->error);
	arena_reset(listing->arena);
}

static struct kube_collection
collection_of(struct arena *arena, const struct kind_definition *kind)
{
	const char *root = *kind->group ? arena_printf(arena, "/apis/%s", kind->group) : "/api";
	const char *folder =
		kind->namespace ? arena_printf(arena, "namespaces/%s/", kind->namespace) : "";

	return (struct kube_collection){
		.path = arena_printf(
			arena, "%s/%s/%s%s", root, kind->version, folder, kind->plural),
		.query = kind->name ? arena_printf(arena, "fieldSelector=metadata.name%%3D%s",
					      kind->name)
				    : NULL,
	};
}

/* A list that takes longer than the server remembers is begun again. */
static bool
list(struct kube_client *client, const struct kube_collection *collection, struct listing *listing,
	struct error *error)
{
	for (int attempt = 1;; attempt++) {
		uint64_t version;

		if (kube_client_list(client, collection, take_item, listing, &version, error))
			break;
		if (kube_client_status(client) != GONE || attempt == LIST_ATTEMPTS)
			return false;
	}
	if (listing->error.kind == ERROR_NONE)
		return true;
	return error_set(
		error, listing->error.kind, "%s: %s", collection->path, listing->error.message);
}

static bool
list_kind(struct state *state, struct kube_client *client, const struct kind_definition *kind,
	struct error *error)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(OBJECT_MEMORY);
	struct kube_collection collection = collection_of(state->arena, kind);
	struct listing listing = {.state = state, .kind = kind, .arena = arena};
	struct error failure;

	if (list(client, &collection, &listing, &failure))
		return true;
	if (kube_client_status(client) == NOT_FOUND && *kind->group)
		return true; /* the cluster has no such kind; those of the core group it always has
			      */
	if (kube_client_status(client) == FORBIDDEN && !kind->guarded) {
		state->hidden |= KIND_BIT(kind->kind);
		return true;
	}
	return error_set(error, failure.kind, "%s", failure.message);
}

static bool
read_cluster(struct state *state, const struct kube_config *cluster, struct error *error)
{
	struct kube_client *client = kube_client_new(cluster, error);
	bool good = client != NULL;

	state->cluster = cluster;
	for (size_t i = 0; i < KINDS && good; i++)
		good = list_kind(state, client, kind_definitions[i], error);
	if (client)
		kube_client_free(client);
	return good;
}

static bool
is_kubeconfig(const struct manifests *manifests)
{
	const struct manifest *only = manifests->first;

	return manifests->count == 1 &&
	       text_equal(json_member_text(only->object, "kind"), "Config") &&
	       text_equal(json_member_text(only->object, "apiVersion"), "v1");
}

/* What stands in files is in canonical form, as it would be stored. */
static bool
take_manifest(struct state *state, const struct manifest *manifest, struct error *error)
{
	struct declaration declaration;
	const struct definition *definition;
	struct changes changes;
	struct object_id id;
	const char *key;

	if (!manifest_decode(state->arena, manifest, &changes, &declaration, error))
		return false;
	bundle_object(manifest->definition, manifest->object, &id);
	store(state, &declaration, &id);
	show(state, &id, manifest->object);
	key = bundle_key(state->arena, &id);
	definition = wanted(state, key);
	if (definition)
		keep(state, definition->key, manifest->object);
	return true;
}

static bool
read_files(struct state *state, const char *path, struct error *error)
{
	struct manifests *manifests = &state->manifests;
	struct kube_config *cluster = ARENA_NEW(state->arena, struct kube_config);

	if (!manifests_read(state->arena, path, manifests, error))
		return false;
	if (is_kubeconfig(manifests)) {
		*manifests = (struct manifests){0};
		return kube_config_load(state->arena, path, cluster, error) &&
		       read_cluster(state, cluster, error);
	}
	for (const struct manifest *manifest = manifests->first; manifest;
		manifest = manifest->next)
		if (manifest->definition && !take_manifest(state, manifest, error))
			return false;
	return true;
}

bool
state_read_shown(struct arena *arena, const char *source, const struct bundle *of_interest,
	const struct state_viewer *viewer, struct state *state, struct error *error)
{
	struct kube_config *cluster = ARENA_NEW(arena, struct kube_config);

	*state = (struct state){
		.arena = arena,
		.wanted = of_interest,
		.viewer = viewer,
		.inventory = inventory_new(),
		.objects = map_new(),
	};
	if (!source)
		return true;
	if (text_equal(source, "cluster"))
		return cluster_find(arena, cluster, error) && read_cluster(state, cluster, error);
	if (!read_files(state, source, error))
		return false;
	if (arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "%s: there is too much in it", source);
	return true;
}

bool
state_read(struct arena *arena, const char *source, const struct bundle *of_interest,
	struct state *state, struct error *error)
{
	return state_read_shown(arena, source, of_interest, NULL, state, error);
}

const char *const *
state_assumptions(const struct state *state)
{
	const char **sentences = ARENA_ARRAY(state->arena, const char *, KINDS + 1);
	size_t count = 0;

	for (size_t i = 0; i < KINDS; i++) {
		const struct kind_definition *kind = kind_definitions[i];
		struct object_id object = {kind->kind, kind->namespace, kind->name};

		if (state->hidden & KIND_BIT(kind->kind))
			sentences[count++] =
				arena_printf(state->arena, "there is no %s: it may not be read",
					object_text(state->arena, &object));
	}
	return sentences;
}
