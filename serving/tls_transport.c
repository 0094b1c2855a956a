#include "serving/tls_transport.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/memory.h"
#include "base/metrics.h"

enum {
	HELD_SIZE = 1024, /* the head of an answer is far smaller */
	PIECES = 8,       /* GnuTLS hands over one or two */
};

struct tls_transport {
	gnutls_session_t session;
	int fd;
	atomic_bool established; /* the handshake is over */
	bool holding;            /* the next record is to be held */
	size_t held;
	char record[HELD_SIZE];
};

static struct metric handshakes = METRIC_COUNTER("peerwarden_tls_handshakes_total",
	"TLS handshakes: completed, or failed, which counts connections that never began one, too.",
	"result");

/* Sends what is held and then the pieces; returns how much went out of both together. */
static ssize_t
send_all(struct tls_transport *transport, const giovec_t *pieces, int count)
{
	struct iovec all[PIECES + 1] = {{transport->record, transport->held}};
	struct msghdr message = {.msg_iov = all, .msg_iovlen = 1};
	ssize_t sent;

	for (int i = 0; i < count && i < PIECES; i++)
		all[message.msg_iovlen++] = (struct iovec){pieces[i].iov_base, pieces[i].iov_len};
	sent = sendmsg(transport->fd, &message, MSG_NOSIGNAL);
	if (sent < 0)
		gnutls_transport_set_errno(transport->session, errno);
	return sent;
}

/* As send_all, but what is held went out first and is not counted; that it did not go out at all
 * means that the socket is full. */
static ssize_t
send_held_and(struct tls_transport *transport, const giovec_t *pieces, int count)
{
	ssize_t sent = send_all(transport, pieces, count);
	size_t gone;

	if (sent < 0)
		return sent;
	gone = (size_t)sent < transport->held ? (size_t)sent : transport->held;
	transport->held -= gone;
	memmove(transport->record, transport->record + gone, transport->held);
	if ((size_t)sent > gone)
		return sent - (ssize_t)gone;
	gnutls_transport_set_errno(transport->session, EAGAIN);
	return -1;
}

static bool
hold(struct tls_transport *transport, const giovec_t *pieces, int count)
{
	size_t size = 0;

	for (int i = 0; i < count; i++)
		size += pieces[i].iov_len;
	if (size > HELD_SIZE - transport->held)
		return false;
	for (int i = 0; i < count; i++) {
		memcpy(transport->record + transport->held, pieces[i].iov_base, pieces[i].iov_len);
		transport->held += pieces[i].iov_len;
	}
	return true;
}

static ssize_t
push(gnutls_transport_ptr_t context, const giovec_t *pieces, int count)
{
	struct tls_transport *transport = context;
	size_t before = transport->held;

	if (transport->holding) {
		transport->holding = false;
		if (hold(transport, pieces, count))
			return (ssize_t)(transport->held - before);
	}
	return send_held_and(transport, pieces, count);
}

static ssize_t
pull(gnutls_transport_ptr_t context, void *data, size_t size)
{
	struct tls_transport *transport = context;
	ssize_t received = recv(transport->fd, data, size, 0);

	if (received < 0)
		gnutls_transport_set_errno(transport->session, errno);
	return received;
}

/* The client's Finished message has come and is right. */
static int
on_finished(gnutls_session_t session, unsigned message, unsigned when, unsigned incoming,
	const gnutls_datum_t *content)
{
	struct tls_transport *transport = gnutls_transport_get_ptr(session);

	(void)message;
	(void)when;
	(void)content;
	if (incoming && !transport->established) {
		transport->established = true;
		metric_add(&handshakes, 1, "completed");
	}
	return 0;
}

struct tls_transport *
tls_transport_new(gnutls_session_t session, int fd)
{
	struct tls_transport *transport = memory_alloc(sizeof *transport);

	transport->session = session;
	transport->fd = fd;
	gnutls_transport_set_ptr(session, transport);
	gnutls_transport_set_pull_function(session, pull);
	gnutls_transport_set_vec_push_function(session, push);
	gnutls_handshake_set_hook_function(
		session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, on_finished);
	return transport;
}

bool
tls_transport_is_established(const struct tls_transport *transport)
{
	return atomic_load(&transport->established);
}

void
tls_transport_free(struct tls_transport *transport)
{
	if (transport && !transport->established)
		metric_add(&handshakes, 1, "failed");
	free(transport);
}

void
tls_transport_hold(struct tls_transport *transport)
{
	transport->holding = true;
}
