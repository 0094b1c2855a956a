/* One call of the Azure Resource Manager, of as many attempts as it takes: with the tokens of its
 * tenants, and with the waiting that Azure asks for.
 *
 * Every PUT and DELETE here may be sent twice: it says what there should be in the end. Attempts
 * are AZURE_CALL_ATTEMPTS at most, each after what Retry-After says, or after a second, two and so
 * on with jitter; where that would be beyond the deadline, the fault comes at once. A token that
 * Azure refuses is fetched anew once per call. When a PUT that makes something new alone got no
 * answer, nobody knows who made it: CLOUD_CONFLICT.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cloud/aws_channel_pool.h"
#include "cloud/azure_error.h"
#include "cloud/azure_token.h"
#include "http/http_client.h"

enum { AZURE_CALL_ATTEMPTS = 3 };

/* Where a call goes, and how long it may take. */
struct azure_place {
	const char *tenant;           /* of what is named; NULL: the program's own */
	const char *const *auxiliary; /* tenants of what the body names, ended by NULL; or NULL */
	int64_t deadline;             /* clock_monotonic; the first attempt is made also after it */
};

/* What the calls of one client share. */
struct azure_call_shared {
	const char *const *environment;
	struct azure_token *tokens;
	const char *manager; /* URL */
	int64_t timeout;     /* of one attempt, nanoseconds */
	int64_t pace;        /* the first wait, nanoseconds */
	bool (*may_call)(void *context);
	void *context;

	/* The rest is its own. */
	struct aws_channel_pool *channels;
	const char *bundle[2]; /* what the channels see of the environment */
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool aborted; /* with the lock */
};

void azure_call_init_shared(struct azure_call_shared *shared);
void azure_call_dispose_shared(struct azure_call_shared *shared); /* none may be under way */
void azure_call_abort_shared(struct azure_call_shared *shared);
/* False when the client was aborted meanwhile. */
bool azure_call_wait(struct azure_call_shared *shared, int64_t duration);

enum azure_header { AZURE_ASYNC_OPERATION, AZURE_LOCATION, AZURE_REQUEST_ID, AZURE_CHALLENGE };

struct azure_call {
	struct azure_call_shared *shared;
	const struct azure_place *place;
	enum http_method method;
	const char *action;        /* "PUT virtualNetworkPeerings", for messages and metrics */
	const char *target;        /* path and query, encoded */
	const struct buffer *body; /* or NULL */
	bool only_new;             /* If-None-Match: * */
	const char *etag;          /* If-Match; or NULL */

	struct http_response response; /* of the last attempt; headers by enum azure_header */
	struct azure_error fault;      /* likewise; its texts live as long as the call */

	/* The rest is its own. */
	struct arena *scratch;
	unsigned attempts;
	bool refreshed; /* the tokens, for it */
	bool final;     /* the fault is none that another attempt could mend */
};

/* True with an answer of a status from 200 to 204. To be ended in both cases. */
bool azure_call_perform(struct azure_call *call);
/* The answer was after all none that can be read. */
void azure_call_doubt(struct azure_call *call, const struct error *error);
/* The fault for the caller, with its texts in the arena. */
void azure_call_tell(
	struct arena *arena, const struct azure_error *from, struct azure_error *fault);
void azure_call_end(struct azure_call *call); /* usable with CLEANUP */
