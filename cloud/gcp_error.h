/* Errors as the REST APIs of Google Cloud answer them, and as operations that have ended tell them,
 * and what each of them calls for.
 *
 * Follows AIP-193, "Handling API errors" of Compute Engine and google.rpc.ErrorInfo. The class
 * comes from the status and the reason; texts are for people, but for those plain 400s that say by
 * words alone that an operation is in progress, or that something is there already or is not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "cloud/failure.h"
#include "format/json.h"

struct gcp_error {
	int status;       /* of HTTP; 0 without an answer */
	const char *code; /* "notFound", "QUOTA_EXCEEDED", "SERVICE_DISABLED"; "" for none */
	const char *message;
	const char *hint; /* the way out, as a command where there is one; or "" */
	enum cloud_failure failure;
	bool throttled;
	bool busy; /* another operation holds one of the two networks: again in 5 to 30 seconds */
	int64_t retry_after; /* what the answer asked for, nanoseconds; 0: nothing */
};

/* Never fails: an answer that is no error of Google's (a proxy's page, nothing at all) is judged by
 * its status, with code "" and message "". `body` has a NUL behind it; the texts live in the arena
 * and are one line each, at most 1024 bytes. */
struct gcp_error gcp_error_read(struct arena *arena, int status, const char *body, size_t length);

/* Of an operation that is DONE: its member "error", with httpErrorStatusCode or 0. */
struct gcp_error gcp_error_read_operation(
	struct arena *arena, int status, const struct json *errors);

/* Fills `error` with the kind that fits and "action: code: message"; returns false. */
bool gcp_error_set(struct error *error, const struct gcp_error *from, const char *action);
