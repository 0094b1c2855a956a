/* What is read of AWS before a peering is planned: both VPCs, what connects them, and their route
 * tables. Plain data; cloud/aws_facts_read.h fills it, cloud/aws_plan.h judges it.
 */
#pragma once

#include "cloud/aws_ec2.h"
#include "cloud/cloud.h"

struct aws_facts {
	const char *local_region;
	const char *local_name; /* what the own VPC was looked for by: "vpc-1", "shoot--p--c"; "":
				   the cluster does not say */
	size_t local_count;     /* how many VPCs go by it */
	const struct aws_vpc *local; /* NULL unless there is just one */

	/* Of a wish that is deleting, the remote VPC is not read. */
	const struct aws_vpc *remote;    /* NULL: there is none in that account and region */
	struct cloud_fault remote_fault; /* why not */

	/* All between the two, whoever asked for it, and the one whose id was stored, even if
	 * it joins others; as the own account sees them, with its tags. */
	struct aws_peerings peerings;
	bool just_created; /* by this program, and too young to be seen */
	/* Those that join other networks, live, and stand as a blackhole in the way of a route:
	 * AWS lets a route be made before its connection is accepted. Ids alone. */
	struct aws_peerings others;

	struct aws_route_tables local_tables;
	bool remote_tables_known; /* they are read only where something may be done to them */
	struct aws_route_tables remote_tables;
	struct cloud_fault remote_tables_fault; /* failure CLOUD_NONE: they were not needed */
	/* The connection as the remote account sees it, which alone is shown what it allows; read
	 * only where that matters. NULL: not known. */
	const struct aws_peering *far_view;
	/* Ids of remote tables whose routes we have no right to remove, ended by NULL; known of a
	 * wish that is deleting. NULL: none. */
	const char *const *locked_tables;
};
