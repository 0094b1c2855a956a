/* What is read of Azure before the link of the cluster's VNet to a private DNS zone or a resolver
 * ruleset is planned. Plain data; cloud/azure_link_facts_read.h fills it, cloud/azure_link_plan.h
 * judges it.
 */
#pragma once

#include "cloud/azure_client.h"
#include "cloud/cloud.h"

/* A zone or a ruleset. */
struct azure_link_target {
	enum azure_provisioning provisioning;
	const char *location; /* of a ruleset; else "" */
	struct azure_tags tags;
	int64_t links, most_links; /* of a zone; -1: not told */
};

/* What a step has begun, and what may go on unseen. */
enum azure_link_motion { AZURE_LINK_RESTS, AZURE_LINK_IS_PUT, AZURE_LINK_IS_DELETED };

struct azure_link_facts {
	struct arm_id target_id; /* of the zone or ruleset, as the wish has it */
	const char *link_id;     /* that the wanted link has, or will have */
	enum azure_link_motion motion;
	bool motion_failed; /* it began so long ago that it has ended, without having been seen */

	const char *own;               /* the id of the own VNet; "": nobody says which it is */
	bool own_seen;                 /* false: we may not look at it, or had no need */
	const struct azure_vnet *vnet; /* NULL where it was seen: there is none */

	/* Of a wish that is deleting, neither the VNet nor the target is read. */
	const struct azure_link_target *target; /* NULL: there is none */
	struct cloud_fault target_fault;        /* why not */

	const struct azure_link *link; /* of the wanted name, whatever it leads to; or NULL */
	/* Of a wish that is deleting: we are kept from looking at it. Failure CLOUD_NONE: no. */
	struct cloud_fault link_fault;
	/* Of the own VNet, under another name; of a wish that is deleting, the one whose id was
	 * stored. Looked for only where `link` does not lead to the own VNet. */
	const struct azure_link *other;
};
