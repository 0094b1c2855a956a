#include "certs/certificate_store.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "certs/key_pair.h"

static const char *const member_names[CERTIFICATE_STORE_MEMBERS] = {
	[CERTIFICATE_STORE_AUTHORITY] = "ca.crt",
	[CERTIFICATE_STORE_AUTHORITY_KEY] = "ca.key",
	[CERTIFICATE_STORE_NEXT] = "next-ca.crt",
	[CERTIFICATE_STORE_NEXT_KEY] = "next-ca.key",
	[CERTIFICATE_STORE_PREVIOUS] = "previous-ca.crt",
	[CERTIFICATE_STORE_LEAF] = "tls.crt",
	[CERTIFICATE_STORE_LEAF_KEY] = "tls.key",
};

const char *
certificate_store_member_name(enum certificate_store_member member)
{
	return member_names[member];
}

static const struct certificate_view *
pool_find(const struct certificate_pool *pool, const char *id)
{
	for (size_t i = 0; i < pool->count; i++)
		if (text_equal(pool->items[i].fingerprint, id))
			return &pool->items[i];
	return NULL;
}

/* NULL when there is no room. */
static const struct certificate_view *
pool_add(struct certificate_pool *pool, const struct certificate_view *view)
{
	const struct certificate_view *known = pool_find(pool, view->fingerprint);

	if (known || pool->count == CERTIFICATE_POOL_MOST)
		return known;
	pool->items[pool->count] = *view;
	return &pool->items[pool->count++];
}

static struct rotation_authority
authority_of(const struct certificate_view *view, const char *key)
{
	return (struct rotation_authority){.id = view->fingerprint,
		.not_before = view->not_before,
		.not_after = view->not_after,
		.has_key = key && certificate_view_has_key(view, key)};
}

/* False when some of it could not be read. */
static bool
read_bundle(struct arena *arena, const char *pem, struct certificate_pool *pool,
	struct rotation_bundle *view)
{
	struct ca_bundle bundle;
	bool whole;

	ca_bundle_read(arena, pem, &bundle);
	whole = !bundle.damaged;
	view->count = 0;
	for (size_t i = 0; i < bundle.count; i++) {
		const struct certificate_view *known = pool_add(pool, &bundle.items[i]);

		if (known)
			view->items[view->count++] = authority_of(known, NULL);
		else
			whole = false;
	}
	return whole;
}

void
certificate_store_view_bundle(struct arena *arena, const char *pem, struct certificate_pool *pool,
	struct rotation_configuration *view)
{
	*view = (struct rotation_configuration){0};
	view->damaged = !read_bundle(arena, pem, pool, &view->shown);
}

static struct rotation_authority
read_authority(struct arena *arena, const struct certificate_store *store,
	enum certificate_store_member certificate, struct certificate_pool *pool)
{
	const struct certificate_view *known = NULL;
	struct certificate_view view;

	if (certificate_view_read(arena, store->texts[certificate], &view, NULL) &&
		view.is_authority)
		known = pool_add(pool, &view);
	if (!known)
		return (struct rotation_authority){0};
	return authority_of(known, store->texts[certificate + 1]);
}

static const char *
issuer_of(const struct certificate_view *leaf, const struct certificate_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (certificate_view_is_signed_by(leaf, &pool->items[i]))
			return pool->items[i].fingerprint;
	return NULL;
}

static bool
is_fit(const struct certificate_view *leaf, const char *key, const char *const *hosts)
{
	if (!leaf->is_server || !certificate_view_has_key(leaf, key))
		return false;
	for (const char *const *host = hosts; *host; host++)
		if (!certificate_view_has_host(leaf, *host))
			return false;
	return true;
}

static struct rotation_leaf
read_leaf(struct arena *arena, const struct certificate_store *store, const char *const *hosts,
	const struct certificate_pool *pool)
{
	const char *key = store->texts[CERTIFICATE_STORE_LEAF_KEY];
	struct rotation_leaf leaf =
		certificate_store_view_leaf(arena, store->texts[CERTIFICATE_STORE_LEAF], pool);
	struct certificate_view view;

	leaf.is_fit =
		leaf.id &&
		certificate_view_read(arena, store->texts[CERTIFICATE_STORE_LEAF], &view, NULL) &&
		is_fit(&view, key, hosts);
	return leaf;
}

struct rotation_leaf
certificate_store_view_leaf(
	struct arena *arena, const char *chain, const struct certificate_pool *pool)
{
	struct certificate_view view;

	if (!certificate_view_read(arena, chain, &view, NULL))
		return (struct rotation_leaf){0};
	return (struct rotation_leaf){.id = arena_text(arena, view.fingerprint),
		.issuer = issuer_of(&view, pool),
		.not_before = view.not_before,
		.not_after = view.not_after,
		.is_fit = view.is_server};
}

