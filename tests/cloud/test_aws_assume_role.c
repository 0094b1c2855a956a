#include "cloud/aws_assume_role.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "tests/cloud/sts_server.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG"
#define TOKEN  "FwoGZXIvYXdzEXAMPLE"

static const struct aws_role plain = {.arn = STS_ARN, .external_id = "a:b/c"};
static const struct aws_keys base = {.id = "AKIAEXAMPLE", .secret = SECRET, .token = TOKEN};

/* Against a server that knows these steps. What was last sent is left in `server`. */
static bool
assume(struct fake_server *server, const struct fake_step *steps, const struct aws_role *role,
	struct aws_keys *keys, struct aws_sts *sts, struct error *error)
{
	char line[128];
	const char *const environment[] = {line, NULL};
	bool done;

	fake_server_start(server, steps);
	snprintf(line, sizeof line, "AWS_ENDPOINT_URL_STS=%s/", server->url);
	*sts = (struct aws_sts){.environment = environment};
	*error = (struct error){0};
	done = aws_assume_role(sts, role, &base, keys, error);
	fake_server_stop(server);
	sts->environment = NULL;
	assert_int_equal(server->unexpected, 0);
	if (strstr(error->message, SECRET) || strstr(error->message, TOKEN) ||
		strstr(error->message, "a:b/c"))
		fail_msg("a secret is in: %s", error->message);
	return done;
}

static void
a_role_is_asked_for_and_its_keys_are_given(void **state)
{
	static const struct fake_step steps[] = {
		{"POST / HTTP/1.1\r\n", STS_ANSWER("AssumeRole", "ASIA1", STS_LATER), FAKE_CLOSE,
			false},
		{0}};
	static const char *const parts[] = {"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3A"
					    "aws%3Aiam%3A%3A111122223333%3Arole%2FPeering&",
		"&RoleSessionName=daemon&DurationSeconds=900&ExternalId=a%3Ab%2Fc",
		"\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n",
		"\r\nAccept: text/xml\r\n", "\r\nX-Amz-Security-Token: " TOKEN "\r\n",
		"\r\nX-Amz-Date: ", "/eu-west-1/sts/aws4_request",
		"\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/"};
	struct aws_role role = plain;
	struct fake_server server;
	struct aws_keys keys;
	struct aws_sts sts;
	struct error error;

	(void)state;
	role.session_name = "daemon";
	role.duration = 900;
	role.region = "eu-west-1";
	if (!assume(&server, steps, &role, &keys, &sts, &error))
		fail_msg("%s", error.message);
	assert_string_equal(keys.id, "ASIA1");
	assert_string_equal(keys.secret, "s3cr3t/of+ASIA1");
	assert_string_equal(keys.token, "t0ken/of+ASIA1");
	assert_string_equal(keys.account, "111122223333");
	assert_int_equal(keys.expires, STS_LATEST);
	aws_keys_dispose(&keys);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strstr(server.last, parts[i]))
			fail_msg("%s is not in %s", parts[i], server.last);
	assert_null(strstr(server.last, SECRET));
}

