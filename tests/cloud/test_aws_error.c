#include "cloud/aws_error.h"

#include <string.h>

#include "base/cleanup.h"
#include "tests/support/cloud_examples.h"

#define EC2(code, message)                                                                         \
	"<Response><Errors><Error><Code>" code "</Code><Message>" message                          \
	"</Message></Error></Errors><RequestID>r-1</RequestID></Response>"

enum { MEMORY = 1 << 16 };

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

static struct aws_error
read_body(void **state, int status, const char *body)
{
	return aws_error_read(*state, status, body, strlen(body));
}

static void
an_error_of_ec2_is_read(void **state)
{
	struct aws_error made =
		read_body(state, 400, EC2("RouteAlreadyExists", "it &lt;is&gt; there"));

	assert_int_equal(made.status, 400);
	assert_string_equal(made.code, "RouteAlreadyExists");
	assert_string_equal(made.message, "it <is> there");
	assert_string_equal(made.request_id, "r-1");
	assert_int_equal(made.failure, CLOUD_CONFLICT);
	assert_false(made.throttled);
}

static void
an_error_of_sts_is_read(void **state)
{
	struct aws_error made = read_body(state, 403,
		"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
		"<Type>Sender</Type><Code>ExpiredToken</Code><Message>old</Message></Error>"
		"<RequestId>r-2</RequestId></ErrorResponse>");

	assert_string_equal(made.code, "ExpiredToken");
	assert_string_equal(made.message, "old");
	assert_string_equal(made.request_id, "r-2");
	assert_int_equal(made.failure, CLOUD_CREDENTIALS);
}

static void
what_is_no_error_of_aws_is_judged_by_its_status(void **state)
{
	static const char *const bodies[] = {"", "upstream connect error", "<!doctype html><html>",
		"<Response/>", "<Response><Errors/></Response>", "{\"message\":\"no\"}"};

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct aws_error made = read_body(state, 502, bodies[i]);

		assert_string_equal(made.code, "");
		assert_string_equal(made.message, "");
		assert_string_equal(made.request_id, "");
		assert_int_equal(made.failure, CLOUD_BACK_OFF);
		assert_int_equal(read_body(state, 400, bodies[i]).failure, CLOUD_PERMANENT);
	}
}

