#include "serving/exchange.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "serving/timeout.h"

enum {
	KEPT_EXCHANGES = 64,     /* idle ones; further ones are freed */
	KEPT_BUFFER = 64 * 1024, /* a larger buffer is not kept */
	ANSWER_MAXIMUM = 16 * 1024 * 1024,
	VALUE_SIZE = 128, /* what a JSON value takes once parsed, beyond its text */
};

#define USUAL_TIMEOUT   (10 * CLOCK_SECOND) /* kube-apiserver's own default */
#define LONGEST_TIMEOUT (30 * CLOCK_SECOND) /* the most that a configuration may ask for */
#define LEAST_MARGIN    (100 * CLOCK_MILLISECOND)
#define LARGEST_MARGIN  CLOCK_SECOND

struct exchange_pool {
	pthread_mutex_t mutex;
	struct exchange *idle;
	int idle_count;
	size_t suspended, most_suspended;
	pthread_cond_t none_suspended;
	atomic_size_t body_bytes;
	atomic_size_t arena_bytes;
};

static struct metric rejects = METRIC_COUNTER("peerwarden_http_rejects_total",
	"Requests that were refused before or instead of a decision.", "reason");

struct exchange_pool *
exchange_pool_new(void)
{
	struct exchange_pool *pool = memory_alloc(sizeof *pool);

	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->none_suspended, NULL);
	pool->most_suspended = EXCHANGE_WAITING;
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
	pthread_cond_destroy(&pool->none_suspended);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

void
exchange_pool_set_waiting(struct exchange_pool *pool, size_t most)
{
	pool->most_suspended = most;
}

size_t
exchange_pool_suspended(struct exchange_pool *pool)
{
	size_t count;

	pthread_mutex_lock(&pool->mutex);
	count = pool->suspended;
	pthread_mutex_unlock(&pool->mutex);
	return count;
}

