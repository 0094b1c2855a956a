#include "webhook/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "webhook/listener.h"
#include "webhook/tls_transport.h"

enum {
	CONNECTION_MEMORY = 8 * 1024, /* libmicrohttpd clears all of it after each request */
	IDLE_SECONDS =
		120, /* longer than the 90 s of Go's client, so that it is the one to close */
	REAPER_MILLISECONDS = 100,
	MAX_OPTIONS = 12,
};

/* One connection. */
struct link {
	struct link *next, *previous;
	struct server *server;
	struct tls_generation *generation;
	struct tls_transport *transport; /* NULL without TLS */
	int fd;
	_Atomic int64_t deadline;
	atomic_bool idle; /* between two requests */
};

struct server {
	struct server_settings settings;
	struct MHD_Daemon *daemon;
	struct exchange_pool *pool;
	uint16_t port;
	pthread_t reaper;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct link *links; /* under the mutex, as all below */
	bool draining;
	bool stopping;
};

static struct metric cut = METRIC_COUNTER("peerwarden_http_connections_cut_total",
	"Connections that were ended because a client was too slow or idle for too long.", NULL);

static void
set_deadline(struct link *link, int64_t time)
{
	atomic_store_explicit(&link->deadline, clock_monotonic() + time, memory_order_relaxed);
}

static struct link *
link_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static bool
set_identity(struct link *link, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;

	if (!link->server->settings.identity)
		return true;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info)
		return false;
	link->generation = tls_identity_acquire(link->server->settings.identity, info->tls_session);
	link->transport = tls_transport_new(info->tls_session, link->fd);
	return link->generation != NULL;
}

static void
link_started(struct server *server, struct MHD_Connection *connection, void **context)
{
	struct link *link = memory_alloc(sizeof *link);

	link->server = server;
	link->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	set_deadline(link, server->settings.header_timeout);
	if (!set_identity(link, connection))
		shutdown(link->fd, SHUT_RDWR);
	*context = link;
	pthread_mutex_lock(&server->mutex);
	link->next = server->links;
	if (link->next)
		link->next->previous = link;
	server->links = link;
	pthread_mutex_unlock(&server->mutex);
}

static void
link_closed(struct server *server, struct link *link)
{
	pthread_mutex_lock(&server->mutex);
	if (link->next)
		link->next->previous = link->previous;
	if (link->previous)
		link->previous->next = link->next;
	else
		server->links = link->next;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->mutex);
	if (link->generation)
		tls_identity_release(server->settings.identity, link->generation);
	tls_transport_free(link->transport);
	free(link);
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **link,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		link_started(context, connection, link);
	else if (*link)
		link_closed(context, *link);
}

/* The line of a request has been read: the rest of its head may take the header timeout. */
static void *
on_request_line(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct server *server = context;
	struct link *link = link_of(connection);

	(void)uri;
	if (link) {
		atomic_store_explicit(&link->idle, false, memory_order_relaxed);
		set_deadline(link, server->settings.header_timeout);
	}
	return NULL; /* what on_request finds as the request's own pointer */
}

/* Paths are compared as they were sent: an escaped one is another path. */
static size_t
keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static void
note_once(struct exchange_head *head, const char **header, const char *value)
{
	if (*header)
		head->ambiguous = true;
	*header = value ? value : "";
}

static enum MHD_Result
read_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange_head *head = context;

	(void)kind;
	if (text_equal_ignoring_case(name, "Content-Type"))
		head->content_type = value;
	else if (text_equal_ignoring_case(name, "Content-Length"))
		note_once(head, &head->content_length, value);
	else if (text_equal_ignoring_case(name, "Transfer-Encoding"))
		note_once(head, &head->transfer_encoding, value);
	return MHD_YES;
}

/* Only then is a body sure to follow the head: not on HEAD, nor on what was refused early. */
static bool
has_body(const struct exchange *exchange)
{
	return exchange->status == 200 && exchange->answer.length > 0 &&
	       text_equal(exchange->endpoint->method, "POST");
}

