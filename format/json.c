#include "format/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/json_build.h"
#include "format/json_path.h"
#include "format/json_scan.h"
#include "format/json_tree.h"

#define LARGEST_EXACT 9007199254740991.0 /* 2^53 - 1: beyond it two integers share one double */

const struct json_limits json_request_limits = {
	.bytes = 7 * 1024 * 1024,
	.depth = 64,
	.values = 400 * 1000,
	.refuse_duplicates = true,
};

const struct json_limits json_file_limits = {
	.bytes = 64 * 1024 * 1024,
	.depth = 64,
	.values = 4 * 1000 * 1000,
	.refuse_duplicates = true,
};

const struct json *
json_parse_partly(struct arena *arena, const char *text, size_t length,
	const struct json_limits *limits, const struct json_passed_over *passed_over,
	struct error *error)
{
	struct json_scan scan;
	cJSON *root;

	if (!json_scan(text, length, limits, passed_over, &scan, error))
		return NULL;
	root = json_build(arena, text, length, &scan);
	if (!root) {
		error_set(error, ERROR_EXHAUSTED, "the text needs more memory than it may have");
		return NULL;
	}
	if (limits->refuse_duplicates && !scan.names_differ && !json_tree_check_names(root, error))
		return NULL;
	return (const struct json *)root;
}

const struct json *
json_parse(struct arena *arena, const char *text, size_t length, const struct json_limits *limits,
	struct error *error)
{
	return json_parse_partly(arena, text, length, limits, NULL, error);
}

static const cJSON *
item(const struct json *value)
{
	return (const cJSON *)value;
}

/* 0 (cJSON_Invalid) for an absent value. */
static int
kind(const struct json *value)
{
	return value ? json_tree_kind(item(value)) : cJSON_Invalid;
}

bool
json_is_null(const struct json *value)
{
	return kind(value) == cJSON_NULL;
}

bool
json_is_object(const struct json *value)
{
	return kind(value) == cJSON_Object;
}

bool
json_is_array(const struct json *value)
{
	return kind(value) == cJSON_Array;
}

bool
json_is_number(const struct json *value)
{
	return kind(value) == cJSON_Number;
}

bool
json_is_boolean(const struct json *value)
{
	return kind(value) == cJSON_True || kind(value) == cJSON_False;
}

const char *
json_text(const struct json *value)
{
	return kind(value) == cJSON_String ? item(value)->valuestring : NULL;
}

bool
json_boolean(const struct json *value, bool otherwise)
{
	return json_is_boolean(value) ? kind(value) == cJSON_True : otherwise;
}

bool
json_integer(const struct json *value, int64_t *integer)
{
	double number;

	if (!json_is_number(value))
		return false;
	number = item(value)->valuedouble;
	if (!(fabs(number) <= LARGEST_EXACT) || number != (double)(int64_t)number)
		return false;
	*integer = (int64_t)number;
	return true;
}

const char *
json_number_text(struct arena *arena, const struct json *value)
{
	if (!json_is_number(value))
		return NULL;
	if (item(value)->valuestring)
		return item(value)->valuestring;
	return arena_printf(arena, "%lld", (long long)item(value)->valuedouble);
}

const char *
json_type_name(const struct json *value)
{
	switch (kind(value)) {
	case cJSON_NULL:
		return "null";
	case cJSON_True:
	case cJSON_False:
		return "boolean";
	case cJSON_Number:
		return "number";
	case cJSON_String:
		return "string";
	case cJSON_Array:
		return "array";
	case cJSON_Object:
		return "object";
	default:
		return "absent";
	}
}

const struct json *
json_member(const struct json *object, const char *name)
{
	if (!json_is_object(object))
		return NULL;
	for (const cJSON *member = item(object)->child; member; member = member->next)
		if (member->string[0] == name[0] && strcmp(member->string, name) == 0)
			return (const struct json *)member;
	return NULL;
}

const struct json *
json_present(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return json_is_null(member) ? NULL : member;
}

const char *
json_member_text(const struct json *object, const char *name)
{
	return json_text(json_member(object, name));
}

