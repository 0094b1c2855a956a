/* A scripted server on loopback, without TLS: answers each request with the next step of its
 * script, byte for byte as written, so that every fault of a real connection can be played. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum fake_end {
	FAKE_CLOSE, /* ends the connection after the reply */
	FAKE_HOLD,  /* leaves it open until the client goes away or the next step is asked for by
		       fake_server_release */
	FAKE_RESET, /* ends it with a TCP reset */
	FAKE_KEEP,  /* takes the next request from the same connection */
};

struct fake_step {
	const char
		*expects; /* a part of the request, e.g. "GET /apis HTTP"; NULL ends the script */
	const char *reply;
	enum fake_end end;
	bool in_crumbs; /* one byte at a time */
};

enum { FAKE_REQUEST_SIZE = 16 * 1024 };

struct fake_server {
	const struct fake_step *steps;
	int listener;
	int port;
	char url[64];
	pthread_t thread;
	atomic_bool ended;
	atomic_int served;     /* steps whose reply has been sent */
	atomic_int released;   /* holds that may end */
	atomic_int unexpected; /* requests that the script did not expect */
	atomic_bool read;      /* set by a test that has read `last` between two requests */
	char last[FAKE_REQUEST_SIZE];
};

#define FAKE_OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define FAKE_HEAD(status)                                                                          \
	"HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n"
#define FAKE_STATUS(status, code, message)                                                         \
	FAKE_HEAD(status)                                                                          \
	"\r\n{\"kind\":\"Status\",\"code\":" code ",\"message\":\"" message "\""                   \
	"}"

#define FAKE_KEPT(body_length)                                                                     \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " body_length        \
	"\r\n\r\n"

/* Waits until the condition holds; false after 20 seconds. */
#define FAKE_EVENTUALLY(condition)                                                                 \
	({                                                                                         \
		int64_t until_ = clock_monotonic() + 20 * CLOCK_SECOND;                            \
		while (!(condition) && clock_monotonic() < until_)                                 \
			poll(NULL, 0, 2);                                                          \
		(condition);                                                                       \
	})

static inline void
fake_send(const struct fake_server *server, int socket, const struct fake_step *step)
{
	size_t length = strlen(step->reply);
	size_t piece = step->in_crumbs ? 1 : length;

	for (size_t sent = 0; sent < length && !atomic_load(&server->ended);) {
		ssize_t count = send(socket, step->reply + sent,
			piece < length - sent ? piece : length - sent, MSG_NOSIGNAL);

		if (count <= 0)
			return;
		sent += (size_t)count;
	}
}

/* Until the client closes, the script goes on, or the server ends. */
static inline void
fake_hold(struct fake_server *server, int socket)
{
	struct pollfd wait = {socket, POLLIN, 0};
	char byte;

	while (!atomic_load(&server->ended)) {
		if (atomic_load(&server->released) > 0) {
			atomic_fetch_sub(&server->released, 1);
			return;
		}
		if (poll(&wait, 1, 5) > 0 && recv(socket, &byte, 1, 0) <= 0)
			return;
	}
}

/* Up to `size` bytes; 0 when the client closes or the server ends. */
static inline size_t
fake_read(struct fake_server *server, int socket, char *data, size_t size)
{
	struct pollfd wait = {socket, POLLIN, 0};
	ssize_t count = 0;

	while (!atomic_load(&server->ended)) {
		if (poll(&wait, 1, 5) <= 0)
			continue;
		atomic_load(&server->read); /* of `last`, by the test, before this request */
		count = recv(socket, data, size, 0);
		break;
	}
	return count > 0 ? (size_t)count : 0;
}

/* What there is no room for of a body is dropped. */
static inline bool
fake_receive_body(struct fake_server *server, int socket, size_t length, size_t missing)
{
	static char rest[FAKE_REQUEST_SIZE];
	size_t room = sizeof server->last - 1 - length;

	while (missing > 0) {
		size_t size = room > 0 ? room : sizeof rest;
		char *data = room > 0 ? server->last + length : rest;
		size_t count = fake_read(server, socket, data, size < missing ? size : missing);

		if (count == 0)
			return false;
		missing -= count;
		if (room > 0) {
			length += count;
			room -= count;
			server->last[length] = '\0';
		}
	}
	return true;
}

static inline bool
fake_receive(struct fake_server *server, int socket)
{
	size_t length = 0;

	while (length < sizeof server->last - 1) {
		size_t count = fake_read(
			server, socket, server->last + length, sizeof server->last - 1 - length);
		const char *body, *size;
		size_t expected;

		if (count == 0)
			return false;
		length += count;
		server->last[length] = '\0';
		body = strstr(server->last, "\r\n\r\n");
		if (!body)
			continue;
		size = strstr(server->last, "Content-Length: ");
		expected = size ? strtoul(size + strlen("Content-Length: "), NULL, 10) : 0;
		expected += (size_t)(body + 4 - server->last);
		return expected <= length ||
		       fake_receive_body(server, socket, length, expected - length);
	}
	return false;
}

/* True when the connection goes on. */
static inline bool
fake_serve_step(struct fake_server *server, int socket)
{
	const struct fake_step *step = &server->steps[atomic_load(&server->served)];
	struct linger reset = {1, 0};

	if (!fake_receive(server, socket))
		return false;
	if (!step->expects || !strstr(server->last, step->expects)) {
		fprintf(stderr, "unexpected: %.200s\n", server->last);
		atomic_fetch_add(&server->unexpected, 1);
		return false;
	}
	fake_send(server, socket, step);
	atomic_fetch_add(&server->served, 1);
	if (step->end == FAKE_HOLD)
		fake_hold(server, socket);
	if (step->end == FAKE_RESET)
		setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	return step->end == FAKE_KEEP;
}

static inline void
fake_serve(struct fake_server *server, int socket)
{
	int yes = 1;

	setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	while (fake_serve_step(server, socket))
		;
}

static inline void *
fake_run(void *context)
{
	struct fake_server *server = context;

	while (!atomic_load(&server->ended)) {
		struct pollfd wait = {server->listener, POLLIN, 0};
		int socket;

		if (poll(&wait, 1, 5) <= 0)
			continue;
		socket = accept(server->listener, NULL, NULL);
		fake_serve(server, socket);
		close(socket);
	}
	return NULL;
}

/* Listens on `server->port`, or on a free one when that is 0. */
static inline void
fake_listen(struct fake_server *server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int yes = 1;

	address.sin_port = htons((uint16_t)server->port);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
		listen(server->listener, 64) != 0 ||
		getsockname(server->listener, (struct sockaddr *)&address, &size) != 0)
		abort();
	server->port = ntohs(address.sin_port);
	snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
}

/* After fake_server_stop: the server is back at its old port, with a new script. */
static inline void
fake_server_resume(struct fake_server *server, const struct fake_step *steps)
{
	server->steps = steps;
	atomic_store(&server->ended, false);
	atomic_store(&server->served, 0);
	fake_listen(server);
	if (pthread_create(&server->thread, NULL, fake_run, server) != 0)
		abort();
}

static inline void
fake_server_start(struct fake_server *server, const struct fake_step *steps)
{
	memset(server, 0, sizeof *server);
	fake_server_resume(server, steps);
}

/* Ends the step that holds its connection open. */
static inline void
fake_server_release(struct fake_server *server)
{
	atomic_fetch_add(&server->released, 1);
}

/* Afterwards `last` may be read. */
static inline void
fake_server_stop(struct fake_server *server)
{
	atomic_store(&server->ended, true);
	pthread_join(server->thread, NULL);
	close(server->listener);
}
