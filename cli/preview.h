/* A preview: a definition as the API server would store it, on top of what it holds now. */
#pragma once

#include "cli/bundle.h"
#include "network/inventory.h"
#include "validators/policy.h"

struct preview {
	const struct json *object;
	struct declaration declaration;
	bool is_update;
	struct declaration before; /* of an update */
};

/* In all of these, `stored` is NULL when there is no such object. `last` is the manifest that was
 * applied last, or NULL. A stored object that is itself a manifest, and not one that a cluster has
 * handed out, is replaced whole. */

/* Brings the text of a definition to canonical form, in place, and lists the changes. As at
 * admission, what `stored` has just as it is written stays, and an object on its way out is left
 * alone. Once for each definition. */
struct changes preview_mend(struct arena *arena, const struct definition *definition,
	const struct json *stored, const struct json *last);

bool preview_make(struct arena *arena, const struct definition *definition,
	const struct json *stored, const struct json *last, struct preview *preview,
	struct error *error);

/* Adds what the webhook would add on account of everything else in the inventory, and lists it. The
 * caller holds the lock. */
struct changes preview_supplement(struct arena *arena, const struct definition *definition,
	const struct inventory *inventory, const struct policy *policy, struct preview *preview);

/* A copy as a cluster hands it out once it is stored. NULL only when it is too large. */
const struct json *preview_stored(struct arena *arena, const struct json *object);

/* The declaration of a stored object; `definition` names it. */
bool preview_decode(struct arena *arena, const struct definition *definition,
	const struct json *object, struct declaration *declaration, struct error *error);

/* "spec.cidrBlock \" 10.0.0.0/16\" would be stored as \"10.0.0.0/16\"" */
const char *preview_change_text(struct arena *arena, const struct change *change);
