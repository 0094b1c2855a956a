/* How the two sides are reached, and what a refusal means. */
#include "cloud/aws_access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY = 1 << 16 };

static const struct aws_access roles = {NULL, "Peering", "quite-secret", "arn:aws:iam::1:role/Own"};
static const struct aws_access own = {NULL, "", "", ""};

static int
set_up(void **state)
{
	*state = arena_new(MEMORY);
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static struct aws_place
place_of(void **state, const char *region)
{
	const struct remote remote = {PROVIDER_AWS, "222222222222", region, "vpc-2", NULL};

	return aws_access_remote(*state, &roles, &remote);
}

static struct cloud_fault
fault_of(void **state, const char *code, int status, const char *message)
{
	const struct aws_place place = place_of(state, "eu-west-1");
	const struct aws_error error = {
		.status = status,
		.code = code,
		.message = message,
		.failure = status ? aws_error_class(code, status) : CLOUD_WAIT_FOR_USER,
		.throttled = aws_error_is_throttle(code, status),
	};

	return aws_access_fault(*state, &place, "ec2:CreateRoute", &error);
}

static void
a_remote_role_is_of_the_regions_partition(void **state)
{
	static const char *const table[][2] = {
		{"eu-west-1", "arn:aws:iam::222222222222:role/Peering"},
		{"cn-north-1", "arn:aws-cn:iam::222222222222:role/Peering"},
		{"us-gov-west-1", "arn:aws-us-gov:iam::222222222222:role/Peering"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct aws_place place = place_of(state, table[i][0]);

		assert_string_equal(place.region, table[i][0]);
		assert_string_equal(place.role->arn, table[i][1]);
		assert_string_equal(place.role->region, table[i][0]);
		assert_string_equal(place.role->external_id, "quite-secret");
	}
}

static void
without_a_role_the_own_keys_are_used(void **state)
{
	const struct remote remote = {PROVIDER_AWS, "222222222222", "eu-west-1", "vpc-2", NULL};

	assert_null(aws_access_remote(*state, &own, &remote).role);
	assert_null(aws_access_local(*state, &own, "eu-west-1").role);
	assert_string_equal(
		aws_access_local(*state, &roles, "eu-west-1").role->arn, "arn:aws:iam::1:role/Own");
	assert_null(aws_access_local(*state, &roles, "eu-west-1").role->external_id);
}

static void
each_refusal_has_its_way_out(void **state)
{
	static const struct {
		const char *code;
		int status;
		const char *hint;
	} table[] = {
		{"UnauthorizedOperation", 403,
			"allow ec2:CreateRoute to arn:aws:iam::222222222222:role/Peering, in the "
			"policies of that account"},
		{"", 0, "sts:ExternalId"},
		{"InvalidClientTokenId", 403, "trust policy"},
		{"OptInRequired", 403, "may use EC2 in eu-west-1"},
		{"RouteLimitExceeded", 400, "quota raised in eu-west-1"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct cloud_fault fault = fault_of(state, table[i].code, table[i].status, "no");

		assert_non_null(strstr(fault.hint, table[i].hint));
		assert_null(strstr(fault.hint, "quite-secret"));
		assert_string_equal(fault.code, table[i].code);
		assert_string_equal(fault.action, "ec2:CreateRoute");
		assert_string_equal(fault.message, "in eu-west-1: no");
	}
	assert_string_equal(fault_of(state, "RequestLimitExceeded", 503, "no").hint, "");
	assert_string_equal(fault_of(state, "InternalError", 500, "no").hint, "");
}

static void
what_is_for_aws_alone_or_too_long_is_cut(void **state)
{
	char text[1000];

	assert_string_equal(fault_of(state, "UnauthorizedOperation", 403,
				    "You may not. Encoded authorization failure message: Zm9v")
				    .message,
		"in eu-west-1: You may not.");
	assert_string_equal(fault_of(state, "UnauthorizedOperation", 403,
				    "You may not.\nEncoded authorization failure message: Zm9v")
				    .message,
		"in eu-west-1: You may not.");
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	memcpy(text + 299, "\xc3\xa4", 2);
	assert_int_equal(strlen(fault_of(state, "InternalError", 500, text).message),
		strlen("in eu-west-1: ") + 299);
}

static void
denials_and_missing_networks_are_known_by_their_codes(void **state)
{
	(void)state;
	assert_true(aws_access_is_denied(&(struct aws_error){.code = "UnauthorizedOperation"}));
	assert_true(aws_access_is_denied(&(struct aws_error){.code = "AccessDenied"}));
	assert_false(aws_access_is_denied(&(struct aws_error){.code = "AuthFailure"}));
	assert_true(aws_access_is_no_vpc(&(struct aws_error){.code = "InvalidVpcID.NotFound"}));
	assert_true(aws_access_is_no_vpc(&(struct aws_error){.code = "InvalidVpcId.Malformed"}));
	assert_false(aws_access_is_no_vpc(&(struct aws_error){.code = "InvalidParameterValue"}));
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_remote_role_is_of_the_regions_partition),
		test(without_a_role_the_own_keys_are_used),
		test(each_refusal_has_its_way_out),
		test(what_is_for_aws_alone_or_too_long_is_cut),
		test(denials_and_missing_networks_are_known_by_their_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
