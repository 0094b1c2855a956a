#include "cloud/azure_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "format/json_write.h"
#include "tests/support/cloud_examples.h"

enum { MEMORY = 1 << 20 };

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

static struct azure_error
read_body(void **state, int status, const char *body)
{
	return azure_error_read(*state, status, body, strlen(body));
}

static void
an_error_with_its_details_is_read(void **state)
{
	struct azure_error made = read_body(state, 400,
		"{\"error\":{\"code\":\"VnetAddressSpacesOverlap\",\"message\":"
		"\"They\\r\\noverlap\","
		"\"target\":\"p1\",\"details\":[{\"code\":\"X\",\"message\":\"more\"},"
		"{\"code\":\"Y\",\"message\":\"overlap\"}]}}");

	assert_int_equal(made.status, 400);
	assert_string_equal(made.code, "VnetAddressSpacesOverlap");
	assert_string_equal(made.message, "They  overlap; X: more");
	assert_string_equal(made.target, "p1");
	assert_int_equal(made.failure, CLOUD_PERMANENT);
	assert_false(made.throttled);
}

static void
the_older_forms_are_read(void **state)
{
	struct azure_error made =
		read_body(state, 404, "{\"code\":\"NotFound\",\"message\":\"m\"}");

	assert_string_equal(made.code, "NotFound");
	assert_string_equal(made.message, "m");
	made = read_body(state, 500, "{\"Message\":\"An error has occurred.\"}");
	assert_string_equal(made.code, "");
	assert_string_equal(made.message, "An error has occurred.");
	assert_int_equal(made.failure, CLOUD_BACK_OFF);
}

static void
a_failed_operation_that_comes_with_status_200_is_read(void **state)
{
	struct azure_error made = read_body(state, 200,
		"{\"error\":{\"code\":\"PreconditionFailed\",\"message\":\"etag mismatch\"},"
		"\"status\":\"Failed\"}");

	assert_int_equal(made.failure, CLOUD_CONFLICT);
	made = read_body(state, 200, "{\"status\":\"Failed\"}");
	assert_string_equal(made.code, "");
	assert_int_equal(made.failure, CLOUD_WAIT_FOR_USER);
}

static void
a_code_that_says_little_gives_way_to_one_within(void **state)
{
	struct azure_error made = read_body(state, 400,
		"{\"error\":{\"code\":\"BadRequest\",\"message\":\"no\",\"details\":[{\"code\":"
		"\"AnotherOperationInProgress\",\"message\":\"wait\"}]}}");

	assert_string_equal(made.code, "AnotherOperationInProgress");
	assert_int_equal(made.failure, CLOUD_RETRY_NOW);
	made = read_body(state, 400,
		"{\"error\":{\"code\":\"BadRequest\",\"message\":\"no\",\"innererror\":{\"code\":"
		"\"Q\",\"innererror\":{\"code\":\"RetryableError\"}}}}");
	assert_string_equal(made.code, "RetryableError");
}

static void
a_conflict_passes_unless_something_is_taken(void **state)
{
	static const char *const lasting[] = {
		"it can only be linked to 1 Private DNS zone(s) with auto-registration enabled",
		"Virtual network resource identity 'x' already in use",
		"cannot be linked to multiple zones with overlapping namespaces"};
	struct azure_error made =
		read_body(state, 409, "{\"error\":{\"code\":\"Conflict\",\"message\":\"busy\"}}");

	assert_int_equal(made.failure, CLOUD_RETRY_NOW);
	for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
		made = read_body(state, 200,
			arena_printf(*state,
				"{\"error\":{\"code\":\"Conflict\",\"message\":\"%s\"}}",
				lasting[i]));
		assert_int_equal(made.failure, CLOUD_WAIT_FOR_USER);
	}
}

