/* A listening TCP socket from text: "127.0.0.1:8443", "[::1]:8443"; ":8443" is every address of
 * both families. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* The socket, non-blocking and closed on exec; -1 with ERROR_INVALID (no such address) or
 * ERROR_CONFLICT (in use). */
int listener_open(const char *address, struct error *error);

/* The port a socket is bound to, where port 0 was asked for. */
uint16_t listener_port(int socket);
