#include "http/plain_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
metadata_services_are_plain_only_when_that_is_said(void **state)
{
	static const struct {
		const char *host;
		bool always;
		bool metadata;
	} rows[] = {
		{"localhost", true, true},
		{"127.0.0.1", true, true},
		{"[::1]", true, true},
		{"169.254.169.254", false, true},
		{"169.254.170.2", false, true},
		{"169.254.170.23", false, true},
		{"[fd00:ec2::23]", false, true},
		{"metadata.google.internal", false, true},
		{"169.254.170.3", false, false},
		{"[fd00:ec2::24]", false, false},
		{"localhost.example.com", false, false},
		{"", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (plain_host_is_allowed(rows[i].host, false) != rows[i].always ||
			plain_host_is_allowed(rows[i].host, true) != rows[i].metadata)
			fail_msg("%s", rows[i].host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_services_are_plain_only_when_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
