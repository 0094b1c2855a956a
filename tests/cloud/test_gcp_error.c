#include "cloud/gcp_error.h"

#include <string.h>

#include "base/cleanup.h"
#include "tests/support/cloud_examples.h"

enum { MEMORY = 1 << 20 };

#define ANSWER(reason, message)                                                                    \
	"{\"error\":{\"code\":1,\"message\":\"" message "\",\"errors\":[{\"message\":\"" message   \
	"\",\"domain\":\"global\",\"reason\":\"" reason "\"}]}}"
#define INFO(status, reason)                                                                       \
	"{\"error\":{\"code\":1,\"message\":\"m\",\"status\":\"" status "\",\"details\":[{"        \
	"\"@type\":\"type.googleapis.com/google.rpc.Help\"},{"                                     \
	"\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason "\","        \
	"\"domain\":\"googleapis.com\",\"metadata\":{\"service\":\"cloudresourcemanager."          \
	"googleapis.com\",\"consumer\":\"projects/4711\"}}]}}"

static struct gcp_error
read_answer(struct arena *arena, int status, const char *body)
{
	struct gcp_error read = gcp_error_read(arena, status, body, strlen(body));

	assert_int_equal(read.status, status);
	return read;
}

static void
each_answer_has_its_class(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum cloud_failure failure;
		const char *code;
	} rows[] = {
		{400,
			ANSWER("badRequest", "There is a route operation in progress on the local "
					     "or peer network. Try again later."),
			CLOUD_RETRY_NOW, "badRequest"},
		{400,
			ANSWER("invalid", "An IP range in the peer network (10.0.0.0/20) overlaps "
					  "with an IP range in the local network (10.0.0.0/16)"),
			CLOUD_WAIT_FOR_USER, "invalid"},
		{400, ANSWER("invalid", "There is already a peering between them"), CLOUD_CONFLICT,
			"invalid"},
		{400, ANSWER("invalid", "There is no peering named a"), CLOUD_CONFLICT, "invalid"},
		{400, ANSWER("invalid", "The network is already being used by x"),
			CLOUD_WAIT_FOR_USER, "invalid"},
		{401, ANSWER("authError", "Invalid Credentials"), CLOUD_CREDENTIALS, "authError"},
		{401, INFO("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"), CLOUD_CREDENTIALS,
			"ACCESS_TOKEN_EXPIRED"},
		{403, ANSWER("forbidden", "Required 'a.b' permission for 'projects/p'"),
			CLOUD_WAIT_FOR_USER, "forbidden"},
		{403, ANSWER("accessNotConfigured", "no"), CLOUD_WAIT_FOR_USER,
			"accessNotConfigured"},
		{403, ANSWER("quotaExceeded", "no"), CLOUD_WAIT_FOR_USER, "quotaExceeded"},
		{403, ANSWER("somethingNew", "no"), CLOUD_WAIT_FOR_USER, "somethingNew"},
		{403, INFO("PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED"), CLOUD_BACK_OFF,
			"RATE_LIMIT_EXCEEDED"},
		{404, ANSWER("notFound", "no"), CLOUD_GONE, "notFound"},
		{409, ANSWER("alreadyExists", "no"), CLOUD_CONFLICT, "alreadyExists"},
		{412, ANSWER("conditionNotMet", "no"), CLOUD_CONFLICT, "conditionNotMet"},
		{429, INFO("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), CLOUD_BACK_OFF,
			"RATE_LIMIT_EXCEEDED"},
		{429, ANSWER("quotaExceeded", "no"), CLOUD_BACK_OFF, "quotaExceeded"},
		{500, ANSWER("internalError", "no"), CLOUD_BACK_OFF, "internalError"},
		{503, "<html>", CLOUD_BACK_OFF, ""},
		{404, "", CLOUD_GONE, ""},
		{400, "{\"error\":\"invalid_grant\"}", CLOUD_WAIT_FOR_USER, ""},
		{408, "", CLOUD_RETRY_NOW, ""},
		{409, "", CLOUD_CONFLICT, ""},
		{412, "", CLOUD_CONFLICT, ""},
		{429, "", CLOUD_BACK_OFF, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		struct gcp_error read = read_answer(arena, rows[i].status, rows[i].body);

		if (read.failure != rows[i].failure || strcmp(read.code, rows[i].code) != 0)
			fail_msg("row %zu: %s, %s", i, failure_name(read.failure), read.code);
		assert_int_equal(read.busy, read.failure == CLOUD_RETRY_NOW && read.status == 400);
		assert_int_equal(read.throttled,
			read.status == 429 || strcmp(read.code, "RATE_LIMIT_EXCEEDED") == 0);
	}
}

static void
the_way_out_names_what_is_missing(void **state)
{
	static const struct {
		int status;
		const char *body;
		const char *says;
	} rows[] = {
		{403,
			ANSWER("forbidden", "Required 'compute.networks.addPeering' permission for "
					    "'projects/far/global/networks/n'"),
			"compute.networks.addPeering on projects/far/global/networks/n"},
		{403, ANSWER("forbidden", "Required '$(x)' permission for '`y`'"),
			"what the message names on the project"},
		{403, INFO("PERMISSION_DENIED", "SERVICE_DISABLED"),
			"gcloud services enable cloudresourcemanager.googleapis.com "
			"--project=4711"},
		{403, ANSWER("accessNotConfigured", "no"),
			"gcloud services enable compute.googleapis.com"},
		{403, ANSWER("quotaExceeded", "no"), "quota"},
		{400, ANSWER("invalid", "An IP range overlaps with another"), "subnets list"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		struct gcp_error read = read_answer(arena, rows[i].status, rows[i].body);

		if (!strstr(read.hint, rows[i].says))
			fail_msg("row %zu: %s", i, read.hint);
	}
}

static void
a_message_is_one_line_and_bounded(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	char body[4096];
	struct gcp_error read = read_answer(arena, 400, ANSWER("a\\nb", "one\\r\\ntwo"));

	(void)state;
	assert_string_equal(read.code, "a b");
	assert_string_equal(read.message, "one  two");
	snprintf(body, sizeof body, "{\"error\":{\"message\":\"%03000d\"}}", 0);
	assert_int_equal(strlen(read_answer(arena, 400, body).message), 1024);
}

static struct gcp_error
read_operation(struct arena *arena, int status, const char *text)
{
	static const struct json_limits limits = {.bytes = MEMORY, .depth = 20, .values = 1000};

	return gcp_error_read_operation(
		arena, status, json_parse(arena, text, strlen(text), &limits, NULL));
}

static void
the_error_of_an_operation_has_its_class(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum cloud_failure failure;
	} rows[] = {
		{403, "QUOTA_EXCEEDED", CLOUD_WAIT_FOR_USER},
		{404, "RESOURCE_NOT_FOUND", CLOUD_GONE},
		{400, "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", CLOUD_WAIT_FOR_USER},
		{500, "INTERNAL_ERROR", CLOUD_BACK_OFF},
		{403, "RESOURCE_OPERATION_RATE_EXCEEDED", CLOUD_BACK_OFF},
		{0, "SOMETHING_NEW", CLOUD_BACK_OFF},
		{409, "SOMETHING_NEW", CLOUD_CONFLICT},
		{409, "RESOURCE_ALREADY_EXISTS", CLOUD_CONFLICT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		char text[512];
		struct gcp_error read;

		snprintf(text, sizeof text, "{\"errors\":[{\"code\":\"%s\",\"message\":\"m\"}]}",
			rows[i].code);
		read = read_operation(arena, rows[i].status, text);
		assert_string_equal(read.code, rows[i].code);
		if (read.failure != rows[i].failure)
			fail_msg("row %zu: %s", i, failure_name(read.failure));
	}
}

static void
an_operation_that_met_another_one_is_busy(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_error read = read_operation(arena, 400,
		"{\"errors\":[{\"code\":\"X\",\"message\":\"a peering Operation in Progress\"}]}");

	(void)state;
	assert_true(read.busy);
	assert_int_equal(read.failure, CLOUD_RETRY_NOW);
}

static void
an_error_goes_on_as_one_of_ours(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_error read = read_answer(arena, 404, ANSWER("notFound", "it is not there"));
	struct error error = {0};

	(void)state;
	assert_false(gcp_error_set(&error, &read, "networks.get"));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_string_equal(error.message, "networks.get: notFound: it is not there");
	read = read_answer(arena, 502, "");
	gcp_error_set(&error, &read, "networks.get");
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_string_equal(error.message, "networks.get: HTTP 502, no code");
}

static struct gcp_error
read_example(struct arena *arena, const char *name, int status)
{
	CLEANUP(buffer_dispose) struct buffer text;

	buffer_init(&text, MEMORY);
	cloud_examples_read(name, &text);
	return gcp_error_read(arena, status, buffer_text(&text), text.length);
}

static void
the_examples_have_their_class(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_error read =
		read_example(arena, "gcp/constructed/error_400_peering_in_progress.json", 400);

	(void)state;
	assert_true(read.busy);
	read = read_example(arena, "gcp/constructed/error_403_rate.json", 403);
	assert_true(read.throttled);
	assert_int_equal(read.failure, CLOUD_BACK_OFF);
}

static void
a_recorded_answer_for_a_network_that_is_not_there_is_gone(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	CLEANUP(buffer_dispose) struct buffer text;
	const char *body, *end;
	struct gcp_error read;

	(void)state;
	buffer_init(&text, MEMORY);
	cloud_examples_read("gcp/real/kcc_network_404_insert_get_delete.http", &text);
	body = strchr(strstr(buffer_text(&text), "404 Not Found"), '{');
	end = strstr(body, "\n---");
	read = read_answer(arena, 404, arena_text_part(arena, body, (size_t)(end - body)));
	assert_int_equal(read.failure, CLOUD_GONE);
	assert_string_equal(read.code, "notFound");
	assert_non_null(strstr(read.message, "was not found"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_class),
		cmocka_unit_test(the_way_out_names_what_is_missing),
		cmocka_unit_test(a_message_is_one_line_and_bounded),
		cmocka_unit_test(the_error_of_an_operation_has_its_class),
		cmocka_unit_test(an_operation_that_met_another_one_is_busy),
		cmocka_unit_test(an_error_goes_on_as_one_of_ours),
		cmocka_unit_test(the_examples_have_their_class),
		cmocka_unit_test(a_recorded_answer_for_a_network_that_is_not_there_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
