#include "serving/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { BACKLOG = 4096 }; /* the kernel lowers it to net.core.somaxconn */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* The part before the last colon, without the brackets of an IPv6 address. */
static bool
split(const char *text, char host[INET6_ADDRSTRLEN], uint64_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';

	if (!colon || !text_to_number(colon + 1, UINT16_MAX, port))
		return false;
	if (bracketed) {
		text++;
		length -= 2;
	}
	if (length >= INET6_ADDRSTRLEN || (!bracketed && memchr(text, ':', length)))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	return true;
}

static bool
parse(const char *text, union address *address)
{
	char host[INET6_ADDRSTRLEN];
	uint64_t port;

	memset(address, 0, sizeof *address);
	if (!split(text, host, &port))
		return false;
	if (host[0] == '\0' || inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons((uint16_t)port);
		return true;
	}
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &address->v4.sin_addr) == 1;
}

static int
bind_to(const union address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, off = 0;
	int reason;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, &address->any,
		    address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4) ==
			0 &&
		listen(fd, BACKLOG) == 0)
		return fd;
	reason = errno;
	close(fd);
	errno = reason;
	return -1;
}

int
listener_open(const char *text, struct error *error)
{
	union address address;
	int fd;

	if (!parse(text, &address)) {
		error_set(error, ERROR_INVALID, "\"%s\" is not of the form ADDRESS:PORT", text);
		return -1;
	}
	fd = bind_to(&address);
	if (fd < 0 && errno == EAFNOSUPPORT && text[0] == ':') { /* a host without IPv6 */
		in_port_t port = address.v6.sin6_port;

		memset(&address, 0, sizeof address);
		address.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
		fd = bind_to(&address);
	}
	if (fd < 0)
		error_set(error, errno == EADDRINUSE ? ERROR_CONFLICT : ERROR_INVALID,
			"cannot listen on %s: %m", text);
	return fd;
}

uint16_t
listener_port(int fd)
{
	union address address = {0};
	socklen_t size = sizeof address;

	if (getsockname(fd, &address.any, &size) != 0)
		return 0;
	return ntohs(
		address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}
