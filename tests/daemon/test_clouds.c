#include "daemon/clouds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static bool
never(void *context)
{
	(void)context;
	return false;
}

static struct clouds *
open_clouds(const char *names, struct error *error)
{
	struct settings settings = {.clouds = names,
		.aws_remote_role = "",
		.aws_external_id = "",
		.aws_local_role = "",
		.aws_local_region = "",
		.aws_local_vpc = ""};
	struct clouds_settings wanted = {.settings = &settings, .longest = 1, .may_call = never};

	return clouds_open(&wanted, error);
}

static void
only_what_is_named_has_a_row(void **state)
{
	struct clouds *none = open_clouds("", NULL), *aws = open_clouds("aws", NULL);

	(void)state;
	assert_null(clouds_rows(none)->name);
	assert_false(clouds_have(none, KIND_AWS_VPC_PEERING));
	assert_string_equal(clouds_rows(aws)[0].name, "aws");
	assert_null(clouds_rows(aws)[1].name);
	assert_true(clouds_have(aws, KIND_AWS_VPC_PEERING));
	assert_false(clouds_have(aws, KIND_GCP_VPC_PEERING));
	clouds_abort(none);
	clouds_abort(aws);
	clouds_abort(NULL);
	clouds_close(none);
	clouds_close(aws);
	clouds_close(NULL);
}

static void
an_environment_that_cannot_be_used_is_refused(void **state)
{
	struct error error = {0};

	(void)state;
	setenv("AWS_ENDPOINT_URL_EC2", "ftp://127.0.0.1", 1);
	assert_null(open_clouds("aws", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	unsetenv("AWS_ENDPOINT_URL_EC2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_named_has_a_row),
		cmocka_unit_test(an_environment_that_cannot_be_used_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