void
exchange_pool_wait(struct exchange_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	while (pool->suspended > 0)
		pthread_cond_wait(&pool->none_suspended, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
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

/* Raises what an exchange holds of a budget to `wanted`; false when there is no room. */
static bool
hold(atomic_size_t *budget, size_t most, size_t *held, size_t wanted)
{
	size_t more = wanted > *held ? wanted - *held : 0;

	if (atomic_fetch_add(budget, more) + more > most) {
		atomic_fetch_sub(budget, more);
		return false;
	}
	*held += more;
	return true;
}

static void
give_back(atomic_size_t *budget, size_t *held)
{
	if (*held > 0)
		atomic_fetch_sub(budget, *held);
	*held = 0;
}

void
exchange_drop_body(struct exchange *exchange)
{
	if (exchange->body.capacity > KEPT_BUFFER)
		buffer_dispose(&exchange->body);
	give_back(&exchange->pool->body_bytes, &exchange->counted_body);
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

	give_back(&exchange->pool->body_bytes, &exchange->counted_body);
	give_back(&exchange->pool->arena_bytes, &exchange->counted_arena);
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

	if (exchange->let_go)
		exchange->let_go(exchange);
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
		exchange_refuse(exchange, 400, "ambiguous-length",
			"the length of the body is given in two ways");
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

/* A tenth of the time is kept for the way back. */
static int64_t
deadline_of(const char *timeout)
{
	int64_t time = timeout_parse(timeout, USUAL_TIMEOUT);
	int64_t margin;

	if (time > LONGEST_TIMEOUT)
		time = LONGEST_TIMEOUT;
	margin = time / 10;
	if (margin < LEAST_MARGIN)
		margin = LEAST_MARGIN;
	if (margin > LARGEST_MARGIN)
		margin = LARGEST_MARGIN;
	return clock_monotonic() + time - margin;
}

bool
exchange_begin(struct exchange *exchange, const struct endpoint *endpoints,
	const struct exchange_head *head)
{
	exchange->deadline = deadline_of(head->timeout);
	exchange->host = head->host ? arena_text(exchange->arena, head->host) : "";
	if (check_head(exchange, endpoints, head))
		return true;
	exchange->close = true; /* a body may follow that nobody reads */
	return false;
}

void
exchange_receive(struct exchange *exchange, const char *data, size_t length)
{
	size_t size = exchange->body.length + length;

	if (exchange->crowded || exchange->body.overflowed)
		return;
	if (size <= EXCHANGE_SMALL || hold(&exchange->pool->body_bytes, EXCHANGE_ALL_BODIES,
					      &exchange->counted_body, size)) {
		buffer_append(&exchange->body, data, length);
		return;
	}
	exchange->crowded = true;
	exchange_drop_body(exchange);
}

/* About what a body takes when it is parsed and judged. */
static size_t
arena_estimate(const struct buffer *body)
{
	size_t values = 0;
	size_t estimate;

	for (size_t i = 0; i < body->length; i++)
		values += body->data[i] == ',' || body->data[i] == '[' || body->data[i] == '{';
	estimate = 2 * body->length + VALUE_SIZE * values;
	return estimate < EXCHANGE_ARENA ? estimate : EXCHANGE_ARENA;
}

static bool
arena_has_room(struct exchange *exchange)
{
	return exchange->body.length <= EXCHANGE_SMALL ||
	       hold(&exchange->pool->arena_bytes, EXCHANGE_ALL_ARENAS, &exchange->counted_arena,
		       arena_estimate(&exchange->body));
}

static void
refuse_for_now(struct exchange *exchange, const char *reason, const char *text)
{
	exchange->retry_after = "1";
	exchange_refuse(exchange, 503, reason, "%s", text);
}

/* Refuses what has come in a way, or so late, that there is nothing to decide. */
static void
check_body(struct exchange *exchange)
{
	if (exchange->body.overflowed) {
		exchange->close = true;
		exchange_refuse(exchange, 413, "too-large", "the body is larger than %d bytes",
			(int)EXCHANGE_BODY);
	} else if (clock_monotonic() >= exchange->deadline) {
		refuse_for_now(exchange, "late", "the request has come too slowly");
	} else if (exchange->crowded || !arena_has_room(exchange)) {
		refuse_for_now(exchange, "crowded", "too many large requests at once");
	}
}

/* What was cut off would look like a whole answer. */
static void
check_answer(struct exchange *exchange)
{
	if (exchange->answer.overflowed)
		exchange_refuse(exchange, 500, "answer", "the answer is too large");
}

bool
exchange_finish(struct exchange *exchange, void *context)
{
	if (exchange->suspended)
		exchange->suspended = false;
	else
		check_body(exchange);
	if (exchange->status == 0) {
		exchange->endpoint->answer(exchange, context);
		assert(exchange->suspended == (exchange->status == 0));
	}
	if (exchange->status != 0)
		check_answer(exchange);
	return exchange->status != 0;
}

bool
exchange_may_suspend(const struct exchange *exchange)
{
	struct exchange_pool *pool = exchange->pool;
	size_t held = exchange->counted_arena;
	size_t used = arena_used(exchange->arena);

	return exchange_pool_suspended(pool) < pool->most_suspended &&
	       (used <= held ||
		       atomic_load(&pool->arena_bytes) + used - held <= EXCHANGE_ALL_ARENAS);
}

/* While it waits, it counts with what it has come to take. */
static void
count_arena(struct exchange *exchange)
{
	size_t used = arena_used(exchange->arena);

	atomic_fetch_add(&exchange->pool->arena_bytes, used);
	give_back(&exchange->pool->arena_bytes, &exchange->counted_arena);
	exchange->counted_arena = used;
}

void
exchange_suspend(struct exchange *exchange)
{
	struct exchange_pool *pool = exchange->pool;

	assert(!exchange->suspended && exchange->status == 0);
	exchange->suspended = true;
	count_arena(exchange);
	pthread_mutex_lock(&pool->mutex);
	pool->suspended++;
	pthread_mutex_unlock(&pool->mutex);
	if (exchange->carrier)
		exchange->carrier->suspend(exchange);
}

void
exchange_resume(struct exchange *exchange)
{
	struct exchange_pool *pool = exchange->pool;

	if (exchange->carrier)
		exchange->carrier->resume(exchange); /* from here on it may be gone */
	pthread_mutex_lock(&pool->mutex);
	pool->suspended--;
	if (pool->suspended == 0)
		pthread_cond_broadcast(&pool->none_suspended);
	pthread_mutex_unlock(&pool->mutex);
}
