/* What the answers to all questions have in common: they leave out the subject of the case, and
 * their order does not depend on the order of arrival. */
#pragma once

#include "network/declaration.h"

/* `except` may be NULL. */
bool answer_leaves_out(const struct declaration *declaration, const struct object_id *except);

/* By kind, name and namespace: as strcmp. */
int answer_compare(const struct object_id *a, const struct object_id *b);
