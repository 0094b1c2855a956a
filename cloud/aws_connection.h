/* Which of the connections that AWS shows between two VPCs is the one to work with, and whose it
 * is. Pure.
 *
 * AWS keeps what has ended for hours or days: such a record tells what became of it, and is no
 * connection. Of those that are alive there is one at most; where a server shows more, the one that
 * has come farthest counts, then the stored one, then ours, then the lowest id.
 *
 * Ours is what carries our tag with the object's uid. Tags are seen only by the account and region
 * that made them.
 */
#pragma once

#include "cloud/aws_facts.h"

#define AWS_TAG_UID    "peerwarden.io/uid"
#define AWS_TAG_OBJECT "peerwarden.io/object"

/* The three tags of what is made for that wish: Name, uid and object. */
struct aws_tags aws_connection_tags(struct arena *arena, const struct cloud_wish *wish);

/* Also true when the tag of the uid was lost, and that of the object is there. */
bool aws_connection_is_ours(const struct aws_peering *peering, const struct cloud_wish *wish);
/* Made for another object, as its tag says. */
bool aws_connection_is_anothers(const struct aws_peering *peering, const struct cloud_wish *wish);
bool aws_connection_lost_tags(const struct aws_peering *peering, const struct cloud_wish *wish);

/* Does it join the wish's two VPCs, and are they two? Without a local VPC: is it the stored one,
 * with the remote VPC at one end? */
bool aws_connection_fits(const struct aws_peering *peering, const struct cloud_wish *wish,
	const struct aws_facts *facts);
/* NULL when none is alive. */
const struct aws_peering *aws_connection_find(
	const struct cloud_wish *wish, const struct aws_facts *facts);
/* The record of that id, alive or not; NULL when AWS shows none. */
const struct aws_peering *aws_connection_record(const struct aws_facts *facts, const char *id);

/* The far side, and the own one. */
const struct aws_peering_side *aws_connection_far(
	const struct aws_peering *peering, const struct cloud_wish *wish);
const struct aws_peering_side *aws_connection_near(
	const struct aws_peering *peering, const struct cloud_wish *wish);
