#include "kinds/kind.h"

#include <string.h>

#include "base/text.h"
#include "kinds/peerwarden.h"

const struct kind_definition *
kind_of_resource(const char *group, const char *resource)
{
	for (size_t i = 0; i < KINDS; i++)
		if (text_equal(kind_definitions[i]->plural, resource) &&
			text_equal(kind_definitions[i]->group, group))
			return kind_definitions[i];
	return NULL;
}

/* "kubeovn.io/v1" is of group kubeovn.io, "v1" of the core group. */
static bool
is_of_group(const char *api_version, const char *group)
{
	const char *slash = strchr(api_version, '/');
	size_t length = slash ? (size_t)(slash - api_version) : 0;

	return strlen(group) == length && memcmp(api_version, group, length) == 0;
}

/* Of ConfigMaps only one is of interest. */
static bool
is_the_named_one(const struct kind_definition *definition, const struct json *metadata)
{
	return !definition->name ||
	       (text_equal(json_member_text(metadata, "name"), definition->name) &&
		       text_equal(json_member_text(metadata, "namespace"), definition->namespace));
}

const struct kind_definition *
kind_of_object(const struct json *object)
{
	const char *api_version = json_member_text(object, "apiVersion");
	const char *kind = json_member_text(object, "kind");

	if (!api_version || !kind)
		return NULL;
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kind_name((enum kind)i), kind) == 0 &&
			is_of_group(api_version, kind_definitions[i]->group))
			return is_the_named_one(
				       kind_definitions[i], json_member(object, "metadata"))
				       ? kind_definitions[i]
				       : NULL;
	return NULL;
}

const char *
kind_api_version(struct arena *arena, enum kind kind)
{
	const struct kind_definition *definition;

	if (kind == KIND_PEERING_POLICY)
		return PEERWARDEN_API_GROUP "/" PEERWARDEN_API_VERSION;
	definition = kind_definitions[kind];
	if (!*definition->group)
		return definition->version;
	return arena_printf(arena, "%s/%s", definition->group, definition->version);
}

static void
decode_metadata(const struct kind_definition *definition, const struct json *metadata,
	struct declaration *declaration)
{
	const char *namespace =
		definition->namespaced ? json_member_text(metadata, "namespace") : NULL;

	declaration->object.namespace = namespace ? namespace : "";
	declaration->deleting = json_present(metadata, "deletionTimestamp") != NULL;
	declaration->shoot_label =
		json_member_text(json_member(metadata, "labels"), "peerwarden.io/shoot");
}

bool
kind_decode(struct arena *arena, const struct kind_definition *definition,
	const struct json *object, const char *name, struct declaration *declaration,
	struct error *error)
{
	const struct json *metadata = json_member(object, "metadata");

	if (!json_is_object(object))
		return error_set(error, ERROR_INVALID, "there is no object");
	if (!name)
		name = json_member_text(metadata, "name");
	if (!name || !*name)
		return error_set(error, ERROR_INVALID, "the object has no name");
	*declaration = (struct declaration){.object = {.kind = definition->kind, .name = name}};
	decode_metadata(definition, metadata, declaration);
	definition->decode(arena, object, declaration);
	if (arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "the object needs too much memory");
	return true;
}

struct changes
kind_canonicalise(
	struct arena *arena, const struct kind_definition *definition, const struct json *object)
{
	struct changes changes = {0};

	if (definition->canonicalise)
		definition->canonicalise(arena, object, &changes);
	return changes;
}
