#include "certs/ca_bundle.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/text.h"

/* One more than a bundle holds, so that a text with too many is seen. */
enum { MOST_READ = CA_BUNDLE_MOST + 1 };

void
ca_bundle_read(struct arena *arena, const char *pem, struct ca_bundle *bundle)
{
	struct certificate_view views[MOST_READ];
	size_t count = certificate_view_read_all(arena, pem, views, MOST_READ, &bundle->damaged);

	bundle->count = 0;
	for (size_t i = 0; i < count; i++)
		if (!ca_bundle_add(bundle, &views[i]))
			bundle->damaged = true;
}

const struct certificate_view *
ca_bundle_find(const struct ca_bundle *bundle, const char *fingerprint)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (text_equal(bundle->items[i].fingerprint, fingerprint))
			return &bundle->items[i];
	return NULL;
}

bool
ca_bundle_add(struct ca_bundle *bundle, const struct certificate_view *view)
{
	size_t at = 0;

	if (!view->is_authority)
		return false;
	if (ca_bundle_find(bundle, view->fingerprint))
		return true;
	if (bundle->count == CA_BUNDLE_MOST)
		return false;
	while (at < bundle->count && strcmp(bundle->items[at].fingerprint, view->fingerprint) < 0)
		at++;
	memmove(&bundle->items[at + 1], &bundle->items[at],
		(bundle->count - at) * sizeof *bundle->items);
	bundle->items[at] = *view;
	bundle->count++;
	return true;
}

void
ca_bundle_add_all(struct ca_bundle *bundle, const struct ca_bundle *other)
{
	for (size_t i = 0; i < other->count; i++)
		ca_bundle_add(bundle, &other->items[i]);
}

void
ca_bundle_remove_expired(struct ca_bundle *bundle, int64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < bundle->count; i++)
		if (now <= bundle->items[i].not_after)
			bundle->items[kept++] = bundle->items[i];
	bundle->count = kept;
}

void
ca_bundle_remove_unknown(struct ca_bundle *bundle, const struct ca_bundle *known)
{
	size_t kept = 0;

	for (size_t i = 0; i < bundle->count; i++)
		if (ca_bundle_find(known, bundle->items[i].fingerprint))
			bundle->items[kept++] = bundle->items[i];
	bundle->count = kept;
}

bool
ca_bundle_equal(const struct ca_bundle *a, const struct ca_bundle *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!text_equal(a->items[i].fingerprint, b->items[i].fingerprint))
			return false;
	return true;
}

const struct certificate_view *
ca_bundle_issuer(const struct ca_bundle *bundle, const struct certificate_view *view)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (certificate_view_is_signed_by(view, &bundle->items[i]))
			return &bundle->items[i];
	return NULL;
}

const char *
ca_bundle_pem(struct arena *arena, const struct ca_bundle *bundle)
{
	const char *pem = "";

	for (size_t i = 0; i < bundle->count; i++)
		pem = arena_printf(
			arena, "%s%s", pem, certificate_view_pem(arena, &bundle->items[i]));
	return pem;
}

const char *
ca_bundle_base64(struct arena *arena, const struct ca_bundle *bundle)
{
	const char *pem = ca_bundle_pem(arena, bundle);
	size_t length = strlen(pem);
	unsigned char *text = ARENA_ARRAY(arena, unsigned char, (length + 2) / 3 * 4 + 1);

	EVP_EncodeBlock(text, (const unsigned char *)pem, (int)length);
	return (const char *)text;
}