size_t
json_count(const struct json *value)
{
	size_t count = 0;

	for (const struct json *child = json_first(value); child; child = json_next(child))
		count++;
	return count;
}

const struct json *
json_first(const struct json *value)
{
	return value ? (const struct json *)item(value)->child : NULL;
}

const struct json *
json_next(const struct json *value)
{
	return value ? (const struct json *)item(value)->next : NULL;
}

const char *
json_name(const struct json *member)
{
	return member ? item(member)->string : NULL;
}

static const struct json *
find_member(const struct json *object, struct json_path_step step)
{
	for (const cJSON *member = item(object)->child; member; member = member->next)
		if (strncmp(member->string, step.text, step.length) == 0 &&
			member->string[step.length] == '\0')
			return (const struct json *)member;
	return NULL;
}

static const struct json *
find_item(const struct json *array, struct json_path_step step)
{
	const struct json *found = json_first(array);
	size_t index;

	if (!json_path_index(step, &index))
		return NULL;
	while (found && index-- > 0)
		found = json_next(found);
	return found;
}

/* The deepest value on the way to `*path`, which is left at what could not be walked. */
static const struct json *
walk(const struct json *root, const char **path)
{
	struct json_path_step step;
	const char *rest = *path;

	while (root && json_path_next(&rest, &step)) {
		const struct json *found = NULL;

		if (json_is_object(root))
			found = find_member(root, step);
		else if (json_is_array(root))
			found = find_item(root, step);
		if (!found)
			break;
		root = found;
		*path = rest;
	}
	return root;
}

const struct json *
json_nearest(const struct json *root, const char *path)
{
	return walk(root, &path);
}

struct json_location
json_location(const struct json *value)
{
	const struct json_tree_node *node = (const struct json_tree_node *)(const void *)value;

	if (!value || !(item(value)->type & JSON_TREE_LOCATED))
		return (struct json_location){0};
	return (struct json_location){.line = node->line, .column = node->column};
}

static void
free_members(cJSON ***members)
{
	free(*members);
}

static bool
objects_equal(const struct json *a, const struct json *b)
{
	size_t count;
	size_t other_count;
	CLEANUP(free_members) cJSON **members = json_tree_sorted(item(a), &count);
	CLEANUP(free_members) cJSON **others = json_tree_sorted(item(b), &other_count);

	if (count != other_count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(members[i]->string, others[i]->string) != 0 ||
			!json_equal(
				(const struct json *)members[i], (const struct json *)others[i]))
			return false;
	return true;
}

/* Most objects that are equal also have their members in one order: no need to sort these. */
static bool
have_names_in_one_order(const struct json *a, const struct json *b)
{
	const cJSON *member = item(a)->child;
	const cJSON *other = item(b)->child;

	for (; member && other; member = member->next, other = other->next)
		if (strcmp(member->string, other->string) != 0)
			return false;
	return !member && !other;
}

static bool
lists_equal(const struct json *a, const struct json *b)
{
	const struct json *one = json_first(a);
	const struct json *other = json_first(b);

	for (; one && other; one = json_next(one), other = json_next(other))
		if (!json_equal(one, other))
			return false;
	return !one && !other;
}

static bool
numbers_equal(const cJSON *a, const cJSON *b)
{
	if (fabs(a->valuedouble) > LARGEST_EXACT && a->valuestring && b->valuestring)
		return strcmp(a->valuestring, b->valuestring) == 0;
	return a->valuedouble == b->valuedouble;
}

bool
json_equal(const struct json *a, const struct json *b)
{
	if (kind(a) != kind(b))
		return false;
	switch (kind(a)) {
	case cJSON_Number:
		return numbers_equal(item(a), item(b));
	case cJSON_String:
		return strcmp(item(a)->valuestring, item(b)->valuestring) == 0;
	case cJSON_Array:
		return lists_equal(a, b);
	case cJSON_Object:
		return have_names_in_one_order(a, b) ? lists_equal(a, b) : objects_equal(a, b);
	default:
		return true;
	}
}
