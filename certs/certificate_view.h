/* What a certificate says of itself, and how it stands to a CA, to a key and to a host.
 *
 * Reads PEM (RFC 7468) of anybody: at most CERTIFICATE_VIEW_LONGEST bytes, beyond which nothing is
 * read, and at most as many certificates as the caller has room for. Views live in the arena with
 * all they point at. Times are seconds since 1970.
 * Sources: RFC 5280; Go's crypto/x509, which kube-apiserver uses: it skips blocks of another type
 * and such with headers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { CERTIFICATE_VIEW_LONGEST = 128 * 1024, CERTIFICATE_VIEW_FINGERPRINT = 65 };

struct certificate_view {
	const char *subject; /* as RFC 2253 writes it, printable */
	const char **names;  /* DNS names and addresses of the subjectAltName, ended by NULL */
	int64_t not_before;
	int64_t not_after;
	bool is_authority;                              /* may sign certificates */
	bool is_server;                                 /* is meant for TLS servers, and no CA */
	char fingerprint[CERTIFICATE_VIEW_FINGERPRINT]; /* SHA-256 of its DER form, in hex */
	const unsigned char *der;
	size_t der_length;
};

/* The certificates of `pem` in their order, `room` at most; returns how many. `damaged` (may be
 * NULL): there is more in it than these certificates and text between them. */
size_t certificate_view_read_all(struct arena *arena, const char *pem,
	struct certificate_view *views, size_t room, bool *damaged);

/* The first one, which is the leaf of a chain. ERROR_INVALID when there is none. */
bool certificate_view_read(
	struct arena *arena, const char *pem, struct certificate_view *view, struct error *error);

/* The certificate as PEM. */
const char *certificate_view_pem(struct arena *arena, const struct certificate_view *view);

/* Whether `authority` is a CA that has signed it; validity in time is another question. */
bool certificate_view_is_signed_by(
	const struct certificate_view *view, const struct certificate_view *authority);

/* Whether the private key (PEM, not encrypted) belongs to it. */
bool certificate_view_has_key(const struct certificate_view *view, const char *key);

/* Whether it is for this DNS name or address. The common name does not count. */
bool certificate_view_has_host(const struct certificate_view *view, const char *host);

bool certificate_view_is_valid_at(const struct certificate_view *view, int64_t now);
