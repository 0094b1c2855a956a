/* The options of a connection on AWS: who may resolve whose private DNS names. Pure.
 *
 * Each side says whether its own names may be resolved from the other, and is changed by its own
 * account alone. A side that is not known is left alone; so is the remote one where the connection
 * is not ours, unless it has asked for it or its VPC carries the tag that says its owner agrees.
 */
#pragma once

#include "cloud/aws_plan_routes.h"

/* The steps that bring both sides of an active connection to what is wanted. */
void aws_plan_options_repair(struct aws_steps *steps, const struct cloud_wish *wish,
	const struct aws_facts *facts, const struct aws_peering *connection);
