/* The access token of one GCP credential (cloud/gcp_grant.h), kept and renewed before it expires
 * (cloud/token_cache.h).
 *
 * It is renewed when the last quarter of its life begins, but not earlier than 225 seconds before
 * the end (the metadata server gives out no new one earlier than that); a failure then keeps the
 * old one. It must be renewed when the last tenth begins, or the last minute. The file of
 * credentials is read anew for each token, so that a rotated key is taken up.
 *
 * Thread-safe. Secrets are in no error and in no log, and are wiped where they are let go of.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/gcp_grant.h"

struct gcp_token;

struct gcp_token_settings {
	const char *path;         /* of the file of credentials; NULL: the metadata server */
	const char *metadata_url; /* NULL: Google's */
	/* In place of asking Google, for tests; called without a lock. NULL: not used. */
	bool (*fetch)(void *context, struct grant *grant, struct error *error);
	void *context;
	int64_t (*monotonic)(void); /* NULL: clock_monotonic */
};

/* Texts are lent as long as it lives. Nothing is read or asked yet. */
struct gcp_token *gcp_token_new(const struct gcp_token_settings *settings);
void gcp_token_free(struct gcp_token *token); /* no call may be under way */

/* Ends what is being asked, within 100 ms, and every later question, with ERROR_TRANSIENT. A token
 * that is there is still given. From any thread. */
void gcp_token_abort(struct gcp_token *token);

/* A copy, owned: gcp_token_release. NULL with an error as in cloud/gcp_grant.h and
 * cloud/gcp_credential.h. May take as long as Google does, up to 20 seconds. */
char *gcp_token_acquire(struct gcp_token *token, struct error *error);
void gcp_token_release(char **text); /* wipes; usable with CLEANUP */

/* Google refused this token (401) before its time: unless it has been renewed since, the next call
 * fetches a new one. Call it once for a request that is then repeated once. */
void gcp_token_refuse(struct gcp_token *token, const char *text);
