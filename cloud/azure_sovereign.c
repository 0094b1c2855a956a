#include "cloud/azure_sovereign.h"

#include <stddef.h>

#include "base/text.h"

static const struct azure_sovereign rows[] = {
	{"AzurePublicCloud", "AzureCloud", "https://login.microsoftonline.com",
		"https://management.azure.com"},
	{"AzureChinaCloud", "AzureChinaCloud", "https://login.chinacloudapi.cn",
		"https://management.chinacloudapi.cn"},
	{"AzureUSGovernmentCloud", "AzureUSGovernment", "https://login.microsoftonline.us",
		"https://management.usgovcloudapi.net"},
};

const struct azure_sovereign *
azure_sovereign_find(const char *name)
{
	if (!name || !*name)
		return &rows[0];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_equal_ignoring_case(rows[i].name, name) ||
			text_equal_ignoring_case(rows[i].short_name, name))
			return &rows[i];
	return NULL;
}