static void
a_role_that_is_wrongly_written_is_refused_before_anything_is_sent(void **state)
{
	static const struct aws_role rows[] = {
		{0},
		{.arn = ""},
		{.arn = "Peering"},
		{.arn = "arn:aws:iam::111122223333:user/Peering"},
		{.arn = "arn:aws:iam::1111222233:role/Peering"},
		{.arn = "arn:aws:iam::111122223333:role/"},
		{.arn = "arn:aws:sts::111122223333:role/Peering"},
		{.arn = "arn:aws:iam::111122223333:role/Peer ing"},
		{.arn = STS_ARN, .session_name = "a"},
		{.arn = STS_ARN, .session_name = "a b"},
		{.arn = STS_ARN, .external_id = "a"},
		{.arn = STS_ARN, .external_id = "a\nb"},
		{.arn = STS_ARN, .duration = 899},
		{.arn = STS_ARN, .duration = 43201},
		{.arn = STS_ARN, .region = "cn-north-1"},
		{.arn = "arn:aws-cn:iam::111122223333:role/Peering", .region = "eu-west-1"},
		{.arn = STS_ARN, .region = "eu west"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct aws_sts sts = {0};
		struct aws_keys keys;
		struct error error = {0};

		if (aws_assume_role(&sts, &rows[i], &base, &keys, &error) ||
			error.kind != ERROR_INVALID)
			fail_msg("row %zu: %s", i, error.message);
	}
	assert_true(aws_assume_role_check(
		&(struct aws_role){.arn = "arn:aws-us-gov:iam::111122223333:role/a/b",
			.region = "us-gov-east-1"},
		NULL));
}

static void
each_error_of_sts_has_its_kind_and_no_secret(void **state)
{
	static const struct {
		const char *reply;
		enum error_kind kind;
		bool refuses_base;
		const char *words;
	} rows[] = {
		{STS_ERROR("403 Forbidden", "AccessDenied", "User: x is not\nallowed"),
			ERROR_DENIED, false, "User: x is not allowed"},
		{STS_ERROR("403 Forbidden", "SignatureDoesNotMatch", "x-amz-security-token:" TOKEN),
			ERROR_DENIED, true, "SignatureDoesNotMatch"},
		{STS_ERROR("403 Forbidden", "InvalidClientTokenId", ""), ERROR_DENIED, true, ""},
		{STS_ERROR("400 Bad", "ExpiredToken", ""), ERROR_TRANSIENT, true, ""},
		{STS_ERROR("400 Bad", "ValidationError", "Value 'a:b/c' at 'externalId'"),
			ERROR_INVALID, false, "ValidationError"},
		{STS_ERROR("403 Forbidden", "RegionDisabledException", ""), ERROR_DENIED, false,
			""},
		{STS_ERROR("400 Bad", "Throttling", ""), ERROR_TRANSIENT, false, ""},
		{STS_ERROR("400 Bad", "RequestThrottledException", ""), ERROR_TRANSIENT, false, ""},
		{STS_ERROR("500 Oops", "InternalFailure", ""), ERROR_TRANSIENT, false, ""},
		{FAKE_HEAD("503 Busy") "\r\nnot XML", ERROR_TRANSIENT, false, "503"},
		{FAKE_HEAD("302 Found") "Location: http://127.0.0.1:9/\r\n\r\n", ERROR_INVALID,
			false, "302"},
		{FAKE_OK "not XML", ERROR_TRANSIENT, false, "without keys"},
		{FAKE_OK "<AssumeRoleResponse/>", ERROR_TRANSIENT, false, "without keys"},
		{STS_ANSWER("AssumeRole", "AS/IA", STS_LATER), ERROR_TRANSIENT, false, ""},
		{STS_ANSWER("AssumeRole", "ASIA1", "soon"), ERROR_TRANSIENT, false, ""},
		{STS_ANSWER("Other", "ASIA1", STS_LATER), ERROR_TRANSIENT, false, ""},
		{"", ERROR_TRANSIENT, false, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct fake_step steps[] = {{"POST", rows[i].reply, FAKE_CLOSE, false}, {0}};
		struct fake_server server;
		struct aws_keys keys;
		struct aws_sts sts;
		struct error error;

		if (assume(&server, steps, &plain, &keys, &sts, &error) ||
			error.kind != rows[i].kind || sts.refuses_base != rows[i].refuses_base ||
			!strstr(error.message, rows[i].words))
			fail_msg("row %zu: %d %s", i, error.kind, error.message);
		assert_null(keys.id);
	}
}

static void
a_wrong_clock_is_put_right_once_by_the_servers(void **state)
{
	static const struct fake_step steps[] = {
		{"POST",
			"HTTP/1.1 403 No\r\nDate: Fri, 02 Jan 2099 03:04:05 GMT\r\n"
			"Content-Length: 0\r\nConnection: close\r\n\r\n",
			FAKE_CLOSE, false},
		{"X-Amz-Date: 20990102T0304", STS_ANSWER("AssumeRole", "ASIA1", STS_LATER),
			FAKE_CLOSE, false},
		{0}};
	struct fake_server server;
	struct aws_keys keys;
	struct aws_sts sts;
	struct error error;

	(void)state;
	assert_true(assume(&server, steps, &plain, &keys, &sts, &error));
	assert_string_equal(keys.id, "ASIA1");
	aws_keys_dispose(&keys);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static void
a_web_identity_is_read_anew_each_time_and_goes_unsigned(void **state)
{
	static const struct fake_step steps[] = {
		{"&WebIdentityToken=one.two_three%2F",
			STS_ANSWER("AssumeRoleWithWebIdentity", "ASIA1", STS_LATER), FAKE_CLOSE,
			false},
		{"&WebIdentityToken=four",
			STS_ERROR("400 Bad", "InvalidIdentityToken", "token four is bad"),
			FAKE_CLOSE, false},
		{0}};
	char path[] = "/tmp/test_aws_assume_role.XXXXXX", line[128];
	const char *const environment[] = {line, NULL};
	struct aws_sts sts = {.environment = environment};
	struct fake_server server;
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	close(mkstemp(path));
	fake_server_start(&server, steps);
	snprintf(line, sizeof line, "AWS_ENDPOINT_URL=%s", server.url);
	write_file(path, "one.two_three/\n");
	assert_true(aws_assume_role_by_token_file(&sts, &plain, path, &keys, &error));
	assert_string_equal(keys.id, "ASIA1");
	aws_keys_dispose(&keys);
	write_file(path, "four");
	assert_false(aws_assume_role_by_token_file(&sts, &plain, path, &keys, &error));
	assert_int_equal(error.kind, ERROR_DENIED);
	assert_null(strstr(error.message, "four"));
	write_file(path, "four\r\nfive");
	assert_false(aws_assume_role_by_token_file(&sts, &plain, path, &keys, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	unlink(path);
	assert_false(aws_assume_role_by_token_file(&sts, &plain, path, &keys, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(server.served, 2);
	assert_null(strstr(server.last, "Authorization"));
	assert_null(strstr(server.last, "ExternalId"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_is_asked_for_and_its_keys_are_given),
		cmocka_unit_test(a_role_that_is_wrongly_written_is_refused_before_anything_is_sent),
		cmocka_unit_test(each_error_of_sts_has_its_kind_and_no_secret),
		cmocka_unit_test(a_wrong_clock_is_put_right_once_by_the_servers),
		cmocka_unit_test(a_web_identity_is_read_anew_each_time_and_goes_unsigned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
