#include "cloud/gcp_grant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tests/cloud/gcp_key.h"
#include "tests/http/fake_server.h"

enum { DATE_SIZE = 64, PATH_SIZE = 64, URL_SIZE = 256 };

#define TOKEN                                                                                      \
	FAKE_OK "{\"access_token\":\"ya29.c.EXAMPLE\",\"expires_in\":3599,\"token_type\":"         \
		"\"Bearer\"}"
#define REFUSED(status, body) FAKE_HEAD(status) "\r\n" body
#define GRANT_REFUSED(words)                                                                       \
	REFUSED("400 Bad Request",                                                                 \
		"{\"error\":\"invalid_grant\",\"error_description\":\"" words "\"}")

/* A server, and a credential that asks it. */
struct scene {
	struct fake_server server;
	struct gcp_credential credential;
	char url[URL_SIZE], more[URL_SIZE];
	char path[PATH_SIZE];
	int64_t skew;
	struct grant grant;
	struct error error;
};

static void
begin(struct scene *scene, enum gcp_credential_kind kind, const struct fake_step *steps)
{
	*scene = (struct scene){0};
	fake_server_start(&scene->server, steps);
	snprintf(scene->url, sizeof scene->url, "%s/token", scene->server.url);
	scene->credential = (struct gcp_credential){
		.kind = kind,
		.token_url = scene->url,
		.email = GCP_EMAIL,
		.private_key = GCP_KEY,
		.audience = "//iam/pool",
		.subject_type = "urn:ietf:params:oauth:token-type:jwt",
		.subject_path = scene->path,
		.lifetime = 3600,
	};
}

static bool
fetch(struct scene *scene)
{
	const struct gcp_grant_source source = {
		.credential = &scene->credential,
		.metadata_url = scene->server.url,
		.skew = &scene->skew,
	};

	return gcp_grant_fetch(&source, &scene->grant, &scene->error);
}

/* After this the last request may be read. */
static void
end(struct scene *scene, int served)
{
	fake_server_stop(&scene->server);
	assert_int_equal(scene->server.unexpected, 0);
	assert_int_equal(scene->server.served, served);
	grant_dispose(&scene->grant);
	if (*scene->path)
		unlink(scene->path);
}

