/* Outbound HTTPS to one server, HTTP/1.1 (RFC 9112), by libcurl.
 *
 * The certificate and the name of the server are always verified. Plain http is for loopback
 * addresses only, and where the caller says so for the metadata services of clouds. Redirects are
 * not followed and proxies of the environment are not used, so that a token goes nowhere else.
 *
 * A client keeps its connection open between calls. It belongs to one thread; only
 * http_client_abort may be called from another. Durations are in nanoseconds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "http/lines.h"

struct http_client;

/* What is NULL is not used. All text is copied. */
struct http_server {
	const char *url; /* "https://10.96.0.1:443"; a path in it goes before every target */
	const char
		*server_name;  /* the name in the certificate, when it is not the host of the URL */
	const char *authority; /* PEM of the CAs to trust; NULL: those of the system */
	const char *certificate; /* PEM of the client's certificate and chain */
	const char *key;         /* PEM */
	const char *user;        /* for HTTP Basic authentication (RFC 7617) */
	const char *password;
	bool metadata; /* plain http is allowed to the metadata services too, which have no other:
			  169.254.169.254, 169.254.170.2, 169.254.170.23, [fd00:ec2::23] and
			  metadata.google.internal */
};

/* ERROR_INVALID for a URL that is not allowed, and where libcurl was built without OpenSSL. */
struct http_client *http_client_new(const struct http_server *server, struct error *error);
void http_client_free(struct http_client *client);

/* Ends the call that is under way, within 100 ms, and every later one, with ERROR_TRANSIENT. From
 * any thread. */
void http_client_abort(struct http_client *client);

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

enum { HTTP_WANTED = 8 };

struct http_request {
	enum http_method method;
	const char *target; /* "/api/v1/pods?limit=500", encoded */
	const char *token;  /* Bearer token (RFC 6750), or NULL */
	const char *body;   /* or NULL; not with HTTP_GET; lent for the call */
	size_t body_length;
	const char *content_type; /* of the body; NULL: application/json */
	const char *const
		*headers; /* "Name: value" lines, ended by NULL; or NULL. A line of printable
			     ASCII with a value, or the call is ERROR_INVALID and nothing is
			     sent. Accept is application/json unless it is here */
	const char *const *wanted; /* names of headers of the answer to keep, at most HTTP_WANTED,
				      ended by NULL; or NULL */
	int64_t timeout;           /* for the whole call */
	int64_t stall;             /* the longest silence */
	size_t limit; /* bytes of the body, uncompressed; of a line when the answer is read by lines
		       */

	/* For an answer that goes on: with status 200, `opened` is called once and then `line` for
	 * each line; the body of any other status is collected as usual. */
	void (*opened)(void *context); /* may be NULL */
	struct line_reader line;       /* line.read is NULL for a plain call */
};

struct http_response {
	int status;          /* 0 while there is none */
	int64_t retry_after; /* 0 when the server named none */
	int64_t date;        /* when it answered, by its own clock, in seconds since 1970 (Date, RFC
				9110 section 6.6.1); 0 when it did not say */
	char *headers[HTTP_WANTED]; /* the values of the wanted ones, in that order; several of one
				       name with ", " between them (RFC 9110 section 5.3), NULL
				       where there was none */
	struct buffer body;
};
void http_response_dispose(struct http_response *response); /* usable with CLEANUP */

/* True when the answer came to its end, whatever its status. `response` is overwritten and has to
 * be disposed in both cases; its status is set as soon as there was one. ERROR_TRANSIENT: not
 * reached, cut, out of time; ERROR_DENIED: the server's certificate is not to be trusted;
 * ERROR_EXHAUSTED: beyond the limit; or the error of the line's reader.
 *
 * libcurl repeats a request on a new connection, by itself, when the old one that it chose turns
 * out to be dead before the first byte of an answer, even where all of the request was sent: the
 * server may have done it. Of a GET that is welcome. Any other method is sent once at most: such a
 * call ends with ERROR_TRANSIENT, and the caller has to find out what came of it. */
bool http_client_call(struct http_client *client, const struct http_request *request,
	struct http_response *response, struct error *error);
