/* Keys of a role, from STS.
 *
 * Follows the AWS Security Token Service API Reference (2011-06-15), AssumeRole and
 * AssumeRoleWithWebIdentity. STS of a region is asked, never the global one, whose keys do not work
 * everywhere.
 *
 * Errors: ERROR_INVALID for a role that is wrongly written or belongs to another partition than the
 * region; ERROR_DENIED when AWS says no; ERROR_TRANSIENT when asking again may help. No message has
 * a key, a token or an external id in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/aws_keys.h"
#include "cloud/stop.h"

/* NULL for what is not used. */
struct aws_role {
	const char *arn;          /* "arn:aws:iam::111122223333:role/name" */
	const char *external_id;  /* that the role's owner asks for (sts:ExternalId) */
	const char *session_name; /* seen in the owner's audit log; NULL: peerwarden */
	const char *region; /* of the STS to ask; NULL: the main one of the role's partition */
	int64_t duration;   /* seconds, 900 to 43200; 0: what STS takes for itself, an hour. A role
			       that is assumed by a role's keys has one hour at most */
};

/* How to reach STS. */
struct aws_sts {
	const char *const *environment; /* for AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL and
					   AWS_CA_BUNDLE; "NAME=value" texts ended by NULL */
	struct stop *stop;              /* may end the call: ERROR_TRANSIENT; or NULL */
	bool refuses_base; /* set by a failure that is about the keys which sign, not the role */
};

bool aws_assume_role_check(const struct aws_role *role, struct error *error);

/* `base` signs. The keys are owned: aws_keys_dispose. */
bool aws_assume_role(struct aws_sts *sts, const struct aws_role *role, const struct aws_keys *base,
	struct aws_keys *keys, struct error *error);

/* Of the content of a token's file, which is read anew for each call: it changes. */
bool aws_assume_role_by_token_file(struct aws_sts *sts, const struct aws_role *role,
	const char *path, struct aws_keys *keys, struct error *error);
