/* A caBundle as what it means: a set of CA certificates. Order, blank lines, comments and doubles
 * of the text do not count, so that two writers who format differently do not write for ever.
 *
 * A bundle is a value; what it points at lives in the arena. It is sorted by fingerprint, which is
 * the canonical order. CA_BUNDLE_MOST certificates at most.
 * Source: admissionregistration.k8s.io/v1, WebhookClientConfig.caBundle (PEM, in JSON as Base64).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "certs/certificate_view.h"

enum { CA_BUNDLE_MOST = 16 };

struct ca_bundle {
	struct certificate_view items[CA_BUNDLE_MOST];
	size_t count;
	bool damaged; /* there was more in the text: other blocks, certificates of no CA, too many
		       */
};

/* Any text, or NULL for an empty bundle. */
void ca_bundle_read(struct arena *arena, const char *pem, struct ca_bundle *bundle);

/* NULL when it is not in it. */
const struct certificate_view *ca_bundle_find(
	const struct ca_bundle *bundle, const char *fingerprint);

/* False when there is no room, or when it is no CA; true when it was there before. */
bool ca_bundle_add(struct ca_bundle *bundle, const struct certificate_view *view);
/* All of `other` for which there is room. */
void ca_bundle_add_all(struct ca_bundle *bundle, const struct ca_bundle *other);
void ca_bundle_remove_expired(struct ca_bundle *bundle, int64_t now);
/* Leaves only those of `known`. */
void ca_bundle_remove_unknown(struct ca_bundle *bundle, const struct ca_bundle *known);

/* The same certificates; damage does not count. */
bool ca_bundle_equal(const struct ca_bundle *a, const struct ca_bundle *b);

/* The CA of the bundle that has signed it, or NULL. */
const struct certificate_view *ca_bundle_issuer(
	const struct ca_bundle *bundle, const struct certificate_view *view);

/* Equal bundles give equal text; "" for an empty one. */
const char *ca_bundle_pem(struct arena *arena, const struct ca_bundle *bundle);
const char *ca_bundle_base64(struct arena *arena, const struct ca_bundle *bundle);
