/* One HTTP exchange: what is checked before a body is read, the body, and the answer. Knows neither
 * sockets nor TLS.
 *
 * Exchanges come from a pool and keep their arena and buffers from one request to the next, so that
 * a request in the steady state allocates nothing. RFC 9110 (methods, status codes), RFC 9112
 * section 6 (message body length).
 *
 * Memory is bounded by two budgets of a pool, EXCHANGE_ALL_BODIES and EXCHANGE_ALL_ARENAS; what
 * finds no room there is answered 503 with Retry-After, which kube-apiserver repeats. A body of at
 * most EXCHANGE_SMALL is always taken, so that large ones shut no usual request out: what those
 * take is bounded by the number of connections and of threads.
 *
 * An endpoint that must wait suspends its exchange: it calls exchange_suspend and returns without
 * an answer (status 0), having put what it needs again into `work`. exchange_resume, from any
 * thread, also before the endpoint has returned, makes the server call the same endpoint again in a
 * serving thread, which answers or suspends again. Between exchange_suspend and exchange_resume the
 * exchange belongs to whoever resumes it, and exchange_resume is the last touch: the exchange may
 * be gone when it returns. Whoever resumes does so by the deadline, exactly once per suspension.
 *
 * That the endpoint is called again is not promised: when the client has gone away meanwhile, or
 * the server is closed, the exchange is released instead, and `work` goes with its arena; what it
 * holds is given back by `let_go`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"

enum {
	EXCHANGE_WAITING = 512,                 /* suspended at one time, unless set otherwise */
	EXCHANGE_BODY = 7 * 1024 * 1024,        /* the object, the old object and the rest */
	EXCHANGE_SMALL = 32 * 1024,             /* a body that counts against no budget */
	EXCHANGE_ALL_BODIES = 64 * 1024 * 1024, /* the larger bodies of all connections */
	EXCHANGE_ARENA = 64 * 1024 * 1024, /* what one request may take while it is worked on */
	EXCHANGE_ALL_ARENAS = 96 * 1024 * 1024, /* of larger bodies, and of all that wait */
};

struct exchange_pool;
struct exchange;
struct endpoint;

/* What sets the connection of an exchange aside, and takes it up again. */
struct exchange_carrier {
	void (*suspend)(struct exchange *exchange);
	void (*resume)(struct exchange *exchange);
};

struct exchange {
	struct arena *arena;
	struct buffer body;
	struct buffer answer;
	const char *host; /* as the client calls us: header Host, "" without one; in the arena */
	const struct endpoint *endpoint;
	int status;              /* 0 until there is an answer */
	const char *type;        /* of the answer */
	const char *allow;       /* header Allow, or NULL */
	const char *retry_after; /* header Retry-After, or NULL */
	bool close;              /* the connection ends with this answer */
	int64_t deadline;        /* clock_monotonic by which the answer must have left */
	void *work;              /* the endpoint's own, NULL at its first call; in the arena */
	void (*let_go)(struct exchange *exchange); /* NULL, or called when it is released */

	const struct exchange_carrier *carrier; /* NULL: exchange_finish is called again by hand */
	void *connection;                       /* the carrier's own */
	bool suspended;                         /* by the last call of the endpoint */

	struct exchange_pool *pool;
	size_t counted_body; /* bytes of the pool's budgets that this one holds */
	size_t counted_arena;
	bool crowded; /* there was no room for the body */
	struct exchange *next;
};

/* What the head of a request says; NULL for a header that is absent. */
struct exchange_head {
	const char *method;
	const char *path; /* as sent, without the query */
	const char *host;
	const char *content_type;
	const char *content_length;
	const char *transfer_encoding;
	const char *timeout; /* of the query */
	bool ambiguous;      /* Content-Length or Transfer-Encoding stands more than once */
};

/* Endpoints end with a NULL path. A GET endpoint also serves HEAD; a POST endpoint takes JSON. */
struct endpoint {
	const char *path;
	const char *method;
	void (*answer)(struct exchange *exchange, void *context);
};

struct exchange_pool *exchange_pool_new(void);
void exchange_pool_free(struct exchange_pool *pool); /* all exchanges have been released */
void exchange_pool_set_waiting(struct exchange_pool *pool, size_t most);

/* How many are suspended and not yet resumed. */
size_t exchange_pool_suspended(struct exchange_pool *pool);
/* Returns when there are none. */
void exchange_pool_wait(struct exchange_pool *pool);

struct exchange *exchange_acquire(struct exchange_pool *pool);
void exchange_release(struct exchange *exchange);

/* The checks on the head. False when it is refused: the answer stands already, and no body is to be
 * read. */
bool exchange_begin(struct exchange *exchange, const struct endpoint *endpoints,
	const struct exchange_head *head);
/* A piece of the body. What is too much is dropped and refused at the end. */
void exchange_receive(struct exchange *exchange, const char *data, size_t length);
/* All of the body is there, or a suspended exchange has been resumed: makes the answer. False when
 * there is none yet, since the endpoint has suspended the exchange. */
bool exchange_finish(struct exchange *exchange, void *context);

/* For endpoints. Refusing answers one line of plain text and counts `reason`. */
void exchange_refuse(struct exchange *exchange, int status, const char *reason, const char *format,
	...) __attribute__((format(printf, 4, 5)));
void exchange_reply(struct exchange *exchange, int status, const char *type, const char *text);

/* The body is not looked at any more, now or after a suspension: gives its memory back. */
void exchange_drop_body(struct exchange *exchange);

/* Whether there is room for one more that waits, as many and as much memory as it holds now. */
bool exchange_may_suspend(const struct exchange *exchange);
void exchange_suspend(struct exchange *exchange);
void exchange_resume(struct exchange *exchange);
