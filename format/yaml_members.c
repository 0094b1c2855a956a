#include "format/yaml_members.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const struct json_tree_node *
node_of(const cJSON *item)
{
	return (const struct json_tree_node *)(const void *)item;
}

static bool
merge_one(cJSON *object, const cJSON *from, struct error *error)
{
	cJSON *next;

	if (json_tree_kind(from) != cJSON_Object)
		return error_set(error, ERROR_INVALID,
			"line %u, column %u: only maps can be merged", node_of(from)->line,
			node_of(from)->column);
	for (cJSON *member = from->child; member; member = next) {
		next = member->next;
		member->type |= JSON_TREE_MERGED;
		json_tree_append(object, member);
	}
	return true;
}

bool
yaml_members_merge(cJSON *object, const cJSON *from, struct error *error)
{
	const cJSON *first = from->child;
	const cJSON *item = first ? first->prev : NULL;

	if (json_tree_kind(from) != cJSON_Array)
		return merge_one(object, from, error);
	/* The first map of a list wins, so it goes last. */
	for (const cJSON *done = NULL; item && done != first; item = item->prev) {
		if (!merge_one(object, item, error))
			return false;
		done = item;
	}
	return true;
}

static void
free_members(cJSON ***members)
{
	free(*members);
}

static bool
refuse_duplicate(const cJSON *first, const cJSON *second, struct error *error)
{
	return error_set(error, ERROR_INVALID,
		"line %u, column %u: the key \"%.100s\" stands already in line %u",
		node_of(second)->name_line, node_of(second)->name_column, second->string,
		node_of(first)->name_line);
}

/* Marks all members but the last of each name. */
static bool
drop_repeated(const cJSON *object, struct error *error)
{
	size_t count;
	CLEANUP(free_members) cJSON **members = json_tree_sorted(object, &count);
	const cJSON *written = NULL;

	for (size_t i = 0; i < count; i++) {
		bool repeats = i > 0 && strcmp(members[i - 1]->string, members[i]->string) == 0;

		if (!repeats)
			written = NULL;
		else
			members[i - 1]->type |= JSON_TREE_DROPPED;
		if (members[i]->type & JSON_TREE_MERGED)
			continue;
		if (written)
			return refuse_duplicate(written, members[i], error);
		written = members[i];
	}
	return true;
}

bool
yaml_members_settle(cJSON *object, struct error *error)
{
	cJSON *member = object->child;
	cJSON *next;

	if (!drop_repeated(object, error))
		return false;
	object->child = NULL;
	for (; member; member = next) {
		next = member->next;
		if (!(member->type & JSON_TREE_DROPPED))
			json_tree_append(object, member);
	}
	return true;
}
