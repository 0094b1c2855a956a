/* A plain TCP client for tests: connects to loopback, sends text, reads until the server ends the
 * connection. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"

enum { SOCKET_PATIENCE = 20000 /* ms */ };

static inline int
socket_connect(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		return -1;
	return fd;
}

static inline bool
socket_send(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* One read; 0 at the end of the connection, -1 when nothing comes. */
static inline ssize_t
socket_read(int fd, struct buffer *into)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char piece[4096];
	ssize_t length;

	if (poll(&ready, 1, SOCKET_PATIENCE) != 1)
		return -1;
	length = recv(fd, piece, sizeof piece, 0);
	if (length < 0)
		return 0; /* a reset is an end, too */
	buffer_append(into, piece, (size_t)length);
	return length;
}

/* Reads until `mark` has come; false when the connection ends before. */
static inline bool
socket_read_until(int fd, struct buffer *into, const char *mark)
{
	while (!strstr(buffer_text(into), mark))
		if (socket_read(fd, into) <= 0)
			return false;
	return true;
}

/* True when the server has ended the connection. */
static inline bool
socket_read_all(int fd, struct buffer *into)
{
	ssize_t length;

	while ((length = socket_read(fd, into)) > 0)
		;
	return length == 0;
}
