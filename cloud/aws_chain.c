#include "cloud/aws_chain.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cloud/aws_assume_role.h"
#include "cloud/aws_environment.h"
#include "cloud/aws_profile.h"
#include "cloud/environment.h"

/* How many profiles may lead from one to the next. */
enum { LONGEST_PATH = 8, MEMORY = 8 * 1024 * 1024 };

/* What a place says. */
enum outcome { NOTHING, FOUND, FAILED };

/* The search for keys in the profiles. */
struct search {
	const struct aws_chain *chain;
	struct arena *arena;
	struct aws_profiles profiles;
	struct aws_keys *keys;
	struct error *error;
	const char *path[LONGEST_PATH]; /* the profiles on the way */
	size_t length;
};

static enum outcome
outcome_of(bool done)
{
	return done ? FOUND : FAILED;
}

static const char *
get(const struct aws_chain *chain, const char *name)
{
	return environment_get(chain->environment, name);
}

static enum outcome
from_environment(const struct aws_chain *chain, struct aws_keys *keys, struct error *error)
{
	const struct aws_keys found = {
		.id = get(chain, "AWS_ACCESS_KEY_ID"),
		.secret = get(chain, "AWS_SECRET_ACCESS_KEY"),
		.token = get(chain, "AWS_SESSION_TOKEN"),
		.account = get(chain, "AWS_ACCOUNT_ID"),
	};

	if (!found.id && !found.secret)
		return NOTHING;
	if (!aws_keys_are_sound(&found))
		return outcome_of(error_set(error, ERROR_INVALID,
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: one is missing or is no "
			"key"));
	aws_keys_copy(keys, &found);
	return FOUND;
}

static enum outcome
from_web_identity(const struct aws_chain *chain, struct aws_keys *keys, struct error *error)
{
	struct aws_sts sts = {.environment = chain->environment, .stop = chain->stop};
	const char *path = get(chain, "AWS_WEB_IDENTITY_TOKEN_FILE");
	const struct aws_role role = {
		.arn = get(chain, "AWS_ROLE_ARN"),
		.session_name = get(chain, "AWS_ROLE_SESSION_NAME"),
		.region = aws_environment_region(chain->environment),
	};

	if (!path)
		return NOTHING;
	if (!role.arn)
		return outcome_of(error_set(error, ERROR_INVALID,
			"AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"));
	return outcome_of(aws_assume_role_by_token_file(&sts, &role, path, keys, error));
}

static enum outcome profile_keys(struct search *search, const char *name);

/* Between two profiles; one that names itself means its own static keys. */
static enum outcome
base_of_profile(struct search *search, const struct aws_profile *profile)
{
	const char *source = profile->credential_source;
	enum outcome outcome;

	if (profile->source_profile)
		return profile_keys(search, profile->source_profile);
	if (text_equal(source, "Environment"))
		outcome = from_environment(search->chain, search->keys, search->error);
	else if (text_equal(source, "Ec2InstanceMetadata"))
		outcome = outcome_of(aws_metadata_ask_instance(search->chain->metadata,
			search->chain->environment, search->chain->stop, search->keys,
			search->error));
	else if (text_equal(source, "EcsContainer"))
		outcome =
			aws_metadata_has_container(search->chain->environment)
				? outcome_of(aws_metadata_ask_container(search->chain->environment,
					  search->chain->stop, search->keys, search->error))
				: NOTHING;
	else
		return outcome_of(error_set(search->error, ERROR_INVALID,
			"a role_arn needs a source_profile, or a credential_source (Environment, "
			"Ec2InstanceMetadata, EcsContainer)"));
	return outcome != NOTHING ? outcome
				  : outcome_of(error_set(search->error, ERROR_NOT_FOUND,
					    "credential_source %s has no keys", source));
}

static bool
role_of_profile(
	const struct search *search, const struct aws_profile *profile, struct aws_role *role)
{
	const char *region = aws_environment_region(search->chain->environment);
	uint64_t duration = 0;

	if (profile->duration_seconds &&
		!text_to_number(profile->duration_seconds, 43200, &duration))
		return error_set(
			search->error, ERROR_INVALID, "duration_seconds has to be 900 to 43200");
	*role = (struct aws_role){
		.arn = profile->role_arn,
		.external_id = profile->external_id,
		.session_name = profile->role_session_name,
		.region = region ? region : profile->region,
		.duration = (int64_t)duration,
	};
	return aws_assume_role_check(role, search->error);
}

