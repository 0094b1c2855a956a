#include "cloud/channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
authorities_that_cannot_be_read_are_told(void **state)
{
	static const char *const environment[] = {"SOME_CERTS=/nowhere/ca.pem", NULL};
	struct error error = {0};

	(void)state;
	assert_null(channel_open((struct channel_trust){environment, "SOME_CERTS"},
		"https://localhost", false, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(error.message, "SOME_CERTS"));
}

static void
without_any_named_the_authorities_of_the_system_do(void **state)
{
	static const char *const environment[] = {"SOME_CERTS=", NULL};
	static const struct channel_trust rows[] = {{0}, {environment, "SOME_CERTS"},
		{environment, "OTHER_CERTS"}, {NULL, "SOME_CERTS"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_client *client =
			channel_open(rows[i], "https://localhost", false, NULL);

		assert_non_null(client);
		http_client_free(client);
	}
}

static void
plain_http_to_the_metadata_services_is_for_those_who_ask_for_it(void **state)
{
	struct http_client *client =
		channel_open((struct channel_trust){0}, "http://169.254.169.254", true, NULL);

	(void)state;
	assert_non_null(client);
	http_client_free(client);
	assert_null(channel_open((struct channel_trust){0}, "http://169.254.169.254", false, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authorities_that_cannot_be_read_are_told),
		cmocka_unit_test(without_any_named_the_authorities_of_the_system_do),
		cmocka_unit_test(plain_http_to_the_metadata_services_is_for_those_who_ask_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
