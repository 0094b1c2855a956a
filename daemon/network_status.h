/* The status of a RemoteNetwork or RemoteZone: what it says of the last look-up, and the merge
 * patch (RFC 7396) that tells a new answer of the cloud.
 *
 * Reasons of the condition Ready are Kyma's where they fit: Found, VpcNotFound (of a zone or
 * ruleset FailedLoadingPrivateDnzZone, which is Kyma's spelling), Unauthorized, Unauthenticated,
 * QuotaExceeded, Throttled, CloudProviderError. A look-up that failed leaves the facts as they were
 * seen before; only where the network, zone or ruleset is gone they go too.
 *
 * What the CRD (manifests/crds) has no room for, or what together would be more than etcd takes, is
 * left out, and the condition says so. Pure functions: no clock, no I/O.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "cloud/cloud.h"
#include "format/json.h"

/* On an object: another text than the one that was answered asks for a look-up. Of a longer one
 * than NETWORK_STATUS_REFRESH bytes only these count. */
#define NETWORK_STATUS_ASKS "peerwarden.io/refresh"
enum { NETWORK_STATUS_REFRESH = 64 };

struct network_status {
	bool asked;    /* somebody waits: never looked up, another spec, or another annotation */
	bool answered; /* the cloud has said what there is, or that there is nothing */
	int64_t seen;  /* when it last did so: clock_wall; 0 for never */
};
struct network_status network_status_read(const struct json *object);

struct network_answer {
	enum kind kind;            /* of the object: KIND_REMOTE_NETWORK or KIND_REMOTE_ZONE */
	const struct json *object; /* as it was read before the cloud was asked */
	const struct cloud_network *network; /* NULL: there was none, but */
	const struct cloud_fault *fault;
	int64_t now;   /* clock_wall */
	int64_t stale; /* nanoseconds: an older lastSeen is worth a write of its own */
};

/* Appends the patch and returns true; false when nothing needs to be told. With `buffer` too small
 * that shows in patch->overflowed: NETWORK_STATUS_SIZE is enough. */
bool network_status_write(
	struct arena *arena, const struct network_answer *answer, struct buffer *patch);
enum { NETWORK_STATUS_SIZE = 1400 * 1024 };

/* Of the condition Ready, for a look-up that failed. */
const char *network_status_reason(enum kind kind, const struct cloud_fault *fault);
/* What went wrong, in a sentence without a full stop: never "", of one line, and without what only
 * the owner of the account can read. */
const char *network_status_problem(struct arena *arena, const struct cloud_fault *fault);
