/* What is read of Azure before a peering is planned: both VNets, with the halves of peerings that
 * stand in each. Plain data; cloud/azure_facts_read.h fills it, cloud/azure_plan.h judges it.
 */
#pragma once

#include "cloud/azure_network.h"
#include "cloud/cloud.h"

struct azure_facts {
	const char *local_id;            /* of the own VNet; "": nobody says which one it is */
	const char *half_name;           /* that our half has there: "peerwarden-<uid>" */
	const struct azure_vnet *local;  /* NULL: it is not there */
	struct cloud_fault local_fault;  /* why not */
	const struct azure_vnet *remote; /* NULL: it is not there, or cannot be looked at */
	struct cloud_fault remote_fault; /* why not */
	bool remote_denied;              /* for want of a right */
	/* Azure has refused a moment ago to delete the remote half, in these words; NULL: it has
	 * not. */
	const char *refusal;
};
