/* Between a TLS session and its socket, to save calls to the kernel: an answer goes out with one
 * write, although libmicrohttpd hands over its head and its body apart. Nothing is read ahead:
 * libmicrohttpd waits with poll, which does not see what would be left here.
 *
 * Counts the handshakes that were completed and those that were not.
 */
#pragma once

#include <gnutls/gnutls.h>
#include <stdbool.h>

struct tls_transport;

/* Takes the session's input and output over; `fd` stays the caller's. */
struct tls_transport *tls_transport_new(gnutls_session_t session, int fd);
/* The handshake is over. May be asked by any thread. */
bool tls_transport_is_established(const struct tls_transport *transport);
/* The session is not used any more. */
void tls_transport_free(struct tls_transport *transport);

/* The next record waits for the one after it, which is sure to follow. */
void tls_transport_hold(struct tls_transport *transport);
