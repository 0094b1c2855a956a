#include "cloud/aws_channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cloud/aws_query.h"
#include "tests/http/fake_server.h"

#define TOKEN "FwoGZXIvYXdzEXAMPLE"

/* Posts `form` to a server that knows these steps. What was sent is left in `server`. */
static bool
post(struct fake_server *server, const struct fake_step *steps, const struct buffer *form,
	const struct aws_keys *keys, struct error *error)
{
	static const char *const environment[] = {NULL};
	struct arena *arena = arena_new(64 * 1024);
	struct http_response response;
	struct http_client *channel;
	struct aws_post post = {.region = "eu-west-1",
		.service = "ec2",
		.keys = keys,
		.time = 1440938160,
		.form = form,
		.timeout = 10 * CLOCK_SECOND,
		.limit = 1024};
	bool done;

	fake_server_start(server, steps);
	post.url = server->url;
	channel = channel_open(aws_channel_trust(environment), post.url, false, error);
	assert_non_null(channel);
	done = aws_channel_post(arena, channel, &post, &response, error);
	assert_int_equal(done ? response.status : 200, 200);
	http_response_dispose(&response);
	http_client_free(channel);
	fake_server_stop(server);
	arena_free(arena);
	return done;
}

static void
a_form_is_signed_for_the_time_that_is_given(void **state)
{
	static const struct fake_step steps[] = {
		{"POST / HTTP/1.1\r\n", FAKE_OK "<a/>", FAKE_CLOSE, false}, {0}};
	static const struct aws_keys keys = {.id = "AKIAEXAMPLE", .secret = "s", .token = TOKEN};
	struct fake_server server;
	struct buffer form;
	struct error error;

	(void)state;
	buffer_init(&form, 1024);
	aws_query_begin(&form, "DescribeVpcs", "2016-11-15");
	assert_true(post(&server, steps, &form, &keys, &error));
	buffer_dispose(&form);
	assert_non_null(strstr(server.last, "\r\nX-Amz-Date: 20150830T123600Z\r\n"));
	assert_non_null(strstr(server.last, "\r\nX-Amz-Security-Token: " TOKEN "\r\n"));
	assert_non_null(
		strstr(server.last, "Credential=AKIAEXAMPLE/20150830/eu-west-1/ec2/aws4_request,"));
}

static void
without_keys_nothing_is_signed(void **state)
{
	static const struct fake_step steps[] = {
		{"POST / HTTP/1.1\r\n", FAKE_OK "<a/>", FAKE_CLOSE, false}, {0}};
	struct fake_server server;
	struct buffer form;
	struct error error;

	(void)state;
	buffer_init(&form, 1024);
	aws_query_begin(&form, "AssumeRoleWithWebIdentity", "2011-06-15");
	assert_true(post(&server, steps, &form, NULL, &error));
	buffer_dispose(&form);
	assert_null(strstr(server.last, "Authorization"));
	assert_null(strstr(server.last, "X-Amz-"));
	assert_non_null(strstr(server.last, "\r\nAccept: text/xml\r\n"));
}

static void
a_form_that_overflowed_is_not_sent(void **state)
{
	static const struct fake_step steps[] = {{0}};
	struct fake_server server;
	struct buffer form;
	struct error error;

	(void)state;
	buffer_init(&form, 16);
	aws_query_begin(&form, "DescribeVpcs", "2016-11-15");
	assert_false(post(&server, steps, &form, NULL, &error));
	buffer_dispose(&form);
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	assert_int_equal(server.unexpected, 0);
}

static void
authorities_that_cannot_be_read_are_told(void **state)
{
	static const char *const environment[] = {"AWS_CA_BUNDLE=/nowhere/ca.pem", NULL};
	struct error error;

	(void)state;
	assert_null(
		channel_open(aws_channel_trust(environment), "https://localhost", false, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(error.message, "AWS_CA_BUNDLE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_signed_for_the_time_that_is_given),
		cmocka_unit_test(without_keys_nothing_is_signed),
		cmocka_unit_test(a_form_that_overflowed_is_not_sent),
		cmocka_unit_test(authorities_that_cannot_be_read_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
