/* The program's own keys: the places are asked in the order of the AWS SDKs, and the first that has
 * something decides, even when what it has is wrong.
 *
 *   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *   2. web identity (IRSA): AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME
 *   3. the profile AWS_PROFILE, or "default", of the shared files (cloud/aws_profile.h)
 *   4. the container's endpoint: EKS pod identity, ECS
 *   5. the instance's metadata
 *
 * Nothing is ever run: credential_process is refused, and so are SSO and MFA, which need a person.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "cloud/aws_keys.h"
#include "cloud/aws_metadata.h"
#include "cloud/stop.h"

struct aws_chain {
	const char *const *environment; /* "NAME=value" texts ended by NULL, as `environ`; lent */
	struct aws_metadata *metadata;  /* the caller's session with IMDS */
	struct stop *stop;              /* may end the search: ERROR_TRANSIENT; or NULL */
};

/* The keys are owned: aws_keys_dispose. ERROR_NOT_FOUND when no place has any; otherwise the error
 * of the place that has, which says where it was. */
bool aws_chain_find(const struct aws_chain *chain, struct aws_keys *keys, struct error *error);
