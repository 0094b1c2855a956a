/* When to send a failed call of a cloud again, and when to give up: decisions alone, no waiting.
 *
 * Follows the standard retry mode of the AWS SDKs as botocore 1.43 keeps it: three attempts, full
 * jitter, and a budget for all calls of one client, so that an outage does not multiply its load.
 * Not thread-safe: the calls of a client share a budget under the client's lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cloud/failure.h"

enum { RETRY_ATTEMPTS = 3, RETRY_BUDGET = 500 };

struct retry_budget {
	unsigned spent; /* of RETRY_BUDGET; all zero is a fresh budget */
};

/* One call, from its first attempt on; all zero before it. */
struct retry {
	unsigned attempts; /* that have failed */
	unsigned cost;     /* of the last retry */
	bool refreshed;    /* credentials were renewed for it */
};

struct retry_fault {
	enum cloud_failure failure;
	bool throttled;
	int64_t retry_after; /* what the answer asks for, nanoseconds; 0 for none */
};

enum retry_step {
	RETRY_GIVE_UP,
	RETRY_WAIT,   /* and send it again */
	RETRY_REFRESH /* the credentials, once per call, and send it again at once */
};

/* After an attempt that failed. `random` lies in [0, 1); *wait is in nanoseconds, and 0 unless the
 * step is RETRY_WAIT. */
enum retry_step retry_next(struct retry *retry, struct retry_budget *budget,
	const struct retry_fault *fault, double random, int64_t *wait);
/* After one that succeeded: gives back what the last retry cost. */
void retry_succeed(const struct retry *retry, struct retry_budget *budget);
