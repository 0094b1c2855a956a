#include "http/http_client.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "tests/http/fake_server.h"

static const struct http_request plain = {.target = "/path?a=b",
	.timeout = 20 * CLOCK_SECOND,
	.stall = 10 * CLOCK_SECOND,
	.limit = 1000};

static struct http_client *
client_of(const char *url)
{
	struct http_server server = {.url = url};
	struct error error = {0};
	struct http_client *client = http_client_new(&server, &error);

	if (!client)
		fail_msg("%s", error.message);
	return client;
}

/* One call against a server that knows one step. */
static bool
get_once(const struct fake_step *step, const struct http_request *request,
	struct http_response *response, struct error *error)
{
	const struct fake_step steps[] = {*step, {0}};
	struct fake_server server;
	struct http_client *client;
	bool done;

	fake_server_start(&server, steps);
	client = client_of(server.url);
	*error = (struct error){0};
	done = http_client_call(client, request, response, error);
	http_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	return done;
}

static void
only_https_and_plain_loopback_urls_are_taken(void **state)
{
	static const struct {
		const char *url;
		bool taken;
	} rows[] = {
		{"https://10.96.0.1:443", true},
		{"https://[fd00::1]:6443/prefix/", true},
		{"http://127.0.0.1:8001", true},
		{"http://localhost:8001/", true},
		{"http://[::1]:8001", true},
		{"http://10.0.0.1", false},
		{"http://localhost.example.com", false},
		{"http://127.0.0.1@example.com", false},
		{"https://user:secret@example.com", false},
		{"https://example.com/?a=b", false},
		{"ftp://example.com", false},
		{"file:///etc/passwd", false},
		{"example.com:6443", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_server server = {.url = rows[i].url};
		struct error error = {0};
		struct http_client *client = http_client_new(&server, &error);

		if ((client != NULL) != rows[i].taken)
			fail_msg("%s: %s", rows[i].url, error.message);
		assert_int_equal(error.kind, rows[i].taken ? ERROR_NONE : ERROR_INVALID);
		http_client_free(client);
	}
}

static void
plain_metadata_urls_are_taken_only_where_the_caller_says_so(void **state)
{
	static const struct {
		const char *url;
		bool taken;
	} rows[] = {
		{"http://169.254.169.254", true},
		{"http://169.254.170.2/", true},
		{"http://169.254.170.23", true},
		{"http://[fd00:ec2::23]", true},
		{"http://metadata.google.internal", true},
		{"http://127.0.0.1:8001", true},
		{"https://example.com", true},
		{"http://169.254.169.253", false},
		{"http://169.254.169.254.example.com", false},
		{"http://user@169.254.169.254", false},
		{"http://[fd00:ec2::24]", false},
		{"http://metadata.google.internal.example.com", false},
		{"http://example.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_server server = {.url = rows[i].url, .metadata = true};
		struct http_client *client = http_client_new(&server, NULL);

		if ((client != NULL) != rows[i].taken)
			fail_msg("%s", rows[i].url);
		http_client_free(client);
		server.metadata = false;
		client = http_client_new(&server, NULL);
		if (i < 5 && client)
			fail_msg("%s: taken without a word", rows[i].url);
		http_client_free(client);
	}
}

static void
an_answer_has_status_body_and_retry_after(void **state)
{
	struct http_response response;
	struct error error;

	(void)state;
	assert_true(get_once(
		&(struct fake_step){"GET /path?a=b HTTP/1.1\r\n",
			"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello",
			FAKE_HOLD, false},
		&plain, &response, &error));
	assert_int_equal(response.status, 429);
	assert_int_equal(response.retry_after, 7 * CLOCK_SECOND);
	assert_string_equal(buffer_text(&response.body), "hello");
	http_response_dispose(&response);
}

static void
the_token_goes_to_the_server_and_not_through_a_redirect(void **state)
{
	static const struct fake_step steps[] = {
		{"Authorization: Bearer abc.def-_\r\n",
			"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
			FAKE_CLOSE, false},
		{0},
	};
	struct http_request request = plain;
	struct http_response response;
	struct fake_server server;
	struct http_client *client;

	(void)state;
	fake_server_start(&server, steps);
	client = client_of(server.url);
	request.token = "abc.def-_";
	assert_true(http_client_call(client, &request, &response, NULL));
	assert_int_equal(response.status, 302);
	http_response_dispose(&response);
	http_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.served, 1);
	assert_int_equal(server.unexpected, 0);
	assert_null(strstr(server.last, "Accept-Encoding: identity"));
}

static void
a_token_cannot_forge_a_header(void **state)
{
	struct http_request request = plain;
	struct http_response response;
	struct error error = {0};
	struct http_client *client = client_of("http://127.0.0.1:9");

	(void)state;
	request.token = "abc\r\nX-Remote-User: admin";
	assert_false(http_client_call(client, &request, &response, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_null(strstr(error.message, "abc"));
	http_response_dispose(&response);
	http_client_free(client);
}

static void
headers_and_content_type_of_the_caller_are_sent(void **state)
{
	static const char *const lines[] = {
		"X-Amz-Date: 20260102T030405Z", "accept: text/xml", "If-Match: \"1\"", NULL};
	static const char *const parts[] = {"\r\nX-Amz-Date: 20260102T030405Z\r\n",
		"\r\naccept: text/xml\r\n", "\r\nIf-Match: \"1\"\r\n",
		"\r\nContent-Type: application/merge-patch+json\r\n"};
	static const struct fake_step steps[] = {
		{"PATCH /path", FAKE_OK "{}", FAKE_CLOSE, false}, {0}};
	struct http_request request = plain;
	struct http_response response;
	struct fake_server server;
	struct http_client *client;

	(void)state;
	fake_server_start(&server, steps);
	client = client_of(server.url);
	request.method = HTTP_PATCH;
	request.body = "{}";
	request.body_length = 2;
	request.content_type = "application/merge-patch+json";
	request.headers = lines;
	assert_true(http_client_call(client, &request, &response, NULL));
	http_response_dispose(&response);
	http_client_free(client);
	fake_server_stop(&server);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strstr(server.last, parts[i]))
			fail_msg("%s is not in %s", parts[i], server.last);
	assert_null(strstr(server.last, "application/json\r\n"));
}

static void
a_header_that_could_end_its_line_is_never_sent(void **state)
{
	static const char *const rows[] = {"X-Secret: a\r\nX-Other: b", "X-Secret: a\nb",
		"X-Secret: a\tb", "X-Secret: \x7f", "X-Secret: \xc3\xa4", "X Secret: a",
		": X-Secret", "X-Secret", "X-Secret;", "X-Secret:", "X-Secret:  ", ""};
	static const struct fake_step steps[] = {{0}};
	struct fake_server server;
	struct http_client *client;

	(void)state;
	fake_server_start(&server, steps);
	client = client_of(server.url);
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		const char *const lines[] = {"X-Good: yes", rows[i / 2], NULL};
		struct http_request request = plain;
		struct http_response response;
		struct error error = {0};

		request.method = HTTP_POST;
		request.body = "{}";
		request.body_length = 2;
		if (i % 2 == 0)
			request.headers = lines;
		else
			request.content_type = rows[i / 2];
		/* Some of them are a type of content, if a strange one. */
		if (i % 2 == 1 && !strpbrk(rows[i / 2], "\r\n\t\x7f\xc3") && *rows[i / 2])
			continue;
		assert_false(http_client_call(client, &request, &response, &error));
		if (error.kind != ERROR_INVALID || strstr(error.message, "Secret"))
			fail_msg("row %zu: %s", i, error.message);
		http_response_dispose(&response);
	}
	http_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
a_put_without_a_body_says_that_it_has_none(void **state)
{
	struct http_request request = plain;
	struct http_response response;
	struct error error;

	(void)state;
	request.method = HTTP_PUT;
	assert_true(get_once(
		&(struct fake_step){"Content-Length: 0\r\n", FAKE_OK "{}", FAKE_CLOSE, false},
		&request, &response, &error));
	http_response_dispose(&response);
}

static void
wanted_headers_of_the_answer_are_kept_in_order_and_joined(void **state)
{
	static const char *const wanted[] = {"x-amz-retry-after", "ETag", "Location", NULL};
	struct http_request request = plain;
	struct http_response response;
	struct error error;

	(void)state;
	request.wanted = wanted;
	assert_true(get_once(&(struct fake_step){"GET",
				     "HTTP/1.1 202 Accepted\r\nlocation: "
				     "https://example.com/1\r\nX-Amz-Retry-After: "
				     "1500\r\nLocation: second\r\nContent-Length: 0\r\n\r\n",
				     FAKE_CLOSE, false},
		&request, &response, &error));
	assert_string_equal(response.headers[0], "1500");
	assert_null(response.headers[1]);
	assert_string_equal(response.headers[2], "https://example.com/1, second");
	assert_null(response.headers[3]);
	http_response_dispose(&response);
}

static void
proxies_of_the_environment_are_not_used(void **state)
{
	struct http_response response;
	struct error error;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	assert_true(get_once(&(struct fake_step){"GET /path", FAKE_OK "{}", FAKE_CLOSE, false},
		&plain, &response, &error));
	unsetenv("http_proxy");
	http_response_dispose(&response);
}

static void
user_and_password_go_as_basic_authentication(void **state)
{
	static const struct fake_step steps[] = {
		{"Authorization: Basic dXNlcjpwYXNz\r\n", FAKE_OK, FAKE_CLOSE, false}, {0}};
	struct http_response response;
	struct fake_server server;
	struct http_server at;
	struct http_client *client;

	(void)state;
	fake_server_start(&server, steps);
	at = (struct http_server){.url = server.url, .user = "user", .password = "pass"};
	client = http_client_new(&at, NULL);
	assert_true(http_client_call(client, &plain, &response, NULL));
	http_response_dispose(&response);
	http_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
a_body_beyond_the_limit_is_exhausted_even_without_a_length(void **state)
{
	struct http_request request = plain;
	struct http_response response;
	struct error error;

	(void)state;
	request.limit = 4;
	assert_false(get_once(&(struct fake_step){"GET", FAKE_OK "12345", FAKE_CLOSE, false},
		&request, &response, &error));
	assert_int_equal(error.kind, ERROR_EXHAUSTED);
	http_response_dispose(&response);
	assert_true(get_once(&(struct fake_step){"GET", FAKE_OK "1234", FAKE_CLOSE, false},
		&request, &response, &error));
	http_response_dispose(&response);
}

static void
faults_of_the_connection_are_transient(void **state)
{
	static const struct {
		const char *name;
		struct fake_step step;
		int status;
	} rows[] = {
		{"cut body",
			{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", FAKE_CLOSE,
				false},
			200},
		{"cut chunk",
			{"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123",
				FAKE_CLOSE, false},
			200},
		{"reset",
			{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", FAKE_RESET,
				false},
			200},
		{"nothing", {"GET", "", FAKE_CLOSE, false}, 0},
		{"garbage", {"GET", "SSH-2.0-OpenSSH\r\n", FAKE_CLOSE, false}, 0},
		{"silence", {"GET", "", FAKE_HOLD, false}, 0},
		{"stall",
			{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", FAKE_HOLD,
				false},
			200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_request request = plain;
		struct http_response response;
		struct error error;

		request.stall = 300 * CLOCK_MILLISECOND;
		if (get_once(&rows[i].step, &request, &response, &error))
			fail_msg("%s: taken", rows[i].name);
		if (error.kind != ERROR_TRANSIENT || response.status != rows[i].status)
			fail_msg("%s: %d, %s", rows[i].name, response.status, error.message);
		http_response_dispose(&response);
	}
}

static void
a_server_that_is_not_there_is_transient(void **state)
{
	static const struct fake_step none[] = {{0}};
	struct http_response response;
	struct error error = {0};
	struct fake_server server;
	struct http_client *client;

	(void)state;
	fake_server_start(&server, none);
	fake_server_stop(&server);
	client = client_of(server.url);
	assert_false(http_client_call(client, &plain, &response, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	assert_int_equal(response.status, 0);
	http_response_dispose(&response);
	http_client_free(client);
}

static void
the_connection_is_kept_between_calls(void **state)
{
	/* The fake closes after a step, so one step that holds two answers serves both only on one
	 * connection. */
	static const struct fake_step steps[] = {
		{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", FAKE_HOLD, false}, {0}};
	struct http_request request = plain;
	struct http_response response;
	struct fake_server server;
	struct http_client *client;

	(void)state;
	fake_server_start(&server, steps);
	client = client_of(server.url);
	assert_true(http_client_call(client, &request, &response, NULL));
	http_response_dispose(&response);
	request.stall = 100 * CLOCK_MILLISECOND;
	assert_false(http_client_call(client, &request, &response, NULL));
	http_response_dispose(&response);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
	http_client_free(client);
}

/* One client for all of them: nothing of a call may be left over for the next. */
static void
each_method_goes_with_its_body_and_nothing_of_the_one_before(void **state)
{
	static const struct {
		enum http_method method;
		const char *body;
		const char *line;
		const char *end; /* of what was sent */
	} rows[] = {
		{HTTP_POST, "{\"a\":1}", "POST /path?a=b HTTP/1.1\r\n", "\r\n\r\n{\"a\":1}"},
		{HTTP_GET, NULL, "GET /path?a=b HTTP/1.1\r\n", "\r\n\r\n"},
		{HTTP_PUT, "{}", "PUT /path?a=b HTTP/1.1\r\n", "\r\n\r\n{}"},
		{HTTP_DELETE, NULL, "DELETE /path?a=b HTTP/1.1\r\n", "\r\n\r\n"},
		{HTTP_DELETE, "{\"b\":2}", "DELETE /path?a=b HTTP/1.1\r\n", "\r\n\r\n{\"b\":2}"},
		{HTTP_GET, NULL, "GET /path?a=b HTTP/1.1\r\n", "\r\n\r\n"},
		{HTTP_POST, NULL, "POST /path?a=b HTTP/1.1\r\n", "\r\n\r\n"},
		{HTTP_PUT, "", "PUT /path?a=b HTTP/1.1\r\n", "\r\n\r\n"},
	};
	enum { ROWS = sizeof rows / sizeof *rows };
	struct fake_step steps[ROWS + 1] = {{0}};
	struct fake_server server;
	struct http_client *client;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		steps[i] = (struct fake_step){rows[i].line, FAKE_KEPT("2") "{}", FAKE_KEEP, false};
	fake_server_start(&server, steps);
	client = client_of(server.url);
	for (int i = 0; i < ROWS; i++) {
		struct http_request request = plain;
		struct http_response response;
		size_t length;

		request.method = rows[i].method;
		request.body = rows[i].body;
		request.body_length = rows[i].body ? strlen(rows[i].body) : 0;
		assert_true(http_client_call(client, &request, &response, NULL));
		assert_int_equal(response.status, 200);
		http_response_dispose(&response);
		assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == i + 1));
		length = strlen(server.last);
		if (strcmp(server.last + length - strlen(rows[i].end), rows[i].end) != 0 ||
			!strstr(server.last, "Content-Type: application/json") != !rows[i].body ||
			strstr(server.last, "form-urlencoded") || strstr(server.last, "Expect"))
			fail_msg("row %d: %s", i, server.last);
		atomic_store(&server.read, true);
	}
	http_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

static void
a_large_body_is_sent_without_asking_first(void **state)
{
	static char body[3 * 1024 * 1024];
	static const struct fake_step step = {
		"Content-Length: 3145728\r\n", FAKE_OK "{}", FAKE_CLOSE, false};
	struct http_request request = plain;
	struct http_response response;
	struct error error;

	(void)state;
	memset(body, 'x', sizeof body);
	request.method = HTTP_PUT;
	request.body = body;
	request.body_length = sizeof body;
	assert_true(get_once(&step, &request, &response, &error));
	http_response_dispose(&response);
}

/* The second request meets a connection that the server closes without a word. */
static void
a_write_is_never_sent_twice_but_a_read_is(void **state)
{
	static const enum http_method methods[] = {HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE};
	static const enum fake_end ends[] = {FAKE_CLOSE, FAKE_RESET};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof methods / sizeof *methods; i++) {
		const struct fake_step steps[] = {
			{"/path", FAKE_KEPT("2") "{}", FAKE_KEEP, false},
			{"/path", "", ends[i % 2], false},
			{"/path", FAKE_KEPT("2") "{}", FAKE_CLOSE, false},
			{0},
		};
		struct http_request request = plain;
		struct http_response response;
		struct error error = {0};
		struct fake_server server;
		struct http_client *client;
		bool reads = methods[i / 2] == HTTP_GET;

		fake_server_start(&server, steps);
		client = client_of(server.url);
		request.method = methods[i / 2];
		request.body = reads ? NULL : "{}";
		request.body_length = reads ? 0 : 2;
		assert_true(http_client_call(client, &request, &response, NULL));
		http_response_dispose(&response);
		assert_int_equal(http_client_call(client, &request, &response, &error), reads);
		assert_int_equal(response.status, reads ? 200 : 0);
		assert_int_equal(error.kind, reads ? ERROR_NONE : ERROR_TRANSIENT);
		http_response_dispose(&response);
		assert_true(FAKE_EVENTUALLY(atomic_load(&server.served) == (reads ? 3 : 2)));
		/* A client that has lost a write is as good as before. */
		if (!reads) {
			assert_true(http_client_call(client, &request, &response, NULL));
			http_response_dispose(&response);
		}
		http_client_free(client);
		fake_server_stop(&server);
		assert_int_equal(server.served, 3);
		assert_int_equal(server.unexpected, 0);
	}
}

static void
the_date_of_an_answer_is_in_seconds_since_1970(void **state)
{
	static const struct {
		const char *reply;
		int64_t date;
	} rows[] = {
		{"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 784111777},
		{"date: Thu, 01 Jan 2026 00:00:00 GMT\r\n", 1767225600},
		{"Date: Sunday, 06-Nov-94 08:49:37 GMT\r\n", 784111777},
		{"Date: Sat, 06 Nov 2286 08:49:37 GMT\r\n", 9998758177},
		{"Date: yesterday\r\n", 0},
		{"Date:\r\n", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char reply[1000];
		const struct fake_step step = {"GET", reply, FAKE_CLOSE, false};
		struct http_response response;
		struct error error;

		snprintf(reply, sizeof reply, "%s%s\r\n{}", FAKE_HEAD("404 Not Found"),
			rows[i].reply);
		assert_true(get_once(&step, &plain, &response, &error));
		if (response.date != rows[i].date)
			fail_msg("row %zu: %lld", i, (long long)response.date);
		http_response_dispose(&response);
	}
}

struct stream {
	struct buffer text;
	int opened;
};

static void
on_open(void *context)
{
	((struct stream *)context)->opened++;
}

static bool
on_line(void *context, const char *text, size_t length, struct error *error)
{
	struct stream *stream = context;

	(void)length;
	if (strcmp(text, "stop") == 0)
		return error_set(error, ERROR_CONFLICT, "stopped");
	return buffer_printf(&stream->text, "%s|", text);
}

static void
an_answer_is_read_by_lines_as_it_comes(void **state)
{
	static const struct {
		const char *name;
		struct fake_step step;
		bool done;
		enum error_kind kind;
		int opened;
		const char *lines;
	} rows[] = {
		{"whole", {"GET", FAKE_OK "a\nbc\n", FAKE_CLOSE, false}, true, ERROR_NONE, 1,
			"a|bc|"},
		{"crumbs", {"GET", FAKE_OK "a\nbc\n", FAKE_CLOSE, true}, true, ERROR_NONE, 1,
			"a|bc|"},
		{"chunks with trailer",
			{"GET",
				"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
				"chunked\r\n\r\n3\r\na\nb\r\n2\r\nc\n\r\n0\r\nX: y\r\n\r\n",
				FAKE_CLOSE, true},
			true, ERROR_NONE, 1, "a|bc|"},
		{"unfinished line", {"GET", FAKE_OK "a\nbc", FAKE_CLOSE, false}, true, ERROR_NONE,
			1, "a|"},
		{"cut",
			{"GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na\nbc\n", FAKE_CLOSE,
				false},
			false, ERROR_TRANSIENT, 1, "a|bc|"},
		{"reader stops", {"GET", FAKE_OK "a\nstop\nbc\n", FAKE_CLOSE, false}, false,
			ERROR_CONFLICT, 1, "a|"},
		{"huge line", {"GET", FAKE_OK "a\nbcdefghijk\n", FAKE_CLOSE, false}, false,
			ERROR_EXHAUSTED, 1, "a|"},
		{"stall", {"GET", FAKE_OK "a\n", FAKE_HOLD, false}, false, ERROR_TRANSIENT, 1,
			"a|"},
		{"other status",
			{"GET", "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\na\nb\n", FAKE_CLOSE,
				false},
			true, ERROR_NONE, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stream stream = {0};
		struct http_request request = plain;
		struct http_response response;
		struct error error;
		bool done;

		buffer_init(&stream.text, 1000);
		request.limit = 8;
		request.stall = 300 * CLOCK_MILLISECOND;
		request.opened = on_open;
		request.line = (struct line_reader){on_line, &stream};
		done = get_once(&rows[i].step, &request, &response, &error);
		if (done != rows[i].done || error.kind != rows[i].kind ||
			stream.opened != rows[i].opened ||
			strcmp(buffer_text(&stream.text), rows[i].lines) != 0)
			fail_msg("%s: %d %s %s", rows[i].name, stream.opened,
				buffer_text(&stream.text), error.message);
		if (response.status == 410)
			assert_string_equal(buffer_text(&response.body), "a\nb\n");
		http_response_dispose(&response);
		buffer_dispose(&stream.text);
	}
}

static void *
abort_once_served(void *context)
{
	void **both = context;
	struct fake_server *server = both[0];

	if (FAKE_EVENTUALLY(atomic_load(&server->served) == 1))
		http_client_abort(both[1]);
	return NULL;
}

static void
another_thread_ends_a_call_and_all_later_ones(void **state)
{
	static const struct fake_step steps[] = {{"GET", "", FAKE_HOLD, false}, {0}};
	struct http_request request = plain;
	struct http_response response;
	struct error error = {0};
	struct fake_server server;
	struct http_client *client;
	pthread_t thread;
	void *both[2];

	(void)state;
	fake_server_start(&server, steps);
	client = client_of(server.url);
	both[0] = &server;
	both[1] = client;
	request.stall = request.timeout = 3600 * CLOCK_SECOND;
	pthread_create(&thread, NULL, abort_once_served, both);
	assert_false(http_client_call(client, &request, &response, &error));
	assert_int_equal(error.kind, ERROR_TRANSIENT);
	pthread_join(thread, NULL);
	http_response_dispose(&response);
	assert_false(http_client_call(client, &request, &response, &error));
	http_response_dispose(&response);
	http_client_free(client);
	fake_server_stop(&server);
	assert_int_equal(server.unexpected, 0);
}

/* TLS: the openssl program makes certificates and is the server. */

struct tls {
	char folder[64];
	pid_t pid;
	int port;
};

static int
run_program(const char *const *words, int output, bool wait, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char *copy[32] = {0};
	int status = 0;

	for (int i = 0; words[i]; i++)
		copy[i] = strdup(words[i]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (output >= 0)
		posix_spawn_file_actions_adddup2(&actions, output, 1);
	else
		posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(pid, copy[0], &actions, NULL, copy, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	for (int i = 0; copy[i]; i++)
		free(copy[i]);
	if (wait)
		assert_int_equal(waitpid(*pid, &status, 0), *pid);
	return status;
}

static const char *
in_folder(const struct tls *tls, struct arena *arena, const char *name)
{
	return arena_printf(arena, "%s/%s", tls->folder, name);
}

static void
make_certificate(const struct tls *tls, struct arena *arena, const char *name)
{
	const char *const words[] = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
		arena_printf(arena, "/CN=%s", name), "-addext",
		"subjectAltName=DNS:api.example.com", "-keyout",
		in_folder(tls, arena, arena_printf(arena, "%s.key", name)), "-out",
		in_folder(tls, arena, arena_printf(arena, "%s.crt", name)), NULL};
	pid_t pid;

	assert_int_equal(run_program(words, -1, true, &pid), 0);
}

/* A server that wants the client's certificate and answers a GET with a page of its own. */
static void
start_tls(struct tls *tls, struct arena *arena)
{
	const char *const words[] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-www",
		"-cert", in_folder(tls, arena, "server.crt"), "-key",
		in_folder(tls, arena, "server.key"), "-CAfile", in_folder(tls, arena, "client.crt"),
		"-Verify", "1", "-verify_return_error", NULL};
	char line[256] = "";
	const char *found = NULL;
	int ends[2];
	FILE *output;

	assert_int_equal(pipe(ends), 0);
	run_program(words, ends[1], false, &tls->pid);
	close(ends[1]);
	output = fdopen(ends[0], "r");
	while (!found && fgets(line, sizeof line, output))
		found = text_starts_with(line, "ACCEPT ") ? strrchr(line, ':') : NULL;
	assert_non_null(found);
	tls->port = (int)strtol(found + 1, NULL, 10);
	fclose(output);
}

static int
tls_setup(void **state)
{
	struct tls *tls = calloc(1, sizeof *tls);
	struct arena *arena = arena_new(100000);

	snprintf(tls->folder, sizeof tls->folder, "/tmp/test_http_client.XXXXXX");
	assert_non_null(mkdtemp(tls->folder));
	make_certificate(tls, arena, "server");
	make_certificate(tls, arena, "client");
	start_tls(tls, arena);
	arena_free(arena);
	*state = tls;
	return 0;
}

static int
tls_teardown(void **state)
{
	static const char *const names[] = {"server.crt", "server.key", "client.crt", "client.key"};
	struct tls *tls = *state;
	struct arena *arena = arena_new(10000);

	kill(tls->pid, SIGTERM);
	waitpid(tls->pid, NULL, 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(in_folder(tls, arena, names[i]));
	rmdir(tls->folder);
	arena_free(arena);
	free(tls);
	return 0;
}

static const char *
content(const struct tls *tls, struct arena *arena, const char *name)
{
	CLEANUP(buffer_dispose) struct buffer buffer;

	buffer_init(&buffer, 100000);
	assert_true(file_read(in_folder(tls, arena, name), &buffer, NULL));
	return arena_text(arena, buffer_text(&buffer));
}

static void
tls_needs_the_right_authority_name_and_client_certificate(void **state)
{
	static const struct {
		const char *name;
		const char *authority;
		const char *server_name;
		const char *identity;
		bool done;
		enum error_kind kind;
	} rows[] = {
		{"all right", "server.crt", "api.example.com", "client", true, ERROR_NONE},
		{"another authority", "client.crt", "api.example.com", "client", false,
			ERROR_DENIED},
		{"authorities of the system", NULL, "api.example.com", "client", false,
			ERROR_DENIED},
		{"another name", "server.crt", "other.example.com", "client", false, ERROR_DENIED},
		{"name of the URL", "server.crt", NULL, "client", false, ERROR_DENIED},
		{"no client certificate", "server.crt", "api.example.com", NULL, false,
			ERROR_TRANSIENT},
		{"another client certificate", "server.crt", "api.example.com", "server", false,
			ERROR_TRANSIENT},
	};
	const struct tls *tls = *state;
	struct arena *arena = arena_new(1000000);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_server server = {
			.url = arena_printf(arena, "https://127.0.0.1:%d", tls->port),
			.server_name = rows[i].server_name};
		struct http_request request = plain;
		struct http_response response;
		struct http_client *client;
		struct error error = {0};

		if (rows[i].authority)
			server.authority = content(tls, arena, rows[i].authority);
		if (rows[i].identity) {
			server.certificate = content(
				tls, arena, arena_printf(arena, "%s.crt", rows[i].identity));
			server.key = content(
				tls, arena, arena_printf(arena, "%s.key", rows[i].identity));
		}
		request.limit = 100000;
		client = http_client_new(&server, &error);
		assert_non_null(client);
		if (http_client_call(client, &request, &response, &error) != rows[i].done ||
			error.kind != rows[i].kind)
			fail_msg("%s: %d %s", rows[i].name, error.kind, error.message);
		if (rows[i].done)
			assert_int_equal(response.status, 200);
		http_response_dispose(&response);
		http_client_free(client);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_and_plain_loopback_urls_are_taken),
		cmocka_unit_test(plain_metadata_urls_are_taken_only_where_the_caller_says_so),
		cmocka_unit_test(an_answer_has_status_body_and_retry_after),
		cmocka_unit_test(the_token_goes_to_the_server_and_not_through_a_redirect),
		cmocka_unit_test(a_token_cannot_forge_a_header),
		cmocka_unit_test(headers_and_content_type_of_the_caller_are_sent),
		cmocka_unit_test(a_header_that_could_end_its_line_is_never_sent),
		cmocka_unit_test(a_put_without_a_body_says_that_it_has_none),
		cmocka_unit_test(wanted_headers_of_the_answer_are_kept_in_order_and_joined),
		cmocka_unit_test(proxies_of_the_environment_are_not_used),
		cmocka_unit_test(user_and_password_go_as_basic_authentication),
		cmocka_unit_test(a_body_beyond_the_limit_is_exhausted_even_without_a_length),
		cmocka_unit_test(faults_of_the_connection_are_transient),
		cmocka_unit_test(a_server_that_is_not_there_is_transient),
		cmocka_unit_test(the_connection_is_kept_between_calls),
		cmocka_unit_test(each_method_goes_with_its_body_and_nothing_of_the_one_before),
		cmocka_unit_test(a_large_body_is_sent_without_asking_first),
		cmocka_unit_test(a_write_is_never_sent_twice_but_a_read_is),
		cmocka_unit_test(the_date_of_an_answer_is_in_seconds_since_1970),
		cmocka_unit_test(an_answer_is_read_by_lines_as_it_comes),
		cmocka_unit_test(another_thread_ends_a_call_and_all_later_ones),
		cmocka_unit_test_setup_teardown(
			tls_needs_the_right_authority_name_and_client_certificate, tls_setup,
			tls_teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
