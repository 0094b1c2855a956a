/* What a chain of PEM certificates says of itself, and whether an API server would take it.
 *
 * Sources: RFC 5280; Go's crypto/x509, which kube-apiserver uses: names stand in the subjectAltName
 * alone, and the leaf is meant for servers. Times are seconds since 1970.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { CERTIFICATE_FINGERPRINT = 65 };

/* The leaf, which stands first. Text lives in the arena. */
struct certificate {
	const char *subject;
	const char **names; /* DNS names and addresses, ended by NULL */
	int64_t not_before;
	int64_t not_after;
	char fingerprint[CERTIFICATE_FINGERPRINT]; /* SHA-256 of its DER form, in hex */
};

/* ERROR_INVALID when there is no certificate in `pem`. */
bool certificate_read(
	struct arena *arena, const char *pem, struct certificate *certificate, struct error *error);

/* False, with the reason, when it does not count yet or any more at `now`. */
bool certificate_is_valid_at(
	const struct certificate *certificate, int64_t now, struct error *error);

/* Whether the leaf of `chain` leads to an authority of `bundle` (both PEM), is valid now and meant
 * for servers. ERROR_DENIED with the reason when it does not, ERROR_INVALID when one of them is no
 * PEM. */
bool certificate_is_trusted(const char *chain, const char *bundle, struct error *error);

/* Whether the leaf is for this DNS name or address. */
bool certificate_has_host(const char *chain, const char *host);
