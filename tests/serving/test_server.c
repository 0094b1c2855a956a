#include "serving/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/serving/tls_client.h"

static void
echo(struct exchange *exchange, void *context)
{
	(void)context;
	exchange_reply(exchange, 200, "text/plain", buffer_text(&exchange->body));
}

static const struct endpoint endpoints[] = {{"/echo", "POST", echo}, {"/hello", "GET", echo}, {0}};

static char folder[] = "/tmp/peerwarden-server-XXXXXX";

static struct server *
open_server_with(struct tls_identity *identity, int64_t header_timeout, int64_t body_timeout)
{
	struct server_settings settings = {
		.listen = "127.0.0.1:0",
		.identity = identity,
		.endpoints = endpoints,
		.threads = 2,
		.max_connections = 64,
		.header_timeout = header_timeout,
		.body_timeout = body_timeout,
	};
	struct error error;
	struct server *server = server_open(&settings, &error);

	assert_non_null(server);
	return server;
}

static struct server *
open_server(int64_t header_timeout, int64_t body_timeout)
{
	return open_server_with(NULL, header_timeout, body_timeout);
}

static const struct {
	const char *request;
	const char *status;
	const char *contains;
} cases[] = {
	{"POST /echo?timeout=10s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: "
	 "application/json\r\n"
	 "Content-Length: 4\r\n\r\n{\"\"}",
		"200", "{\"\"}"},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json; "
	 "charset=utf-8\r\n"
	 "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		"200", "abcde"},
	{"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200", "text/plain"},
	{"HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200", "text/plain"},
	{"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", "405", "Allow: POST"},
	{"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "405", "Allow: GET, HEAD"},
	{"POST /other HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
	 "2\r\n\r\n{}",
		"404", ""},
	{"POST /echo%00 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
	 "2\r\n\r\n{}",
		"404", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: "
	 "2\r\n\r\n{}",
		"415", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/jsonx\r\nContent-Length: "
	 "2\r\n\r\n{}",
		"415", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "415", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
	 "7340033\r\n\r\n",
		"413", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\n"
	 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"400", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
	 "Content-Length: 3\r\n\r\n{}",
		"400", ""},
	/* libmicrohttpd adds a folded line to the name of its header */
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
	 "Transfer-Encoding:\r\n chunked\r\n\r\n{}",
		"400", "two ways"},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
	 " X: y\r\n\r\n{}",
		"400", "two ways"},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
	 "Transfer-Encoding : chunked\r\n\r\n{}",
		"400", "two ways"},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: "
	 "gzip\r\n\r\n{}",
		"400", ""},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
	 "-1\r\n\r\n",
		"400", ""},
};

static void
each_request_gets_its_status(void **state)
{
	struct server *server = open_server(10 * CLOCK_SECOND, 10 * CLOCK_SECOND);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CLEANUP(buffer_dispose) struct buffer answer;
		int fd = socket_connect(server_port(server));

		buffer_init(&answer, SIZE_MAX);
		assert_true(socket_send(fd, cases[i].request));
		if (!socket_read_all(fd, &answer))
			fail_msg("the connection stays open: %s", cases[i].request);
		if (strncmp(buffer_text(&answer) + 9, cases[i].status, 3) != 0 ||
			!strstr(buffer_text(&answer), cases[i].contains))
			fail_msg("%s\n-> %s", cases[i].request, buffer_text(&answer));
		close(fd);
	}
	server_close(server);
}

