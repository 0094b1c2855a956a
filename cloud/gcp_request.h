/* The targets and bodies of the calls that concern networks and peerings.
 *
 * Follows the REST reference of Compute Engine v1 and of the Resource Manager API v3. Every name is
 * percent-encoded. A buffer that overflows is seen in its own mark.
 */
#pragma once

#include "base/buffer.h"

enum gcp_flag { GCP_KEEP, GCP_ON, GCP_OFF };

/* What half a peering should be like. GCP_KEEP and NULL are not sent: of a new one Google's default
 * then holds, of an old one what it has. */
struct gcp_peering_wish {
	const char *name;
	const char *network; /* the other one, its path; not of an update */
	enum gcp_flag import_custom_routes;
	enum gcp_flag export_custom_routes;
	enum gcp_flag import_public_ranges;
	enum gcp_flag export_public_ranges;
	const char *stack_type;
};

struct gcp_route_question {
	const char *peering;
	const char *region;
	bool outgoing; /* what we offer; or else what we are offered */
};

/* A version 4 UUID (RFC 9562), the same for every attempt of one change. */
enum { GCP_REQUEST_ID_SIZE = 37 };
void gcp_request_id(char text[GCP_REQUEST_ID_SIZE]);

/* "/compute/v1/projects/p/global/networks/n", and what is asked of it after a slash; or NULL. */
void gcp_request_network(
	struct buffer *target, const char *project, const char *network, const char *verb);
void gcp_request_operation(struct buffer *target, const char *project, const char *operation);
void gcp_request_subnetworks(struct buffer *target, const char *project, const char *network);
void gcp_request_routes(struct buffer *target, const char *project, const char *network,
	const struct gcp_route_question *question);
/* Of what has that path with a numeric id, of Compute Engine. */
void gcp_request_tags(struct buffer *target, const char *path_with_id);
/* Which rights the caller has in a project. */
void gcp_request_rights(struct buffer *target, const char *project);

/* "?name=value", or "&name=value" after others; nothing for NULL and "". */
void gcp_request_add(struct buffer *target, const char *name, const char *value);

void gcp_request_add_peering(struct buffer *body, const struct gcp_peering_wish *wish);
void gcp_request_update_peering(struct buffer *body, const struct gcp_peering_wish *wish);
void gcp_request_remove_peering(struct buffer *body, const char *name);
void gcp_request_test_rights(struct buffer *body, const char *const *rights); /* NULL ends them */
