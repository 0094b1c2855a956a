#include "serving/server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "serving/connection.h"
#include "serving/listener.h"

enum {
	CONNECTION_MEMORY = 8 * 1024, /* libmicrohttpd clears all of it after each request */
	IDLE_SECONDS =
		120,       /* longer than the 90 s of Go's client, so that it is the one to close */
	GRACE_SECONDS = 5, /* a suspended exchange that was not resumed in time */
	MAX_OPTIONS = 12,
};

struct server {
	struct server_settings settings;
	struct MHD_Daemon *daemon;
	struct connection_list *connections;
	struct exchange_pool *pool;
	uint16_t port;
};

/* NULL when it is ending. */
static struct connection *
connection_of(struct MHD_Connection *served)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(served, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static gnutls_session_t
session_of(const struct server *server, struct MHD_Connection *served)
{
	const union MHD_ConnectionInfo *info =
		server->settings.identity
			? MHD_get_connection_info(served, MHD_CONNECTION_INFO_GNUTLS_SESSION)
			: NULL;

	return info ? info->tls_session : NULL;
}

static void
on_connection(void *context, struct MHD_Connection *served, void **connection,
	enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*connection = connection_start(server->connections,
			MHD_get_connection_info(served, MHD_CONNECTION_INFO_CONNECTION_FD)
				->connect_fd,
			session_of(server, served), server->settings.header_timeout);
	else if (*connection)
		connection_end(*connection);
}

/* The line of a request has been read: the rest of its head may take the header timeout. */
static void *
on_request_line(void *context, const char *uri, struct MHD_Connection *served)
{
	struct server *server = context;
	struct connection *connection = connection_of(served);

	(void)uri;
	if (connection)
		connection_work(connection, server->settings.header_timeout);
	return NULL; /* what on_request finds as the request's own pointer */
}

/* Paths are compared as they were sent: an escaped one is another path. */
static size_t
keep_escapes(void *context, struct MHD_Connection *served, char *text)
{
	(void)context;
	(void)served;
	return strlen(text);
}

/* Whether this is the header `wanted`. A name that goes on behind it may be it to others: what is
 * left of a blank before the colon (RFC 9112 section 5.1) or of a folded line, which libmicrohttpd
 * 0.9.75 adds to the name. */
static bool
is_length_header(struct exchange_head *head, const char *name, size_t name_length,
	const char *wanted, size_t wanted_length)
{
	if (name_length < wanted_length || strncasecmp(name, wanted, wanted_length) != 0)
		return false;
	if (name_length > wanted_length)
		head->ambiguous = true;
	return true;
}

static void
note_once(struct exchange_head *head, const char **header, const char *value)
{
	if (*header)
		head->ambiguous = true;
	*header = value ? value : "";
}

static enum MHD_Result
read_header(void *context, enum MHD_ValueKind kind, const char *name, size_t length,
	const char *value, size_t value_length)
{
	static const char content_length[] = "Content-Length";
	static const char transfer_encoding[] = "Transfer-Encoding";
	struct exchange_head *head = context;

	(void)value_length;
	if (kind == MHD_GET_ARGUMENT_KIND) {
		if (text_equal(name, "timeout"))
			head->timeout = value;
	} else if (text_equal_ignoring_case(name, "Content-Type")) {
		head->content_type = value;
	} else if (text_equal_ignoring_case(name, "Host")) {
		head->host = value;
	} else if (is_length_header(
			   head, name, length, content_length, sizeof content_length - 1)) {
		note_once(head, &head->content_length, value);
	} else if (is_length_header(
			   head, name, length, transfer_encoding, sizeof transfer_encoding - 1)) {
		note_once(head, &head->transfer_encoding, value);
	}
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
send_answer(struct MHD_Connection *served, const struct exchange *exchange)
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
	struct connection *connection = connection_of(served);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		if (headers[i].value)
			MHD_add_response_header(response, headers[i].name, headers[i].value);
	if (connection && has_body(exchange))
		connection_hold(connection);
	result = MHD_queue_response(served, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Suspends at once, in the serving thread and before anybody can resume. */
static void
suspend(struct exchange *exchange)
{
	struct connection *connection = connection_of(exchange->connection);

	if (connection)
		connection_work_until(
			connection, exchange->deadline + GRACE_SECONDS * CLOCK_SECOND);
	MHD_suspend_connection(exchange->connection);
}

static void
resume(struct exchange *exchange)
{
	MHD_resume_connection(exchange->connection);
}

static const struct exchange_carrier carrier = {suspend, resume};

/* The head of a request is there. */
static enum MHD_Result
begin(struct server *server, struct MHD_Connection *served, const char *path, const char *method,
	void **own)
{
	struct exchange_head head = {.method = method, .path = path};
	struct exchange *exchange = exchange_acquire(server->pool);
	struct connection *connection = connection_of(served);

	*own = exchange;
	exchange->carrier = &carrier;
	exchange->connection = served;
	if (connection)
		connection_work(connection, server->settings.body_timeout);
	MHD_get_connection_values_n(
		served, MHD_HEADER_KIND | MHD_GET_ARGUMENT_KIND, read_header, &head);
	if (exchange_begin(exchange, server->settings.endpoints, &head))
		return MHD_YES;
	return send_answer(served, exchange);
}

/* The body is there, or a suspended exchange has been resumed. */
static enum MHD_Result
finish(struct server *server, struct MHD_Connection *served, struct exchange *exchange)
{
	struct connection *connection = exchange->suspended ? connection_of(served) : NULL;

	if (connection)
		connection_work(connection, server->settings.body_timeout);
	if (!exchange_finish(exchange, server->settings.context))
		return MHD_YES;
	return send_answer(served, exchange);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *served, const char *path, const char *method,
	const char *version, const char *data, size_t *length, void **own)
{
	struct server *server = context;
	struct exchange *exchange = *own;

	(void)version;
	if (!exchange)
		return begin(server, served, path, method, own);
	if (*length > 0) {
		exchange_receive(exchange, data, *length);
		*length = 0;
		return MHD_YES;
	}
	return finish(server, served, exchange);
}

static void
on_completed(void *context, struct MHD_Connection *served, void **own,
	enum MHD_RequestTerminationCode code)
{
	struct connection *connection = connection_of(served);

	(void)context;
	(void)code;
	if (*own)
		exchange_release(*own);
	*own = NULL;
	if (connection)
		connection_rest(connection);
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

/* With poll, not epoll: there libmicrohttpd 0.9.75 asks again and again for a handshake whose
 * client is silent, so that twenty such clients would take a processor for themselves. */
static unsigned
flags_of(const struct server *server)
{
	unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG |
			 MHD_ALLOW_SUSPEND_RESUME;

	return server->settings.identity ? flags | MHD_USE_TLS : flags;
}

static struct MHD_Daemon *
start(struct server *server, int fd)
{
	static char priorities[] =
		"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-AES-128-CBC:-AES-256-CBC:-RSA:"
		"%SERVER_PRECEDENCE";
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

static struct server *
server_new(const struct server_settings *settings)
{
	struct server *server = memory_alloc(sizeof *server);

	server->settings = *settings;
	server->connections = connection_list_open(
		settings->identity, settings->max_connections, IDLE_SECONDS * CLOCK_SECOND);
	server->pool = exchange_pool_new();
	if (settings->max_waiting > 0)
		exchange_pool_set_waiting(server->pool, settings->max_waiting);
	return server;
}

static void
server_free(struct server *server)
{
	connection_list_close(server->connections);
	exchange_pool_free(server->pool);
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
	return server;
}

uint16_t
server_port(const struct server *server)
{
	return server->port;
}

size_t
server_suspended(const struct server *server)
{
	return exchange_pool_suspended(server->pool);
}

bool
server_drain(struct server *server, int64_t patience)
{
	int fd = MHD_quiesce_daemon(server->daemon);

	if (fd >= 0)
		close(fd);
	return connection_list_drain(server->connections, patience);
}

void
server_close(struct server *server)
{
	exchange_pool_wait(server->pool);
	MHD_stop_daemon(server->daemon);
	server_free(server);
}
