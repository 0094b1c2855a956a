#include "cloud/azure_operation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MANAGER "https://management.azure.com"

static void
the_state_is_told_by_the_body_or_else_by_the_status(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum azure_operation_state state;
	} rows[] = {
		{200, "{\"status\":\"InProgress\"}", AZURE_OPERATION_RUNNING},
		{202, "{\"status\":\"InProgress\"}", AZURE_OPERATION_RUNNING},
		{200, "{\"status\":\"Whatever\"}", AZURE_OPERATION_RUNNING},
		{200, "{\"status\":\"Succeeded\"}", AZURE_OPERATION_DONE},
		{202, "{\"status\":\"succeeded\"}", AZURE_OPERATION_DONE},
		{200, "{\"status\":\"Failed\",\"error\":{}}", AZURE_OPERATION_FAILED},
		{200, "{\"status\":\"Canceled\"}", AZURE_OPERATION_FAILED},
		{200, "{\"properties\":{\"provisioningState\":\"Updating\"}}",
			AZURE_OPERATION_RUNNING},
		{201, "{\"properties\":{\"provisioningState\":\"Succeeded\"}}",
			AZURE_OPERATION_DONE},
		{200, "{\"properties\":{\"provisioningState\":\"Failed\"}}",
			AZURE_OPERATION_FAILED},
		{200, "{}", AZURE_OPERATION_DONE},
		{204, "", AZURE_OPERATION_DONE},
		{202, "", AZURE_OPERATION_RUNNING},
		{202, "{}", AZURE_OPERATION_RUNNING},
		{202, "<html>", AZURE_OPERATION_RUNNING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			azure_operation_read(rows[i].status, rows[i].body, strlen(rows[i].body)),
			rows[i].state);
}

static void
a_url_is_followed_to_the_same_server_alone(void **state)
{
	static const struct {
		const char *manager, *url, *target;
	} rows[] = {
		{MANAGER, MANAGER "/a/b?c=d%2F", "/a/b?c=d%2F"},
		{MANAGER, MANAGER ":443/a", "/a"},
		{MANAGER ":443", "HTTPS://Management.Azure.Com/a", "/a"},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080/a", "/a"},
		{"http://127.0.0.1", "http://127.0.0.1:80/a", "/a"},
		{MANAGER, "http://management.azure.com/a", NULL},
		{MANAGER, MANAGER ":8443/a", NULL},
		{MANAGER, MANAGER ".evil.example/a", NULL},
		{MANAGER, "https://evil.example/" MANAGER "/a", NULL},
		{MANAGER, MANAGER "@evil.example/a", NULL},
		{MANAGER, MANAGER ":443@evil.example/a", NULL},
		{MANAGER, MANAGER "\\.evil.example/a", NULL},
		{MANAGER, MANAGER "?a", NULL},
		{MANAGER, MANAGER "/a b", NULL},
		{MANAGER, MANAGER, NULL},
		{MANAGER, "/a", NULL},
		{MANAGER, "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *target = azure_operation_target(rows[i].manager, rows[i].url);

		if (!rows[i].target)
			assert_null(target);
		else
			assert_string_equal(target, rows[i].target);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_state_is_told_by_the_body_or_else_by_the_status),
		cmocka_unit_test(a_url_is_followed_to_the_same_server_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
