/* A prospect: a definition as the API server would store it, on top of what it holds now. */
#pragma once

#include "cli/bundle.h"
#include "network/inventory.h"
#include "validators/policy.h"

struct prospect {
	const struct json *object;
	struct declaration declaration;
	bool is_update;
	struct declaration before; /* of an update */
};

/* Brings the text of a definition to canonical form, in place, and lists the changes; what `stored`
 * (may be NULL) has just as it is written stays, as at admission. Once for each definition. */
struct changes prospect_mend(
	struct arena *arena, const struct definition *definition, const struct json *stored);

/* `stored` is NULL when there is no such object. `last` is the manifest that was applied last, or
 * NULL; a stored object that is itself a manifest, and not one that a cluster has handed out, is
 * replaced whole. */
bool prospect_make(struct arena *arena, const struct definition *definition,
	const struct json *stored, const struct json *last, struct prospect *prospect,
	struct error *error);

/* Adds what the webhook would add on account of everything else in the inventory, and lists it. The
 * caller holds the lock. */
struct changes prospect_supplement(struct arena *arena, const struct definition *definition,
	const struct inventory *inventory, const struct policy *policy, struct prospect *prospect);

/* The declaration of a stored object; `definition` names it. */
bool prospect_decode(struct arena *arena, const struct definition *definition,
	const struct json *object, struct declaration *declaration, struct error *error);

/* "spec.cidrBlock \" 10.0.0.0/16\" would be stored as \"10.0.0.0/16\"" */
const char *prospect_change_text(struct arena *arena, const struct change *change);
