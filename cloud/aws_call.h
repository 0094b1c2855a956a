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

#include <stdatomic.h>
#include <stdbool.h>

#include "cloud/aws_credentials.h"
#include "cloud/aws_error.h"
#include "cloud/call.h"

/* What the calls of one client share, as in its settings. */
struct aws_call_shared {
	struct call_shared common;
	const char *const *environment;
	struct aws_credentials *credentials;
	atomic_llong skew; /* its own: of AWS's clock, seconds; added to ours */
};

struct aws_call {
	struct aws_call_shared *shared;
	const char *region;
	const struct aws_role *role; /* NULL: the program's own keys */
	const struct buffer *form;
	bool dry_run; /* as the form says, too */

	struct call common;
	struct aws_error fault; /* of the last attempt; its texts live as long as the call */

	/* The rest is its own. */
	struct aws_keys keys; /* of this attempt */
	int64_t time;         /* that it was signed with */
	bool creates;         /* a peering */
	bool clock_corrected;
};

/* True with an answer of status 200. To be ended in both cases. */
bool aws_call_perform(struct aws_call *call);
/* The fault for the caller, with its texts in the arena. */
void aws_call_tell(struct arena *arena, const struct aws_call *call, struct aws_error *fault);
void aws_call_end(struct aws_call *call); /* usable with CLEANUP */
