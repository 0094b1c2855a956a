/* A bundle: the objects of the files that a user named, judged as a whole, as if all of them were
 * stored.
 *
 * Where one object is defined twice, the last definition is the one that would stay; the earlier
 * ones are only compared with it.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "report/report.h"
#include "validators/policy.h"

/* Reads `paths` (ended by NULL) and fills the report, in the order of the input. ERROR_* for
 * unreadable input. */
bool bundle_judge(struct arena *arena, const char *const *paths, const struct policy *policy,
	struct report *report, struct error *error);