static enum outcome
assume_profile(struct search *search, const struct aws_profile *profile)
{
	struct aws_sts sts = {
		.environment = search->chain->environment, .stop = search->chain->stop};
	CLEANUP(aws_keys_dispose) struct aws_keys base = {0};
	struct aws_role role;

	if (!role_of_profile(search, profile, &role))
		return FAILED;
	if (profile->web_identity_token_file)
		return outcome_of(aws_assume_role_by_token_file(&sts, &role,
			profile->web_identity_token_file, search->keys, search->error));
	if (base_of_profile(search, profile) != FOUND)
		return FAILED;
	base = *search->keys;
	return outcome_of(aws_assume_role(&sts, &role, &base, search->keys, search->error));
}

static enum outcome
static_keys(const struct search *search, const struct aws_profile *profile)
{
	const struct aws_keys found = {.id = profile->access_key_id,
		.secret = profile->secret_access_key,
		.token = profile->session_token};

	if (!found.id && !found.secret)
		return NOTHING;
	if (!aws_keys_are_sound(&found))
		return outcome_of(error_set(search->error, ERROR_INVALID,
			"aws_access_key_id and aws_secret_access_key: one is missing or is no "
			"key"));
	aws_keys_copy(search->keys, &found);
	return FOUND;
}

/* What the profile itself has to offer. */
static enum outcome
own_keys(struct search *search, const struct aws_profile *profile, bool only_static)
{
	bool assumes = profile->role_arn && !only_static;
	enum outcome outcome;

	if (assumes && !profile->unsupported)
		return assume_profile(search, profile);
	outcome = assumes ? NOTHING : static_keys(search, profile);
	if (outcome == NOTHING && profile->unsupported)
		return outcome_of(error_set(
			search->error, ERROR_INVALID, "%s is not supported", profile->unsupported));
	return outcome;
}

static bool
is_on_the_way(const struct search *search, const char *name)
{
	for (size_t i = 0; i < search->length; i++)
		if (text_equal(search->path[i], name))
			return true;
	return false;
}

static enum outcome
profile_keys(struct search *search, const char *name)
{
	const struct aws_profile *profile = aws_profile_find(&search->profiles, name);
	bool names_itself =
		search->length > 0 && text_equal(search->path[search->length - 1], name);
	enum outcome outcome;

	if (!profile)
		return outcome_of(
			error_set(search->error, ERROR_NOT_FOUND, "there is no profile %s", name));
	if (!names_itself && (is_on_the_way(search, name) || search->length == LONGEST_PATH))
		return outcome_of(error_set(search->error, ERROR_INVALID,
			"source_profile %s leads in a circle, or over too many profiles", name));
	if (!names_itself)
		search->path[search->length++] = name;
	outcome = own_keys(search, profile, names_itself);
	if (outcome == NOTHING && (search->length > 1 || names_itself))
		outcome = outcome_of(
			error_set(search->error, ERROR_NOT_FOUND, "profile %s has no keys", name));
	return outcome;
}

static void
end_search(struct search *search)
{
	aws_profile_wipe(&search->profiles);
	arena_free(search->arena);
}

static enum outcome
from_profiles(const struct aws_chain *chain, struct aws_keys *keys, struct error *error)
{
	CLEANUP(end_search)
	struct search search = {
		.chain = chain, .arena = arena_new(MEMORY), .keys = keys, .error = error};
	const char *chosen = get(chain, "AWS_PROFILE");
	const char *name = chosen ? chosen : "default";
	enum outcome outcome;

	if (!aws_profile_load(search.arena, chain->environment, &search.profiles, error))
		return FAILED;
	if (!chosen && !aws_profile_find(&search.profiles, name))
		return NOTHING;
	outcome = profile_keys(&search, name);
	if (outcome == FAILED)
		error_wrap(error, "AWS profile %s", name);
	return outcome;
}

bool
aws_chain_find(const struct aws_chain *chain, struct aws_keys *keys, struct error *error)
{
	static enum outcome (*const places[])(const struct aws_chain *, struct aws_keys *,
		struct error *) = {from_environment, from_web_identity, from_profiles};

	*keys = (struct aws_keys){0};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		enum outcome outcome = places[i](chain, keys, error);

		if (outcome != NOTHING)
			return outcome == FOUND;
	}
	if (aws_metadata_has_container(chain->environment))
		return aws_metadata_ask_container(chain->environment, chain->stop, keys, error);
	return aws_metadata_ask_instance(
		       chain->metadata, chain->environment, chain->stop, keys, error) ||
	       error_wrap(error, "no AWS credentials in the environment, in a profile or from the "
				 "container");
}
