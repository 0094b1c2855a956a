/* The claims of one domain. Most domains have a few: those stand in an array; more make a prefix
 * tree. */
#pragma once

#include <stddef.h>

#include "network/inventory.h"
#include "network/prefix_tree.h"

enum { CLAIM_SET_SMALL = 8 };

struct claim_set {
	size_t count;
	size_t room;                   /* of the array */
	const struct occupant **array; /* NULL once there is a tree */
	struct prefix_tree *tree;
};

void claim_set_dispose(struct claim_set *set);
void claim_set_insert(struct claim_set *set, const struct occupant *occupant); /* lent */
void claim_set_remove(struct claim_set *set, const struct occupant *occupant);

/* The visitor gets occupants as values; false when it ended the walk. A small set is walked in no
 * particular order. */
bool claim_set_overlaps(const struct claim_set *set, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context);
bool claim_set_all(const struct claim_set *set, prefix_tree_visit *visit, void *context);
