/* Keys that the place a program runs in hands out over HTTP: an EKS pod identity or an ECS task
 * (the container's endpoint), or the role of an EC2 instance (IMDSv2).
 *
 * Follows "Container credential provider" and "IMDS credential provider" of the AWS SDKs and Tools
 * Reference Guide. The first version of IMDS is never spoken: it has no token. Plain http goes to
 * loopback and to the addresses of those services only, never through a proxy.
 *
 * Environments are "NAME=value" texts ended by NULL. Keys are owned: aws_keys_dispose. Errors:
 * ERROR_NOT_FOUND when there is no such service, or it has no role for us; ERROR_TRANSIENT when
 * asking again may help; ERROR_DENIED; ERROR_INVALID for a wrong setting.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/aws_keys.h"
#include "cloud/stop.h"

/* The session with IMDS. It belongs to one thread at a time; dispose of it at the end. */
struct aws_metadata {
	char *token;   /* secret */
	int64_t until; /* clock_monotonic */
};
void aws_metadata_dispose(struct aws_metadata *metadata);

/* Whether AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI is set. */
bool aws_metadata_has_container(const char *const *environment);
/* `stop` may end them: ERROR_TRANSIENT; or NULL. */
bool aws_metadata_ask_container(const char *const *environment, struct stop *stop,
	struct aws_keys *keys, struct error *error);

/* At 169.254.169.254, or where AWS_EC2_METADATA_SERVICE_ENDPOINT says; ERROR_NOT_FOUND without a
 * question when AWS_EC2_METADATA_DISABLED is true. At most a second for each of three calls. */
bool aws_metadata_ask_instance(struct aws_metadata *metadata, const char *const *environment,
	struct stop *stop, struct aws_keys *keys, struct error *error);
