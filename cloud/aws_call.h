/* One call of EC2, of as many attempts as it takes: what cloud/aws_client.h promises of calls.
 *
 * What may be sent again, by what is asked and by what came of it:
 *
 *                      AWS refused it:       a fault of AWS's own      no answer, or
 *                      throttled, keys,      (5xx, not throttled)      half of one
 *                      clock
 *   Describe, dry run  again                 again                     again
 *   other changes      again                 again                     CLOUD_CONFLICT
 *   creating a         again                 CLOUD_CONFLICT            CLOUD_CONFLICT
 *   peering
 *
 * The other changes find at worst what their first attempt has made (RouteAlreadyExists and the
 * like); a peering would be made twice, since EC2 takes no token that would keep it from that.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "cloud/aws_channel_pool.h"
#include "cloud/aws_credentials.h"
#include "cloud/aws_error.h"
#include "cloud/aws_retry.h"
#include "http/http_client.h"

/* What the calls of one client share, as in its settings. */
struct aws_call_shared {
	const char *const *environment;
	struct aws_credentials *credentials;
	int64_t timeout;
	bool (*may_call)(void *context);
	void *context;

	/* The rest is its own. */
	struct aws_channel_pool *channels;
	atomic_llong skew; /* of AWS's clock, seconds; added to ours */
	pthread_mutex_t mutex;
	struct aws_retry_budget budget; /* with the lock */
	pthread_cond_t ended;
	bool aborted; /* with the lock */
};

void aws_call_init_shared(struct aws_call_shared *shared);
void aws_call_dispose_shared(struct aws_call_shared *shared); /* none may be under way */
void aws_call_abort_shared(struct aws_call_shared *shared);

enum aws_repetition { AWS_REPEAT_READ, AWS_REPEAT_CHANGE, AWS_REPEAT_NEVER };

struct aws_call {
	struct aws_call_shared *shared;
	const char *region;
	const struct aws_role *role; /* NULL: the program's own keys */
	const struct buffer *form;
	bool dry_run; /* as the form says, too */

	struct http_response response; /* of the last attempt */
	struct aws_error fault;        /* likewise; its texts live as long as the call */

	/* The rest is its own. */
	enum aws_repetition repetition;
	struct arena *scratch;
	const char *action; /* "DescribeVpcs" */
	const char *url;
	const char *key_id;  /* that signed the last attempt */
	int64_t time;        /* that it was signed with */
	int64_t retry_after; /* that its answer told */
	struct aws_retry retry;
	bool clock_corrected;
	bool final; /* the fault is none that another attempt could mend */
};

/* True with an answer of status 200. To be ended in both cases. */
bool aws_call_perform(struct aws_call *call);
/* The answer was after all none that can be read. */
void aws_call_doubt(struct aws_call *call, const struct error *error);
/* The fault for the caller, with its texts in the arena. */
void aws_call_tell(struct arena *arena, const struct aws_call *call, struct aws_error *fault);
void aws_call_end(struct aws_call *call); /* usable with CLEANUP */
