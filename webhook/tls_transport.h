/* Between a TLS session and its socket, to save calls to the kernel: a small request comes in with
 * one read instead of two (GnuTLS asks for the five bytes of a record's head alone), and an answer
 * goes out with one write, although libmicrohttpd hands over its head and its body apart.
 *
 * The socket does not block. A read that has to wait says so only when nothing is left here, so
 * that edge-triggered waiting, as libmicrohttpd does it, never misses what was read ahead.
 */
#pragma once

#include <gnutls/gnutls.h>

struct tls_transport;

/* Takes the session's input and output over; `fd` stays the caller's. */
struct tls_transport *tls_transport_new(gnutls_session_t session, int fd);
/* The session is not used any more. */
void tls_transport_free(struct tls_transport *transport);

/* The next record waits for the one after it, which is sure to follow. */
void tls_transport_hold(struct tls_transport *transport);
