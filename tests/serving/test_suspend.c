#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "serving/server.h"
#include "tests/serving/tls_client.h"

enum { MOST = 4096, CLIENTS = 12, REQUESTS = 200, RESUMERS = 3, HANG_UP_EACH = 9 };

static char folder[] = "/tmp/peerwarden-suspend-XXXXXX";

/* The exchanges that wait, and what wakes those who resume them. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct exchange *items[MOST];
	size_t count;
	bool ending;
} waiting = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void
wait_in_line(struct exchange *exchange)
{
	pthread_mutex_lock(&waiting.mutex);
	waiting.items[waiting.count++] = exchange;
	pthread_cond_broadcast(&waiting.changed);
	pthread_mutex_unlock(&waiting.mutex);
}

/* One of those that wait, by chance; NULL at the end. */
static struct exchange *
take_one(unsigned *seed)
{
	struct exchange *taken = NULL;
	size_t place;

	pthread_mutex_lock(&waiting.mutex);
	while (waiting.count == 0 && !waiting.ending)
		pthread_cond_wait(&waiting.changed, &waiting.mutex);
	if (waiting.count > 0) {
		place = (size_t)rand_r(seed) % waiting.count;
		taken = waiting.items[place];
		waiting.items[place] = waiting.items[--waiting.count];
	}
	pthread_mutex_unlock(&waiting.mutex);
	return taken;
}

static void
resume_one(void)
{
	unsigned seed = 1;

	exchange_resume(take_one(&seed));
}

/* Suspends twice, and each time leaves a count in the exchange. */
static void
answer_late(struct exchange *exchange, void *context)
{
	int *calls = exchange->work;

	(void)context;
	if (!calls)
		exchange->work = calls = ARENA_NEW(exchange->arena, int);
	if ((*calls)++ == 2) {
		exchange_reply(exchange, 200, "text/plain", buffer_text(&exchange->body));
		return;
	}
	exchange_suspend(exchange);
	wait_in_line(exchange);
}

static void
answer_when_resumed(struct exchange *exchange, void *context)
{
	(void)context;
	if (exchange->work) {
		exchange_reply(exchange, 200, "text/plain", exchange->work);
		return;
	}
	if (!exchange_may_suspend(exchange)) {
		exchange_refuse(exchange, 503, "full", "full");
		return;
	}
	exchange->work = arena_text(exchange->arena, "resumed");
	exchange_suspend(exchange);
	wait_in_line(exchange);
}

/* Is resumed before it returns. */
static void
answer_at_once(struct exchange *exchange, void *context)
{
	(void)context;
	if (exchange->work) {
		exchange_reply(exchange, 200, "text/plain", "at once");
		return;
	}
	exchange->work = arena_text(exchange->arena, "");
	exchange_suspend(exchange);
	exchange_resume(exchange);
}

static const struct endpoint endpoints[] = {
	{"/late", "POST", answer_late},
	{"/resumed", "GET", answer_when_resumed},
	{"/at-once", "GET", answer_at_once},
	{0},
};

static struct server *
open_server(struct tls_identity *identity, int64_t body_timeout)
{
	struct server_settings settings = {
		.listen = "127.0.0.1:0",
		.identity = identity,
		.endpoints = endpoints,
		.threads = 2,
		.max_connections = 64,
		.max_waiting = 32,
		.header_timeout = 20 * CLOCK_SECOND,
		.body_timeout = body_timeout,
	};
	struct error error;
	struct server *server = server_open(&settings, &error);

	assert_non_null(server);
	waiting.ending = false;
	return server;
}

static struct tls_identity *
open_identity(void)
{
	struct error error;
	struct tls_identity *identity = tls_identity_open("one.crt", "one.key", NULL, &error);

	assert_non_null(identity);
	return identity;
}

static void *
run_resumer(void *context)
{
	unsigned seed = *(unsigned *)context;
	struct exchange *exchange;

	while ((exchange = take_one(&seed)) != NULL)
		exchange_resume(exchange);
	return NULL;
}

struct customer {
	pthread_t thread;
	const struct server *server;
	unsigned number;
	unsigned answered;
	unsigned wrong;
};

