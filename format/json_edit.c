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

static void
remember(struct json_edit *edit, const cJSON *list, const cJSON *item, size_t index)
{
	edit->last.list = list;
	edit->last.item = item;
	edit->last.index = index;
}

/* From the item found last, forwards or backwards. Without such an item the last one is remembered.
 */
static cJSON *
item_of(struct json_edit *edit, const cJSON *list, size_t index)
{
	bool known = edit->last.list == list;
	cJSON *item = known ? (cJSON *)(uintptr_t)edit->last.item : list->child;
	size_t at = known ? edit->last.index : 0;

	if (!item)
		return NULL;
	for (; at < index && item->next; at++)
		item = item->next;
	for (; at > index; at--)
		item = item->prev;
	remember(edit, list, item, at);
	return at == index ? item : NULL;
}

static cJSON *
member_of(const cJSON *object, struct json_path_step step)
{
	for (cJSON *child = object->child; child; child = child->next)
		if (strlen(child->string) == step.length &&
			memcmp(child->string, step.text, step.length) == 0)
			return child;
	return NULL;
}

/* Goes one step on. False when there is no place for the step: a name in an object, an index in a
 * list or one past its end. */
static bool
enter(struct json_edit *edit, struct place *place)
{
	const cJSON *parent = place->parent;
	size_t index;
	bool in_list = json_path_index(place->step, &index);

	if (json_tree_kind(parent) == cJSON_Object && !in_list) {
		place->value = member_of(parent, place->step);
		return true;
	}
	if (json_tree_kind(parent) != cJSON_Array || !in_list)
		return false;
	place->value = item_of(edit, parent, index);
	return place->value || index == (parent->child ? edit->last.index + 1 : 0);
}

static bool
is_missing(const cJSON *value)
{
	return !value || json_tree_kind(value) == cJSON_NULL;
}

/* Goes as far as there are values. False when something of another type stands on the way. */
static bool
walk(struct json_edit *edit, const char *field, struct place *place)
{
	*place = (struct place){.value = root_of(edit), .rest = field};
	while (!is_missing(place->value) && json_path_next(&place->rest, &place->step)) {
		place->parent = place->value;
		if (!enter(edit, place))
			return false;
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
	size_t index;
	bool list = *place->rest == '[' && json_path_next(&behind, &next) &&
		    json_path_index(next, &index);

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

/* A list that is added has no item yet. */
static bool
can_be_added(const char *rest)
{
	struct json_path_step step;
	size_t index;

	while (json_path_next(&rest, &step))
		if (json_path_index(step, &index) && index > 0)
			return false;
	return true;
}

bool
json_edit_set(struct json_edit *edit, const char *field, const char *text)
{
	struct place place;
	bool adds;

	if (!walk(edit, field, &place) || !can_be_added(place.rest))
		return false;
	while (*place.rest) {
		add_container(edit, field, &place);
		place.parent = place.value;
		json_path_next(&place.rest, &place.step);
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

/* Before the item found last goes: the one before it takes its place. */
static void
step_back(struct json_edit *edit, const cJSON *child)
{
	if (edit->last.item != child)
		return;
	if (edit->last.index > 0)
		remember(edit, edit->last.list, child->prev, edit->last.index - 1);
	else
		remember(edit, NULL, NULL, 0);
}

bool
json_edit_remove(struct json_edit *edit, const char *field)
{
	struct place place;

	if (!walk(edit, field, &place) || !place.value || *place.rest)
		return false;
	step_back(edit, place.value);
	unlink_child(place.parent, place.value);
	if (edit->patch)
		json_patch_remove(edit->patch, field);
	return true;
}
