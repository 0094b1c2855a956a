/* What a remote VPC is like, and which rights are missing there.
 *
 * Rights are found by dry runs that change nothing even at a server that does not know of dry runs:
 * first ec2:DeleteRoute on a destination that no table has; only when the answer shows that it was
 * judged and not done, the others.
 */
#pragma once

#include "cloud/aws_access.h"

/* False with the fault; CLOUD_GONE where there is no such VPC. */
bool aws_look_up(struct arena *arena, const struct aws_access *access, const struct remote *remote,
	struct cloud_network *network, struct cloud_fault *fault);
