#include "cloud/azure_grant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/cloud/entra_server.h"

#define IMDS                                                                                       \
	"GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource="                     \
	"https%3A%2F%2Fmanagement.azure.com%2F"

static const char *const with_secret[] = {"AZURE_TENANT_ID=" ENTRA_TENANT,
	"AZURE_CLIENT_ID=" ENTRA_CLIENT, "AZURE_CLIENT_SECRET=" ENTRA_SECRET, NULL};

struct asked {
	struct fake_server server;
	struct grant grant;
	struct error error;
	bool done;
};

static void
ask(struct asked *asked, const struct fake_step *steps, const char *const *settings,
	const char *tenant)
{
	struct entra_environment environment;
	struct azure_grant_source source = {
		.environment = environment.texts, .sovereign = azure_sovereign_find(NULL)};

	*asked = (struct asked){0};
	fake_server_start(&asked->server, steps);
	entra_environment_write(&environment, asked->server.url, settings);
	asked->done = azure_grant_fetch(&source, tenant, &asked->grant, &asked->error);
	fake_server_stop(&asked->server);
	assert_int_equal(asked->server.unexpected, 0);
	assert_true(asked->done == (asked->grant.token != NULL));
}

static void
expect_grant(struct asked *asked, const char *token, int64_t lifetime)
{
	if (!asked->done)
		fail_msg("%s", asked->error.message);
	assert_string_equal(asked->grant.token, token);
	assert_int_equal(asked->grant.lifetime, lifetime);
	grant_dispose(&asked->grant);
}

static void
expect_refusal(const struct asked *asked, enum error_kind kind, const char *words)
{
	assert_false(asked->done);
	if (asked->error.kind != kind || !strstr(asked->error.message, words))
		fail_msg("%d: %s", asked->error.kind, asked->error.message);
	assert_null(strstr(asked->error.message, ENTRA_SECRET));
	assert_null(strstr(asked->error.message, "Trace"));
}

static void
a_client_secret_is_exchanged_for_a_token(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("t0ken")), {0}};
	struct asked asked;

	(void)state;
	ask(&asked, steps, with_secret, "");
	expect_grant(&asked, "t0ken", 3599);
	assert_non_null(strstr(asked.server.last,
		"\r\n\r\ngrant_type=client_credentials&client_id=" ENTRA_CLIENT
		"&scope=https%3A%2F%2Fmanagement.azure.com%2F.default&client_secret="
		"s3cr3t~of%2Bthe%2Fapplication"));
	assert_non_null(
		strstr(asked.server.last, "Content-Type: application/x-www-form-urlencoded\r\n"));
}

static void
another_tenant_is_asked_for_its_own_token(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_OTHER), ENTRA_GRANT("other")), {0}};
	struct asked asked;

	(void)state;
	ask(&asked, steps, with_secret, ENTRA_OTHER);
	expect_grant(&asked, "other", 3599);
}

static void
a_federated_token_is_read_from_its_file_and_exchanged(void **state)
{
	static const struct fake_step steps[] = {
		ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), ENTRA_GRANT("t0ken")), {0}};
	char path[] = "/tmp/test_azure_grant.XXXXXX";
	char line[128];
	const char *const settings[] = {
		"AZURE_TENANT_ID=" ENTRA_TENANT, "AZURE_CLIENT_ID=" ENTRA_CLIENT, line, NULL};
	int file = mkstemp(path);
	struct asked asked;

	(void)state;
	assert_int_equal(write(file, " ey.federated\n", 14), 14);
	close(file);
	snprintf(line, sizeof line, "AZURE_FEDERATED_TOKEN_FILE=%s", path);
	ask(&asked, steps, settings, "");
	expect_grant(&asked, "t0ken", 3599);
	assert_non_null(strstr(asked.server.last,
		"&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
		"jwt-bearer&client_assertion=ey.federated"));
	unlink(path);
	ask(&asked, steps, settings, "");
	expect_refusal(&asked, ERROR_NOT_FOUND, "AZURE_FEDERATED_TOKEN_FILE");
}

static void
a_managed_identity_is_asked_of_the_node(void **state)
{
	static const struct fake_step own[] = {
		ENTRA_STEP(IMDS " HTTP", FAKE_OK "{\"access_token\":\"m\",\"client_id\":\"c\","
						 "\"expires_in\":\"86400\"}"),
		{0}};
	static const struct fake_step named[] = {
		ENTRA_STEP(IMDS "&client_id=" ENTRA_CLIENT " HTTP",
			FAKE_OK "{\"access_token\":\"m\",\"expires_in\":\"1\"}"),
		{0}};
	static const char *const nothing[] = {NULL};
	static const char *const client[] = {"AZURE_CLIENT_ID=" ENTRA_CLIENT, NULL};
	struct asked asked;

	(void)state;
	ask(&asked, own, nothing, "");
	expect_grant(&asked, "m", 86400);
	assert_non_null(strstr(asked.server.last, "\r\nMetadata: true\r\n"));
	ask(&asked, named, client, "");
	expect_grant(&asked, "m", 1);
}

static void
a_managed_identity_has_no_token_of_another_tenant(void **state)
{
	static const struct fake_step none[] = {{0}};
	static const char *const nothing[] = {NULL};
	struct asked asked;

	(void)state;
	ask(&asked, none, nothing, ENTRA_OTHER);
	expect_refusal(&asked, ERROR_INVALID, "has no token of the tenant " ENTRA_OTHER);
}

