/* AWS as one of the clouds: facts of both sides of a peering (cloud/aws_facts.h), the plan made of
 * them (cloud/aws_plan.h), and the calls that a step is.
 *
 * The own side is found by its id, or as Kyma does it by the tag Name =
 * shoot--<project>--<name> in the shoot's region. Each account is reached by a role of that
 * account, arn:<partition>:iam::<account>:role/<name>, or with the program's own keys where the
 * name is empty.
 */
#pragma once

#include "cloud/aws_client.h"
#include "cloud/cloud.h"

struct aws_cloud_settings {
	struct aws_client *client; /* lent */
	const char *remote_role;   /* a role's name: "CloudManagerPeeringRole"; or "" */
	const char *external_id;   /* for it; or "" */
	const char *local_role;    /* an ARN, or "" for the program's own keys */
	const char *local_region;  /* or "" for the shoot's */
	const char *local_vpc;     /* an id, or "" for the shoot's */
};

struct aws_cloud;

/* Texts are copied. */
struct aws_cloud *aws_cloud_new(const struct aws_cloud_settings *settings);
void aws_cloud_free(struct aws_cloud *cloud);

struct cloud aws_cloud_row(struct aws_cloud *cloud);
