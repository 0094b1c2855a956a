/* A set of (prefix, value) pairs of both families, as a path-compressed binary tree per family.
 *
 * Prefixes nest or are disjoint, so the ones that overlap a prefix are those that cover it, on the
 * path from the root, and those below it. Insert, remove and the covering walk take time in the
 * length of a prefix, not in the number of entries; the covered walk takes time in what it yields.
 * One prefix may carry several values. Not thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "network/prefix.h"

struct prefix_tree;

struct prefix_tree *prefix_tree_new(void);
void prefix_tree_free(struct prefix_tree *tree);

void prefix_tree_insert(struct prefix_tree *tree, const struct prefix *prefix, const void *value);
/* Removes one entry of exactly that prefix and value; false when there is none. */
bool prefix_tree_remove(struct prefix_tree *tree, const struct prefix *prefix, const void *value);
size_t prefix_tree_count(const struct prefix_tree *tree);

/* Called for each entry; false ends the walk. */
typedef bool prefix_tree_visit(const struct prefix *prefix, const void *value, void *context);

/* Each returns false when the visitor ended it. Order: covering from the shortest, covered in
 * address order. */
bool prefix_tree_covering(const struct prefix_tree *tree, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context);
bool prefix_tree_covered(const struct prefix_tree *tree, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context);
bool prefix_tree_overlaps(const struct prefix_tree *tree, const struct prefix *prefix,
	prefix_tree_visit *visit, void *context);
bool prefix_tree_all(const struct prefix_tree *tree, prefix_tree_visit *visit, void *context);
