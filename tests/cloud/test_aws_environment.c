#include "cloud/aws_environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void
an_empty_variable_is_not_set(void **state)
{
	static const char *const environment[] = {
		"AWS_REGIONS=no", "AWS_REGION=", "AWS_DEFAULT_REGION=eu-west-1", NULL};

	(void)state;
	assert_string_equal(aws_environment_region(environment), "eu-west-1");
	assert_null(aws_environment_region(NULL));
}

static void
each_region_has_its_partition_and_endpoint(void **state)
{
	static const struct {
		const char *region;
		const char *partition;
		const char *url;
	} rows[] = {
		{"eu-central-1", "aws", "https://sts.eu-central-1.amazonaws.com"},
		{"cn-north-1", "aws-cn", "https://sts.cn-north-1.amazonaws.com.cn"},
		{"us-gov-west-1", "aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com"},
		{"us-iso-east-1", "aws-iso", "https://sts.us-iso-east-1.c2s.ic.gov"},
		{"us-isob-east-1", "aws-iso-b", "https://sts.us-isob-east-1.sc2s.sgov.gov"},
		{"us-east-1", "aws", "https://sts.us-east-1.amazonaws.com"},
	};
	struct arena *arena = arena_new(100000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *url =
			aws_environment_endpoint(arena, NULL, "sts", rows[i].region, NULL);

		assert_string_equal(url, rows[i].url);
		assert_string_equal(aws_environment_partition(rows[i].region), rows[i].partition);
		assert_string_equal(
			aws_environment_partition(aws_environment_main_region(rows[i].partition)),
			rows[i].partition);
	}
	assert_string_equal(aws_environment_main_region("aws"), "us-east-1");
	arena_free(arena);
}

static void
what_is_no_region_leads_nowhere(void **state)
{
	static const char *const rows[] = {"", "example.com/", "eu-west-1.example.com", "EU", "a@b",
		"eu-west-1\r\n", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"};
	struct arena *arena = arena_new(100000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error error = {0};

		if (aws_environment_endpoint(arena, NULL, "ec2", rows[i], &error))
			fail_msg("%s", rows[i]);
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	arena_free(arena);
}

static void
an_override_of_the_service_wins_and_has_no_path(void **state)
{
	static const char *const environment[] = {"AWS_ENDPOINT_URL=https://all.example.com",
		"AWS_ENDPOINT_URL_STS=http://127.0.0.1:5000/", "AWS_ENDPOINT_URL_EC2=https://a/b",
		NULL};
	struct arena *arena = arena_new(100000);
	struct error error = {0};

	(void)state;
	assert_string_equal(aws_environment_endpoint(arena, environment, "sts", "eu-west-1", NULL),
		"http://127.0.0.1:5000");
	assert_string_equal(aws_environment_endpoint(arena, environment, "s3", "eu-west-1", NULL),
		"https://all.example.com");
	assert_null(aws_environment_endpoint(arena, environment, "ec2", "eu-west-1", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	arena_free(arena);
}

static void
the_host_header_has_a_port_only_where_it_is_unusual(void **state)
{
	static const char *const rows[][2] = {
		{"https://a.example.com", "a.example.com"},
		{"https://a.example.com:443", "a.example.com"},
		{"https://a.example.com:8443", "a.example.com:8443"},
		{"http://127.0.0.1:5000", "127.0.0.1:5000"},
		{"http://127.0.0.1:80/", "127.0.0.1"},
		{"http://127.0.0.1:443", "127.0.0.1:443"},
	};
	struct arena *arena = arena_new(100000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(aws_environment_host(arena, rows[i][0]), rows[i][1]);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_variable_is_not_set),
		cmocka_unit_test(each_region_has_its_partition_and_endpoint),
		cmocka_unit_test(what_is_no_region_leads_nowhere),
		cmocka_unit_test(an_override_of_the_service_wins_and_has_no_path),
		cmocka_unit_test(the_host_header_has_a_port_only_where_it_is_unusual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