static void
a_chunked_body_that_is_too_large_is_refused(void **state)
{
	struct server *server = open_server(10 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	CLEANUP(buffer_dispose) struct buffer answer, chunk;
	int fd = socket_connect(server_port(server));

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	buffer_init(&chunk, SIZE_MAX);
	buffer_append_text(&chunk, "100000\r\n");
	for (int i = 0; i < 1048576; i++)
		buffer_append_char(&chunk, ' ');
	buffer_append_text(&chunk, "\r\n");
	assert_true(socket_send(fd,
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
		"Transfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 8; i++)
		assert_true(socket_send(fd, chunk.data));
	assert_true(socket_send(fd, "0\r\n\r\n"));
	assert_true(socket_read_all(fd, &answer));
	assert_non_null(strstr(buffer_text(&answer), "413"));
	close(fd);
	server_close(server);
}

static void
a_connection_serves_many_requests(void **state)
{
	struct server *server = open_server(10 * CLOCK_SECOND, 10 * CLOCK_SECOND);
	int fd = socket_connect(server_port(server));

	(void)state;
	for (int i = 0; i < 3; i++) {
		CLEANUP(buffer_dispose) struct buffer answer;

		buffer_init(&answer, SIZE_MAX);
		assert_true(socket_send(fd,
			"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
			"Content-Length: 5\r\n\r\nhello"));
		assert_true(socket_read_until(fd, &answer, "hello"));
	}
	close(fd);
	server_close(server);
}

/* Sends one byte after the other for as long as the server takes them. */
static bool
drips_until_cut(int fd)
{
	struct pollfd ended = {.fd = fd, .events = POLLIN | POLLRDHUP};

	for (int i = 0; i < 2000; i++) {
		send(fd, "a", 1, MSG_NOSIGNAL);
		if (poll(&ended, 1, 10) == 1)
			return true;
	}
	return false;
}

static void
dripping_clients_are_cut(void **state)
{
	static const char *const beginnings[] = {
		"",
		"POST /echo HTTP/1.1\r\nX: ",
		("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: "
		 "application/json\r\nContent-Length: 100000\r\n\r\n"),
		/* in the second request of a connection */
		"HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n",
	};
	struct server *server = open_server(200 * CLOCK_MILLISECOND, 200 * CLOCK_MILLISECOND);

	(void)state;
	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
		CLEANUP(buffer_dispose) struct buffer answer;
		int fd = socket_connect(server_port(server));

		buffer_init(&answer, SIZE_MAX);
		assert_true(socket_send(fd, beginnings[i]));
		if (beginnings[i][0] == 'H') {
			assert_true(socket_read_until(fd, &answer, "\r\n\r\n"));
			assert_true(socket_send(fd, "POST /echo HTTP/1.1\r\nX: "));
		}
		assert_true(drips_until_cut(fd));
		close(fd);
	}
	server_close(server);
}

/* Connects, says nothing, and returns when that has taken too long. */
static void
wait_until_silence_is_cut(const struct server *server)
{
	CLEANUP(buffer_dispose) struct buffer answer;
	int fd = socket_connect(server_port(server));

	buffer_init(&answer, SIZE_MAX);
	assert_true(socket_read_all(fd, &answer));
	close(fd);
}

static struct tls_client
shake_hands(const struct server *server)
{
	struct tls_client client = tls_client_open(server_port(server), NULL);

	assert_int_equal(gnutls_handshake(client.session), 0);
	return client;
}

static void
a_client_that_asks_long_after_its_handshake_is_answered(void **state)
{
	struct tls_identity *identity = tls_identity_open("one.crt", "one.key", NULL, NULL);
	struct server *server = open_server_with(identity, 3 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	struct tls_client client = shake_hands(server);
	CLEANUP(buffer_dispose) struct buffer answer;

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	wait_until_silence_is_cut(server);
	assert_true(tls_client_send(&client, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_true(tls_client_read_until(&client, &answer, "200 OK"));
	tls_client_close(&client);
	server_close(server);
	tls_identity_close(identity);
}

static void
draining_ends_connections_on_which_nothing_was_ever_asked(void **state)
{
	struct tls_identity *identity = tls_identity_open("one.crt", "one.key", NULL, NULL);
	struct server *server = open_server_with(identity, 3 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	struct tls_client client = shake_hands(server);

	(void)state;
	wait_until_silence_is_cut(server);
	assert_true(server_drain(server, 30 * CLOCK_SECOND));
	tls_client_close(&client);
	server_close(server);
	tls_identity_close(identity);
}

static void
draining_ends_idle_connections_and_takes_no_new_ones(void **state)
{
	struct server *server = open_server(60 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	CLEANUP(buffer_dispose) struct buffer answer;
	int fd = socket_connect(server_port(server));

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	assert_true(socket_send(fd, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_true(socket_read_until(fd, &answer, "\r\n\r\n"));
	assert_true(server_drain(server, 30 * CLOCK_SECOND));
	assert_int_equal(socket_connect(server_port(server)), -1);
	assert_true(socket_read_all(fd, &answer));
	close(fd);
	server_close(server);
}

static void
draining_lets_a_request_end(void **state)
{
	struct server *server = open_server(60 * CLOCK_SECOND, 60 * CLOCK_SECOND);
	CLEANUP(buffer_dispose) struct buffer answer;
	int fd = socket_connect(server_port(server));

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	assert_true(socket_send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
				    "Content-Type: application/json\r\nExpect: 100-continue\r\n"
				    "Content-Length: 5\r\n\r\n"));
	assert_true(socket_read_until(fd, &answer, "100 Continue"));
	assert_false(server_drain(server, 1));
	assert_true(socket_send(fd, "hello"));
	assert_true(socket_read_until(fd, &answer, "hello"));
	close(fd);
	server_close(server);
}

static void
an_address_of_the_wrong_form_is_refused(void **state)
{
	static const char *const wrong[] = {"", "8443", "localhost:80", "127.0.0.1",
		"127.0.0.1:65536", "::1:80", "[::1]", "[127.0.0.1]:http"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct server_settings settings = {.listen = wrong[i], .endpoints = endpoints};
		struct error error = {0};

		assert_null(server_open(&settings, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

static void
a_port_in_use_is_a_conflict(void **state)
{
	struct server *server = open_server(CLOCK_SECOND, CLOCK_SECOND);
	char listen[32];
	struct server_settings settings = {.listen = listen, .endpoints = endpoints};
	struct error error = {0};

	(void)state;
	snprintf(listen, sizeof listen, "127.0.0.1:%u", server_port(server));
	assert_null(server_open(&settings, &error));
	assert_int_equal(error.kind, ERROR_CONFLICT);
	server_close(server);
}

static int
set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	tls_client_make(&(struct tls_client_certificate){.file = "one"});
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink("one.crt");
	unlink("one.key");
	return chdir("/") || rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_gets_its_status),
		cmocka_unit_test(a_chunked_body_that_is_too_large_is_refused),
		cmocka_unit_test(a_connection_serves_many_requests),
		cmocka_unit_test(dripping_clients_are_cut),
		cmocka_unit_test(a_client_that_asks_long_after_its_handshake_is_answered),
		cmocka_unit_test(draining_ends_connections_on_which_nothing_was_ever_asked),
		cmocka_unit_test(draining_ends_idle_connections_and_takes_no_new_ones),
		cmocka_unit_test(draining_lets_a_request_end),
		cmocka_unit_test(an_address_of_the_wrong_form_is_refused),
		cmocka_unit_test(a_port_in_use_is_a_conflict),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