static void
each_refusal_of_entra_has_its_kind_and_the_way_out(void **state)
{
	static const struct {
		const char *reply;
		enum error_kind kind;
		const char *words;
	} rows[] = {
		{ENTRA_ERROR("400 No", "unauthorized_client", "700016", "Application not found."),
			ERROR_DENIED, "az ad sp create"},
		{ENTRA_ERROR("401 No", "invalid_client", "7000229", "No service principal."),
			ERROR_DENIED, "no service principal in this tenant"},
		{ENTRA_ERROR("401 No", "invalid_client", "7000215", "Invalid secret."),
			ERROR_DENIED, "not its id"},
		{ENTRA_ERROR("401 No", "invalid_client", "7000222", "Expired."), ERROR_DENIED,
			"az ad app credential reset"},
		{ENTRA_ERROR("400 No", "invalid_request", "90002", "Tenant not found."),
			ERROR_DENIED, "no such tenant"},
		{ENTRA_ERROR("400 No", "invalid_request", "70021", "No matching identity."),
			ERROR_DENIED, "federated-credential list"},
		{ENTRA_ERROR("401 No", "invalid_client", "1", "It was " ENTRA_SECRET), ERROR_DENIED,
			"invalid_client: look at"},
		{ENTRA_ERROR("400 No", "temporarily_unavailable", "90033", "Later."),
			ERROR_TRANSIENT, "status 400"},
		{FAKE_HEAD("503 No") "\r\n<html>", ERROR_TRANSIENT, "status 503"},
		{FAKE_HEAD("429 No") "\r\n", ERROR_TRANSIENT, "status 429"},
		{FAKE_HEAD("403 No") "\r\n<html>", ERROR_DENIED, "status 403"},
		{FAKE_OK "{\"access_token\":\"a b\",\"expires_in\":1}", ERROR_TRANSIENT, "token"},
		{FAKE_OK "{\"access_token\":\"a\",\"expires_in\":0}", ERROR_TRANSIENT, "token"},
		{FAKE_OK "{\"access_token\":\"a\"}", ERROR_TRANSIENT, "token"},
		{FAKE_OK "no", ERROR_TRANSIENT, "token"},
		{"", ERROR_TRANSIENT, "Entra"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {
			ENTRA_STEP(ENTRA_PATH(ENTRA_TENANT), rows[i].reply), {0}};
		struct asked asked;

		ask(&asked, steps, with_secret, "");
		expect_refusal(&asked, rows[i].kind, rows[i].words);
	}
}

static void
each_refusal_of_the_node_has_its_kind(void **state)
{
	static const struct {
		const char *reply;
		enum error_kind kind;
		const char *words;
	} rows[] = {
		{FAKE_HEAD("400 No") "\r\n{\"error\":\"invalid_request\",\"error_description\":"
				     "\"Identity not found\"}",
			ERROR_DENIED, "az vm identity assign"},
		{FAKE_HEAD("404 No") "\r\n", ERROR_NOT_FOUND, "there is none"},
		{FAKE_HEAD("410 Gone") "\r\n", ERROR_TRANSIENT, "status 410"},
		{FAKE_HEAD("500 No") "\r\n", ERROR_TRANSIENT, "status 500"},
	};
	static const char *const nothing[] = {NULL};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {ENTRA_STEP(IMDS, rows[i].reply), {0}};
		struct asked asked;

		ask(&asked, steps, nothing, "");
		expect_refusal(&asked, rows[i].kind, rows[i].words);
	}
}

static void
settings_that_are_not_whole_send_nothing(void **state)
{
	static const struct fake_step none[] = {{0}};
	static const char *const alone[] = {"AZURE_CLIENT_SECRET=" ENTRA_SECRET, NULL};
	static const char *const no_client[] = {
		"AZURE_TENANT_ID=" ENTRA_TENANT, "AZURE_FEDERATED_TOKEN_FILE=/none", NULL};
	static const char *const no_bundle[] = {"AZURE_TENANT_ID=" ENTRA_TENANT,
		"AZURE_CLIENT_ID=" ENTRA_CLIENT, "AZURE_CLIENT_SECRET=" ENTRA_SECRET,
		"SSL_CERT_FILE=/none", NULL};
	struct asked asked;

	(void)state;
	ask(&asked, none, alone, "");
	expect_refusal(&asked, ERROR_INVALID, "belong to AZURE_CLIENT_SECRET");
	ask(&asked, none, no_client, "");
	expect_refusal(&asked, ERROR_INVALID, "belong to AZURE_FEDERATED_TOKEN_FILE");
	ask(&asked, none, with_secret, "../common");
	expect_refusal(&asked, ERROR_INVALID, "neither a GUID nor a domain");
	ask(&asked, none, no_bundle, "");
	expect_refusal(&asked, ERROR_NOT_FOUND, "SSL_CERT_FILE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_secret_is_exchanged_for_a_token),
		cmocka_unit_test(another_tenant_is_asked_for_its_own_token),
		cmocka_unit_test(a_federated_token_is_read_from_its_file_and_exchanged),
		cmocka_unit_test(a_managed_identity_is_asked_of_the_node),
		cmocka_unit_test(a_managed_identity_has_no_token_of_another_tenant),
		cmocka_unit_test(each_refusal_of_entra_has_its_kind_and_the_way_out),
		cmocka_unit_test(each_refusal_of_the_node_has_its_kind),
		cmocka_unit_test(settings_that_are_not_whole_send_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
