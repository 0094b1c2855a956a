/* A socket that takes and gives as little as it may, and is interrupted: linked with --wrap
 * (tests/CMakeLists.txt). What GnuTLS itself calls at the client's end is not touched. */
#include "serving/tls_transport.h"

#include <errno.h>
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

enum { MESSAGES = 400, LONGEST = 6000, PATIENCE = 100000 };

static struct {
	uint32_t state;   /* of the random numbers */
	unsigned largest; /* bytes that pass at a time; 0: no faults */
	int failure;      /* errno of every call, or 0 */
	int interruptions, refusals, pieces;
} faults;

ssize_t __real_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

static unsigned
random_below(unsigned bound)
{
	faults.state = faults.state * 1664525 + 1013904223;
	return (faults.state >> 8) % bound;
}

/* Whether the call fails, with errno set. */
static bool
strikes(void)
{
	unsigned kind = faults.largest ? random_below(4) : 3;

	errno = faults.failure;
	if (faults.failure)
		return true;
	if (kind == 0) {
		faults.interruptions++;
		errno = EINTR;
	} else if (kind == 1) {
		faults.refusals++;
		errno = EAGAIN;
	}
	return kind < 2;
}

ssize_t
__wrap_recv(int fd, void *data, size_t size, int flags)
{
	if (strikes())
		return -1;
	if (faults.largest && size > 1)
		size = 1 + random_below(size < faults.largest ? (unsigned)size : faults.largest);
	return __real_recv(fd, data, size, flags);
}

/* Sends the beginning of the message. */
static ssize_t
send_part(int fd, const struct msghdr *message, size_t size, int flags)
{
	char part[LONGEST];
	size_t length = 0;

	for (size_t i = 0; i < message->msg_iovlen && length < size; i++) {
		size_t piece = message->msg_iov[i].iov_len;

		if (piece > size - length)
			piece = size - length;
		memcpy(part + length, message->msg_iov[i].iov_base, piece);
		length += piece;
	}
	faults.pieces++;
	return send(fd, part, length, flags);
}

ssize_t
__wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
	if (strikes())
		return -1;
	if (faults.largest)
		return send_part(fd, message, 1 + random_below(faults.largest), flags);
	return __real_sendmsg(fd, message, flags);
}

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

static int
set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof *pair);

	memset(&faults, 0, sizeof faults);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair->fds), 0);
	gnutls_anon_allocate_server_credentials(&pair->credentials);
	gnutls_anon_allocate_client_credentials(&pair->client_credentials);
	init_session(&pair->server, GNUTLS_SERVER, GNUTLS_CRD_ANON, pair->credentials);
	init_session(&pair->client, GNUTLS_CLIENT, GNUTLS_CRD_ANON, pair->client_credentials);
	gnutls_transport_set_int(pair->client, pair->fds[1]);
	pair->transport = tls_transport_new(pair->server, pair->fds[0]);
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

static bool
is_over(int result)
{
	return result != GNUTLS_E_AGAIN && result != GNUTLS_E_INTERRUPTED;
}

static void
shake_hands(struct pair *pair)
{
	int server = GNUTLS_E_AGAIN, client = GNUTLS_E_AGAIN;

	for (int i = 0; i < PATIENCE && (server != 0 || client != 0); i++) {
		if (client != 0)
			client = gnutls_handshake(pair->client);
		if (server != 0)
			server = gnutls_handshake(pair->server);
		assert_true(client == 0 || !is_over(client) || !gnutls_error_is_fatal(client));
		assert_true(server == 0 || !is_over(server) || !gnutls_error_is_fatal(server));
	}
	assert_int_equal(client, 0);
	assert_int_equal(server, 0);
}

/* Sends the message, of which `sent` bytes have gone, from one end and takes it whole at the other.
 */
static void
pass(gnutls_session_t from, gnutls_session_t to, const char *message, size_t sent, size_t length)
{
	char taken[LONGEST];
	size_t received = 0;

	for (int i = 0; i < PATIENCE && received < length; i++) {
		ssize_t count = 0;

		if (sent < length)
			count = gnutls_record_send(from, message + sent, length - sent);
		assert_true(count >= 0 || !is_over((int)count));
		sent += count > 0 ? (size_t)count : 0;
		count = gnutls_record_recv(to, taken + received, sizeof taken - received);
		assert_true(count > 0 || !is_over((int)count));
		received += count > 0 ? (size_t)count : 0;
	}
	assert_int_equal(received, length);
	assert_memory_equal(taken, message, length);
}

/* An answer as libmicrohttpd hands it over: a head that is held, then its body. */
static void
pass_held(struct pair *pair, const char *message, size_t length)
{
	size_t head = length < 200 ? length / 2 : 100;

	if (head > 0) {
		tls_transport_hold(pair->transport);
		assert_int_equal(gnutls_record_send(pair->server, message, head), head);
	}
	pass(pair->server, pair->client, message, head, length);
}

static void
everything_arrives_whole_and_in_order_through_a_poor_socket(void **state)
{
	static const unsigned largest[] = {1, 9, 1500, LONGEST};
	char message[LONGEST];

	for (size_t i = 0; i < sizeof largest / sizeof *largest; i++) {
		struct pair *pair;

		set_up(state);
		pair = *state;
		faults.state = (uint32_t)i;
		faults.largest = largest[i];
		shake_hands(pair);
		for (int j = 0; j < MESSAGES; j++) {
			size_t length = 1 + random_below(j % 8 ? 300 : LONGEST);

			for (size_t k = 0; k < length; k++)
				message[k] = (char)random_below(256);
			pass(pair->client, pair->server, message, 0, length);
			if (j % 3 == 0)
				pass_held(pair, message, length);
			else
				pass(pair->server, pair->client, message, 0, length);
		}
		assert_true(faults.interruptions > 100 && faults.refusals > 100);
		tear_down(state);
	}
}

/* A failure that stays ends the session instead of being tried for ever. */
static void
a_broken_socket_is_a_failure_for_both_directions(void **state)
{
	static const int failures[] = {ECONNRESET, EPIPE, ETIMEDOUT, EBADF};

	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct pair *pair;
		char text[4];

		set_up(state);
		pair = *state;
		shake_hands(pair);
		faults.failure = failures[i];
		assert_true(is_over((int)gnutls_record_recv(pair->server, text, sizeof text)));
		assert_true(is_over((int)gnutls_record_send(pair->server, "text", 4)));
		tear_down(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives_whole_and_in_order_through_a_poor_socket),
		cmocka_unit_test(a_broken_socket_is_a_failure_for_both_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
