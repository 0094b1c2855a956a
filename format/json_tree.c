#include "format/json_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

/* Up to here, comparing every pair of names is cheaper than sorting them. */
enum { NARROW = 16 };

struct entry {
	cJSON *member;
	size_t position;
};

void
json_tree_append(cJSON *parent, cJSON *child)
{
	child->next = NULL;
	if (parent->child) {
		child->prev = parent->child->prev;
		child->prev->next = child;
	} else {
		parent->child = child;
	}
	parent->child->prev = child;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *one = a;
	const struct entry *other = b;
	int order = strcmp(one->member->string, other->member->string);

	if (order != 0)
		return order;
	return one->position < other->position ? -1 : 1;
}

static size_t
count_members(const cJSON *object)
{
	size_t count = 0;

	for (const cJSON *member = object->child; member; member = member->next)
		count++;
	return count;
}

static void
free_entries(struct entry **entries)
{
	free(*entries);
}

cJSON **
json_tree_sorted(const cJSON *object, size_t *count)
{
	CLEANUP(free_entries) struct entry *entries = NULL;
	cJSON **members;
	size_t used = 0;

	*count = count_members(object);
	entries = memory_alloc((*count + 1) * sizeof *entries);
	members = memory_alloc((*count + 1) * sizeof(cJSON *));
	for (cJSON *member = object->child; member; member = member->next, used++)
		entries[used] = (struct entry){member, used};
	qsort(entries, used, sizeof *entries, compare_entries);
	for (size_t i = 0; i < used; i++)
		members[i] = entries[i].member;
	return members;
}

static const char *
repeated_name_wide(const cJSON *object)
{
	size_t count;
	cJSON **members = json_tree_sorted(object, &count);
	const char *found = NULL;

	for (size_t i = 1; i < count && !found; i++)
		if (strcmp(members[i - 1]->string, members[i]->string) == 0)
			found = members[i]->string;
	free(members);
	return found;
}

/* A name that stands before `member` too, if any. */
static bool
stands_before(const cJSON *object, const cJSON *member)
{
	const char *name = member->string;

	for (const cJSON *other = object->child; other != member; other = other->next)
		if (other->string[0] == name[0] && strcmp(other->string, name) == 0)
			return true;
	return false;
}

static const char *
repeated_name(const cJSON *object)
{
	size_t position = 0;

	for (const cJSON *member = object->child; member; member = member->next) {
		if (++position > NARROW)
			return repeated_name_wide(object);
		if (stands_before(object, member))
			return member->string;
	}
	return NULL;
}

bool
json_tree_check_names(const cJSON *value, struct error *error)
{
	const char *repeated = NULL;

	if (json_tree_kind(value) == cJSON_Object)
		repeated = repeated_name(value);
	if (repeated)
		return error_set(error, ERROR_INVALID,
			"the member \"%.100s\" stands twice in one object", repeated);
	for (const cJSON *child = value->child; child; child = child->next)
		if (child->child && !json_tree_check_names(child, error))
			return false;
	return true;
}
