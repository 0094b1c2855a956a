/* Reads the facts of one link from Azure (cloud/azure_link_facts.h).
 *
 * Calls: the own VNet, the zone or ruleset, the link of the wanted name; and all links of the zone
 * or ruleset where that one is not there or leads elsewhere, since a VNet has one link to it at
 * most. Of a wish that is deleting the link alone, and the one whose id was stored where that is
 * another; an owner who keeps us out is a fact there and no fault.
 */
#pragma once

#include "base/clock.h"
#include "cloud/azure_access.h"
#include "cloud/azure_link_facts.h"

/* Everything lives in the arena; `wish` is lent. `now` is clock_wall. False with the fault. */
bool azure_link_facts_read(struct arena *arena, const struct azure_access *access,
	const struct cloud_wish *wish, int64_t now, struct azure_link_facts *facts,
	struct cloud_fault *fault);

/* Of the facts the ids alone, without asking anybody. */
bool azure_link_facts_name(struct arena *arena, const struct azure_access *access,
	const struct cloud_wish *wish, struct azure_link_facts *facts, struct cloud_fault *fault);

/* Does it lead to the own VNet? */
bool azure_link_facts_leads_home(
	const struct azure_link_facts *facts, const struct azure_link *link);

/* "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read", for `verb` read, write or delete.
 */
const char *azure_link_facts_action(struct arena *arena, enum arm_type type, const char *verb);

/* What is to be stored while such a motion goes on, and taken for ended AZURE_LINK_LONGEST later.
 */
#define AZURE_LINK_LONGEST (60 * CLOCK_SECOND)
const char *azure_link_facts_operation(
	struct arena *arena, enum azure_link_motion motion, int64_t now);
