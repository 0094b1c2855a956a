/* Any edits to any object: what json_edit does to the tree and what it writes as a JSON Patch is
 * the same: a plain implementation of RFC 6902, on cJSON alone, comes to the same object.
 *
 * Input: lines "set FIELD TEXT" and "remove FIELD", then the object. */
#include <cjson/cJSON.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/json_edit.h"
#include "format/json_write.h"
#include "tests/support/fuzz.h"

enum { MEMORY = 4 << 20 };

static void
free_tree(cJSON **tree)
{
	cJSON_Delete(*tree);
}

/* The next part of a JSON Pointer (RFC 6901), without its escapes; "" behind the last. */
static void
take_part(const char **pointer, char *part)
{
	const char *at = *pointer;

	FUZZ_CHECK(*at == '/');
	for (at++; *at && *at != '/'; at++)
		*part++ = *at != '~' ? *at : *++at == '0' ? '~' : '/';
	*part = '\0';
	*pointer = at;
}

static int
index_of(const char *part)
{
	FUZZ_CHECK(text_only_has(part, "0-9"));
	return atoi(part);
}

static cJSON *
child_of(const cJSON *parent, const char *part)
{
	return cJSON_IsArray(parent) ? cJSON_GetArrayItem(parent, index_of(part))
				     : cJSON_GetObjectItemCaseSensitive(parent, part);
}

/* Nothing is ever put between two items. */
static void
add(cJSON *parent, const char *part, cJSON *value)
{
	if (cJSON_IsArray(parent)) {
		FUZZ_CHECK(index_of(part) == cJSON_GetArraySize(parent));
		FUZZ_CHECK(cJSON_AddItemToArray(parent, value));
	} else {
		FUZZ_CHECK(cJSON_IsObject(parent));
		cJSON_DeleteItemFromObjectCaseSensitive(parent, part);
		FUZZ_CHECK(cJSON_AddItemToObject(parent, part, value));
	}
}

static void
operate(cJSON *root, const cJSON *operation, char *part)
{
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(operation, "op"));
	const char *pointer = cJSON_GetStringValue(cJSON_GetObjectItem(operation, "path"));
	cJSON *value = cJSON_Duplicate(cJSON_GetObjectItem(operation, "value"), true);
	cJSON *parent = root;

	for (take_part(&pointer, part); *pointer; take_part(&pointer, part)) {
		parent = child_of(parent, part);
		FUZZ_CHECK(parent);
	}
	FUZZ_CHECK(text_equal(name, "add") || child_of(parent, part));
	if (text_equal(name, "remove"))
		cJSON_Delete(cJSON_DetachItemViaPointer(parent, child_of(parent, part)));
	else if (text_equal(name, "replace") && cJSON_IsArray(parent))
		FUZZ_CHECK(cJSON_ReplaceItemInArray(parent, index_of(part), value));
	else
		add(parent, part, value);
}

static void
set(struct json_edit *edit, const char *field, const char *text)
{
	if (json_edit_set(edit, field, text))
		FUZZ_CHECK(text_equal(json_text(json_nearest(edit->root, field)), text));
}

/* The form that json_path.h describes; every caller of json_edit.h keeps to it. */
static bool
is_field(const char *text)
{
	size_t length = strcspn(text, ".[]");

	while (length > 0) {
		text += length;
		if (*text == '\0')
			return true;
		if (*text != '.' && *text != '[')
			return false;
		length = strcspn(text + 1, *text == '.' ? ".[]" : "[]");
		if (length > 0 && *text++ == '[' && text[length++] != ']')
			return false;
	}
	return false;
}

static void
edit_by_line(struct json_edit *edit, char *line)
{
	char *field = strchr(line, ' ');
	char *text;

	if (!field)
		return;
	*field++ = '\0';
	text = strchr(field, ' ');
	if (text)
		*text++ = '\0';
	if (!is_field(field))
		return;
	if (text_equal(line, "set"))
		set(edit, field, text ? text : "");
	else if (text_equal(line, "remove"))
		json_edit_remove(edit, field);
}

/* cJSON_Compare takes time that doubles with each level. */
static const struct json *
print_and_parse(struct arena *arena, const cJSON *tree)
{
	CLEANUP(fuzz_free) char *text = cJSON_PrintUnformatted(tree);

	FUZZ_CHECK(text);
	return json_parse(arena, text, strlen(text), &json_file_limits, NULL);
}

static bool
is_the_same(struct arena *arena, const struct buffer *object, const char *original,
	const struct buffer *patch)
{
	CLEANUP(free_tree) cJSON *edited = cJSON_Parse(buffer_text(object));
	CLEANUP(free_tree) cJSON *patched = cJSON_Parse(original);
	CLEANUP(free_tree) cJSON *operations = cJSON_Parse(buffer_text(patch));
	CLEANUP(fuzz_free) char *part = malloc(patch->length + 1);

	FUZZ_CHECK(edited && patched && part && cJSON_IsArray(operations));
	for (const cJSON *operation = operations->child; operation; operation = operation->next)
		operate(patched, operation, part);
	return json_equal(print_and_parse(arena, edited), print_and_parse(arena, patched));
}

static void
run(struct arena *arena, char *lines, const char *original, const struct json *object)
{
	CLEANUP(buffer_dispose) struct buffer operations, edited;
	struct json_patch patch;
	struct json_edit edit = {.arena = arena, .root = object, .patch = &patch};

	buffer_init(&operations, SIZE_MAX);
	buffer_init(&edited, SIZE_MAX);
	patch = json_patch_open(&operations);
	for (char *line = lines; line < original;) {
		char *end = strchr(line, '\n');

		*end = '\0';
		edit_by_line(&edit, line);
		line = end + 1;
	}
	json_patch_close(&patch);
	json_write(arena, object, &edited);
	FUZZ_CHECK(is_the_same(arena, &edited, original, &operations));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(fuzz_free) char *text = fuzz_text(data, size);
	char *original = strstr(text, "\n{");
	const struct json *object;

	if (!original || text_valid_utf8(text, size) != size)
		return 0;
	original++;
	object = json_parse(arena, original, strlen(original), &json_request_limits, NULL);
	if (json_is_object(object))
		run(arena, text, original, object);
	return 0;
}
