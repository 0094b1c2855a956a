#include "format/option_file.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "format/yaml.h"

enum { LARGEST_FILE = 1024 * 1024 };

/* The scalar as one would type it for a flag; NULL for a list or a map. */
static const char *
scalar_text(struct arena *arena, const struct json *value)
{
	if (json_is_boolean(value))
		return json_boolean(value, false) ? "true" : "false";
	if (json_is_number(value))
		return json_number_text(arena, value);
	return json_text(value);
}

static bool
add_value(struct arena *arena, const struct json *member, struct option_value *into,
	struct error *error)
{
	const char *text = scalar_text(arena, member);

	if (!text)
		return error_set(error, ERROR_INVALID,
			"line %zu: %s must be text, a number or true or false",
			json_location(member).line, json_name(member));
	*into = (struct option_value){json_name(member), text};
	return true;
}

static const struct option_value *
read_values(struct arena *arena, const struct json *root, struct error *error)
{
	struct option_value *values = ARENA_ARRAY(arena, struct option_value, json_count(root) + 1);
	size_t count = 0;

	for (const struct json *member = json_first(root); member; member = json_next(member))
		if (!add_value(arena, member, &values[count++], error))
			return NULL;
	return values;
}

static const struct option_value *
read_file(struct arena *arena, const char *path, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer text;
	struct yaml_documents documents;
	const struct json *root;

	buffer_init(&text, LARGEST_FILE);
	if (!file_read(path, &text, error))
		return NULL;
	if (!yaml_parse(
		    arena, buffer_text(&text), text.length, &json_file_limits, &documents, error))
		return NULL;
	root = documents.count > 0 ? documents.items[0] : NULL;
	if (documents.count > 1 || (root && !json_is_object(root) && !json_is_null(root))) {
		error_set(error, ERROR_INVALID, "must be one map of option names and values");
		return NULL;
	}
	return read_values(arena, root, error);
}

const struct option_value *
option_file_read(struct arena *arena, const char *path, struct error *error)
{
	const struct option_value *values = read_file(arena, path, error);

	if (!values)
		error_wrap(error, "%s", path);
	return values;
}

bool
option_file_parse(struct arena *arena, const struct option_table *table, int argc, char **argv,
	void *settings, const char ***operands, struct error *error)
{
	const char *path = options_peek(argc, argv, "config");
	const struct option_value *file = path ? option_file_read(arena, path, error) : NULL;

	return (file || !path) &&
	       options_parse(arena, table, argc, argv, file, settings, operands, error);
}
