#include "serving/tls_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A server with the transport, and a client that GnuTLS serves as usual, in one thread. */
struct pair {
	int fds[2];
	gnutls_anon_server_credentials_t credentials;
	gnutls_anon_client_credentials_t client_credentials;
	gnutls_session_t server, client;
	struct tls_transport *transport;
};

static void
init_session(gnutls_session_t *session, unsigned end, gnutls_credentials_type_t type, void *own)
{
	assert_int_equal(gnutls_init(session, end | GNUTLS_NONBLOCK), 0);
	assert_int_equal(gnutls_priority_set_direct(*session,
				 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH", NULL),
		0);
	assert_int_equal(gnutls_credentials_set(*session, type, own), 0);
}

static void
shake_hands(struct pair *pair)
{
	int server = GNUTLS_E_AGAIN, client = GNUTLS_E_AGAIN;

	for (int i = 0; i < 100 && (server != 0 || client != 0); i++) {
		if (client != 0)
			client = gnutls_handshake(pair->client);
		if (server != 0)
			server = gnutls_handshake(pair->server);
	}
	assert_int_equal(client, 0);
	assert_int_equal(server, 0);
}

static int
set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof *pair);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair->fds), 0);
	gnutls_anon_allocate_server_credentials(&pair->credentials);
	gnutls_anon_allocate_client_credentials(&pair->client_credentials);
	init_session(&pair->server, GNUTLS_SERVER, GNUTLS_CRD_ANON, pair->credentials);
	init_session(&pair->client, GNUTLS_CLIENT, GNUTLS_CRD_ANON, pair->client_credentials);
	gnutls_transport_set_int(pair->client, pair->fds[1]);
	pair->transport = tls_transport_new(pair->server, pair->fds[0]);
	shake_hands(pair);
	*state = pair;
	return 0;
}

static int
tear_down(void **state)
{
	struct pair *pair = *state;

	gnutls_deinit(pair->server);
	gnutls_deinit(pair->client);
	tls_transport_free(pair->transport);
	gnutls_anon_free_server_credentials(pair->credentials);
	gnutls_anon_free_client_credentials(pair->client_credentials);
	close(pair->fds[0]);
	close(pair->fds[1]);
	free(pair);
	return 0;
}

static void
a_held_record_goes_out_with_the_next_one(void **state)
{
	struct pair *pair = *state;
	char text[16];

	tls_transport_hold(pair->transport);
	assert_int_equal(gnutls_record_send(pair->server, "head", 4), 4);
	assert_int_equal(recv(pair->fds[1], text, 1, MSG_PEEK), -1);
	assert_int_equal(gnutls_record_send(pair->server, "body", 4), 4);
	assert_int_equal(gnutls_record_recv(pair->client, text, sizeof text), 4);
	assert_memory_equal(text, "head", 4);
	assert_int_equal(gnutls_record_recv(pair->client, text, sizeof text), 4);
	assert_memory_equal(text, "body", 4);
}

static void
only_one_record_is_held(void **state)
{
	struct pair *pair = *state;
	char text[16];

	tls_transport_hold(pair->transport);
	gnutls_record_send(pair->server, "a", 1);
	gnutls_record_send(pair->server, "b", 1);
	gnutls_record_send(pair->server, "c", 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(gnutls_record_recv(pair->client, text, sizeof text), 1);
		assert_int_equal(text[0], 'a' + i);
	}
}

static void
requests_that_come_at_once_are_all_read_before_it_says_wait(void **state)
{
	struct pair *pair = *state;
	char text[8192], data[3000];
	size_t received = 0;

	memset(data, 'x', sizeof data);
	for (int i = 0; i < 5; i++)
		assert_int_equal(gnutls_record_send(pair->client, data, sizeof data), sizeof data);
	for (int i = 0; i < 5; i++)
		received += (size_t)gnutls_record_recv(pair->server, text, sizeof text);
	assert_int_equal(received, 5 * sizeof data);
	assert_int_equal(gnutls_record_recv(pair->server, text, sizeof text), GNUTLS_E_AGAIN);
	gnutls_record_send(pair->client, "y", 1);
	assert_int_equal(gnutls_record_recv(pair->server, text, sizeof text), 1);
	shutdown(pair->fds[1], SHUT_WR);
	assert_true(gnutls_record_recv(pair->server, text, sizeof text) <= 0);
}

/* Sends until the socket is full, with a head held before each body, and then lets the client read:
 * what comes out is what went in. */
static void
a_full_socket_loses_nothing_and_keeps_the_order(void **state)
{
	struct pair *pair = *state;
	char head[8] = "head", body[5000], text[20000];
	int answers = 0, full = 0;
	size_t sent = 0, received = 0;

	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)('a' + i % 26);
	while (answers < 200) {
		ssize_t length;

		tls_transport_hold(pair->transport);
		assert_int_equal(gnutls_record_send(pair->server, head, 4), 4);
		while ((length = gnutls_record_send(pair->server, body, sizeof body)) ==
			GNUTLS_E_AGAIN) {
			ssize_t got;

			full++;
			got = gnutls_record_recv(pair->client, text, sizeof text);
			assert_true(got == 4 || got == sizeof body);
			assert_memory_equal(text, got == 4 ? head : body, (size_t)got);
			received += (size_t)got;
		}
		assert_int_equal(length, sizeof body);
		sent += 4 + sizeof body;
		answers++;
	}
	while (received < sent) {
		ssize_t got = gnutls_record_recv(pair->client, text, sizeof text);

		assert_true(got == 4 || got == sizeof body);
		assert_memory_equal(text, got == 4 ? head : body, (size_t)got);
		received += (size_t)got;
	}
	assert_true(full > 0);
	assert_int_equal(received, sent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_held_record_goes_out_with_the_next_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_one_record_is_held, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			requests_that_come_at_once_are_all_read_before_it_says_wait, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_full_socket_loses_nothing_and_keeps_the_order, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
