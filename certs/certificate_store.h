/* The Secret of the certificates: its members as PEM texts, what they say to certs/rotation.h, and
 * the members after a step.
 *
 * One Secret holds everything, so that each step is one write, whole or not at all. Pods mount two
 * of its items, tls.crt and tls.key; the keys of the CAs stay with the owner.
 *
 * Texts live in the arena of the call that made them; certificate_store_wipe before the arena goes.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "certs/ca_bundle.h"
#include "certs/rotation.h"

enum certificate_store_member {
	CERTIFICATE_STORE_AUTHORITY, /* the CA */
	CERTIFICATE_STORE_AUTHORITY_KEY,
	CERTIFICATE_STORE_NEXT, /* the CA that comes next */
	CERTIFICATE_STORE_NEXT_KEY,
	CERTIFICATE_STORE_PREVIOUS, /* the CAs by which a replica may still serve */
	CERTIFICATE_STORE_LEAF,
	CERTIFICATE_STORE_LEAF_KEY,
	CERTIFICATE_STORE_MEMBERS
};
const char *certificate_store_member_name(enum certificate_store_member member); /* "ca.crt" */

struct certificate_store {
	const char *texts[CERTIFICATE_STORE_MEMBERS]; /* NULL where there is none */
};

/* The CAs that were seen in one look, to turn the ids of a step into certificates. Ids point into
 * it: it stays where it is. */
enum { CERTIFICATE_POOL_MOST = 80 };
struct certificate_pool {
	struct certificate_view items[CERTIFICATE_POOL_MOST];
	size_t count;
};

/* A live caBundle as PEM, or NULL. What finds no place in the pool counts as damage. */
void certificate_store_view_bundle(struct arena *arena, const char *pem,
	struct certificate_pool *pool, struct rotation_configuration *view);

/* What the planner has to know of the store, after all bundles, so that the issuer of the leaf is
 * found. `hosts` is what the leaf has to be for, ended by NULL. What cannot be read is not there.
 * `retire` and `seen_for` are the caller's. */
struct rotation_secret certificate_store_view(struct arena *arena,
	const struct certificate_store *store, const char *const *hosts,
	struct certificate_pool *pool);

/* A chain that a replica was seen to serve, after all others. */
struct rotation_leaf certificate_store_view_leaf(
	struct arena *arena, const char *chain, const struct certificate_pool *pool);

struct certificate_store_order {
	const struct rotation_policy *policy;
	const char *authority_subject; /* common names */
	const char *leaf_subject;
	const char *const *hosts;
};

/* The store after a step for the Secret, except ROTATION_RESTORE, of which the caller has the
 * store. What the step leaves alone is shared with `store`. ERROR_INVALID when a pair cannot be
 * made, ERROR_BUG for another step. */
bool certificate_store_apply(struct arena *arena, const struct certificate_store *store,
	const struct rotation_step *step, const struct certificate_pool *pool,
	const struct certificate_store_order *order, struct certificate_store *result,
	struct error *error);

/* The bundle that a ROTATION_PUBLISH asks for. */
void certificate_store_bundle(const struct rotation_step *step, const struct certificate_pool *pool,
	struct ca_bundle *bundle);

/* Overwrites the keys. */
void certificate_store_wipe(struct certificate_store *store);
