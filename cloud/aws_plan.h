/* The plan of one peering on AWS: what is wanted and what is there, into steps. Pure: it asks
 * nobody.
 *
 * A connection is asked for, accepted by the accepter's side, awaited, routed on both sides,
 * watched and repaired; in the end its routes go first and then the connection, if it is ours. One
 * that somebody else has made between the two VPCs is used, since AWS allows no second, and is
 * never deleted; unless the remote side asked for it, routes are made there only with the tag that
 * says its owner agrees. States, reasons and conditions are those of Kyma's Cloud Manager
 * (v1beta1).
 *
 * What has ended is asked for anew, except: after a rejection, since the other side said no; while
 * ranges overlap; and after AWS has failed AWS_PLAN_FAILURES requests that it still shows (for two
 * hours), so that a cause nobody knows does not make requests without end.
 */
#pragma once

#include "cloud/aws_facts.h"

enum { AWS_PLAN_FAILURES = 3 };

/* Texts live in the arena, or as long as the wish and the facts. */
void aws_plan_make(struct arena *arena, const struct cloud_wish *wish,
	const struct aws_facts *facts, struct cloud_plan *plan);
