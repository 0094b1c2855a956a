/* A JSON Web Token that a service account signs with its own key, to be exchanged for an access
 * token.
 *
 * Follows RFC 7515 and RFC 7519 with RS256 alone, and "Using OAuth 2.0 for Server to Server
 * Applications" of Google: the times are in seconds, and a token may live for an hour at most.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct gcp_claims {
	const char *issuer;      /* the account's e-mail address */
	const char *key_id;      /* NULL: not told */
	const char *private_key; /* PEM, PKCS #8 or PKCS #1, without a password */
	const char *audience;    /* the URL of the token endpoint */
	const char *scope;       /* separated by spaces */
	int64_t issued;          /* since 1970, by the clock of the one who reads it */
	int64_t lifetime;
};

/* header.claims.signature, which is a secret as long as it lives: wipe it (secret_wipe).
 * ERROR_INVALID for what is no RSA key of 2048 bits or more; then it is NULL. */
const char *gcp_jwt_sign(struct arena *arena, const struct gcp_claims *claims, struct error *error);
