#include "cloud/azure_sovereign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
each_cloud_has_its_places(void **state)
{
	static const struct {
		const char *name, *authority, *manager;
	} rows[] = {
		{NULL, "https://login.microsoftonline.com", "https://management.azure.com"},
		{"", "https://login.microsoftonline.com", "https://management.azure.com"},
		{"AzureCloud", "https://login.microsoftonline.com", "https://management.azure.com"},
		{"azurechinacloud", "https://login.chinacloudapi.cn",
			"https://management.chinacloudapi.cn"},
		{"AzureUSGovernment", "https://login.microsoftonline.us",
			"https://management.usgovcloudapi.net"},
		{"AzureUSGovernmentCloud", "https://login.microsoftonline.us",
			"https://management.usgovcloudapi.net"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct azure_sovereign *found = azure_sovereign_find(rows[i].name);

		assert_non_null(found);
		assert_string_equal(found->authority, rows[i].authority);
		assert_string_equal(found->manager, rows[i].manager);
	}
}

static void
a_cloud_of_another_name_is_unknown(void **state)
{
	(void)state;
	assert_null(azure_sovereign_find("AzureMoonCloud"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cloud_has_its_places),
		cmocka_unit_test(a_cloud_of_another_name_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
