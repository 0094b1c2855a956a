#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "format/yaml.h"
#include "validators/policy.h"
#include "validators/policy_rules.h"
#include "validators/policy_values.h"

#define API_VERSION "peerwarden.io/v1alpha1"
#define KEY         "policy.yaml" /* in the data of a ConfigMap */

static bool
read_spec(struct policy_reading *reading, const struct json *value)
{
	static const struct policy_key keys[] = {{"rules", policy_rules_read},
		{"exemptions", policy_rules_read_exemptions}, {"pools", policy_values_read_pools},
		{"shoot", policy_values_read_shoot}, {"reserved", policy_values_read_reserved},
		{"limits", policy_values_read_limits}, {"quotas", policy_values_read_quotas},
		{"messages", policy_values_read_messages}, {NULL, NULL}};

	return policy_reading_keys(reading, value, keys);
}

static bool
read_api_version(struct policy_reading *reading, const struct json *value)
{
	return text_equal(json_text(value), API_VERSION) ||
	       policy_reading_fail(reading, value, "expected apiVersion " API_VERSION);
}

static bool
read_kind(struct policy_reading *reading, const struct json *value)
{
	return text_equal(json_text(value), "PeeringPolicy") ||
	       policy_reading_fail(reading, value, "expected kind PeeringPolicy");
}

static bool
read_policy(struct policy_reading *reading, const struct json *root)
{
	static const struct policy_key keys[] = {{"apiVersion", read_api_version},
		{"kind", read_kind}, {"metadata", NULL}, {"spec", read_spec}, {NULL, NULL}};

	if (!json_member_text(root, "kind") || !json_member_text(root, "apiVersion"))
		return policy_reading_fail(reading, root,
			"expected apiVersion " API_VERSION " and kind PeeringPolicy");
	return policy_reading_keys(reading, root, keys);
}

/* The only document of a text; NULL when there is another number of them. */
static const struct json *
read_document(struct policy_reading *reading, const char *text, size_t length)
{
	struct yaml_documents documents;

	if (!yaml_parse(
		    reading->arena, text, length, &json_file_limits, &documents, reading->error))
		return NULL;
	if (documents.count == 1)
		return documents.items[0];
	error_set(reading->error, ERROR_INVALID,
		"line 1: expected one PeeringPolicy, not %zu documents", documents.count);
	return NULL;
}

/* Is the value written as a block, as in "policy.yaml: |"? */
static bool
is_block(const char *text, size_t length, struct json_location location)
{
	const char *end = text + length;

	for (size_t line = 1; text && line < location.line; line++) {
		text = memchr(text, '\n', (size_t)(end - text));
		text += text != NULL;
	}
	return text && location.line && location.column <= (size_t)(end - text) &&
	       text[location.column - 1] == '|';
}

/* With empty lines before it, so that a block's lines have the numbers that they have in the file.
 */
static const char *
at_line(struct arena *arena, size_t line, const char *text)
{
	size_t length = strlen(text);
	char *moved = arena_try(arena, line + length + 1);

	if (!moved)
		return text;
	memset(moved, '\n', line);
	memcpy(moved + line, text, length);
	return moved;
}

static bool
read_config_map(
	struct policy_reading *reading, const struct json *root, const char *text, size_t length)
{
	const struct json *data = json_member(root, "data");
	const struct json *value = json_member(data, KEY);
	struct json_location at = json_location(value);
	bool block = is_block(text, length, at);
	const struct json *inner;

	if (!json_text(value) || json_count(data) != 1 ||
		json_count(json_member(root, "binaryData")))
		return policy_reading_fail(reading, data ? data : root,
			"expected a ConfigMap with the policy under data[" KEY
			"] and nothing beside it");
	text = block ? at_line(reading->arena, at.line, json_text(value)) : json_text(value);
	inner = read_document(reading, text, strlen(text));
	if (inner && read_policy(reading, inner))
		return true;
	return !block && error_wrap(reading->error, "line %zu: data[" KEY "]", at.line);
}

const struct policy *
policy_parse(struct arena *arena, const char *text, size_t length, struct error *error)
{
	struct policy_reading reading = {
		.arena = arena, .policy = ARENA_NEW(arena, struct policy), .error = error};
	const struct json *root = read_document(&reading, text, length);
	bool good;

	if (!root)
		return NULL;
	*reading.policy = policy_defaults;
	if (text_equal(json_member_text(root, "kind"), "ConfigMap"))
		good = read_config_map(&reading, root, text, length);
	else
		good = read_policy(&reading, root);
	if (good && arena_exhausted(arena))
		good = error_set(error, ERROR_EXHAUSTED, "the policy is too large");
	return good ? reading.policy : NULL;
}

const struct policy *
policy_read(struct arena *arena, const char *path, struct error *error)
{
	struct buffer text CLEANUP(buffer_dispose);
	const struct policy *policy;

	buffer_init(&text, json_file_limits.bytes);
	if (!path)
		return policy_default();
	if (!file_read(path, &text, error))
		return NULL;
	policy = policy_parse(arena, buffer_text(&text), text.length, error);
	if (!policy)
		error_wrap(error, "%s", path);
	return policy;
}
