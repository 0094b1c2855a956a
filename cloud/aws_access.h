/* How the two sides of a peering on AWS are reached, and what a refusal there means to the user.
 *
 * Texts live in the arena. No fault has a key, a token or an external id in it.
 */
#pragma once

#include "cloud/aws_client.h"
#include "cloud/cloud.h"

struct aws_access {
	struct aws_client *client;
	const char *remote_role; /* a role's name; "": the program's own keys */
	const char *external_id; /* or "" */
	const char *local_role;  /* an ARN; "": the program's own keys */
};

struct aws_place aws_access_local(
	struct arena *arena, const struct aws_access *access, const char *region);
struct aws_place aws_access_remote(
	struct arena *arena, const struct aws_access *access, const struct remote *remote);

/* `action` as an IAM policy names it: "ec2:CreateRoute". */
struct cloud_fault aws_access_fault(struct arena *arena, const struct aws_place *place,
	const char *action, const struct aws_error *error);

/* AWS says that these keys may not do this. */
bool aws_access_is_denied(const struct aws_error *error);
/* The VPC that was named is not there, or its id cannot be one. */
bool aws_access_is_no_vpc(const struct aws_error *error);
