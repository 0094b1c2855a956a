/* What the calls of one client of a cloud share: channels, the budget of what is sent again, the
 * leave to call at all, and the end of the program. Thread-safe. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cloud/channel_pool.h"
#include "cloud/retry.h"

struct call_shared {
	struct channel_trust trust;
	int64_t timeout;                 /* of one attempt, nanoseconds */
	bool (*may_call)(void *context); /* asked before anything is sent; NULL: always */
	void *context;

	/* The rest is its own. */
	struct channel_pool *channels;
	pthread_mutex_t mutex;
	struct retry_budget budget; /* with the lock */
	pthread_cond_t ended;
	bool aborted; /* with the lock */
};

/* With its first members set, and the rest zero. */
void call_shared_init(struct call_shared *shared);
void call_shared_dispose(struct call_shared *shared); /* no call may be under way */

/* Ends what is under way, and all waiting. From any thread. */
void call_shared_abort(struct call_shared *shared);
/* False when it was aborted, or is meanwhile. Nanoseconds; 0 only asks. */
bool call_shared_wait(struct call_shared *shared, int64_t duration);