static void
each_code_has_its_class(void **state)
{
	static const struct {
		const char *code;
		int status;
		enum cloud_failure failure;
		bool throttled;
	} rows[] = {
		{"RemotePeeringIsDisconnected", 400, CLOUD_CONFLICT, false},
		{"remotepeeringisdisconnected", 400, CLOUD_CONFLICT, false},
		{"AuthorizationFailed", 403, CLOUD_WAIT_FOR_USER, false},
		{"LinkedAuthorizationFailed", 403, CLOUD_WAIT_FOR_USER, false},
		{"SubscriptionNotFound", 404, CLOUD_WAIT_FOR_USER, false},
		{"ResourceNotFound", 404, CLOUD_GONE, false},
		{"TooManyRequests", 429, CLOUD_BACK_OFF, true},
		{"Whatever", 429, CLOUD_BACK_OFF, true},
		{"OperationTimedOut", 429, CLOUD_BACK_OFF, false},
		{"ExpiredAuthenticationToken", 401, CLOUD_CREDENTIALS, false},
		{"PeeringsLimitReached", 400, CLOUD_WAIT_FOR_USER, false},
		{"InvalidRequestFormat", 400, CLOUD_PERMANENT, false},
		{"", 401, CLOUD_CREDENTIALS, false},
		{"", 403, CLOUD_WAIT_FOR_USER, false},
		{"", 404, CLOUD_GONE, false},
		{"", 408, CLOUD_RETRY_NOW, false},
		{"", 409, CLOUD_CONFLICT, false},
		{"", 412, CLOUD_CONFLICT, false},
		{"", 502, CLOUD_BACK_OFF, false},
		{"", 0, CLOUD_BACK_OFF, false},
		{"", 418, CLOUD_PERMANENT, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(azure_error_class(rows[i].code, rows[i].status), rows[i].failure);
		assert_int_equal(
			azure_error_is_throttle(rows[i].code, rows[i].status), rows[i].throttled);
	}
}

static void
what_is_no_error_of_azure_is_judged_by_its_status(void **state)
{
	static const char *const bodies[] = {"", "<html>Bad Gateway</html>", "null", "[]", "{",
		"{\"error\":\"no\"}", "{\"error\":{\"code\":7}}"};

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct azure_error made = read_body(state, 502, bodies[i]);

		assert_string_equal(made.code, "");
		assert_string_equal(made.message, "");
		assert_int_equal(made.failure, CLOUD_BACK_OFF);
	}
}

static void
the_tenant_that_a_challenge_names_is_found(void **state)
{
	assert_string_equal(
		azure_error_tenant(*state,
			"Bearer authorization_uri=\"https://login.windows.net/72f9-ab\", "
			"error=\"invalid_token\""),
		"72f9-ab");
	assert_string_equal(azure_error_tenant(*state, NULL), "");
	assert_string_equal(azure_error_tenant(*state, "Bearer"), "");
	assert_string_equal(
		azure_error_tenant(*state, "Bearer authorization_uri=\"https://login/a%b\""), "");
}

static void
an_error_is_put_into_words(void **state)
{
	struct error error;
	struct azure_error made = read_body(
		state, 403, "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}");

	assert_false(azure_error_set(&error, &made, "PUT virtualNetworkPeerings"));
	assert_int_equal(error.kind, ERROR_DENIED);
	assert_string_equal(error.message, "PUT virtualNetworkPeerings: AuthorizationFailed: no");
	made = read_body(state, 503, "");
	assert_false(azure_error_set(&error, &made, "GET"));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_string_equal(error.message, "GET: HTTP 503");
}

static void
recorded_errors_are_read(void **state)
{
	static const struct {
		const char *name;
		const char *path; /* of the body in the file */
		int status;
		const char *code, *words;
		enum cloud_failure failure;
	} rows[] = {
		{"constructed/error_429.json", "", 429, "TooManyRequests", "throttled",
			CLOUD_BACK_OFF},
		{"constructed/error_overlap.json", "", 400, "VnetAddressSpacesOverlap",
			"Overlapping address prefixes: 10.0.0.0/16, 10.0.0.0/20", CLOUD_PERMANENT},
		{"constructed/error_linked_authorization.json", "", 403,
			"LinkedAuthorizationFailed", "peer/action", CLOUD_WAIT_FOR_USER},
		{"recorded/privatedns_link_async_failure.json", "poll.body", 200,
			"PreconditionFailed", "exists already", CLOUD_CONFLICT},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(buffer_dispose) struct buffer text, body;
		const struct json *root;
		struct azure_error made;

		buffer_init(&text, MEMORY);
		buffer_init(&body, MEMORY);
		cloud_examples_read(arena_printf(*state, "azure/%s", rows[i].name), &text);
		root = json_parse(*state, buffer_text(&text), text.length, &json_file_limits, NULL);
		assert_non_null(root);
		json_write(*state, *rows[i].path ? json_nearest(root, rows[i].path) : root, &body);
		made = azure_error_read(*state, rows[i].status, buffer_text(&body), body.length);
		assert_string_equal(made.code, rows[i].code);
		assert_non_null(strstr(made.message, rows[i].words));
		assert_int_equal(made.failure, rows[i].failure);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_error_with_its_details_is_read),
		TEST(the_older_forms_are_read),
		TEST(a_failed_operation_that_comes_with_status_200_is_read),
		TEST(a_code_that_says_little_gives_way_to_one_within),
		TEST(a_conflict_passes_unless_something_is_taken),
		TEST(each_code_has_its_class),
		TEST(what_is_no_error_of_azure_is_judged_by_its_status),
		TEST(the_tenant_that_a_challenge_names_is_found),
		TEST(an_error_is_put_into_words),
		TEST(recorded_errors_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
