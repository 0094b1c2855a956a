/* What the rest of the cluster lets us add to an object before it is judged: the shoot's name as a
 * label on Kyma's kinds, and, for a Vpc that asks for it, the links and routes of its peerings.
 *
 * A Vpc asks with the annotation peerwarden.io/auto: links, routes, or both with a comma. With
 * links, a localConnectIP of "auto" gets the far end's matching address, when the far end has
 * declared one; the address it had before, on an update; else the first address of the next link
 * network that is free on both routers, from the policy's pools. With routes, a static route is
 * added to each subnet of a peer that has none, once the peer's address on the link is certain.
 * Nothing that is written already is changed, so that a second pass adds nothing.
 */
#pragma once

#include "kinds/kind.h"
#include "network/inventory.h"
#include "validators/policy.h"

/* Does the object carry the annotation? What it asks for is decided by the declaration. */
bool supplement_is_asked(const struct json *object);
/* False when there is nothing to add to such an object, whatever the cluster holds: a look that
 * saves decoding it. */
bool supplement_is_due(enum kind kind, const struct json *object);

struct supplement_request {
	const struct inventory *inventory; /* locked by the caller */
	const struct policy *policy;
	const struct declaration *subject; /* after kind_canonicalise */
	const struct declaration *before;  /* NULL on create */
	const struct json *object;         /* of the subject: for the length of its lists */
};

/* Lives in the arena. */
struct changes supplement_changes(struct arena *arena, const struct supplement_request *request);

/* The links that an object has `asked` for and, after the changes, been `given`, alone: to be
 * reserved between its mutation and its verdict, so that nobody else is given them. False when
 * there are none. */
bool supplement_links(struct arena *arena, const struct declaration *asked,
	const struct declaration *given, struct declaration *links);
