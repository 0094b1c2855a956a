#include "daemon/clouds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
	struct settings settings = {
		.clouds = names,
		.aws_remote_role = "",
		.aws_external_id = "",
		.aws_local_role = "",
		.aws_local_region = "",
		.aws_local_vpc = "",
		.gcp_local_project = "",
		.gcp_local_network = "",
		.gcp_compute_url = "http://127.0.0.1:1",
		.gcp_tags_url = "http://127.0.0.1:1",
		.azure_local_vnet = "",
		.azure_local_subscription = "",
		.azure_local_tenant = "",
		.azure_cloud = "",
		.azure_manager_url = "",
	};
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
azure_manages_peerings_and_links(void **state)
{
	struct clouds *both = open_clouds("azure,gcp", NULL);

	(void)state;
	assert_true(clouds_have(both, KIND_GCP_VPC_PEERING));
	assert_true(clouds_have(both, KIND_AZURE_VPC_PEERING));
	assert_true(clouds_have(both, KIND_AZURE_VPC_DNS_LINK));
	assert_false(clouds_have(both, KIND_AWS_VPC_PEERING));
	for (const struct cloud *row = clouds_rows(both); row->name; row++)
		assert_int_equal(row->describes, row->manages == KIND_AZURE_VPC_DNS_LINK
							 ? KIND_REMOTE_ZONE
							 : KIND_REMOTE_NETWORK);
	clouds_abort(both);
	clouds_close(both);
}

static void
an_azure_that_nobody_knows_is_refused(void **state)
{
	struct error error = {0};

	(void)state;
	setenv("AZURE_ENVIRONMENT", "AzureMoon", 1);
	assert_null(open_clouds("azure", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_non_null(strstr(error.message, "AzureMoon"));
	unsetenv("AZURE_ENVIRONMENT");
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
		cmocka_unit_test(azure_manages_peerings_and_links),
		cmocka_unit_test(an_azure_that_nobody_knows_is_refused),
		cmocka_unit_test(an_environment_that_cannot_be_used_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
