#include "format/json_edit.h"

#include <string.h>

#include "base/text.h"
#include "format/json_path.h"
#include "format/json_tree.h"

/* Where an edit has come to on its way along a field. */
struct place {
	cJSON *parent;
	cJSON *value; /* NULL when the parent has no such child */
	struct json_path_step step;
	const char *rest; /* of the field, behind the step */
};

static cJSON *
root_of(const struct json_edit *edit)
{
	/* The tree is the caller's own copy; only its face is read-only. */
	return (cJSON *)(uintptr_t)edit->root;
}

static bool
is_index(struct json_path_step step)
{
	return step.length > 0 && strspn(step.text, "0123456789") == step.length;
}

/* The index, or a number that no list has. */
static size_t
index_of(struct json_path_step step)
{
	size_t index = 0;

	for (size_t i = 0; i < step.length && index < SIZE_MAX / 16; i++)
		index = 10 * index + (size_t)(step.text[i] - '0');
	return index;
}

static cJSON *
child_of(const cJSON *parent, struct json_path_step step)
{
	size_t index = is_index(step) ? index_of(step) : 0;

	for (cJSON *child = parent->child; child; child = child->next) {
		if (json_tree_kind(parent) == cJSON_Array && is_index(step) && index-- == 0)
			return child;
		if (json_tree_kind(parent) == cJSON_Object &&
			strlen(child->string) == step.length &&
			memcmp(child->string, step.text, step.length) == 0)
			return child;
	}
	return NULL;
}

/* May a value be put there: as a member of an object, in place of an item, or as the next one? */
static bool
takes(const cJSON *parent, struct json_path_step step)
{
	if (json_tree_kind(parent) == cJSON_Object)
		return true;
	return json_tree_kind(parent) == cJSON_Array && is_index(step) &&
	       index_of(step) <= json_count((const struct json *)(const void *)parent);
}

static bool
is_missing(const cJSON *value)
{
	return !value || json_tree_kind(value) == cJSON_NULL;
}

/* Goes as far as there are values. False when something of another type stands on the way. */
static bool
walk(const struct json_edit *edit, const char *field, struct place *place)
{
	*place = (struct place){.value = root_of(edit), .rest = field};
	while (!is_missing(place->value) && json_path_next(&place->rest, &place->step)) {
		place->parent = place->value;
		if (!takes(place->parent, place->step))
			return false;
		place->value = child_of(place->parent, place->step);
	}
	return place->parent != NULL;
}

/* A new child stands, for a reader of the file, where its parent does. */
static cJSON *
new_child(const struct json_edit *edit, const struct place *place)
{
	const struct json_tree_node *parent = (const struct json_tree_node *)place->parent;
	struct json_tree_node *node = ARENA_NEW(edit->arena, struct json_tree_node);

	if (place->parent->type & JSON_TREE_LOCATED) {
		node->item.type = JSON_TREE_LOCATED;
		node->line = node->name_line = parent->line;
		node->column = node->name_column = parent->column;
	}
	if (json_tree_kind(place->parent) == cJSON_Object)
		node->item.string =
			arena_text_part(edit->arena, place->step.text, place->step.length);
	json_tree_append(place->parent, &node->item);
	return &node->item;
}

static void
become(cJSON *value, int type, char *text)
{
	value->type = (value->type & ~JSON_TREE_KIND) | type;
	value->valuestring = text;
	value->child = NULL;
}

/* The container that the rest of the field needs. */
static void
add_container(const struct json_edit *edit, const char *field, struct place *place)
{
	const char *at = arena_text_part(edit->arena, field, (size_t)(place->rest - field));
	const char *behind = place->rest;
	struct json_path_step next;
	bool list = *place->rest == '[' && json_path_next(&behind, &next) && is_index(next);

	if (!place->value)
		place->value = new_child(edit, place);
	become(place->value, list ? cJSON_Array : cJSON_Object, NULL);
	if (!edit->patch)
		return;
	if (list)
		json_patch_add_list(edit->patch, at);
	else
		json_patch_add_object(edit->patch, at);
}

bool
json_edit_set(const struct json_edit *edit, const char *field, const char *text)
{
	struct place place;
	bool adds;

	if (!walk(edit, field, &place))
		return false;
	while (*place.rest) {
		add_container(edit, field, &place);
		place.parent = place.value;
		json_path_next(&place.rest, &place.step);
		if (!takes(place.parent, place.step))
			return false;
		place.value = NULL;
	}
	adds = !place.value;
	if (adds)
		place.value = new_child(edit, &place);
	become(place.value, cJSON_String, arena_text(edit->arena, text));
	if (edit->patch && adds)
		json_patch_add_text(edit->patch, field, text);
	else if (edit->patch)
		json_patch_replace_text(edit->patch, field, text);
	return true;
}

static void
unlink_child(cJSON *parent, cJSON *child)
{
	cJSON *last = parent->child->prev;

	if (child == parent->child)
		parent->child = child->next;
	else
		child->prev->next = child->next;
	if (child->next)
		child->next->prev = child->prev;
	if (parent->child)
		parent->child->prev = child == last ? child->prev : last;
}

bool
json_edit_remove(const struct json_edit *edit, const char *field)
{
	struct place place;

	if (!walk(edit, field, &place) || !place.value || *place.rest)
		return false;
	unlink_child(place.parent, place.value);
	if (edit->patch)
		json_patch_remove(edit->patch, field);
	return true;
}
