/* New key pairs: a CA, and leaves for TLS servers that it signs. ECDSA on P-256 with SHA-256,
 * X.509 version 3, serial numbers of 127 random bits, both as PEM.
 *
 * A certificate counts from KEY_PAIR_BACKDATE before `now`, or a tenth of its validity where that
 * is shorter, so that a judge whose clock is behind takes it; a leaf never outlives its CA. Names
 * stand in the subjectAltName. Times are seconds since 1970, validity in seconds from `now`. Texts
 * live in the arena: key_pair_wipe before it goes. The process aborts where the system has no
 * randomness or no memory. Sources: RFC 5280; CA/Browser Forum baseline (64 bits of randomness in a
 * serial at least).
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { KEY_PAIR_BACKDATE = 60 * 60 };

struct key_pair {
	const char *certificate;
	const char *key; /* PKCS #8, not encrypted */
};

struct key_pair_order {
	const char *subject;      /* the common name; cut after 50 characters */
	const char *const *hosts; /* of a leaf: DNS names and addresses, ended by NULL */
	int64_t now;
	int64_t validity;
};

/* The common name gets the begin of the serial number, so that people tell two CAs apart.
 * ERROR_INVALID for a time that no certificate can hold. */
bool key_pair_new_authority(struct arena *arena, const struct key_pair_order *order,
	struct key_pair *pair, struct error *error);

/* ERROR_INVALID when the authority's pair cannot be read or does not fit, is no CA or has ended, or
 * when a host is neither DNS name nor address. */
bool key_pair_new_leaf(struct arena *arena, const struct key_pair_order *order,
	const struct key_pair *authority, struct key_pair *pair, struct error *error);

/* Overwrites the private key; the text is empty afterwards. */
void key_pair_wipe(struct key_pair *pair);