static enum MHD_Result
send_answer(struct MHD_Connection *connection, const struct exchange *exchange)
{
	const struct {
		const char *name;
		const char *value;
	} headers[] = {
		{MHD_HTTP_HEADER_CONTENT_TYPE, exchange->type},
		{MHD_HTTP_HEADER_ALLOW, exchange->allow},
		{MHD_HTTP_HEADER_RETRY_AFTER, exchange->retry_after},
		{MHD_HTTP_HEADER_CONNECTION, exchange->close ? "close" : NULL},
	};
	struct MHD_Response *response = MHD_create_response_from_buffer(
		exchange->answer.length, exchange->answer.data, MHD_RESPMEM_PERSISTENT);
	struct link *link = link_of(connection);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		if (headers[i].value)
			MHD_add_response_header(response, headers[i].name, headers[i].value);
	if (link && link->transport && has_body(exchange))
		tls_transport_hold(link->transport);
	result = MHD_queue_response(connection, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* The head of a request is there. */
static enum MHD_Result
begin(struct server *server, struct MHD_Connection *connection, const char *path,
	const char *method, void **own)
{
	struct exchange_head head = {.method = method, .path = path};
	struct exchange *exchange = exchange_acquire(server->pool);
	struct link *link = link_of(connection);

	*own = exchange;
	if (link)
		set_deadline(link, server->settings.body_timeout);
	MHD_get_connection_values(connection, MHD_HEADER_KIND, read_header, &head);
	if (exchange_begin(exchange, server->settings.endpoints, &head))
		return MHD_YES;
	return send_answer(connection, exchange);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method,
	const char *version, const char *data, size_t *length, void **own)
{
	struct server *server = context;
	struct exchange *exchange = *own;

	(void)version;
	if (!exchange)
		return begin(server, connection, path, method, own);
	if (*length > 0) {
		exchange_receive(exchange, data, *length);
		*length = 0;
		return MHD_YES;
	}
	exchange_finish(exchange, server->settings.context);
	return send_answer(connection, exchange);
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **own,
	enum MHD_RequestTerminationCode code)
{
	struct link *link = link_of(connection);

	(void)context;
	(void)code;
	if (*own)
		exchange_release(*own);
	*own = NULL;
	if (link) {
		set_deadline(link, IDLE_SECONDS * CLOCK_SECOND);
		atomic_store_explicit(&link->idle, true, memory_order_relaxed);
	}
}

static void on_log(void *context, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void
on_log(void *context, const char *format, va_list arguments)
{
	char line[256];

	(void)context;
	if (!log_enabled(LOG_DEBUG))
		return;
	vsnprintf(line, sizeof line, format, arguments);
	log_debug("http", LOG_TEXT("text", line));
}

/* Ends the connections whose time is up, and while draining those that wait for nothing. */
static void
reap(struct server *server, int64_t now)
{
	for (struct link *link = server->links; link; link = link->next) {
		bool late = atomic_load_explicit(&link->deadline, memory_order_relaxed) < now;

		if (late)
			metric_add(&cut, 1);
		else if (!server->draining ||
			 !atomic_load_explicit(&link->idle, memory_order_relaxed))
			continue;
		shutdown(link->fd, SHUT_RDWR);
		set_deadline(link, IDLE_SECONDS * CLOCK_SECOND); /* once is enough */
	}
}

/* Waits under the mutex for a change, at most for `time`. */
static void
wait_for_change(struct server *server, int64_t time)
{
	int64_t end = clock_monotonic() + time;
	struct timespec until = {end / CLOCK_SECOND, end % CLOCK_SECOND};

	pthread_cond_timedwait(&server->changed, &server->mutex, &until);
}

static void *
run_reaper(void *context)
{
	struct server *server = context;

	pthread_mutex_lock(&server->mutex);
	while (!server->stopping) {
		reap(server, clock_monotonic());
		wait_for_change(server, REAPER_MILLISECONDS * CLOCK_MILLISECOND);
	}
	pthread_mutex_unlock(&server->mutex);
	return NULL;
}

static unsigned
flags_of(const struct server *server)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;

	return server->settings.identity ? flags | MHD_USE_TLS : flags;
}

static struct MHD_Daemon *
start(struct server *server, int fd)
{
	static char priorities[] =
		"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";
	const struct server_settings *settings = &server->settings;
	struct MHD_OptionItem more[MAX_OPTIONS];
	size_t count = 0;

	if (settings->threads > 1)
		more[count++] = (struct MHD_OptionItem){
			MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)settings->threads, NULL};
	if (settings->identity) {
		more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
			(char *)(uintptr_t)tls_identity_certificate(settings->identity)};
		more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0,
			(char *)(uintptr_t)tls_identity_key(settings->identity)};
		more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities};
	}
	more[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
	return MHD_start_daemon(flags_of(server), 0, NULL, NULL, on_request, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, settings->max_connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT,
		1, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_URI_LOG_CALLBACK,
		on_request_line, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_ARRAY, more,
		MHD_OPTION_END);
}

/* With a condition that waits by the monotonic clock. */
static struct server *
server_new(const struct server_settings *settings)
{
	struct server *server = memory_alloc(sizeof *server);
	pthread_condattr_t attributes;

	server->settings = *settings;
	server->pool = exchange_pool_new();
	pthread_mutex_init(&server->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&server->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return server;
}

static void
server_free(struct server *server)
{
	exchange_pool_free(server->pool);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->mutex);
	free(server);
}

struct server *
server_open(const struct server_settings *settings, struct error *error)
{
	int fd = listener_open(settings->listen, error);
	struct server *server;

	if (fd < 0)
		return NULL;
	server = server_new(settings);
	server->port = listener_port(fd);
	server->daemon = start(server, fd);
	if (!server->daemon) {
		close(fd);
		server_free(server);
		error_set(error, ERROR_INVALID, "the HTTP server for %s does not start",
			settings->listen);
		return NULL;
	}
	if (pthread_create(&server->reaper, NULL, run_reaper, server) != 0)
		abort();
	return server;
}

uint16_t
server_port(const struct server *server)
{
	return server->port;
}

bool
server_drain(struct server *server, int64_t patience)
{
	int64_t end = clock_monotonic() + patience;
	int fd = MHD_quiesce_daemon(server->daemon);
	bool ended;

	if (fd >= 0)
		close(fd);
	pthread_mutex_lock(&server->mutex);
	server->draining = true;
	while (server->links && clock_monotonic() < end)
		wait_for_change(server, end - clock_monotonic());
	ended = server->links == NULL;
	pthread_mutex_unlock(&server->mutex);
	return ended;
}

void
server_close(struct server *server)
{
	pthread_mutex_lock(&server->mutex);
	server->stopping = true;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->mutex);
	pthread_join(server->reaper, NULL);
	MHD_stop_daemon(server->daemon);
	server_free(server);
}
