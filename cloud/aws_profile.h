/* The shared config and credentials files of AWS: ~/.aws/config and ~/.aws/credentials.
 *
 * Follows "Shared config and credentials files" of the AWS SDKs and Tools Reference Guide. Both
 * files give the properties of one profile; for a property that is in both, the credentials file
 * wins. Nested properties ("s3 =" and lines that are indented below it), sections of other kinds
 * and properties that this program has no use for are passed over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* NULL for what is not there; an empty value counts as not there. */
struct aws_profile {
	const char *name;
	const char *access_key_id;
	const char *secret_access_key; /* secret */
	const char *session_token;     /* secret */
	const char *role_arn;
	const char *source_profile;
	const char *credential_source;
	const char *external_id;
	const char *role_session_name;
	const char *duration_seconds;
	const char *region;
	const char *web_identity_token_file;
	const char *unsupported; /* the name of a way to credentials that this program does not go:
				    credential_process, SSO, MFA */
	struct aws_profile *next;
};

/* In the config file a profile is "[profile name]" or "[default]", in the credentials file
 * "[name]". */
enum aws_profile_file { AWS_PROFILE_CONFIG, AWS_PROFILE_CREDENTIALS, AWS_PROFILE_FILES };

struct aws_profiles {
	struct aws_profile *first;
	char *texts[AWS_PROFILE_FILES]; /* what all of the above lies in; secret */
	size_t lengths[AWS_PROFILE_FILES];
};

enum { AWS_PROFILE_LARGEST_FILE = 1024 * 1024 };

/* Adds what `text` says to `profiles`, each file once, the config file first. `path` is for
 * messages, none of which has a value in it. ERROR_INVALID, ERROR_EXHAUSTED when the arena is full.
 */
bool aws_profile_parse(struct arena *arena, struct aws_profiles *profiles,
	enum aws_profile_file file, const char *path, const char *text, size_t length,
	struct error *error);

/* Both files: those of AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or those of the home folder
 * (HOME). A file that is not there is an empty one. */
bool aws_profile_load(struct arena *arena, const char *const *environment,
	struct aws_profiles *profiles, struct error *error);

const struct aws_profile *aws_profile_find(const struct aws_profiles *profiles, const char *name);

/* Wipes all of it; usable with CLEANUP. No profile may be used afterwards. */
void aws_profile_wipe(struct aws_profiles *profiles);
