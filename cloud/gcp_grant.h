/* Fetches one access token: for a signed JWT (RFC 7523), for a subject token of another identity
 * provider (RFC 8693, "Security Token Service") with or without impersonating a service account
 * after it ("generateAccessToken"), or from the metadata server of a node or pod.
 *
 * A JWT has to be written by Google's clock: when ours differs and the JWT is refused, the answer's
 * date tells by how much, and it is sent once more. How long a token lives is told as a duration,
 * so that it does not depend on our clock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/gcp_credential.h"
#include "cloud/grant.h"
#include "cloud/stop.h"

struct gcp_grant_source {
	const struct gcp_credential *credential;
	const char *metadata_url; /* NULL: http://metadata.google.internal */
	struct stop *stop;        /* may end the calls: ERROR_TRANSIENT; or NULL */
	int64_t *skew; /* of Google's clock against ours, seconds; kept for the next time */
};

/* For all of what the account may do (the scope cloud-platform). Takes up to 10 seconds a call, and
 * there are two at most. ERROR_TRANSIENT: later again; ERROR_DENIED: refused, with the way out;
 * ERROR_NOT_FOUND: no file of the subject token, no metadata server's account; ERROR_INVALID. No
 * error holds a secret. */
bool gcp_grant_fetch(
	const struct gcp_grant_source *source, struct grant *grant, struct error *error);
