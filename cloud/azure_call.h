/* One call of the Azure Resource Manager, of as many attempts as it takes: with the tokens of its
 * tenants, and with the waiting that Azure asks for.
 *
 * Every PUT and DELETE here may be sent twice: it says what there should be in the end. Attempts
 * are RETRY_ATTEMPTS at most, each after what Retry-After says, or after a second, two and so on
 * with jitter; where that would be beyond the deadline, the fault comes at once. A token that Azure
 * refuses is fetched anew once per call. When a PUT that makes something new alone got no answer,
 * nobody knows who made it: CLOUD_CONFLICT.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cloud/azure_error.h"
#include "cloud/azure_token.h"
#include "cloud/call.h"

/* Where a call goes, and how long it may take. */
struct azure_place {
	const char *tenant;           /* of what is named; NULL: the program's own */
	const char *const *auxiliary; /* tenants of what the body names, ended by NULL; or NULL */
	int64_t deadline;             /* clock_monotonic; the first attempt is made also after it */
};

/* What the calls of one client share. */
struct azure_call_shared {
	struct call_shared common;
	struct azure_token *tokens;
	const char *manager; /* URL */
	int64_t pace;        /* the first wait, nanoseconds */
};

enum azure_header { AZURE_ASYNC_OPERATION, AZURE_LOCATION, AZURE_REQUEST_ID, AZURE_CHALLENGE };

/* `common` tells the answer of the last attempt, with headers by enum azure_header. */
struct azure_call {
	struct azure_call_shared *shared;
	const struct azure_place *place;
	enum http_method method;
	const char *action;        /* "PUT virtualNetworkPeerings", for messages and metrics */
	const char *target;        /* path and query, encoded */
	const struct buffer *body; /* or NULL */
	bool only_new;             /* If-None-Match: * */
	const char *etag;          /* If-Match; or NULL */

	struct call common;
	struct azure_error fault; /* of the last attempt; its texts live as long as the call */

	/* The rest is its own: the tokens of this attempt. */
	struct token token;
	struct token auxiliary; /* its text is NULL where none is asked for */
};

/* True with an answer of a status from 200 to 204. To be ended in both cases. */
bool azure_call_perform(struct azure_call *call);
/* The fault for the caller, with its texts in the arena. */
void azure_call_tell(
	struct arena *arena, const struct azure_error *from, struct azure_error *fault);
void azure_call_end(struct azure_call *call); /* usable with CLEANUP */
