/* What the answers to all questions have in common: they leave out the subject of the case, and
 * their order does not depend on the order of arrival. */
#pragma once

#include "base/arena.h"
#include "network/inventory.h"

/* `except` may be NULL. */
bool answer_leaves_out(const struct declaration *declaration, const struct object_id *except);

/* The items of a list that is cut at INVENTORY_ANSWERS, with room for one more than the `count`
 * that it has. Most lists stay short, and are given little. */
void *answer_room(struct arena *arena, void *items, size_t count, size_t size);

/* By kind, name and namespace: as strcmp. */
int answer_compare(const struct object_id *a, const struct object_id *b);
/* By address, the wider prefix first, then by object: what covers another claim comes before it. */
int answer_compare_claims(const struct occupant *a, const struct occupant *b);
