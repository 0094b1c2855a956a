#include "mirror/object_path.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/percent.h"
#include "base/text.h"

enum { LONGEST_PART = 4 * 1024 };

static const char *
encoded(struct arena *arena, const char *text)
{
	CLEANUP(buffer_dispose) struct buffer part;

	buffer_init(&part, LONGEST_PART);
	percent_append(&part, text);
	return part.overflowed ? NULL : arena_text(arena, buffer_text(&part));
}

static const char *
collection_path(
	struct arena *arena, const struct kind_definition *definition, const char *namespace)
{
	const char *root =
		*definition->group ? arena_printf(arena, "/apis/%s", definition->group) : "/api";
	const char *folder = namespace ? arena_printf(arena, "namespaces/%s/", namespace) : "";

	return arena_printf(
		arena, "%s/%s/%s%s", root, definition->version, folder, definition->plural);
}

struct kube_collection
object_path_collection(struct arena *arena, const struct kind_definition *definition)
{
	struct kube_collection collection = {
		.path = collection_path(arena, definition, definition->namespace)};

	if (definition->name)
		collection.query =
			arena_printf(arena, "fieldSelector=metadata.name%%3D%s", definition->name);
	return collection;
}

/* A path is not taken apart again: a dot must not lead out of it. */
static bool
is_usable(const char *name)
{
	return name && *name && !text_equal(name, ".") && !text_equal(name, "..");
}

const char *
object_path_of(struct arena *arena, const struct object_id *object)
{
	const struct kind_definition *definition;
	const char *space = NULL, *name;

	if ((unsigned)object->kind >= KINDS || !is_usable(object->name))
		return NULL;
	definition = kind_definitions[object->kind];
	if (definition->namespaced && !is_usable(object->namespace))
		return NULL;
	if (definition->namespaced)
		space = encoded(arena, object->namespace);
	name = encoded(arena, object->name);
	if (!name || (definition->namespaced && !space))
		return NULL;
	return arena_printf(arena, "%s/%s", collection_path(arena, definition, space), name);
}