static void
write_subject(struct scene *scene, const char *text)
{
	int file;

	if (*scene->path)
		unlink(scene->path);
	snprintf(scene->path, sizeof scene->path, "/tmp/subject-XXXXXX");
	file = mkstemp(scene->path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
}

static void
a_key_is_exchanged_for_a_token(void **state)
{
	static const struct fake_step steps[] = {
		{"POST /token HTTP/1.1\r\n", TOKEN, FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, GCP_CREDENTIAL_KEY, steps);
	if (!fetch(&scene))
		fail_msg("%s", scene.error.message);
	assert_string_equal(scene.grant.token, "ya29.c.EXAMPLE");
	assert_int_equal(scene.grant.lifetime, 3599);
	end(&scene, 1);
	assert_non_null(strstr(scene.server.last,
		"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=eyJ"));
	assert_non_null(
		strstr(scene.server.last, "Content-Type: application/x-www-form-urlencoded\r\n"));
}

/* "Sat, 21 Nov 2026 20:00:00 GMT", by a clock that is ahead by so much. */
static void
write_date(char date[DATE_SIZE], int64_t ahead)
{
	time_t then = (time_t)(clock_wall() / CLOCK_SECOND + ahead);
	struct tm parts;

	gmtime_r(&then, &parts);
	strftime(date, DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

static void
a_clock_that_is_wrong_is_corrected_by_the_answers_date_and_stays_so(void **state)
{
	char reply[512], date[DATE_SIZE];
	const struct fake_step steps[] = {{"POST /token", reply, FAKE_CLOSE, false},
		{"POST /token", TOKEN, FAKE_CLOSE, false},
		{"POST /token", TOKEN, FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	write_date(date, -7200);
	snprintf(reply, sizeof reply,
		"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: %s\r\n\r\n"
		"{\"error\":\"invalid_grant\"}",
		date);
	begin(&scene, GCP_CREDENTIAL_KEY, steps);
	assert_true(fetch(&scene));
	assert_in_range(-scene.skew, 7190, 7210);
	grant_dispose(&scene.grant);
	assert_true(fetch(&scene));
	assert_in_range(-scene.skew, 7190, 7210);
	end(&scene, 3);
}

static void
a_refused_key_is_not_sent_again_by_a_clock_that_is_right(void **state)
{
	char reply[512], date[DATE_SIZE];
	const struct fake_step steps[] = {{"POST /token", reply, FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	write_date(date, 2);
	snprintf(reply, sizeof reply,
		"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: %s\r\n\r\n"
		"{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}",
		date);
	begin(&scene, GCP_CREDENTIAL_KEY, steps);
	assert_false(fetch(&scene));
	assert_int_equal(scene.error.kind, ERROR_DENIED);
	assert_non_null(strstr(scene.error.message, "Invalid JWT Signature."));
	assert_non_null(strstr(scene.error.message, "gcloud iam service-accounts keys create"));
	assert_non_null(strstr(scene.error.message, GCP_EMAIL));
	end(&scene, 1);
}

static void
a_subject_token_is_exchanged_as_it_is(void **state)
{
	static const struct fake_step steps[] = {
		{"POST /token HTTP/1.1\r\n", TOKEN, FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, GCP_CREDENTIAL_FEDERATION, steps);
	write_subject(&scene, "ey.subject\n");
	assert_true(fetch(&scene));
	assert_string_equal(scene.grant.token, "ya29.c.EXAMPLE");
	end(&scene, 1);
	assert_non_null(strstr(scene.server.last,
		"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&"
		"audience=%2F%2Fiam%2Fpool&"
		"scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform&"
		"requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&"
		"subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&"
		"subject_token=ey.subject"));
}

static void
a_member_of_a_file_is_the_subject_token_and_a_service_account_is_impersonated(void **state)
{
	static const struct fake_step steps[] = {
		{"subject_token=ey.subject", TOKEN, FAKE_CLOSE, false},
		{"POST /v1/a:generateAccessToken HTTP/1.1\r\n",
			"HTTP/1.1 200 OK\r\nConnection: close\r\n"
			"Date: Sat, 21 Nov 2026 20:00:00 GMT\r\n\r\n"
			"{\"accessToken\":\"imp.token\",\"expireTime\":\"2026-11-21T20:50:00Z\"}",
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, GCP_CREDENTIAL_FEDERATION, steps);
	write_subject(&scene, "{\"id\":\"ey.subject\"}");
	snprintf(scene.more, sizeof scene.more, "%s/v1/a:generateAccessToken", scene.server.url);
	scene.credential.subject_field = "id";
	scene.credential.impersonation_url = scene.more;
	if (!fetch(&scene))
		fail_msg("%s", scene.error.message);
	assert_string_equal(scene.grant.token, "imp.token");
	assert_int_equal(scene.grant.lifetime, 3000);
	end(&scene, 2);
	assert_non_null(strstr(scene.server.last, "Authorization: Bearer ya29.c.EXAMPLE\r\n"));
	assert_non_null(strstr(scene.server.last,
		"{\"scope\":[\"https://www.googleapis.com/auth/cloud-platform\"],"
		"\"lifetime\":\"3600s\"}"));
}

static void
a_subject_token_that_is_not_there_is_said_before_anything_is_asked(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct scene scene;

	(void)state;
	begin(&scene, GCP_CREDENTIAL_FEDERATION, steps);
	scene.credential.subject_path = "no/such/token";
	assert_false(fetch(&scene));
	assert_int_equal(scene.error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(scene.error.message, "no/such/token"));
	write_subject(&scene, "two words");
	scene.credential.subject_path = scene.path;
	assert_false(fetch(&scene));
	assert_int_equal(scene.error.kind, ERROR_INVALID);
	scene.credential.subject_field = "id";
	assert_false(fetch(&scene));
	assert_int_equal(scene.error.kind, ERROR_INVALID);
	end(&scene, 0);
}

static void
the_metadata_server_gives_a_token(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /computeMetadata/v1/instance/service-accounts/default/token HTTP/1.1\r\n",
			"HTTP/1.1 200 OK\r\nMetadata-Flavor: Google\r\nConnection: close\r\n\r\n"
			"{\"access_token\":\"ya29.m\",\"expires_in\":300,\"token_type\":"
			"\"Bearer\"}",
			FAKE_CLOSE, false},
		{0}};
	struct scene scene;

	(void)state;
	begin(&scene, GCP_CREDENTIAL_METADATA, steps);
	assert_true(fetch(&scene));
	assert_string_equal(scene.grant.token, "ya29.m");
	assert_int_equal(scene.grant.lifetime, 300);
	end(&scene, 1);
	assert_non_null(strstr(scene.server.last, "Metadata-Flavor: Google\r\n"));
}

static void
what_does_not_say_that_it_is_the_metadata_server_is_not_believed(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /computeMetadata", TOKEN, FAKE_CLOSE, false}, {0}};
	struct scene scene;

	(void)state;
	begin(&scene, GCP_CREDENTIAL_METADATA, steps);
	assert_false(fetch(&scene));
	assert_int_equal(scene.error.kind, ERROR_DENIED);
	assert_null(scene.grant.token);
	end(&scene, 1);
}

#define FLAVOR "HTTP/1.1 404 No\r\nMetadata-Flavor: Google\r\nConnection: close\r\n\r\n"

static void
each_refusal_has_its_kind_and_a_way_out(void **state)
{
	static const struct {
		enum gcp_credential_kind kind;
		const char *reply;
		enum error_kind error;
		const char *says;
	} rows[] = {
		{GCP_CREDENTIAL_KEY,
			GRANT_REFUSED("Invalid JWT: Token must be a short-lived token (60 minutes) "
				      "and in a reasonable timeframe."),
			ERROR_DENIED, "this machine's clock"},
		{GCP_CREDENTIAL_KEY, GRANT_REFUSED("account\\nnot found"), ERROR_DENIED,
			"account not found; make a new key"},
		{GCP_CREDENTIAL_KEY, REFUSED("503 Busy", ""), ERROR_TRANSIENT, "503"},
		{GCP_CREDENTIAL_KEY, REFUSED("429 Busy", "{}"), ERROR_TRANSIENT, "429"},
		{GCP_CREDENTIAL_KEY, REFUSED("302 Away", ""), ERROR_INVALID, "302"},
		{GCP_CREDENTIAL_KEY, "", ERROR_TRANSIENT, GCP_EMAIL},
		{GCP_CREDENTIAL_KEY, FAKE_OK "no JSON", ERROR_TRANSIENT, "without a token"},
		{GCP_CREDENTIAL_KEY, FAKE_OK "{\"access_token\":\"a\\nb\",\"expires_in\":9}",
			ERROR_TRANSIENT, "without a token"},
		{GCP_CREDENTIAL_KEY, FAKE_OK "{\"access_token\":\"a\",\"expires_in\":0}",
			ERROR_TRANSIENT, "without a token"},
		{GCP_CREDENTIAL_FEDERATION,
			GRANT_REFUSED("The given credential is rejected by the attribute "
				      "condition."),
			ERROR_DENIED, "providers describe"},
		{GCP_CREDENTIAL_FEDERATION, GRANT_REFUSED("I do not like ey.subject-and-more"),
			ERROR_DENIED, "(status 400); "},
		{GCP_CREDENTIAL_FEDERATION,
			REFUSED("403 No",
				"{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\","
				"\"message\":\"Permission 'iam.serviceAccounts.getAccessToken' "
				"denied\"}}"),
			ERROR_DENIED, "roles/iam.workloadIdentityUser"},
		{GCP_CREDENTIAL_METADATA, FLAVOR, ERROR_NOT_FOUND, "give the node or the pod"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {
			{"HTTP/1.1\r\n", rows[i].reply, FAKE_CLOSE, false}, {0}};
		struct scene scene;

		begin(&scene, rows[i].kind, steps);
		write_subject(&scene, "ey.subject-and-more");
		if (fetch(&scene) || scene.error.kind != rows[i].error ||
			!strstr(scene.error.message, rows[i].says) ||
			strstr(scene.error.message, "ey.subject"))
			fail_msg("row %zu: %d %s", i, scene.error.kind, scene.error.message);
		assert_null(scene.grant.token);
		end(&scene, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_exchanged_for_a_token),
		cmocka_unit_test(
			a_clock_that_is_wrong_is_corrected_by_the_answers_date_and_stays_so),
		cmocka_unit_test(a_refused_key_is_not_sent_again_by_a_clock_that_is_right),
		cmocka_unit_test(a_subject_token_is_exchanged_as_it_is),
		cmocka_unit_test(
			a_member_of_a_file_is_the_subject_token_and_a_service_account_is_impersonated),
		cmocka_unit_test(
			a_subject_token_that_is_not_there_is_said_before_anything_is_asked),
		cmocka_unit_test(the_metadata_server_gives_a_token),
		cmocka_unit_test(what_does_not_say_that_it_is_the_metadata_server_is_not_believed),
		cmocka_unit_test(each_refusal_has_its_kind_and_a_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
