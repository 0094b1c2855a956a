/* The hosts to which a request may go without TLS. */
#pragma once

#include <stdbool.h>

/* As libcurl takes a host out of a URL, an IPv6 address in brackets. Loopback always; the metadata
 * services of clouds, which have no TLS, when `metadata` says so. */
bool plain_host_is_allowed(const char *host, bool metadata);
