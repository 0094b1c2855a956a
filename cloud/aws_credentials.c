#include "cloud/aws_credentials.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cloud/aws_chain.h"
#include "cloud/aws_key_cache.h"

struct aws_credentials {
	const char *const *environment;
	struct aws_metadata metadata; /* of the entry for the program's own keys */
	struct aws_key_cache *cache;
	struct stop stop;
};

static bool
fetch(void *context, const struct aws_role *role, struct aws_keys *keys, struct error *error)
{
	struct aws_credentials *credentials = context;
	const struct aws_chain chain = {
		credentials->environment, &credentials->metadata, &credentials->stop};
	struct aws_sts sts = {.environment = credentials->environment, .stop = &credentials->stop};
	CLEANUP(aws_keys_dispose) struct aws_keys own = {0};

	if (!role)
		return aws_chain_find(&chain, keys, error);
	if (!aws_assume_role_check(role, error) ||
		!aws_key_cache_get(credentials->cache, NULL, &own, error))
		return false;
	if (aws_assume_role(&sts, role, &own, keys, error))
		return true;
	if (sts.refuses_base)
		aws_key_cache_refuse(credentials->cache, NULL, own.id);
	return false;
}

struct aws_credentials *
aws_credentials_new(const char *const *environment)
{
	struct aws_credentials *credentials = memory_alloc(sizeof *credentials);
	const struct aws_key_source source = {.fetch = fetch, .context = credentials};

	credentials->environment = environment;
	stop_init(&credentials->stop);
	credentials->cache = aws_key_cache_new(&source);
	return credentials;
}

void
aws_credentials_free(struct aws_credentials *credentials)
{
	if (!credentials)
		return;
	aws_key_cache_free(credentials->cache);
	aws_metadata_dispose(&credentials->metadata);
	stop_dispose(&credentials->stop);
	free(credentials);
}

void
aws_credentials_abort(struct aws_credentials *credentials)
{
	stop_now(&credentials->stop);
}

bool
aws_credentials_get(struct aws_credentials *credentials, const struct aws_role *role,
	struct aws_keys *keys, struct error *error)
{
	return aws_key_cache_get(credentials->cache, role, keys, error);
}

void
aws_credentials_refuse(
	struct aws_credentials *credentials, const struct aws_role *role, const char *id)
{
	aws_key_cache_refuse(credentials->cache, role, id);
}