struct rotation_secret
certificate_store_view(struct arena *arena, const struct certificate_store *store,
	const char *const *hosts, struct certificate_pool *pool)
{
	struct rotation_secret view = {
		.authority = read_authority(arena, store, CERTIFICATE_STORE_AUTHORITY, pool),
		.next = read_authority(arena, store, CERTIFICATE_STORE_NEXT, pool),
	};

	read_bundle(arena, store->texts[CERTIFICATE_STORE_PREVIOUS], pool, &view.previous);
	view.leaf = read_leaf(arena, store, hosts, pool);
	return view;
}

void
certificate_store_bundle(const struct rotation_step *step, const struct certificate_pool *pool,
	struct ca_bundle *bundle)
{
	*bundle = (struct ca_bundle){0};
	for (size_t i = 0; i < step->count; i++) {
		const struct certificate_view *known = pool_find(pool, step->ids[i]);

		if (known)
			ca_bundle_add(bundle, known);
	}
}

static void
set_pair(struct certificate_store *store, enum certificate_store_member certificate,
	const struct key_pair *pair)
{
	store->texts[certificate] = pair->certificate;
	store->texts[certificate + 1] = pair->key;
}

static struct key_pair
pair_of(const struct certificate_store *store, enum certificate_store_member certificate)
{
	return (struct key_pair){store->texts[certificate], store->texts[certificate + 1]};
}

static void
set_previous(struct arena *arena, struct certificate_store *store, const struct rotation_step *step,
	const struct certificate_pool *pool)
{
	struct ca_bundle bundle;

	certificate_store_bundle(step, pool, &bundle);
	store->texts[CERTIFICATE_STORE_PREVIOUS] =
		bundle.count > 0 ? ca_bundle_pem(arena, &bundle) : NULL;
}

static bool
make_authority(struct arena *arena, const struct certificate_store_order *order, int64_t now,
	enum certificate_store_member member, struct certificate_store *store, struct error *error)
{
	struct key_pair pair;

	if (!key_pair_new_authority(arena,
		    &(struct key_pair_order){.subject = order->authority_subject,
			    .now = now,
			    .validity = order->policy->authority_validity},
		    &pair, error))
		return error_wrap(error, "a new CA");
	set_pair(store, member, &pair);
	return true;
}

static bool
make_leaf(struct arena *arena, const struct certificate_store_order *order, int64_t now,
	struct certificate_store *store, struct error *error)
{
	struct key_pair authority = pair_of(store, CERTIFICATE_STORE_AUTHORITY), pair;

	if (!key_pair_new_leaf(arena,
		    &(struct key_pair_order){.subject = order->leaf_subject,
			    .hosts = order->hosts,
			    .now = now,
			    .validity = order->policy->leaf_validity},
		    &authority, &pair, error))
		return error_wrap(error, "a new serving certificate");
	set_pair(store, CERTIFICATE_STORE_LEAF, &pair);
	return true;
}

bool
certificate_store_apply(struct arena *arena, const struct certificate_store *store,
	const struct rotation_step *step, const struct certificate_pool *pool,
	const struct certificate_store_order *order, struct certificate_store *result,
	struct error *error)
{
	struct key_pair next = pair_of(store, CERTIFICATE_STORE_NEXT);

	*result = *store;
	switch (step->action) {
	case ROTATION_CREATE:
		*result = (struct certificate_store){0};
		return make_authority(arena, order, step->now, CERTIFICATE_STORE_AUTHORITY, result,
			       error) &&
		       make_leaf(arena, order, step->now, result, error);
	case ROTATION_PREPARE:
		set_previous(arena, result, step, pool);
		return make_authority(
			arena, order, step->now, CERTIFICATE_STORE_NEXT, result, error);
	case ROTATION_SWITCH:
		set_previous(arena, result, step, pool);
		set_pair(result, CERTIFICATE_STORE_AUTHORITY, &next);
		set_pair(result, CERTIFICATE_STORE_NEXT, &(struct key_pair){0});
		return make_leaf(arena, order, step->now, result, error);
	case ROTATION_RENEW_LEAF:
		return make_leaf(arena, order, step->now, result, error);
	case ROTATION_DROP_PREVIOUS:
		set_previous(arena, result, step, pool);
		return true;
	default:
		return error_set(error, ERROR_BUG, "'%s' is no step for the Secret",
			rotation_action_name(step->action));
	}
}

void
certificate_store_wipe(struct certificate_store *store)
{
	secret_wipe(store->texts[CERTIFICATE_STORE_AUTHORITY_KEY]);
	secret_wipe(store->texts[CERTIFICATE_STORE_NEXT_KEY]);
	secret_wipe(store->texts[CERTIFICATE_STORE_LEAF_KEY]);
}
