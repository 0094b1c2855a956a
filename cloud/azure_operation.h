/* What goes on in Azure after a PUT or DELETE was accepted, followed to its end.
 *
 * Follows "Track asynchronous Azure operations": the URL in Azure-AsyncOperation, or else the one
 * in Location, is asked after what Retry-After says, or after 1, 2, 5, 10 s and so on; each answer
 * may name a new URL, and the newest counts. They have about 4 kB. Tokens go to no other server
 * than the Resource Manager: a URL that leads elsewhere is not followed.
 */
#pragma once

#include "cloud/azure_call.h"

enum azure_operation_state {
	AZURE_OPERATION_RUNNING,
	AZURE_OPERATION_DONE,
	AZURE_OPERATION_FAILED
};

/* By the body's `status`, or else its provisioningState, or else the status of HTTP. */
enum azure_operation_state azure_operation_read(int status, const char *body, size_t length);

/* Path and query of a URL on the server `manager`, whose usual port may be written or not; lent
 * from `url`. NULL when it leads elsewhere. */
const char *azure_operation_target(const char *manager, const char *url);

struct azure_progress {
	bool running;  /* it goes on beyond the deadline, or cannot be followed: look at the
			  resource later */
	int64_t after; /* nanoseconds until that is worth it */
};

/* After a PUT or DELETE that was answered with yes. False with the fault of an operation that
 * failed or that could not be followed. */
bool azure_operation_follow(struct arena *arena, const struct azure_call *begun,
	struct azure_progress *progress, struct azure_error *fault);