static void
every_code_has_its_class(void **state)
{
	static const struct {
		const char *code;
		int status;
		enum cloud_failure failure;
	} table[] = {
		{"InvalidVpcPeeringConnectionID.NotFound", 400, CLOUD_GONE},
		{"invalidvpcpeeringconnectionid.notfound", 400, CLOUD_GONE},
		{"InvalidVpcPeeringConnectionId.Malformed", 400, CLOUD_PERMANENT},
		{"InvalidVpcID.NotFound", 400, CLOUD_WAIT_FOR_USER},
		{"VpcPeeringConnectionAlreadyExists", 400, CLOUD_CONFLICT},
		{"InvalidStateTransition", 400, CLOUD_CONFLICT},
		{"InvalidVpcPeeringConnectionState.Bad", 400, CLOUD_CONFLICT},
		{"OperationNotPermitted", 400, CLOUD_PERMANENT},
		{"OutstandingVpcPeeringConnectionLimitExceeded", 400, CLOUD_WAIT_FOR_USER},
		{"SomeNewLimitExceeded", 400, CLOUD_WAIT_FOR_USER},
		{"InvalidNewThing.NotFound", 400, CLOUD_WAIT_FOR_USER},
		{"RouteLimitExceeded", 400, CLOUD_WAIT_FOR_USER},
		{"InvalidRoute.NotFound", 400, CLOUD_GONE},
		{"InvalidRouteTableID.NotFound", 400, CLOUD_CONFLICT},
		{"InvalidParameterCombination", 400, CLOUD_PERMANENT},
		{"UnauthorizedOperation", 403, CLOUD_WAIT_FOR_USER},
		{"AuthFailure", 401, CLOUD_WAIT_FOR_USER},
		{"DryRunOperation", 412, CLOUD_WOULD_WORK},
		{"RequestLimitExceeded", 503, CLOUD_BACK_OFF},
		{"Throttling", 400, CLOUD_BACK_OFF},
		{"InternalError", 500, CLOUD_BACK_OFF},
		{"RequestTimeout", 400, CLOUD_RETRY_NOW},
		{"ConcurrentTagAccess", 400, CLOUD_RETRY_NOW},
		{"InvalidClientTokenId", 403, CLOUD_CREDENTIALS},
		{"SignatureDoesNotMatch", 403, CLOUD_CREDENTIALS},
		{"Unheard", 400, CLOUD_PERMANENT},
		{"Unheard", 403, CLOUD_WAIT_FOR_USER},
		{"Unheard", 500, CLOUD_BACK_OFF},
		{"", 401, CLOUD_WAIT_FOR_USER},
		{"", 408, CLOUD_RETRY_NOW},
		{"", 429, CLOUD_BACK_OFF},
		{"", 599, CLOUD_BACK_OFF},
		{"", 0, CLOUD_BACK_OFF},
		{"", 301, CLOUD_PERMANENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		enum cloud_failure failure = aws_error_class(table[i].code, table[i].status);

		if (failure != table[i].failure)
			fail_msg(
				"%s %d: %s", table[i].code, table[i].status, failure_name(failure));
	}
}

static void
throttling_is_told_from_other_faults(void **state)
{
	(void)state;
	assert_true(aws_error_is_throttle("RequestLimitExceeded", 503));
	assert_true(aws_error_is_throttle("throttling", 400));
	assert_true(aws_error_is_throttle("", 429));
	assert_false(aws_error_is_throttle("InternalError", 500));
	assert_false(aws_error_is_throttle("Unheard", 503));
	assert_true(read_body(state, 503, EC2("SlowDown", "")).throttled);
}

static void
a_replace_without_a_route_asks_to_read_again(void **state)
{
	assert_int_equal(read_body(state, 400,
				 EC2("InvalidParameterValue",
					 "There is no route defined for '10.0.0.0/8' in the "
					 "route table. Use CreateRoute instead."))
				 .failure,
		CLOUD_CONFLICT);
	assert_int_equal(
		read_body(state, 400, EC2("InvalidParameterValue", "Value (x) is wrong")).failure,
		CLOUD_PERMANENT);
}

static void
an_error_is_put_into_words(void **state)
{
	struct aws_error made = read_body(state, 403, EC2("UnauthorizedOperation", "no"));
	struct error error = {0};

	assert_false(aws_error_set(&error, &made, "DescribeVpcs"));
	assert_string_equal(error.message, "DescribeVpcs: UnauthorizedOperation: no");
	assert_int_equal(error.kind, ERROR_DENIED);
	made = read_body(state, 502, "");
	assert_false(aws_error_set(&error, &made, "DescribeVpcs"));
	assert_string_equal(error.message, "DescribeVpcs: HTTP 502");
	assert_int_equal(error.kind, ERROR_TRANSIENT);
}

static void
every_class_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < CLOUD_FAILURES; i++)
		assert_non_null(failure_name((enum cloud_failure)i));
	assert_string_equal(failure_name(CLOUD_WAIT_FOR_USER), "wait for the user");
}

static void
recorded_errors_are_read(void **state)
{
	static const struct {
		const char *name;
		const char *code;
		enum cloud_failure failure;
	} table[] = {
		{"constructed/Error", "InvalidVpcPeeringConnectionID.NotFound", CLOUD_GONE},
		{"constructed/StsError", "AccessDenied", CLOUD_WAIT_FOR_USER},
		{"moto/AcceptVpcPeeringConnection_again", "InvalidStateTransition", CLOUD_CONFLICT},
		{"moto/AcceptVpcPeeringConnection_by_requester", "OperationNotPermitted",
			CLOUD_PERMANENT},
		{"moto/CreateRoute_again", "RouteAlreadyExists", CLOUD_CONFLICT},
		{"moto/DeleteRoute_again", "InvalidRoute.NotFound", CLOUD_GONE},
		{"moto/DeleteVpcPeeringConnection_unknown",
			"InvalidVpcPeeringConnectionId.NotFound", CLOUD_GONE},
		{"moto/DescribeVpcs_notfound", "InvalidVpcID.NotFound", CLOUD_WAIT_FOR_USER},
		{"moto/ReplaceRoute_missing", "InvalidParameterValue", CLOUD_CONFLICT},
		{"moto/Unknown_action", "", CLOUD_PERMANENT},
	};
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, MEMORY);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct aws_error made;
		char name[128];

		snprintf(name, sizeof name, "aws/%s.xml", table[i].name);
		cloud_examples_read(name, &text);
		made = aws_error_read(*state, 400, buffer_text(&text), text.length);
		assert_string_equal(made.code, table[i].code);
		assert_int_equal(made.failure, table[i].failure);
		assert_true(!*made.code || (*made.message && *made.request_id));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_error_of_ec2_is_read),
		TEST(an_error_of_sts_is_read),
		TEST(what_is_no_error_of_aws_is_judged_by_its_status),
		TEST(every_code_has_its_class),
		TEST(throttling_is_told_from_other_faults),
		TEST(a_replace_without_a_route_asks_to_read_again),
		TEST(an_error_is_put_into_words),
		TEST(every_class_has_a_name),
		TEST(recorded_errors_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
