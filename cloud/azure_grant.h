/* Fetches one access token for the Azure Resource Manager. The first of these that the environment
 * tells of decides:
 *
 *   1. a client secret: AZURE_CLIENT_SECRET, with AZURE_TENANT_ID and AZURE_CLIENT_ID
 *   2. workload identity: AZURE_FEDERATED_TOKEN_FILE, with the same two; the file is read each time
 *   3. the managed identity of the node (IMDS): AZURE_CLIENT_ID, or the system's own
 *
 * Follows "OAuth 2.0 client credentials flow on the Microsoft identity platform" (RFC 6749, RFC
 * 7523) and "How to use managed identities for Azure resources on an Azure VM".
 * AZURE_AUTHORITY_HOST and AZURE_POD_IDENTITY_AUTHORITY_HOST are taken as the Azure SDKs take them;
 * SSL_CERT_FILE names the CAs to trust, instead of the system's. A secret counts as not set when it
 * is empty.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cloud/azure_sovereign.h"
#include "cloud/grant.h"
#include "cloud/stop.h"

struct azure_grant_source {
	const char *const *environment; /* "NAME=value" texts ended by NULL, as `environ`; lent */
	const struct azure_sovereign *sovereign;
	struct stop *stop; /* may end the call: ERROR_TRANSIENT; or NULL */
};

/* For a tenant, or the program's own when it is "". Takes up to 10 seconds. ERROR_TRANSIENT: later
 * again; ERROR_DENIED: refused, with the way out; ERROR_NOT_FOUND: no file of the federated token,
 * no identity of the node; ERROR_INVALID for a wrong setting, and for another tenant's token from a
 * managed identity, which has none. No error holds a secret. */
bool azure_grant_fetch(const struct azure_grant_source *source, const char *tenant,
	struct grant *grant, struct error *error);
