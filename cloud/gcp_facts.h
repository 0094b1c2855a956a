/* What is read of Google Cloud before a peering is planned: both networks with their halves, the
 * tags of the far one, ranges, and the operation that was begun. Plain data;
 * cloud/gcp_facts_read.h fills it, cloud/gcp_plan.h judges it.
 */
#pragma once

#include "cloud/cloud.h"
#include "cloud/gcp_compute.h"
#include "cloud/gcp_tags.h"

/* A network of a peering group, with its ranges. */
struct gcp_member {
	const char *path;
	struct gcp_subnetworks subnetworks;
};
/* The network itself comes first, then those that it is actively peered with, but for the other end
 * and what may not be read. */
struct gcp_group {
	const struct gcp_member *members;
	size_t count; /* 0: not even its own ranges were read, or were needed */
};

struct gcp_facts {
	/* Where the stored operation still runs, nothing else is read. */
	bool operation_runs;
	/* It has failed, or cannot be looked at; CLOUD_NONE where all is well. */
	struct cloud_fault operation_fault;
	const char *operation_type; /* of one that has failed: "addPeering"; NULL: not known */
	enum cloud_side operation_side;

	const char *local_path;           /* as settings or shoot name it; "": nothing does */
	const char *remote_path;          /* as the wish names it */
	const struct gcp_network *local;  /* NULL: it is not there */
	struct cloud_fault local_fault;   /* why not */
	const struct gcp_network *remote; /* NULL: it is not there, or, of a wish that is deleting,
					     not shown */
	struct cloud_fault remote_fault;

	/* Read only where something is to be made. */
	bool tags_known;
	struct gcp_tags tags; /* of the remote network, with those that it inherits */
	struct gcp_group local_group, remote_group;

	/* What the program remembers. */
	bool just_made;     /* the answer to a change was lost: there may be a half not seen yet */
	bool long_inactive; /* both halves have been there for a while, and are not connected */
	bool remote_locked; /* the remote half was to be removed, and we had no right to */
};
