#include "cloud/gcp_token.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/secret.h"
#include "cloud/token_cache.h"

enum { MEMORY = 1 << 20 };

struct gcp_token {
	struct gcp_token_settings settings;
	struct stop stop;
	struct token_cache *cache; /* of one, which has no name */
	int64_t skew; /* of Google's clock, seconds; belongs to the thread that renews */
};

static bool
ask_google(struct gcp_token *token, struct grant *grant, struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_credential credential = {.kind = GCP_CREDENTIAL_METADATA};
	const struct gcp_grant_source source = {
		.credential = &credential,
		.metadata_url = token->settings.metadata_url,
		.stop = &token->stop,
		.skew = &token->skew,
	};
	bool done = (!token->settings.path ||
			    gcp_credential_load(arena, token->settings.path, &credential, error)) &&
		    gcp_grant_fetch(&source, grant, error);

	secret_wipe(credential.private_key);
	return done;
}

static bool
fetch(void *context, const char *name, struct grant *grant, struct error *error)
{
	struct gcp_token *token = context;
	const struct gcp_token_settings *settings = &token->settings;

	(void)name;
	return settings->fetch ? settings->fetch(settings->context, grant, error)
			       : ask_google(token, grant, error);
}

struct gcp_token *
gcp_token_new(const struct gcp_token_settings *settings)
{
	struct gcp_token *token = memory_alloc(sizeof *token);
	const struct token_source source = {.fetch = fetch,
		.context = token,
		.monotonic = settings->monotonic,
		.advised = {225 * CLOCK_SECOND, 4},
		.needed = {60 * CLOCK_SECOND, 10}};

	token->settings = *settings;
	stop_init(&token->stop);
	token->cache = token_cache_new(&source);
	return token;
}

void
gcp_token_free(struct gcp_token *token)
{
	if (!token)
		return;
	token_cache_free(token->cache);
	stop_dispose(&token->stop);
	free(token);
}

void
gcp_token_abort(struct gcp_token *token)
{
	stop_now(&token->stop);
}

char *
gcp_token_acquire(struct gcp_token *token, struct error *error)
{
	struct token copy;

	return token_cache_get(token->cache, "", &copy, error) ? copy.text : NULL;
}

void
gcp_token_release(char **text)
{
	secret_free(*text);
	*text = NULL;
}

void
gcp_token_refuse(struct gcp_token *token, const char *text)
{
	token_cache_refuse(token->cache, "", text);
}
