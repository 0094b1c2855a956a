/* One call of a REST API of Google Cloud, of as many attempts as it takes: what cloud/gcp_client.h
 * promises of calls.
 *
 * Reads are repeated since they are harmless, and changes since they carry a requestId: Google does
 * a change once, however often it is told of it. So every failure that is worth it is repeated:
 *
 *   another operation in progress    after 5 s, 10 s, 20 s, 30 s …, as long as the deadline allows
 *   throttled, 5xx, no answer        as cloud/retry.h has it: three attempts, one budget
 *   401                              once, with a new token
 *
 * Retry-After is kept to, up to a minute. Nothing is waited for beyond the deadline, but a token
 * that is being fetched; without a deadline no wait is longer than 5 seconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cloud/call.h"
#include "cloud/gcp_error.h"
#include "cloud/gcp_token.h"

/* What the calls of one client share, as in its settings. */
struct gcp_call_shared {
	struct call_shared common;
	struct gcp_token *token;
	int64_t busy_wait; /* the first one */
};

/* Begun with its first members set and the rest zero, of `common` too: url, action, changes. Ended
 * by gcp_call_end in any case. */
struct gcp_call {
	struct gcp_call_shared *shared;
	enum http_method method;
	const char *target;
	const char *body; /* or NULL */
	int64_t deadline; /* monotonic; 0: the busy are not waited for */
	struct call common;

	struct gcp_error fault; /* of the last attempt */

	/* The rest is its own. */
	unsigned times_busy;
	char *token; /* of this attempt; secret */
};

/* True with an answer of status 200; else the fault is set. */
bool gcp_call_perform(struct gcp_call *call);
/* Copies the fault into the caller's arena. */
void gcp_call_tell(struct arena *arena, const struct gcp_call *call, struct gcp_error *fault);
void gcp_call_end(struct gcp_call *call); /* usable with CLEANUP */
