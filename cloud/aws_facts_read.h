/* Reads the facts of one peering from AWS (cloud/aws_facts.h).
 *
 * Calls: the own VPC, its peerings with the remote one, its route tables; the remote VPC and its
 * route tables. With the stored id one more, where the others do not show it; and one where the
 * wish says who may resolve names and the two are connected. Of a wish that is
 * deleting the remote VPC is not read, its tables only where their routes are to go too; there a
 * remote account that refuses us is a fact and no fault.
 *
 * Filters are applied a second time to what comes back, since not every server applies them.
 */
#pragma once

#include "cloud/aws_access.h"
#include "cloud/aws_facts.h"

struct aws_own_network {
	const char *region; /* "": the shoot's */
	const char *vpc;    /* an id; "": by the shoot's name */
};

/* "" where nobody says it. */
const char *aws_facts_own_region(const struct aws_own_network *own, const struct cloud_wish *wish);

/* Everything lives in the arena; `wish` is lent. False with the fault. */
bool aws_facts_read(struct arena *arena, const struct aws_access *access,
	const struct aws_own_network *own, const struct cloud_wish *wish, struct aws_facts *facts,
	struct cloud_fault *fault);

/* The VPC that `remote` names; false with a fault, CLOUD_GONE where it is not there. */
bool aws_facts_remote_vpc(struct arena *arena, const struct aws_access *access,
	const struct remote *remote, struct aws_vpc *vpc, struct cloud_fault *fault);

/* All tables of a VPC. */
bool aws_facts_tables(struct arena *arena, const struct aws_access *access,
	const struct aws_place *place, const char *vpc, struct aws_route_tables *tables,
	struct aws_error *error);

/* A dry run of ec2:DeleteRoute on a destination of documentation (RFC 5737), which no table has: it
 * asks for the right alone, and does no harm where a server does what it should only have judged.
 */
bool aws_facts_may_remove_routes(struct arena *arena, const struct aws_access *access,
	const struct aws_place *place, const char *table, struct aws_error *error);
extern const struct prefix aws_facts_nowhere;
