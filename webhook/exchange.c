#include "webhook/exchange.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"

enum {
	KEPT_EXCHANGES = 64,     /* idle ones; further ones are freed */
	KEPT_BUFFER = 64 * 1024, /* a larger buffer is not kept */
	ANSWER_MAXIMUM = 16 * 1024 * 1024,
};

struct exchange_pool {
	pthread_mutex_t mutex;
	struct exchange *idle;
	int idle_count;
	atomic_size_t body_bytes;
};

static struct metric rejects = METRIC_COUNTER("peerwarden_http_rejects_total",
	"Requests that were refused before or instead of a decision.", "reason");

struct exchange_pool *
exchange_pool_new(void)
{
	struct exchange_pool *pool = memory_alloc(sizeof *pool);

	pthread_mutex_init(&pool->mutex, NULL);
	return pool;
}

static struct exchange *
exchange_new(struct exchange_pool *pool)
{
	struct exchange *exchange = memory_alloc(sizeof *exchange);

	exchange->pool = pool;
	exchange->arena = arena_new(EXCHANGE_ARENA);
	buffer_init(&exchange->body, EXCHANGE_BODY);
	buffer_init(&exchange->answer, ANSWER_MAXIMUM);
	return exchange;
}

static void
exchange_free(struct exchange *exchange)
{
	arena_free(exchange->arena);
	buffer_dispose(&exchange->body);
	buffer_dispose(&exchange->answer);
	free(exchange);
}

void
exchange_pool_free(struct exchange_pool *pool)
{
	while (pool->idle) {
		struct exchange *exchange = pool->idle;

		pool->idle = exchange->next;
		exchange_free(exchange);
	}
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

struct exchange *
exchange_acquire(struct exchange_pool *pool)
{
	struct exchange *exchange;

	pthread_mutex_lock(&pool->mutex);
	exchange = pool->idle;
	if (exchange) {
		pool->idle = exchange->next;
		pool->idle_count--;
	}
	pthread_mutex_unlock(&pool->mutex);
	return exchange ? exchange : exchange_new(pool);
}

static void
empty(struct buffer *buffer)
{
	if (buffer->capacity > KEPT_BUFFER)
		buffer_dispose(buffer);
	else
		buffer_clear(buffer);
}

/* Back to how exchange_new made it, but for the memory that is worth keeping. */
static void
forget(struct exchange *exchange)
{
	struct exchange fresh = {.pool = exchange->pool, .arena = exchange->arena};

	atomic_fetch_sub(&exchange->pool->body_bytes, exchange->counted);
	arena_reset(exchange->arena);
	empty(&exchange->body);
	empty(&exchange->answer);
	fresh.body = exchange->body;
	fresh.answer = exchange->answer;
	*exchange = fresh;
}

void
exchange_release(struct exchange *exchange)
{
	struct exchange_pool *pool = exchange->pool;
	bool kept;

	forget(exchange);
	pthread_mutex_lock(&pool->mutex);
	kept = pool->idle_count < KEPT_EXCHANGES;
	if (kept) {
		exchange->next = pool->idle;
		pool->idle = exchange;
		pool->idle_count++;
	}
	pthread_mutex_unlock(&pool->mutex);
	if (!kept)
		exchange_free(exchange);
}

void
exchange_reply(struct exchange *exchange, int status, const char *type, const char *text)
{
	exchange->status = status;
	exchange->type = type;
	buffer_clear(&exchange->answer);
	buffer_append_text(&exchange->answer, text);
}

void
exchange_refuse(struct exchange *exchange, int status, const char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	exchange_reply(exchange, status, "text/plain; charset=utf-8",
		arena_vprintf(exchange->arena, format, arguments));
	va_end(arguments);
	buffer_append_char(&exchange->answer, '\n');
	metric_add(&rejects, 1, reason);
}

static const struct endpoint *
find_endpoint(const struct endpoint *endpoints, const char *path)
{
	while (endpoints->path && !text_equal(endpoints->path, path))
		endpoints++;
	return endpoints->path ? endpoints : NULL;
}

static bool
method_fits(const struct endpoint *endpoint, const char *method)
{
	if (text_equal(endpoint->method, "GET") && text_equal(method, "HEAD"))
		return true;
	return text_equal(endpoint->method, method);
}

/* "application/json", with or without parameters. */
static bool
is_json_type(const char *type)
{
	static const char json[] = "application/json";
	size_t length = sizeof json - 1;

	if (!type || strncasecmp(type, json, length) != 0)
		return false;
	return type[length] == '\0' || strchr("; \t", type[length]);
}

/* Whatever two readers could take for two different bodies is refused (request smuggling). */
static bool
check_framing(struct exchange *exchange, const struct exchange_head *head)
{
	uint64_t length = 0;

	if (head->ambiguous || (head->content_length && head->transfer_encoding))
		exchange_refuse(
			exchange, 400, "ambiguous-length", "the length of the body is given twice");
	else if (head->transfer_encoding &&
		 !text_equal_ignoring_case(head->transfer_encoding, "chunked"))
		exchange_refuse(
			exchange, 400, "transfer-coding", "the only transfer coding is chunked");
	else if (head->content_length && !text_to_number(head->content_length, INT64_MAX, &length))
		exchange_refuse(exchange, 400, "bad-length", "Content-Length is not a number");
	else if (length > EXCHANGE_BODY)
		exchange_refuse(exchange, 413, "too-large", "the body is larger than %d bytes",
			(int)EXCHANGE_BODY);
	return exchange->status == 0;
}

static bool
check_head(struct exchange *exchange, const struct endpoint *endpoints,
	const struct exchange_head *head)
{
	const struct endpoint *endpoint = find_endpoint(endpoints, head->path);

	if (!check_framing(exchange, head))
		return false;
	if (!endpoint) {
		exchange_refuse(exchange, 404, "path", "there is nothing at this path");
	} else if (!method_fits(endpoint, head->method)) {
		exchange->allow =
			text_equal(endpoint->method, "GET") ? "GET, HEAD" : endpoint->method;
		exchange_refuse(
			exchange, 405, "method", "this path takes %s only", exchange->allow);
	} else if (text_equal(endpoint->method, "POST") && !is_json_type(head->content_type)) {
		exchange_refuse(exchange, 415, "content-type", "the body must be application/json");
	}
	exchange->endpoint = endpoint;
	return exchange->status == 0;
}

bool
exchange_begin(struct exchange *exchange, const struct endpoint *endpoints,
	const struct exchange_head *head)
{
	if (check_head(exchange, endpoints, head))
		return true;
	exchange->close = true; /* a body may follow that nobody reads */
	return false;
}

void
exchange_receive(struct exchange *exchange, const char *data, size_t length)
{
	size_t before;

	if (exchange->crowded || exchange->body.overflowed)
		return;
	before = atomic_fetch_add(&exchange->pool->body_bytes, length);
	exchange->counted += length;
	if (before + length > EXCHANGE_ALL_BODIES)
		exchange->crowded = true;
	else
		buffer_append(&exchange->body, data, length);
}

void
exchange_finish(struct exchange *exchange, void *context)
{
	if (exchange->crowded) {
		exchange->retry_after = "1";
		exchange_refuse(exchange, 503, "crowded", "too many large requests at once");
	} else if (exchange->body.overflowed) {
		exchange->close = true;
		exchange_refuse(exchange, 413, "too-large", "the body is larger than %d bytes",
			(int)EXCHANGE_BODY);
	} else {
		exchange->endpoint->answer(exchange, context);
	}
}
