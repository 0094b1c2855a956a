#include "cloud/aws_metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/cloud/sts_server.h"

#define KEYS(id)                                                                                   \
	"{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"s/" id             \
	"\",\"Token\":\"t/" id "\",\"Expiration\":\"" STS_LATER "\"}"
#define TOKEN_STEP(token)                                                                          \
	{                                                                                          \
		"PUT /latest/api/token HTTP/1.1\r\n", FAKE_OK token, FAKE_CLOSE, false             \
	}
#define ROLES "GET /latest/meta-data/iam/security-credentials/"

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static void
an_instance_gives_the_keys_of_its_role_with_one_token(void **state)
{
	static const struct fake_step steps[] = {TOKEN_STEP("tok=="),
		{ROLES " HTTP/1.1\r\n", FAKE_OK "node\n", FAKE_CLOSE, false},
		{ROLES "node HTTP/1.1\r\n", FAKE_OK KEYS("ASIA1"), FAKE_CLOSE, false},
		{ROLES " HTTP/1.1\r\n", FAKE_OK "node", FAKE_CLOSE, false},
		{"X-aws-ec2-metadata-token: tok==\r\n", FAKE_OK KEYS("ASIA2"), FAKE_CLOSE, false},
		{0}};
	char line[128];
	const char *const environment[] = {line, "AWS_EC2_METADATA_DISABLED=false", NULL};
	struct aws_metadata metadata = {0};
	struct fake_server server;
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	fake_server_start(&server, steps);
	snprintf(line, sizeof line, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s/", server.url);
	if (!aws_metadata_ask_instance(&metadata, environment, NULL, &keys, &error))
		fail_msg("%s", error.message);
	assert_string_equal(keys.id, "ASIA1");
	assert_string_equal(keys.secret, "s/ASIA1");
	assert_string_equal(keys.token, "t/ASIA1");
	assert_int_equal(keys.expires, STS_LATEST);
	aws_keys_dispose(&keys);
	assert_true(aws_metadata_ask_instance(&metadata, environment, NULL, &keys, &error));
	assert_string_equal(keys.id, "ASIA2");
	aws_keys_dispose(&keys);
	aws_metadata_dispose(&metadata);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
a_token_that_is_refused_is_replaced_once(void **state)
{
	static const struct fake_step steps[] = {TOKEN_STEP("one"),
		{ROLES, FAKE_HEAD("401 No") "\r\n", FAKE_CLOSE, false}, TOKEN_STEP("two"),
		{"X-aws-ec2-metadata-token: two\r\n", FAKE_OK "node", FAKE_CLOSE, false},
		{ROLES "node", FAKE_HEAD("401 No") "\r\n", FAKE_CLOSE, false}, TOKEN_STEP("three"),
		{ROLES "node", FAKE_HEAD("401 No") "\r\n", FAKE_CLOSE, false}, {0}};
	char line[128];
	const char *const environment[] = {line, NULL};
	struct aws_metadata metadata = {0};
	struct fake_server server;
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	fake_server_start(&server, steps);
	snprintf(line, sizeof line, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", server.url);
	assert_false(aws_metadata_ask_instance(&metadata, environment, NULL, &keys, &error));
	assert_int_equal(error.kind, ERROR_DENIED);
	aws_metadata_dispose(&metadata);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(server.served, 7);
}

/* The old version of the service, without a token, is not tried. */
static void
each_fault_of_an_instance_has_its_kind(void **state)
{
	static const struct {
		struct fake_step steps[4];
		enum error_kind kind;
	} rows[] = {
		{{{"PUT", FAKE_HEAD("404 No") "\r\n", FAKE_CLOSE, false}, {0}}, ERROR_NOT_FOUND},
		{{{"PUT", FAKE_HEAD("403 No") "\r\n", FAKE_CLOSE, false}, {0}}, ERROR_DENIED},
		{{{"PUT", FAKE_HEAD("500 No") "\r\n", FAKE_CLOSE, false}, {0}}, ERROR_TRANSIENT},
		{{{"PUT", "", FAKE_CLOSE, false}, {0}}, ERROR_TRANSIENT},
		{{{"PUT", FAKE_OK "a\r\nb", FAKE_CLOSE, false}, {0}}, ERROR_TRANSIENT},
		{{TOKEN_STEP("t"), {ROLES, FAKE_HEAD("404 No") "\r\n", FAKE_CLOSE, false}, {0}},
			ERROR_NOT_FOUND},
		{{TOKEN_STEP("t"), {ROLES, FAKE_OK "", FAKE_CLOSE, false}, {0}}, ERROR_NOT_FOUND},
		{{TOKEN_STEP("t"), {ROLES, FAKE_OK "../x", FAKE_CLOSE, false}, {0}},
			ERROR_NOT_FOUND},
		{{TOKEN_STEP("t"), {ROLES, FAKE_OK "node", FAKE_CLOSE, false},
			 {ROLES "node", FAKE_OK "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}",
				 FAKE_CLOSE, false},
			 {0}},
			ERROR_TRANSIENT},
		{{TOKEN_STEP("t"), {ROLES, FAKE_OK "node", FAKE_CLOSE, false},
			 {ROLES "node", FAKE_OK "{\"Code\":\"Success\"}", FAKE_CLOSE, false}, {0}},
			ERROR_TRANSIENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char line[128];
		const char *const environment[] = {line, NULL};
		struct aws_metadata metadata = {0};
		struct fake_server server;
		struct aws_keys keys;
		struct error error = {0};

		fake_server_start(&server, rows[i].steps);
		snprintf(line, sizeof line, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", server.url);
		if (aws_metadata_ask_instance(&metadata, environment, NULL, &keys, &error) ||
			error.kind != rows[i].kind)
			fail_msg("row %zu: %d %s", i, error.kind, error.message);
		aws_metadata_dispose(&metadata);
		fake_server_stop(&server);
		assert_int_equal(server.unexpected, 0);
		assert_null(keys.id);
	}
}

static void
an_instance_that_is_disabled_is_not_asked(void **state)
{
	static const char *const environment[] = {"AWS_EC2_METADATA_DISABLED=True",
		"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://example.com", NULL};
	struct aws_metadata metadata = {0};
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	assert_false(aws_metadata_ask_instance(&metadata, environment, NULL, &keys, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_false(aws_metadata_ask_instance(&metadata, environment + 1, NULL, &keys, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void
a_container_is_asked_with_the_token_of_the_moment(void **state)
{
	static const struct fake_step steps[] = {
		{"GET /v1/credentials?a=b HTTP/1.1\r\n", FAKE_OK KEYS("ASIA1"), FAKE_CLOSE, false},
		{"Authorization: one\r\n", FAKE_OK KEYS("ASIA2"), FAKE_CLOSE, false},
		{"Authorization: two\r\n", FAKE_OK KEYS("ASIA3"), FAKE_CLOSE, false},
		{"Authorization: plain\r\n", FAKE_HEAD("403 No") "\r\n", FAKE_CLOSE, false}, {0}};
	static const char *const tokens[] = {NULL, "one\n", "two", NULL};
	char path[] = "/tmp/test_aws_metadata.XXXXXX", url[128], file[128];
	const char *environment[] = {url, NULL, NULL};
	struct fake_server server;
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	close(mkstemp(path));
	fake_server_start(&server, steps);
	snprintf(url, sizeof url, "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/v1/credentials?a=b",
		server.url);
	snprintf(file, sizeof file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%s", path);
	assert_true(aws_metadata_has_container(environment));
	for (int i = 0; i < 3; i++) {
		if (tokens[i])
			write_file(path, tokens[i]);
		environment[1] = tokens[i] ? file : NULL;
		if (!aws_metadata_ask_container(environment, NULL, &keys, &error))
			fail_msg("%s", error.message);
		assert_int_equal(keys.id[4], '1' + i);
		aws_keys_dispose(&keys);
	}
	environment[1] = "AWS_CONTAINER_AUTHORIZATION_TOKEN=plain";
	assert_false(aws_metadata_ask_container(environment, NULL, &keys, &error));
	assert_int_equal(error.kind, ERROR_DENIED);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	environment[1] = file;
	write_file(path, "a\r\nb");
	assert_false(aws_metadata_ask_container(environment, NULL, &keys, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	unlink(path);
	assert_false(aws_metadata_ask_container(environment, NULL, &keys, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

static void
a_token_goes_to_no_plain_host_elsewhere(void **state)
{
	static const char *const rows[] = {"http://example.com/v1", "http://169.254.170.3/v1",
		"http://169.254.170.2.example.com/v1", "ftp://127.0.0.1/", "127.0.0.1/v1", "/v1",
		"http://127.0.0.1:9/a b", "http://127.0.0.1@example.com/"};

	(void)state;
	assert_false(aws_metadata_has_container(NULL));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char line[128];
		const char *const environment[] = {
			line, "AWS_CONTAINER_AUTHORIZATION_TOKEN=hidden", NULL};
		struct aws_keys keys;
		struct error error = {0};

		snprintf(line, sizeof line, "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s", rows[i]);
		if (aws_metadata_ask_container(environment, NULL, &keys, &error) ||
			error.kind != ERROR_INVALID)
			fail_msg("%s: %s", rows[i], error.message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_gives_the_keys_of_its_role_with_one_token),
		cmocka_unit_test(a_token_that_is_refused_is_replaced_once),
		cmocka_unit_test(each_fault_of_an_instance_has_its_kind),
		cmocka_unit_test(an_instance_that_is_disabled_is_not_asked),
		cmocka_unit_test(a_container_is_asked_with_the_token_of_the_moment),
		cmocka_unit_test(a_token_goes_to_no_plain_host_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
