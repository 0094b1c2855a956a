/* One call of a REST API of Google Cloud, of as many attempts as it takes: what cloud/gcp_client.h
 * promises of calls.
 *
 * Reads are repeated since they are harmless, and changes since they carry a requestId: Google does
 * a change once, however often it is told of it. So every failure that is worth it is repeated:
 *
 *   another operation in progress    after 5 s, 10 s, 20 s, 30 s …, as long as the deadline allows
 *   throttled, 5xx, no answer        as cloud/aws_retry.h has it: three attempts, one budget
 *   401                              once, with a new token
 *
 * Retry-After is kept to, up to a minute. Nothing is waited for beyond the deadline, but a token
 * that is being fetched; without a deadline no wait is longer than 5 seconds.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cloud/aws_channel_pool.h"
#include "cloud/aws_retry.h"
#include "cloud/gcp_error.h"
#include "cloud/gcp_token.h"
#include "http/http_client.h"

/* What the calls of one client share, as in its settings. */
struct gcp_call_shared {
	struct gcp_token *token;
	int64_t timeout;
	int64_t busy_wait; /* the first one */
	bool (*may_call)(void *context);
	void *context;

	/* The rest is its own. */
	struct aws_channel_pool *channels;
	pthread_mutex_t mutex;
	struct aws_retry_budget budget; /* with the lock */
	pthread_cond_t ended;
	bool aborted; /* with the lock */
};

void gcp_call_init_shared(struct gcp_call_shared *shared);
void gcp_call_dispose_shared(struct gcp_call_shared *shared); /* none may be under way */
void gcp_call_abort_shared(struct gcp_call_shared *shared);
/* False when the client was aborted meanwhile. */
bool gcp_call_wait(struct gcp_call_shared *shared, int64_t duration);

/* Begun with its first members set and the rest zero; ended by gcp_call_end in any case. */
struct gcp_call {
	struct gcp_call_shared *shared;
	const char *action; /* "networks.get" */
	const char *url;    /* of the server */
	enum http_method method;
	const char *target;
	const char *body; /* or NULL */
	bool changes;
	int64_t deadline; /* monotonic; 0: the busy are not waited for */

	struct arena *scratch;
	struct http_response response; /* of the last attempt */
	struct gcp_error fault;
	bool final; /* no attempt after this one */
	struct aws_retry retry;
	unsigned times_busy;
	char *token; /* of the last attempt; secret */
};

/* True with an answer of status 200; else the fault is set. */
bool gcp_call_perform(struct gcp_call *call);
/* The answer of a call that was performed is not what it should be: sets the fault. */
void gcp_call_doubt(struct gcp_call *call, const struct error *error);
/* Copies the fault into the caller's arena. */
void gcp_call_tell(struct arena *arena, const struct gcp_call *call, struct gcp_error *fault);
void gcp_call_end(struct gcp_call *call); /* usable with CLEANUP */
