#include "cloud/azure_token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/azure_grant.h"
#include "cloud/environment.h"

enum { LARGEST_HEADER = 48 * 1024, LARGEST_TENANT = 128 };

struct azure_token {
	struct azure_token_settings settings;
	struct stop stop;
	struct token_cache *cache;
};

static bool
fetch(void *context, const char *name, struct grant *grant, struct error *error)
{
	struct azure_token *tokens = context;
	const struct azure_grant_source source = {
		.environment = tokens->settings.environment,
		.sovereign = tokens->settings.sovereign,
		.stop = &tokens->stop,
	};

	return azure_grant_fetch(&source, name, grant, error);
}

struct azure_token *
azure_token_new(const struct azure_token_settings *settings)
{
	struct azure_token *tokens = memory_alloc(sizeof *tokens);
	const struct token_source source = {
		.fetch = fetch, .context = tokens, .monotonic = settings->monotonic};

	tokens->settings = *settings;
	if (!tokens->settings.sovereign)
		tokens->settings.sovereign = azure_sovereign_find(NULL);
	stop_init(&tokens->stop);
	tokens->cache = token_cache_new(&source);
	return tokens;
}

void
azure_token_free(struct azure_token *tokens)
{
	if (!tokens)
		return;
	token_cache_free(tokens->cache);
	stop_dispose(&tokens->stop);
	free(tokens);
}

void
azure_token_abort(struct azure_token *tokens)
{
	stop_now(&tokens->stop);
}

/* What the cache calls a tenant: "" for the own one. */
static void
name_tenant(const struct azure_token *tokens, const char *tenant, char name[LARGEST_TENANT])
{
	const char *own = environment_get(tokens->settings.environment, "AZURE_TENANT_ID");
	size_t length = 0;

	if (!tenant || (own && text_equal_ignoring_case(own, tenant)))
		tenant = "";
	for (; tenant[length] && length < LARGEST_TENANT - 1; length++)
		name[length] = (char)tolower((unsigned char)tenant[length]);
	name[length] = '\0';
}

bool
azure_token_get(
	struct azure_token *tokens, const char *tenant, struct token *token, struct error *error)
{
	char name[LARGEST_TENANT];

	name_tenant(tokens, tenant, name);
	return token_cache_get(tokens->cache, name, token, error);
}

static bool
add_bearer(
	struct azure_token *tokens, const char *tenant, struct buffer *header, struct error *error)
{
	CLEANUP(token_dispose) struct token token = {0};

	if (!azure_token_get(tokens, tenant, &token, error))
		return false;
	buffer_printf(header, "%sBearer %s", header->length > 0 ? ", " : "", token.text);
	return true;
}

bool
azure_token_auxiliary(struct azure_token *tokens, const char *const *tenants, struct token *header,
	struct error *error)
{
	CLEANUP(secret_dispose_buffer) struct buffer text;
	size_t count = 0;

	*header = (struct token){0};
	buffer_init(&text, LARGEST_HEADER);
	for (; tenants[count]; count++) {
		if (count == AZURE_TOKEN_AUXILIARY)
			return error_set(error, ERROR_INVALID, "a call may name %d other tenants",
				AZURE_TOKEN_AUXILIARY);
		if (!add_bearer(tokens, tenants[count], &text, error))
			return false;
	}
	if (text.overflowed)
		return error_set(error, ERROR_EXHAUSTED, "the tokens are too large");
	header->text = buffer_take(&text);
	return true;
}

void
azure_token_refuse(struct azure_token *tokens, const char *tenant, const char *text)
{
	char name[LARGEST_TENANT];

	name_tenant(tokens, tenant, name);
	token_cache_refuse(tokens->cache, name, text);
}
