#include "cloud/aws_credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/cloud/sts_server.h"

static const struct aws_role role = {.arn = STS_ARN, .external_id = "e-1"};

static void
a_role_is_taken_on_with_the_programs_own_keys_and_kept(void **state)
{
	static const struct fake_step steps[] = {
		{"Credential=AKIAOWN/", STS_ANSWER("AssumeRole", "ASIA1", STS_LATER), FAKE_CLOSE,
			false},
		{"Credential=AKIAOWN/", STS_ANSWER("AssumeRole", "ASIA2", STS_LATER), FAKE_CLOSE,
			false},
		{0}};
	static const char *const ids[] = {"ASIA1", "ASIA1", "ASIA2"};
	char line[128];
	const char *const environment[] = {
		line, "AWS_ACCESS_KEY_ID=AKIAOWN", "AWS_SECRET_ACCESS_KEY=s", NULL};
	struct fake_server server;
	struct aws_credentials *credentials = aws_credentials_new(environment);
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	fake_server_start(&server, steps);
	snprintf(line, sizeof line, "AWS_ENDPOINT_URL=%s", server.url);
	for (int i = 0; i < 3; i++) {
		if (!aws_credentials_get(credentials, &role, &keys, &error))
			fail_msg("%s", error.message);
		assert_string_equal(keys.id, ids[i]);
		aws_keys_dispose(&keys);
		if (i == 1)
			aws_credentials_refuse(credentials, &role, "ASIA1");
	}
	assert_true(aws_credentials_get(credentials, NULL, &keys, &error));
	assert_string_equal(keys.id, "AKIAOWN");
	aws_keys_dispose(&keys);
	aws_credentials_free(credentials);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(server.served, 2);
}

static void
own_keys_that_sts_refuses_are_fetched_anew(void **state)
{
#define OWN(id)                                                                                    \
	"{\"AccessKeyId\":\"" id                                                                   \
	"\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"" STS_LATER "\"}"
	static const struct fake_step steps[] = {
		{"GET /keys", FAKE_OK OWN("ONE"), FAKE_CLOSE, false},
		{"Credential=ONE/", STS_ERROR("403 No", "InvalidClientTokenId", ""), FAKE_CLOSE,
			false},
		{"GET /keys", FAKE_OK OWN("TWO"), FAKE_CLOSE, false}, {0}};
	char lines[2][128];
	const char *const environment[] = {lines[0], lines[1], NULL};
	struct fake_server server;
	struct aws_credentials *credentials = aws_credentials_new(environment);
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	fake_server_start(&server, steps);
	snprintf(lines[0], sizeof lines[0], "AWS_ENDPOINT_URL=%s", server.url);
	snprintf(lines[1], sizeof lines[1], "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/keys",
		server.url);
	assert_false(aws_credentials_get(credentials, &role, &keys, &error));
	assert_int_equal(error.kind, ERROR_DENIED);
	assert_true(aws_credentials_get(credentials, NULL, &keys, &error));
	assert_string_equal(keys.id, "TWO");
	aws_keys_dispose(&keys);
	aws_credentials_free(credentials);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	assert_int_equal(server.served, 3);
}

struct question {
	struct aws_credentials *credentials;
	const struct aws_role *role;
	struct error error;
	bool done;
};

static void *
ask(void *context)
{
	struct question *question = context;
	struct aws_keys keys;

	question->done =
		aws_credentials_get(question->credentials, question->role, &keys, &question->error);
	aws_keys_dispose(&keys);
	return NULL;
}

/* The server answers nothing: who asks would wait for seconds. */
static void
assert_is_cut(const char *const *environment, const struct aws_role *asked,
	struct fake_server *server, int served)
{
	struct question question = {aws_credentials_new(environment), asked, {0}, true};
	pthread_t thread;

	pthread_create(&thread, NULL, ask, &question);
	assert_true(FAKE_EVENTUALLY(atomic_load(&server->served) == served));
	aws_credentials_abort(question.credentials);
	pthread_join(thread, NULL);
	assert_false(question.done);
	assert_int_equal(question.error.kind, ERROR_TRANSIENT);
	assert_null(strstr(question.error.message, "timed out"));
	assert_false(atomic_load(&server->ended));
	aws_credentials_free(question.credentials);
}

static void
an_abort_cuts_what_is_asked_of_sts_and_of_the_container(void **state)
{
	static const struct fake_step steps[] = {{"Credential=AKIAOWN/", "", FAKE_HOLD, false},
		{"GET /keys", "", FAKE_HOLD, false}, {0}};
	char lines[2][128];
	const char *const own[] = {
		lines[0], "AWS_ACCESS_KEY_ID=AKIAOWN", "AWS_SECRET_ACCESS_KEY=s", NULL};
	const char *const container[] = {lines[1], NULL};
	struct fake_server server;

	(void)state;
	fake_server_start(&server, steps);
	snprintf(lines[0], sizeof lines[0], "AWS_ENDPOINT_URL=%s", server.url);
	snprintf(lines[1], sizeof lines[1], "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/keys",
		server.url);
	assert_is_cut(own, &role, &server, 1);
	assert_is_cut(container, NULL, &server, 2);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
after_an_abort_nobody_is_asked_but_keys_that_are_there_are_given(void **state)
{
	const char *const environment[] = {"AWS_ENDPOINT_URL=http://127.0.0.1:1",
		"AWS_ACCESS_KEY_ID=AKIAOWN", "AWS_SECRET_ACCESS_KEY=s", NULL};
	struct aws_credentials *credentials = aws_credentials_new(environment);
	struct aws_keys keys;
	struct error error = {0};

	(void)state;
	aws_credentials_abort(credentials);
	assert_true(aws_credentials_get(credentials, NULL, &keys, &error));
	aws_keys_dispose(&keys);
	assert_false(aws_credentials_get(credentials, &role, &keys, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_non_null(strstr(error.message, "about to end"));
	aws_credentials_free(credentials);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_is_taken_on_with_the_programs_own_keys_and_kept),
		cmocka_unit_test(own_keys_that_sts_refuses_are_fetched_anew),
		cmocka_unit_test(an_abort_cuts_what_is_asked_of_sts_and_of_the_container),
		cmocka_unit_test(after_an_abort_nobody_is_asked_but_keys_that_are_there_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