/* Sends one request and reads its own body back, or hangs up after sending. */
static void
ask_once(struct customer *customer, struct tls_client *client, unsigned request)
{
	CLEANUP(buffer_dispose) struct buffer answer;
	char body[32], text[256];

	buffer_init(&answer, SIZE_MAX);
	snprintf(body, sizeof body, "<%08u.%08u>", customer->number, request);
	snprintf(text, sizeof text,
		"POST /late?timeout=30s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
		"Content-Length: 19\r\n\r\n%s",
		body);
	if (request % HANG_UP_EACH == customer->number % HANG_UP_EACH) {
		tls_client_send(client, text);
		tls_client_close(client);
		*client = tls_client_open(server_port(customer->server), NULL);
		gnutls_handshake(client->session);
	} else if (tls_client_send(client, text) && tls_client_read_until(client, &answer, ">") &&
		   strstr(buffer_text(&answer), body)) {
		customer->answered++;
	} else {
		customer->wrong++;
	}
}

static void *
run_customer(void *context)
{
	struct customer *customer = context;
	struct tls_client client = tls_client_open(server_port(customer->server), NULL);

	gnutls_handshake(client.session);
	for (unsigned i = 0; i < REQUESTS; i++)
		ask_once(customer, &client, i);
	tls_client_close(&client);
	return NULL;
}

static void
thousands_are_resumed_in_any_order_while_clients_hang_up(void **state)
{
	struct tls_identity *identity = open_identity();
	struct server *server = open_server(identity, 20 * CLOCK_SECOND);
	struct customer customers[CLIENTS];
	pthread_t resumers[RESUMERS];
	unsigned seeds[RESUMERS] = {1, 2, 3};
	unsigned answered = 0;

	(void)state;
	for (size_t i = 0; i < RESUMERS; i++)
		assert_int_equal(pthread_create(&resumers[i], NULL, run_resumer, &seeds[i]), 0);
	for (unsigned i = 0; i < CLIENTS; i++) {
		customers[i] = (struct customer){.server = server, .number = i};
		assert_int_equal(
			pthread_create(&customers[i].thread, NULL, run_customer, &customers[i]), 0);
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		pthread_join(customers[i].thread, NULL);
		assert_int_equal(customers[i].wrong, 0);
		answered += customers[i].answered;
	}
	assert_true(answered > CLIENTS * REQUESTS * 3 / 4);
	assert_true(server_drain(server, 20 * CLOCK_SECOND));
	assert_int_equal(server_suspended(server), 0);
	pthread_mutex_lock(&waiting.mutex);
	waiting.ending = true;
	pthread_cond_broadcast(&waiting.changed);
	pthread_mutex_unlock(&waiting.mutex);
	for (size_t i = 0; i < RESUMERS; i++)
		pthread_join(resumers[i], NULL);
	server_close(server);
	tls_identity_close(identity);
}

static void
an_exchange_may_be_resumed_before_its_endpoint_returns(void **state)
{
	struct server *server = open_server(NULL, 20 * CLOCK_SECOND);
	int fd = socket_connect(server_port(server));

	(void)state;
	for (int i = 0; i < 500; i++) {
		CLEANUP(buffer_dispose) struct buffer answer;

		buffer_init(&answer, SIZE_MAX);
		assert_true(socket_send(fd, "GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n"));
		assert_true(socket_read_until(fd, &answer, "at once"));
	}
	close(fd);
	server_close(server);
}

static void
a_pipelined_request_waits_for_the_suspended_one(void **state)
{
	struct tls_identity *identity = open_identity();
	struct server *server = open_server(identity, 20 * CLOCK_SECOND);
	struct tls_client client = tls_client_open(server_port(server), NULL);
	CLEANUP(buffer_dispose) struct buffer answer;

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	assert_int_equal(gnutls_handshake(client.session), 0);
	assert_true(tls_client_send(&client, "GET /resumed HTTP/1.1\r\nHost: a\r\n\r\n"
					     "GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n"));
	resume_one();
	assert_true(tls_client_read_until(&client, &answer, "resumed"));
	assert_true(tls_client_read_until(&client, &answer, "at once"));
	tls_client_close(&client);
	server_close(server);
	tls_identity_close(identity);
}

