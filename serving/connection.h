/* The open connections of a server: until when each may take for what it does, and a thread that
 * cuts those that take longer, so that a client that says nothing or drips bytes holds nothing.
 *
 * A client that has finished its TLS handshake may ask nothing for as long as between two
 * requests: Go's client, and so kube-apiserver, opens more connections than it comes to need, and
 * does not repeat a request on one of them that is cut as it is sent.
 *
 * When almost as many are open as may be, those go that have sent no request a second after they
 * came, the oldest first, and then those that have been idle for a second: whoever holds
 * connections for nothing shuts nobody out. Times are clock_monotonic in nanoseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "serving/tls_identity.h"

struct connection;
struct connection_list;

/* `identity` may be NULL (no TLS); it outlives the list. `most`: how many the server takes. `idle`:
 * for how long each may ask nothing. */
struct connection_list *connection_list_open(
	struct tls_identity *identity, unsigned most, int64_t idle);
/* All connections have ended. */
void connection_list_close(struct connection_list *list);

/* Ends idle connections from now on, and waits until all have ended or `patience` is over. False in
 * the latter case. */
bool connection_list_drain(struct connection_list *list, int64_t patience);

/* A new one, which may take `time` for its handshake, or without TLS for the line of its first
 * request. The session, NULL without TLS, gets the identity; the socket stays the caller's. */
struct connection *connection_start(
	struct connection_list *list, int fd, gnutls_session_t session, int64_t time);
/* The session is not used any more. */
void connection_end(struct connection *connection);

/* A request is being worked on, which may take `time` for its next step, or until then. */
void connection_work(struct connection *connection, int64_t time);
void connection_work_until(struct connection *connection, int64_t deadline);
/* Between two requests. */
void connection_rest(struct connection *connection);

/* The head of an answer waits for the body, which is sure to follow. */
void connection_hold(struct connection *connection);
