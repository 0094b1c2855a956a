/* One HTTP exchange: what is checked before a body is read, the body, and the answer. Knows neither
 * sockets nor TLS.
 *
 * Exchanges come from a pool and keep their arena and buffers from one request to the next, so that
 * a request in the steady state allocates nothing. All bodies that are being received at one time
 * together keep to EXCHANGE_ALL_BODIES. RFC 9110 (methods, status codes), RFC 9112 section 6
 * (message body length).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"

enum {
	EXCHANGE_BODY = 7 * 1024 * 1024,        /* the object, the old object and the rest */
	EXCHANGE_ALL_BODIES = 64 * 1024 * 1024, /* of all connections */
	EXCHANGE_ARENA = 64 * 1024 * 1024, /* what one request may take while it is worked on */
};

struct exchange_pool;
struct endpoint;

struct exchange {
	struct arena *arena;
	struct buffer body;
	struct buffer answer;
	const struct endpoint *endpoint;
	int status;              /* 0 until there is an answer */
	const char *type;        /* of the answer */
	const char *allow;       /* header Allow, or NULL */
	const char *retry_after; /* header Retry-After, or NULL */
	bool close;              /* the connection ends with this answer */

	struct exchange_pool *pool;
	size_t counted; /* body bytes that count against the pool's limit */
	bool crowded;   /* the pool's limit was reached */
	struct exchange *next;
};

/* What the head of a request says; NULL for a header that is absent. */
struct exchange_head {
	const char *method;
	const char *path; /* as sent, without the query */
	const char *content_type;
	const char *content_length;
	const char *transfer_encoding;
	bool ambiguous; /* Content-Length or Transfer-Encoding stands more than once */
};

/* Endpoints end with a NULL path. A GET endpoint also serves HEAD; a POST endpoint takes JSON. */
struct endpoint {
	const char *path;
	const char *method;
	void (*answer)(struct exchange *exchange, void *context);
};

struct exchange_pool *exchange_pool_new(void);
void exchange_pool_free(struct exchange_pool *pool); /* all exchanges have been released */

struct exchange *exchange_acquire(struct exchange_pool *pool);
void exchange_release(struct exchange *exchange);

/* The checks on the head. False when it is refused: the answer stands already, and no body is to be
 * read. */
bool exchange_begin(struct exchange *exchange, const struct endpoint *endpoints,
	const struct exchange_head *head);
/* A piece of the body. What is too much is dropped and refused at the end. */
void exchange_receive(struct exchange *exchange, const char *data, size_t length);
/* All of the body is there: makes the answer. */
void exchange_finish(struct exchange *exchange, void *context);

/* For endpoints. Refusing answers one line of plain text and counts `reason`. */
void exchange_refuse(struct exchange *exchange, int status, const char *reason, const char *format,
	...) __attribute__((format(printf, 4, 5)));
void exchange_reply(struct exchange *exchange, int status, const char *type, const char *text);
