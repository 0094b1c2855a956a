/* What AWS programs find in their environment: names, regions and the addresses of services.
 *
 * An environment is as in cloud/environment.h. Follows "Settings reference" of the AWS SDKs and
 * Tools Reference Guide.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

const char *aws_environment_region(const char *const *environment); /* or NULL */

/* "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b". */
const char *aws_environment_partition(const char *region);
/* Where a partition's own matters are settled when nobody names a region. */
const char *aws_environment_main_region(const char *partition);

/* The URL of a service ("sts", "ec2") in a region: AWS_ENDPOINT_URL_STS, then AWS_ENDPOINT_URL, or
 * the region's own. NULL with ERROR_INVALID for what is no region, and for an override with a path.
 */
const char *aws_environment_endpoint(struct arena *arena, const char *const *environment,
	const char *service, const char *region, struct error *error);

/* The Host header that goes to such a URL: the host, and the port when it is not the usual one. */
const char *aws_environment_host(struct arena *arena, const char *url);
