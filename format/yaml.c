#include "format/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/text.h"
#include "format/json_tree.h"
#include "format/yaml_members.h"
#include "format/yaml_scalar.h"

#define MERGE_TAG "tag:yaml.org,2002:merge"

/* Events become a tree by recursive descent: each read_… function finds the first event of its
 * value in `event` and leaves the last one there. */
struct reader {
	struct arena *arena;
	const struct json_limits *limits;
	const char *text;
	size_t length;
	struct map *anchors; /* of this document: name -> node */
	yaml_parser_t parser;
	yaml_event_t event;
	size_t depth;
	size_t values;
	struct error *error;
};

static struct json_tree_node *read_value(struct reader *reader);

static void
reader_dispose(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
	map_free(reader->anchors);
}

static bool
fail(struct reader *reader, size_t line, size_t column, const char *what)
{
	return error_set(
		reader->error, ERROR_INVALID, "line %zu, column %zu: %s", line, column, what);
}

static bool
fail_here(struct reader *reader, const char *what)
{
	yaml_mark_t mark = reader->event.start_mark;

	return fail(reader, mark.line + 1, mark.column + 1, what);
}

/* Fails at a byte offset; columns count characters, as libyaml does. */
static bool
fail_at(struct reader *reader, size_t offset, const char *what)
{
	size_t line = 1;
	size_t column = 1;

	for (size_t i = 0; i < offset && i < reader->length; i++) {
		if (reader->text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)reader->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return fail(reader, line, column, what);
}

/* True while the limit is kept. */
static bool
check_limit(struct reader *reader, size_t used, size_t limit, const char *what)
{
	if (used <= limit)
		return true;
	return error_set(reader->error, ERROR_EXHAUSTED, "line %zu: more than %zu %s",
		reader->event.start_mark.line + 1, limit, what);
}

static bool
fail_for_memory(struct reader *reader)
{
	return error_set(reader->error, ERROR_EXHAUSTED,
		"line %zu: the text needs more memory than it may have",
		reader->event.start_mark.line + 1);
}

static bool
fail_for_syntax(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	yaml_mark_t mark = parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		return fail_for_memory(reader);
	if (parser->error == YAML_READER_ERROR)
		return fail_at(reader, parser->problem_offset, parser->problem);
	return fail(reader, mark.line + 1, mark.column + 1,
		parser->problem ? parser->problem : "no YAML");
}

static bool
next_event(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return true;
	return fail_for_syntax(reader);
}

static struct json_tree_node *
new_node(struct reader *reader, int type)
{
	struct json_tree_node *node;

	if (!check_limit(reader, ++reader->values, reader->limits->values, "values"))
		return NULL;
	node = arena_try(reader->arena, sizeof *node);
	if (!node) {
		fail_for_memory(reader);
		return NULL;
	}
	node->item.type = type | JSON_TREE_LOCATED;
	node->line = (uint32_t)reader->event.start_mark.line + 1;
	node->column = (uint32_t)reader->event.start_mark.column + 1;
	return node;
}

static char *
copy_text(struct reader *reader, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = arena_try_raw(reader->arena, size);

	if (copy)
		return memcpy(copy, text, size);
	fail_for_memory(reader);
	return NULL;
}

/* A later anchor of the same name takes the place of the earlier one. */
static bool
keep_anchor(struct reader *reader, const yaml_char_t *anchor, struct json_tree_node *node)
{
	char *name;

	if (!anchor)
		return true;
	name = copy_text(reader, (const char *)anchor);
	if (!name)
		return false;
	map_put(reader->anchors, name, node);
	return true;
}

static bool
fill_scalar(struct reader *reader, cJSON *item, const struct yaml_scalar *scalar, const char *text)
{
	static const int types[] = {
		[YAML_SCALAR_TEXT] = cJSON_String,
		[YAML_SCALAR_NULL] = cJSON_NULL,
		[YAML_SCALAR_NUMBER] = cJSON_Number,
	};

	if (scalar->type == YAML_SCALAR_BOOLEAN) {
		item->type |= scalar->boolean ? cJSON_True : cJSON_False;
		return true;
	}
	item->type |= types[scalar->type];
	if (scalar->type == YAML_SCALAR_NULL)
		return true;
	item->valuedouble = scalar->number;
	item->valuestring =
		copy_text(reader, scalar->type == YAML_SCALAR_NUMBER ? scalar->number_text : text);
	return item->valuestring != NULL;
}

static struct json_tree_node *
read_scalar(struct reader *reader)
{
	const char *text = (const char *)reader->event.data.scalar.value;
	const char *tag = (const char *)reader->event.data.scalar.tag;
	struct json_tree_node *node = new_node(reader, 0);
	struct yaml_scalar scalar;
	struct error reason;

	if (!node)
		return NULL;
	if (strlen(text) != reader->event.data.scalar.length) {
		fail_here(reader, "U+0000 is not allowed in text");
		return NULL;
	}
	if (!yaml_scalar_resolve(
		    text, tag, reader->event.data.scalar.plain_implicit, &scalar, &reason)) {
		fail_here(reader, reason.message);
		return NULL;
	}
	if (!fill_scalar(reader, &node->item, &scalar, text) ||
		!keep_anchor(reader, reader->event.data.scalar.anchor, node))
		return NULL;
	return node;
}

/* A copy with nodes of its own, since a node can stand in one list only; text is shared. */
static struct json_tree_node *
copy_value(struct reader *reader, const cJSON *original)
{
	const struct json_tree_node *from = (const struct json_tree_node *)(const void *)original;
	struct json_tree_node *node = new_node(reader, 0);

	if (!node)
		return NULL;
	*node = *from;
	node->item.child = NULL;
	if (!original->child)
		return node;
	if (!check_limit(reader, ++reader->depth, reader->limits->depth, "levels of nesting"))
		return NULL;
	for (const cJSON *child = original->child; child; child = child->next) {
		struct json_tree_node *copy = copy_value(reader, child);

		if (!copy)
			return NULL;
		json_tree_append(&node->item, &copy->item);
	}
	reader->depth--;
	return node;
}

static struct json_tree_node *
read_alias(struct reader *reader)
{
	yaml_mark_t mark = reader->event.start_mark;
	struct json_tree_node *node =
		map_get(reader->anchors, (const char *)reader->event.data.alias.anchor);

	if (!node || node->item.type & JSON_TREE_OPEN) {
		fail_here(reader, node ? "the alias stands within its own anchor"
				       : "an alias without anchor");
		return NULL;
	}
	node = copy_value(reader, &node->item);
	if (!node)
		return NULL;
	node->item.string = NULL;
	node->line = (uint32_t)mark.line + 1;
	node->column = (uint32_t)mark.column + 1;
	return node;
}

/* What both kinds of collection have in common; the caller calls close_collection at the end. */
static struct json_tree_node *
open_collection(struct reader *reader, int type, const yaml_char_t *anchor)
{
	struct json_tree_node *node;

	if (!check_limit(reader, ++reader->depth, reader->limits->depth, "levels of nesting"))
		return NULL;
	node = new_node(reader, type | JSON_TREE_OPEN);
	return node && keep_anchor(reader, anchor, node) ? node : NULL;
}

static struct json_tree_node *
close_collection(struct reader *reader, struct json_tree_node *node)
{
	node->item.type &= ~JSON_TREE_OPEN;
	reader->depth--;
	return node;
}

static struct json_tree_node *
read_sequence(struct reader *reader)
{
	struct json_tree_node *list =
		open_collection(reader, cJSON_Array, reader->event.data.sequence_start.anchor);

	while (list) {
		struct json_tree_node *node;

		if (!next_event(reader))
			return NULL;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			return close_collection(reader, list);
		node = read_value(reader);
		if (!node)
			return NULL;
		json_tree_append(&list->item, &node->item);
	}
	return NULL;
}

static bool
is_merge_key(const yaml_event_t *event)
{
	if (event->type != YAML_SCALAR_EVENT ||
		strcmp((const char *)event->data.scalar.value, "<<") != 0)
		return false;
	return event->data.scalar.plain_implicit ||
	       text_equal((const char *)event->data.scalar.tag, MERGE_TAG);
}

/* The text of a key: numbers and booleans as JSON writes them. */
static const char *
key_text(const cJSON *key)
{
	switch (json_tree_kind(key)) {
	case cJSON_String:
	case cJSON_Number:
		return key->valuestring;
	case cJSON_True:
		return "true";
	case cJSON_False:
		return "false";
	default:
		return NULL;
	}
}

/* Reads a key and its value; the key does not count as a value. */
static struct json_tree_node *
read_member(struct reader *reader)
{
	struct json_tree_node *key = read_value(reader);
	struct json_tree_node *value;
	const char *name;

	if (!key)
		return NULL;
	name = key_text(&key->item);
	if (!name) {
		fail(reader, key->line, key->column, "a key must be text, a number or a boolean");
		return NULL;
	}
	reader->values--;
	value = next_event(reader) ? read_value(reader) : NULL;
	if (!value)
		return NULL;
	value->item.string = copy_text(reader, name);
	value->name_line = key->line;
	value->name_column = key->column;
	return value->item.string ? value : NULL;
}

/* Merging takes the members out of their map. An alias is a copy already; what stands here in full
 * is copied, since it may have an anchor. */
static bool
read_merge(struct reader *reader, cJSON *object)
{
	const struct json_tree_node *from = NULL;
	bool is_copy = false;

	if (next_event(reader)) {
		is_copy = reader->event.type == YAML_ALIAS_EVENT;
		from = read_value(reader);
	}
	if (from && !is_copy)
		from = copy_value(reader, &from->item);
	return from && yaml_members_merge(object, &from->item, reader->error);
}

static bool
read_entry(struct reader *reader, cJSON *object)
{
	struct json_tree_node *member;

	if (is_merge_key(&reader->event))
		return read_merge(reader, object);
	member = read_member(reader);
	if (!member)
		return false;
	json_tree_append(object, &member->item);
	return true;
}

static struct json_tree_node *
read_mapping(struct reader *reader)
{
	struct json_tree_node *object =
		open_collection(reader, cJSON_Object, reader->event.data.mapping_start.anchor);

	while (object && next_event(reader)) {
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			return yaml_members_settle(&object->item, reader->error)
				       ? close_collection(reader, object)
				       : NULL;
		if (!read_entry(reader, &object->item))
			return NULL;
	}
	return NULL;
}

static struct json_tree_node *
read_value(struct reader *reader)
{
	switch (reader->event.type) {
	case YAML_ALIAS_EVENT:
		return read_alias(reader);
	case YAML_SCALAR_EVENT:
		return read_scalar(reader);
	case YAML_SEQUENCE_START_EVENT:
		return read_sequence(reader);
	default:
		return read_mapping(reader);
	}
}

/* Documents in a chain, until their number is known. */
struct chain {
	struct chain *next;
	const struct json *value;
};

/* Reads the document whose start is the current event; *value is NULL when it is empty. */
static bool
read_document(struct reader *reader, const struct json **value)
{
	struct json_tree_node *node;

	map_free(reader->anchors);
	reader->anchors = map_new();
	node = next_event(reader) ? read_value(reader) : NULL;
	if (!node || !next_event(reader))
		return false;
	*value = json_tree_kind(&node->item) == cJSON_NULL ? NULL : (const struct json *)node;
	return true;
}

static bool
read_stream(struct reader *reader, struct chain **end, size_t *count)
{
	while (next_event(reader) && reader->event.type != YAML_STREAM_END_EVENT) {
		const struct json *value = NULL;

		if (reader->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		if (!read_document(reader, &value))
			return false;
		if (!value)
			continue;
		*end = arena_try(reader->arena, sizeof **end);
		if (!*end)
			return fail_for_memory(reader);
		(*end)->value = value;
		end = &(*end)->next;
		++*count;
	}
	return reader->event.type == YAML_STREAM_END_EVENT;
}

static bool
list_documents(struct reader *reader, const struct chain *chain, struct yaml_documents *documents)
{
	documents->items =
		arena_try(reader->arena, (documents->count + 1) * sizeof(const struct json *));
	if (!documents->items)
		return fail_for_memory(reader);
	for (size_t i = 0; chain; chain = chain->next)
		documents->items[i++] = chain->value;
	return true;
}

/* A byte order mark is no part of the text, so that columns are right. */
static void
skip_mark(struct reader *reader, const char *text, size_t length)
{
	size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	reader->text = text + mark;
	reader->length = length - mark;
}

bool
yaml_parse(struct arena *arena, const char *text, size_t length, const struct json_limits *limits,
	struct yaml_documents *documents, struct error *error)
{
	CLEANUP(reader_dispose)
	struct reader reader = {.arena = arena, .limits = limits, .error = error};
	struct chain *chain = NULL;
	size_t valid;

	*documents = (struct yaml_documents){0};
	if (length > limits->bytes)
		return error_set(error, ERROR_EXHAUSTED, "%zu bytes, more than the limit of %zu",
			length, limits->bytes);
	skip_mark(&reader, text, length);
	valid = text_valid_utf8(reader.text, reader.length);
	if (valid < reader.length)
		return fail_at(&reader, valid, "invalid UTF-8");
	if (!yaml_parser_initialize(&reader.parser))
		return fail_for_memory(&reader);
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&reader.parser, (const unsigned char *)reader.text, reader.length);
	return read_stream(&reader, &chain, &documents->count) &&
	       list_documents(&reader, chain, documents);
}
