/* The public cloud of Azure and the sovereign ones: where each logs programs in, and where its
 * Resource Manager is.
 *
 * Follows "Azure Government" and "Azure operated by 21Vianet" of the Azure documentation.
 */
#pragma once

struct azure_sovereign {
	const char *name;       /* as AZURE_ENVIRONMENT has it: "AzureUSGovernmentCloud" */
	const char *short_name; /* as `az cloud list` has it: "AzureUSGovernment" */
	const char *authority;  /* "https://login.microsoftonline.com" */
	const char *manager;    /* "https://management.azure.com"; tokens are for this audience */
};

/* By either name, in any case; NULL and "" are the public cloud. NULL for another name. */
const struct azure_sovereign *azure_sovereign_find(const char *name);