static void
draining_waits_for_what_is_suspended(void **state)
{
	struct server *server = open_server(NULL, 20 * CLOCK_SECOND);
	CLEANUP(buffer_dispose) struct buffer answer;
	int fd = socket_connect(server_port(server));

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	assert_true(socket_send(fd, "GET /resumed HTTP/1.1\r\nHost: a\r\n\r\n"));
	while (server_suspended(server) == 0)
		assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 1), 0);
	assert_false(server_drain(server, 300 * CLOCK_MILLISECOND));
	assert_int_equal(server_suspended(server), 1);
	resume_one();
	assert_true(server_drain(server, 20 * CLOCK_SECOND));
	assert_true(socket_read_all(fd, &answer));
	assert_non_null(strstr(buffer_text(&answer), "resumed"));
	close(fd);
	server_close(server);
}

static void *
run_close(void *context)
{
	server_close(context);
	return NULL;
}

static void
closing_waits_until_all_are_resumed(void **state)
{
	struct server *server = open_server(NULL, 20 * CLOCK_SECOND);
	int fd = socket_connect(server_port(server));
	unsigned seed = 1;
	struct exchange *exchange;
	pthread_t closer;

	(void)state;
	assert_true(socket_send(fd, "GET /resumed HTTP/1.1\r\nHost: a\r\n\r\n"));
	exchange = take_one(&seed);
	assert_int_equal(pthread_create(&closer, NULL, run_close, server), 0);
	exchange_resume(exchange);
	pthread_join(closer, NULL);
	close(fd);
}

static void
beyond_the_limit_none_may_be_suspended(void **state)
{
	struct server *server = open_server(NULL, 20 * CLOCK_SECOND);
	CLEANUP(buffer_dispose) struct buffer answer;
	int fds[32], last;

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	for (size_t i = 0; i < 32; i++) {
		fds[i] = socket_connect(server_port(server));
		assert_true(socket_send(fds[i], "GET /resumed HTTP/1.1\r\nHost: a\r\n\r\n"));
	}
	while (server_suspended(server) < 32)
		poll(NULL, 0, 1);
	last = socket_connect(server_port(server));
	assert_true(socket_send(last, "GET /resumed HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_true(socket_read_until(last, &answer, " 503 "));
	for (size_t i = 0; i < 32; i++) {
		resume_one();
		close(fds[i]);
	}
	close(last);
	server_close(server);
}

/* That a dripping client, which came later, is cut shows that the time for a body is over. */
static void
a_suspended_connection_is_not_cut_before_its_deadline(void **state)
{
	struct server *server = open_server(NULL, 200 * CLOCK_MILLISECOND);
	CLEANUP(buffer_dispose) struct buffer answer, rest;
	int fd = socket_connect(server_port(server)), slow;

	(void)state;
	buffer_init(&answer, SIZE_MAX);
	buffer_init(&rest, SIZE_MAX);
	assert_true(socket_send(fd, "GET /resumed HTTP/1.1\r\nHost: a\r\n\r\n"));
	while (server_suspended(server) == 0)
		poll(NULL, 0, 1);
	slow = socket_connect(server_port(server));
	assert_true(socket_send(slow, "POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
				      "Content-Type: application/json\r\n\r\n"));
	assert_true(socket_read_all(slow, &rest));
	resume_one();
	assert_true(socket_read_until(fd, &answer, "resumed"));
	close(slow);
	close(fd);
	server_close(server);
}

static int
setup(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	tls_client_make(&(struct tls_client_certificate){.file = "one"});
	return 0;
}

static int
teardown(void **state)
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
		cmocka_unit_test(thousands_are_resumed_in_any_order_while_clients_hang_up),
		cmocka_unit_test(an_exchange_may_be_resumed_before_its_endpoint_returns),
		cmocka_unit_test(a_pipelined_request_waits_for_the_suspended_one),
		cmocka_unit_test(draining_waits_for_what_is_suspended),
		cmocka_unit_test(closing_waits_until_all_are_resumed),
		cmocka_unit_test(beyond_the_limit_none_may_be_suspended),
		cmocka_unit_test(a_suspended_connection_is_not_cut_before_its_deadline),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
