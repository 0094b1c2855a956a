/* Opens a channel to a service of a cloud: by whose CAs the service is known. */
#pragma once

#include "base/error.h"
#include "http/http_client.h"

/* The CAs in the file that a variable of an environment names, or the system's where it is not set.
 * All zero: the system's. */
struct channel_trust {
	const char *const *environment; /* "NAME=value" texts ended by NULL; lent */
	const char *variable;           /* "SSL_CERT_FILE" */
};

/* Nothing is sent yet. The file is read now; what is wrong with it is told with the variable.
 * `metadata` is as in http_server. Owned: http_client_free. */
struct http_client *channel_open(
	struct channel_trust trust, const char *url, bool metadata, struct error *error);
