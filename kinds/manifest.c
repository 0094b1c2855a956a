#include "kinds/manifest.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"

static const char *const suffixes[] = {".yaml", ".yml", ".json", NULL};

static void
append(struct arena *arena, struct manifests *manifests, const char *file,
	const struct json *object)
{
	struct manifest *manifest = ARENA_NEW(arena, struct manifest);

	manifest->file = file;
	manifest->object = object;
	manifest->definition = kind_of_object(object);
	if (manifests->last)
		manifests->last->next = manifest;
	else
		manifests->first = manifest;
	manifests->last = manifest;
	manifests->count++;
}

static bool
is_list(const struct json *object)
{
	const char *kind = json_member_text(object, "kind");

	return kind && text_ends_with(kind, "List") && json_is_array(json_member(object, "items"));
}

/* A document that is no object at all is a mistake of the author's; one of a foreign kind is not.
 */
static bool
take_document(struct arena *arena, struct manifests *manifests, const char *file,
	const struct json *document, struct error *error)
{
	if (json_is_null(document))
		return true;
	if (!json_is_object(document) || !json_member_text(document, "kind")) {
		struct json_location at = json_location(document);

		return error_set(error, ERROR_INVALID,
			"line %zu, column %zu: a Kubernetes object with a kind is expected here, "
			"not %s",
			at.line, at.column,
			json_is_object(document) ? "an object without one"
						 : json_type_name(document));
	}
	if (!is_list(document)) {
		append(arena, manifests, file, document);
		return true;
	}
	for (const struct json *item = json_first(json_member(document, "items")); item;
		item = json_next(item))
		if (!take_document(arena, manifests, file, item, error))
			return false;
	return true;
}

/* JSON is YAML, and read as such has places; but libyaml refuses the two halves of a character that
 * JSON may write as "\ud83d\ude00". */
static bool
parse(struct arena *arena, const struct buffer *content, struct yaml_documents *documents,
	struct error *error)
{
	const struct json **only;

	if (yaml_parse(arena, buffer_text(content), content->length, &json_file_limits, documents,
		    error))
		return true;
	if (*text_trim(buffer_text(content), &(size_t){0}) != '{')
		return false;
	only = ARENA_NEW(arena, const struct json *);
	*only = json_parse(arena, buffer_text(content), content->length, &json_file_limits, NULL);
	*documents = (struct yaml_documents){only, 1};
	return *only != NULL;
}

static bool
read_file(struct arena *arena, const char *file, struct manifests *manifests, struct error *error)
{
	struct buffer content CLEANUP(buffer_dispose);
	struct yaml_documents documents;

	buffer_init(&content, json_file_limits.bytes);
	if (!file_read(file, &content, error))
		return false;
	if (!parse(arena, &content, &documents, error))
		return error_wrap(error, "%s", file);
	for (size_t i = 0; i < documents.count; i++)
		if (!take_document(arena, manifests, file, documents.items[i], error))
			return error_wrap(error, "%s", file);
	return true;
}

bool
manifests_read(
	struct arena *arena, const char *path, struct manifests *manifests, struct error *error)
{
	static const char *const standard_input[] = {"-", NULL};
	const char *const *files = standard_input;

	if (!text_equal(path, "-"))
		files = file_list(arena, path, suffixes, error);
	if (!files)
		return false;
	for (; *files; files++)
		if (!read_file(arena, *files, manifests, error))
			return false;
	return true;
}

bool
manifest_decode(struct arena *arena, const struct manifest *manifest, struct changes *changes,
	struct declaration *declaration, struct error *error)
{
	struct json_edit edit = {.arena = arena, .root = manifest->object};

	*changes = kind_canonicalise(arena, manifest->definition, manifest->object);
	for (const struct change *change = changes->first; change; change = change->next)
		change_apply(&edit, change);
	if (!kind_decode(arena, manifest->definition, manifest->object, NULL, declaration, error)) {
		struct json_location at = json_location(manifest->object);

		return error_wrap(error, "%s: line %zu", manifest->file, at.line);
	}
	return true;
}
