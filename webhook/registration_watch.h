/* Looks at the live webhook configurations from time to time, in a thread of its own, and alarms
 * when they are not as registration.h expects: one log line for each difference when it appears,
 * changes or is put right (a warning until all has been well once, then an error), and metrics.
 *
 * Metrics: peerwarden_registration_problems (by configuration and check; 0 when good, -1 when the
 * configuration cannot be read), peerwarden_registration_checked_timestamp_seconds. What was known
 * stays when the API server cannot be reached. Nothing else depends on it: readiness does not.
 */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "kinds/kind_selection.h"
#include "serving/tls_identity.h"

struct registration_watch;

/* Lent until registration_watch_stop. */
struct registration_watch_settings {
	const char *kubeconfig; /* NULL for the pod's ServiceAccount */
	const char *validating; /* names of configurations; "" for one that is not looked at */
	const char *mutating;
	const char *namespace;                  /* ours, which a selector may leave out; or NULL */
	const struct kind_selection *selection; /* that is guarded; NULL: all */
	int64_t every;                          /* nanoseconds */
	struct tls_identity *identity;
};

/* ERROR_INVALID when the cluster's address cannot be used. */
struct registration_watch *registration_watch_start(
	const struct registration_watch_settings *settings, struct error *error);
void registration_watch_stop(struct registration_watch *watch); /* within 100 ms */

/* Appends a JSON list: each configuration with its state ("good", "wrong", "unreadable", "unknown")
 * and its problems. From any thread. */
void registration_watch_write(struct registration_watch *watch, struct buffer *buffer);
