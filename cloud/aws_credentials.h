/* AWS credentials for a program: its own (cloud/aws_chain.h) and those of the roles it takes on
 * with them (cloud/aws_assume_role.h), kept and renewed (cloud/aws_key_cache.h). Thread-safe.
 *
 * Secrets are in no error and in no log. Copies of them are wiped where they are let go of; libcurl
 * and the parsers of answers keep none after a call, but do not wipe what they had.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "cloud/aws_assume_role.h"
#include "cloud/aws_keys.h"

struct aws_credentials;

/* `environment` is "NAME=value" texts ended by NULL (`environ`), lent as long as the object lives
 * and not to be changed. Nothing is asked yet. */
struct aws_credentials *aws_credentials_new(const char *const *environment);
void aws_credentials_free(struct aws_credentials *credentials); /* no call may be under way */

/* Ends what is being asked, within 100 ms, and every later question, with ERROR_TRANSIENT. Keys
 * that are there are still given. From any thread. */
void aws_credentials_abort(struct aws_credentials *credentials);

/* The keys of a role, or the program's own when `role` is NULL; owned: aws_keys_dispose. May take
 * as long as AWS does, up to half a minute. Errors as in aws_chain.h and aws_assume_role.h. */
bool aws_credentials_get(struct aws_credentials *credentials, const struct aws_role *role,
	struct aws_keys *keys, struct error *error);

/* AWS refused the keys with this id (ExpiredToken, InvalidClientTokenId) before their time: the
 * next call fetches new ones. Call it once for a request that is then repeated once. */
void aws_credentials_refuse(
	struct aws_credentials *credentials, const struct aws_role *role, const char *id);
