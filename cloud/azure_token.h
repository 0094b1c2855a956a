/* Access tokens for the Azure Resource Manager, one per tenant (cloud/azure_grant.h), kept and
 * renewed before they expire (cloud/token_cache.h).
 *
 * A call that names things of two tenants has to show a token of each: the second goes along as
 * x-ms-authorization-auxiliary ("Authenticate requests across tenants"). All are of one
 * application.
 *
 * Thread-safe. Secrets are in no error and in no log, and are wiped where they are let go of.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/azure_sovereign.h"
#include "cloud/token_cache.h"

struct azure_token;

enum { AZURE_TOKEN_AUXILIARY = 3 }; /* tenants that one call may name beside its own */

struct azure_token_settings {
	const char *const *environment;          /* as in azure_grant.h; lent, not to be changed */
	const struct azure_sovereign *sovereign; /* NULL: the public cloud */
	int64_t (*monotonic)(void);              /* NULL: clock_monotonic */
};

/* Nothing is read or asked yet. */
struct azure_token *azure_token_new(const struct azure_token_settings *settings);
void azure_token_free(struct azure_token *tokens); /* no call may be under way */

/* Ends what is being asked, within 100 ms, and every later question, with ERROR_TRANSIENT. Tokens
 * that are there are still given. From any thread. */
void azure_token_abort(struct azure_token *tokens);

/* That of a tenant, in any case of letters; NULL and "" are the program's own. Owned:
 * token_dispose. Errors as in azure_grant.h. */
bool azure_token_get(
	struct azure_token *tokens, const char *tenant, struct token *token, struct error *error);
/* "Bearer ..., Bearer ...": those of the tenants, which end with NULL. ERROR_INVALID beyond
 * AZURE_TOKEN_AUXILIARY. Its `expires` is 0. */
bool azure_token_auxiliary(struct azure_token *tokens, const char *const *tenants,
	struct token *header, struct error *error);

/* The Resource Manager refused this token (401) before its time: the next call fetches a new one.
 */
void azure_token_refuse(struct azure_token *tokens, const char *tenant, const char *text);
