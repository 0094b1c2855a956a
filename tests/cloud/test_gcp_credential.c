#include "cloud/gcp_credential.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/cloud/gcp_key.h"
#include "tests/support/arena_limit.h"

enum { MEMORY = 1 << 20 };

#define POOL "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
#define FEDERATION(rest)                                                                           \
	"{\"type\":\"external_account\",\"audience\":\"" POOL "\",\"subject_token_type\":"         \
	"\"urn:ietf:params:oauth:token-type:jwt\"" rest "}"
#define FROM_FILE ",\"credential_source\":{\"file\":\"/var/run/token\"}"

static struct gcp_credential
read_good(struct arena *arena, const char *text)
{
	struct gcp_credential credential;
	struct error error = {0};

	if (!gcp_credential_read(arena, text, strlen(text), &credential, &error))
		fail_msg("%s", error.message);
	return credential;
}

static void
a_key_of_a_service_account_is_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_credential credential =
		read_good(arena, GCP_KEY_FILE("https://oauth2.googleapis.com/token"));

	(void)state;
	assert_int_equal(credential.kind, GCP_CREDENTIAL_KEY);
	assert_string_equal(credential.email, GCP_EMAIL);
	assert_string_equal(credential.key_id, "k-1");
	assert_string_equal(credential.private_key, GCP_KEY);
	assert_string_equal(credential.token_url, "https://oauth2.googleapis.com/token");
}

static void
what_a_key_does_not_say_is_googles_own(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_credential credential = read_good(arena,
		"{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key\":\"k\"}");

	(void)state;
	assert_null(credential.key_id);
	assert_string_equal(credential.token_url, "https://oauth2.googleapis.com/token");
}

static void
a_federation_with_a_file_is_read(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_credential credential = read_good(arena, FEDERATION(FROM_FILE));

	(void)state;
	assert_int_equal(credential.kind, GCP_CREDENTIAL_FEDERATION);
	assert_string_equal(credential.audience, POOL);
	assert_string_equal(credential.subject_type, "urn:ietf:params:oauth:token-type:jwt");
	assert_string_equal(credential.subject_path, "/var/run/token");
	assert_null(credential.subject_field);
	assert_null(credential.impersonation_url);
	assert_string_equal(credential.token_url, "https://sts.googleapis.com/v1/token");
	credential = read_good(arena,
		FEDERATION(",\"credential_source\":{\"file\":\"/t\",\"format\":{\"type\":\"json\","
			   "\"subject_token_field_name\":\"id\"}},\"token_url\":\"https://x/y\","
			   "\"service_account_impersonation_url\":\"https://i/g\","
			   "\"service_account_impersonation\":{\"token_lifetime_seconds\":600}"));
	assert_string_equal(credential.subject_field, "id");
	assert_string_equal(credential.token_url, "https://x/y");
	assert_string_equal(credential.impersonation_url, "https://i/g");
	assert_int_equal(credential.lifetime, 600);
}

static void
what_is_wrong_is_named_and_secrets_are_not(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} rows[] = {
		{"", "not a JSON file"},
		{"[]", "(none)"},
		{"{\"type\":\"authorized_user\"}", "authorized_user"},
		{"{\"type\":\"s3cr3t\\n\"}", "(none)"},
		{"{\"type\":\"service_account\",\"private_key\":\"s3cr3t\"}", "client_email"},
		{"{\"type\":\"service_account\",\"client_email\":\"a\"}", "private_key"},
		{"{\"type\":\"service_account\",\"client_email\":\"a\",\"private_key\":\"s3cr3t\","
		 "\"token_uri\":\"file:///etc\"}",
			"token_uri"},
		{"{\"type\":\"external_account\"}", "audience"},
		{FEDERATION(""), "credential_source.file"},
		{FEDERATION(",\"credential_source\":{\"url\":\"http://s3cr3t\"}"),
			"credential_source.file"},
		{FEDERATION(",\"credential_source\":{\"executable\":{\"command\":\"s3cr3t\"}}"),
			"--credential-source-file"},
		{FEDERATION(",\"credential_source\":{\"file\":\"/t\",\"format\":{\"type\":\"x\"}}"),
			"text or json"},
		{FEDERATION(",\"credential_source\":{\"file\":\"/t\",\"format\":{\"type\":\"json\"}"
			    "}"),
			"subject_token_field_name"},
		{FEDERATION(FROM_FILE ",\"token_url\":7"), "token_url"},
		{FEDERATION(FROM_FILE ",\"service_account_impersonation\":{"
				      "\"token_lifetime_seconds\":599}"),
			"600"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
		struct gcp_credential credential;
		struct error error = {0};

		if (gcp_credential_read(
			    arena, rows[i].text, strlen(rows[i].text), &credential, &error))
			fail_msg("row %zu", i);
		assert_int_equal(error.kind, ERROR_INVALID);
		if (!strstr(error.message, rows[i].says) || strstr(error.message, "s3cr3t"))
			fail_msg("row %zu: %s", i, error.message);
	}
}

static void
a_file_that_is_not_there_is_named(void **state)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(MEMORY);
	struct gcp_credential credential;
	struct error error = {0};

	(void)state;
	assert_false(gcp_credential_load(arena, "no/such/file", &credential, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(error.message, "GCP credentials"));
	assert_non_null(strstr(error.message, "no/such/file"));
}

static bool
attempt(struct arena *arena, void *context, struct error *error)
{
	const char *text = context;
	struct gcp_credential credential;

	return gcp_credential_read(arena, text, strlen(text), &credential, error);
}

static void
an_arena_that_is_too_small_is_said(void **state)
{
	static char text[] = GCP_KEY_FILE("https://x/token");

	(void)state;
	assert_true(arena_limit_walk(attempt, text) > 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_of_a_service_account_is_read),
		cmocka_unit_test(what_a_key_does_not_say_is_googles_own),
		cmocka_unit_test(a_federation_with_a_file_is_read),
		cmocka_unit_test(what_is_wrong_is_named_and_secrets_are_not),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(an_arena_that_is_too_small_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
