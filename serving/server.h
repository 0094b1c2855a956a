/* The HTTP server: libmicrohttpd with poll and a pool of threads, with TLS or without.
 *
 * Every connection has one absolute deadline at any time: for its handshake, for the head of a
 * request, for the body and the taking of the answer, and for being idle, which with TLS it is
 * before its first request, too. A thread cuts those that have passed theirs, so that a client that
 * drips bytes holds nothing. Source: libmicrohttpd 0.9.75.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "serving/exchange.h"
#include "serving/tls_identity.h"

struct server;

struct server_settings {
	const char *listen;            /* as listener_open takes it */
	struct tls_identity *identity; /* NULL for no TLS; outlives the server */
	const struct endpoint *endpoints;
	void *context; /* for the endpoints */
	unsigned threads;
	unsigned max_connections;
	unsigned max_waiting;   /* suspended exchanges; 0 means EXCHANGE_WAITING */
	int64_t header_timeout; /* nanoseconds */
	int64_t body_timeout;
};

struct server *server_open(const struct server_settings *settings, struct error *error);
uint16_t server_port(const struct server *server);

/* How many exchanges are suspended and not yet resumed. */
size_t server_suspended(const struct server *server);

/* Takes no new connections any more, ends idle ones, and waits until all have ended or `patience`
 * (nanoseconds) is over. False in the latter case. Connections whose exchange is suspended are not
 * idle: they are waited for, too. */
bool server_drain(struct server *server, int64_t patience);

/* Ends all that is left. Waits without limit until every suspended exchange has been resumed; those
 * that are resumed this late may end without their endpoint being called again. */
void server_close(struct server *server);
