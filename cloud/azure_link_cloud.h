/* The links of private DNS zones and resolver rulesets of Azure as one of the clouds: facts of both
 * sides (cloud/azure_link_facts.h), the plan made of them (cloud/azure_link_plan.h), and the calls
 * that a step is.
 *
 * A step that changes a link reads it right before and names its etag, or that there must be none,
 * so that nobody else's change is overwritten. It asks for its turn on the zone or ruleset first:
 * one VNet may be linked to many at a time. What goes on in Azure is followed for `patience`;
 * beyond that it is stored as the operation and looked for later. Why an operation has failed is
 * told to those alone who follow it: after one that ended unseen and brought nothing, the next is
 * followed for AZURE_LINK_LONGEST.
 */
#pragma once

#include "cloud/azure_access.h"
#include "cloud/cloud.h"
#include "cloud/network_turns.h"

struct azure_link_cloud;

/* What `access` leads to is lent, and so are the turns; NULL: nobody is waited for. */
struct azure_link_cloud *azure_link_cloud_new(
	const struct azure_access *access, struct network_turns *turns);
void azure_link_cloud_free(struct azure_link_cloud *cloud); /* NULL is allowed */

struct cloud azure_link_cloud_row(struct azure_link_cloud *cloud);
