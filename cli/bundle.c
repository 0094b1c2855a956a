#include "cli/bundle.h"

void
bundle_dispose(struct bundle *bundle)
{
	map_free(bundle->by_object);
}

bool
bundle_object(const struct kind_definition *kind, const struct json *object, struct object_id *id)
{
	const struct json *metadata = json_member(object, "metadata");
	const char *name = json_member_text(metadata, "name");
	const char *namespace = json_member_text(metadata, "namespace");

	if (!kind->namespaced)
	namespace = "";
	else if (!namespace || !*namespace) namespace = "default";
	*id = (struct object_id){kind->kind, namespace, name};
	return name && *name;
}

const char *
bundle_key(struct arena *arena, const struct object_id *object)
{
	return arena_printf(arena, "%d/%s/%s", (int)object->kind, object->namespace, object->name);
}

static void
append(struct bundle *bundle, struct definition *definition)
{
	if (bundle->last)
		bundle->last->next = definition;
	else
		bundle->first = definition;
	bundle->last = definition;
	definition->number = bundle->count++;
	definition->earlier = map_put(bundle->by_object, definition->key, definition);
	if (definition->earlier)
		definition->earlier->later = definition;
}

static bool
take(struct bundle *bundle, const struct manifest *manifest, struct error *error)
{
	struct definition *definition = ARENA_NEW(bundle->arena, struct definition);

	definition->manifest = manifest;
	if (!bundle_object(manifest->definition, manifest->object, &definition->object))
		return error_set(error, ERROR_INVALID, "%s: line %zu: the object has no name",
			manifest->file, json_location(manifest->object).line);
	definition->key = bundle_key(bundle->arena, &definition->object);
	append(bundle, definition);
	return true;
}

bool
bundle_read(
	struct arena *arena, const char *const *paths, struct bundle *bundle, struct error *error)
{
	*bundle = (struct bundle){.arena = arena, .by_object = map_new()};
	for (; *paths; paths++)
		if (!manifests_read(arena, *paths, &bundle->manifests, error))
			return false;
	for (const struct manifest *manifest = bundle->manifests.first; manifest;
		manifest = manifest->next)
		if (manifest->definition && !take(bundle, manifest, error))
			return false;
	if (arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "the input is too large");
	return true;
}

size_t
bundle_foreign(const struct bundle *bundle)
{
	return bundle->manifests.count - bundle->count;
}

struct json_location
bundle_location(
	struct arena *arena, const struct definition *definition, const struct finding *finding)
{
	const char *field = field_text(arena, finding->subject.field);

	return json_location(json_nearest(definition->manifest->object, field));
}
