#include "network/claim_set.h"

#include <stdlib.h>

#include "base/memory.h"

void
claim_set_dispose(struct claim_set *set)
{
	free(set->array);
	prefix_tree_free(set->tree);
	*set = (struct claim_set){0};
}

static void
make_tree(struct claim_set *set)
{
	set->tree = prefix_tree_new();
	for (size_t i = 0; i < set->count; i++)
		prefix_tree_insert(set->tree, &set->array[i]->claim->prefix, set->array[i]);
	free(set->array);
	set->array = NULL;
}

void
claim_set_insert(struct claim_set *set, const struct occupant *occupant)
{
	if (!set->tree && set->count == CLAIM_SET_SMALL)
		make_tree(set);
	if (set->tree) {
		prefix_tree_insert(set->tree, &occupant->claim->prefix, occupant);
	} else {
		if (set->count == set->room) {
			set->room = set->room ? set->room * 2 : 1;
			set->array = memory_resize(set->array, set->room * sizeof *set->array);
		}
		set->array[set->count] = occupant;
	}
	set->count++;
}

static void
array_remove(struct claim_set *set, const struct occupant *occupant)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->array[i] == occupant) {
			set->array[i] = set->array[set->count - 1];
			return;
		}
}

void
claim_set_remove(struct claim_set *set, const struct occupant *occupant)
{
	if (set->tree)
		prefix_tree_remove(set->tree, &occupant->claim->prefix, occupant);
	else
		array_remove(set, occupant);
	if (--set->count == 0)
		claim_set_dispose(set);
}

bool
claim_set_overlaps(const struct claim_set *set, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context)
{
	if (set->tree)
		return prefix_tree_overlaps(set->tree, prefix, visit, context);
	for (size_t i = 0; i < set->count; i++)
		if (prefix_overlaps(&set->array[i]->claim->prefix, prefix) &&
			!visit(&set->array[i]->claim->prefix, set->array[i], context))
			return false;
	return true;
}

bool
claim_set_all(const struct claim_set *set, prefix_tree_visit *visit, void *context)
{
	if (set->tree)
		return prefix_tree_all(set->tree, visit, context);
	for (size_t i = 0; i < set->count; i++)
		if (!visit(&set->array[i]->claim->prefix, set->array[i], context))
			return false;
	return true;
}
