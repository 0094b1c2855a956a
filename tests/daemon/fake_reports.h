/* An API server on loopback that keeps policy reports of both forms: lists, watches, reads,
 * creates, replaces and deletes them as kube-apiserver does, with resourceVersions and their
 * preconditions. A thread for each connection. */
#pragma once

#include <inttypes.h>

#include "tests/http/fake_server.h"

enum {
	FAKE_OBJECTS = 256,
	FAKE_EVENTS = 1024,
	FAKE_CONNECTIONS = 4096,
	FAKE_TEXT = 16 * 1024,
	FAKE_NAME = 320,
};

struct fake_object {
	char collection[64]; /* "openreports.io/v1alpha1/reports" */
	char namespace[64];
	char name[128];
	char *text; /* NULL once it is deleted */
	int version;
	bool foreign; /* without our label */
};

struct fake_event {
	int version;
	const struct fake_object *object;
	const char *type;
	char *text;
};

struct fake_reports {
	int listener;
	char url[64];
	pthread_t thread;
	atomic_bool ended;
	pthread_mutex_t mutex; /* of all below */
	bool installed[2];     /* wgpolicyk8s.io, openreports.io */
	bool refuses;          /* 403 to all writes */
	bool garbles;          /* lists without a version */
	int version;
	struct fake_object objects[FAKE_OBJECTS];
	int object_count;
	struct fake_event events[FAKE_EVENTS];
	int event_count;
	int posts, puts, deletes, lists; /* that were asked for */
	pthread_t connections[FAKE_CONNECTIONS];
	int connection_count;
};

struct fake_request {
	char method[8];
	char collection[64];
	char namespace[64];
	char name[128]; /* "" for the collection */
	const char *query;
	const char *body;
	char text[FAKE_TEXT * 2];
};

struct fake_connection {
	struct fake_reports *server;
	int socket;
};

#define FAKE_LABEL "app.kubernetes.io/managed-by\":\"peerwarden\""

static inline void
fake_answer(int socket, const char *status, const char *body)
{
	char head[200];
	int length = snprintf(head, sizeof head,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\nConnection: close\r\n"
		"Content-Length: %zu\r\n\r\n",
		status, strlen(body));

	if (send(socket, head, (size_t)length, MSG_NOSIGNAL) > 0)
		send(socket, body, strlen(body), MSG_NOSIGNAL);
}

static inline void
fake_refuse(int socket, const char *status, const char *reason)
{
	char body[200];

	snprintf(body, sizeof body,
		"{\"kind\":\"Status\",\"code\":%d,\"reason\":\"%s\",\"message\":\"%s\"}",
		atoi(status), reason, reason);
	fake_answer(socket, status, body);
}

/* "/apis/<group>/<version>[/namespaces/<namespace>]/<plural>[/<name>][?query]" */
static inline void
fake_parse_target(struct fake_request *request, char *target)
{
	char *group, *version, *part, *rest = NULL;
	char *query = strchr(target, '?');

	if (query)
		*query++ = '\0';
	request->query = query ? query : "";
	strtok_r(target, "/", &rest);
	group = strtok_r(NULL, "/", &rest);
	version = strtok_r(NULL, "/", &rest);
	part = strtok_r(NULL, "/", &rest);
	if (part && strcmp(part, "namespaces") == 0) {
		snprintf(request->namespace, sizeof request->namespace, "%s",
			strtok_r(NULL, "/", &rest));
		part = strtok_r(NULL, "/", &rest);
	}
	snprintf(request->collection, sizeof request->collection, "%s/%s/%s", group, version, part);
	part = strtok_r(NULL, "/", &rest);
	snprintf(request->name, sizeof request->name, "%s", part ? part : "");
}

static inline bool
fake_read_request(struct fake_reports *server, int socket, struct fake_request *request)
{
	struct pollfd wait = {socket, POLLIN, 0};
	size_t length = 0, expected = SIZE_MAX;
	char *body = NULL, *size, *end;

	while (length < expected && length < sizeof request->text - 1) {
		ssize_t count;

		if (poll(&wait, 1, 5) <= 0) {
			if (server->ended)
				return false;
			continue;
		}
		count = recv(socket, request->text + length, sizeof request->text - 1 - length, 0);
		if (count <= 0)
			return false;
		length += (size_t)count;
		request->text[length] = '\0';
		body = strstr(request->text, "\r\n\r\n");
		if (!body)
			continue;
		size = strstr(request->text, "Content-Length: ");
		expected = (size_t)(body + 4 - request->text) +
			   (size && size < body ? strtoul(size + 16, NULL, 10) : 0);
	}
	if (!body)
		return false;
	request->body = body + 4;
	end = strchr(request->text, ' ');
	snprintf(request->method, sizeof request->method, "%.*s", (int)(end - request->text),
		request->text);
	*strchr(end + 1, ' ') = '\0';
	fake_parse_target(request, end + 1);
	return true;
}

static inline struct fake_object *
fake_find(struct fake_reports *server, const char *collection, const char *namespace,
	const char *name)
{
	for (int i = 0; i < server->object_count; i++) {
		struct fake_object *object = &server->objects[i];

		if (object->text && strcmp(object->collection, collection) == 0 &&
			strcmp(object->namespace, namespace) == 0 &&
			strcmp(object->name, name) == 0)
			return object;
	}
	return NULL;
}

/* The body with the new version in place of any it had. */
static inline char *
fake_stamp(const char *body, int version)
{
	static const char key[] = "\"resourceVersion\":\"";
	const char *metadata = strstr(body, "\"metadata\":{") + strlen("\"metadata\":{");
	const char *old = strstr(body, key);
	char *text = malloc(strlen(body) + 64);

	if (old)
		sprintf(text, "%.*s%d%s", (int)(old + strlen(key) - body), body, version,
			strchr(old + strlen(key), '"'));
	else
		sprintf(text, "%.*s%s%d\",%s", (int)(metadata - body), body, key, version,
			metadata);
	for (char *at = text; *at; at++)
		if (*at == '\n')
			*at = ' ';
	return text;
}

static inline void
fake_note(struct fake_reports *server, const struct fake_object *object, const char *type,
	const char *text)
{
	if (server->event_count == FAKE_EVENTS)
		abort();
	server->events[server->event_count++] = (struct fake_event){
		server->version, object, type, fake_stamp(text, server->version)};
}

/* Needs the mutex. */
static inline void
fake_put(struct fake_reports *server, const char *collection, const char *namespace,
	const char *name, const char *body)
{
	struct fake_object *object = fake_find(server, collection, namespace, name);
	const char *type = object ? "MODIFIED" : "ADDED";
	bool was_ours = object && !object->foreign;
	char *before;

	if (!object) {
		if (server->object_count == FAKE_OBJECTS)
			abort();
		object = &server->objects[server->object_count++];
		snprintf(object->collection, sizeof object->collection, "%s", collection);
		snprintf(object->namespace, sizeof object->namespace, "%s", namespace);
		snprintf(object->name, sizeof object->name, "%s", name);
	}
	before = object->text;
	object->version = ++server->version;
	object->text = fake_stamp(body, object->version);
	object->foreign = !strstr(body, FAKE_LABEL);
	if (was_ours && object->foreign)
		fake_note(server, object, "DELETED", before); /* for who selects by label */
	else if (!object->foreign)
		fake_note(server, object, type, object->text);
	free(before);
}

/* Needs the mutex. */
static inline void
fake_delete(struct fake_reports *server, struct fake_object *object)
{
	server->version++;
	if (!object->foreign)
		fake_note(server, object, "DELETED", object->text);
	free(object->text);
	object->text = NULL;
}

static inline void
fake_serve_list(struct fake_reports *server, const struct fake_request *request, int socket)
{
	static char body[FAKE_OBJECTS * 4096];
	int length = snprintf(body, sizeof body,
		"{\"metadata\":{\"resourceVersion\":\"%d\"},\"items\":[",
		server->garbles ? 0 : server->version);
	const char *separator = "";

	server->lists++;
	for (int i = 0; i < server->object_count; i++) {
		const struct fake_object *object = &server->objects[i];

		if (!object->text || object->foreign ||
			strcmp(object->collection, request->collection) != 0)
			continue;
		length += snprintf(body + length, sizeof body - (size_t)length, "%s%s", separator,
			object->text);
		separator = ",";
	}
	snprintf(body + length, sizeof body - (size_t)length, "]}");
	fake_answer(socket, "200 OK", body);
}

/* Sends what has come after `since`; the last version. Needs the mutex. */
static inline int
fake_send_events(
	struct fake_reports *server, const struct fake_request *request, int socket, int since)
{
	for (int i = 0; i < server->event_count; i++) {
		const struct fake_event *event = &server->events[i];
		char *line;

		if (event->version <= since ||
			strcmp(event->object->collection, request->collection) != 0)
			continue;
		line = malloc(strlen(event->text) + 64);
		sprintf(line, "{\"type\":\"%s\",\"object\":%s}\n", event->type, event->text);
		send(socket, line, strlen(line), MSG_NOSIGNAL);
		free(line);
		since = event->version;
	}
	return since;
}

/* Until the client goes, the server ends, or what is watched is not installed any more. */
static inline void
fake_serve_watch(struct fake_reports *server, const struct fake_request *request, int socket)
{
	const char *from = strstr(request->query, "resourceVersion=");
	int since = from ? atoi(from + strlen("resourceVersion=")) : 0;
	bool open = request->collection[0] == 'o';
	struct pollfd wait = {socket, POLLIN, 0};
	char byte;

	send(socket, FAKE_OK, strlen(FAKE_OK), MSG_NOSIGNAL);
	while (!server->ended && server->installed[open]) {
		since = fake_send_events(server, request, socket, since);
		pthread_mutex_unlock(&server->mutex);
		if (poll(&wait, 1, 2) > 0 && recv(socket, &byte, 1, 0) <= 0) {
			pthread_mutex_lock(&server->mutex);
			return;
		}
		pthread_mutex_lock(&server->mutex);
	}
}

static inline const char *
fake_text_of(const char *body, const char *key, char *value, size_t size)
{
	const char *at = strstr(body, key);

	snprintf(value, size, "%.*s", at ? (int)strcspn(at + strlen(key), "\"") : 0,
		at ? at + strlen(key) : "");
	return value;
}

static inline void
fake_serve_write(struct fake_reports *server, const struct fake_request *request, int socket)
{
	char name[FAKE_NAME], version[32];
	struct fake_object *object;

	fake_text_of(request->body, "\"name\":\"", name, sizeof name);
	fake_text_of(request->body, "\"resourceVersion\":\"", version, sizeof version);
	object = fake_find(server, request->collection, request->namespace,
		*request->name ? request->name : name);
	server->posts += strcmp(request->method, "POST") == 0;
	server->puts += strcmp(request->method, "PUT") == 0;
	server->deletes += strcmp(request->method, "DELETE") == 0;
	if (server->refuses) {
		fake_refuse(socket, "403 Forbidden", "Forbidden");
	} else if (strcmp(request->method, "POST") == 0) {
		if (object) {
			fake_refuse(socket, "409 Conflict", "AlreadyExists");
			return;
		}
		fake_put(server, request->collection, request->namespace, name, request->body);
		fake_answer(socket, "201 Created", "{}");
	} else if (!object) {
		fake_refuse(socket, "404 Not Found", "NotFound");
	} else if (atoi(version) != object->version) {
		fake_refuse(socket, "409 Conflict", "Conflict");
	} else {
		if (strcmp(request->method, "PUT") == 0)
			fake_put(server, request->collection, request->namespace, request->name,
				request->body);
		else
			fake_delete(server, object);
		fake_answer(socket, "200 OK", "{}");
	}
}

/* Needs the mutex. */
static inline void
fake_dispatch(struct fake_reports *server, const struct fake_request *request, int socket)
{
	bool open = request->collection[0] == 'o';
	const struct fake_object *object =
		fake_find(server, request->collection, request->namespace, request->name);

	if (!server->installed[open])
		fake_answer(socket, "404 Not Found", "404 page not found\n");
	else if (strcmp(request->method, "GET") != 0)
		fake_serve_write(server, request, socket);
	else if (*request->name && object)
		fake_answer(socket, "200 OK", object->text);
	else if (*request->name)
		fake_refuse(socket, "404 Not Found", "NotFound");
	else if (strstr(request->query, "watch="))
		fake_serve_watch(server, request, socket);
	else
		fake_serve_list(server, request, socket);
}

static inline void *
fake_serve_connection(void *context)
{
	struct fake_connection *connection = context;
	struct fake_request *request = calloc(1, sizeof *request);

	if (fake_read_request(connection->server, connection->socket, request)) {
		pthread_mutex_lock(&connection->server->mutex);
		fake_dispatch(connection->server, request, connection->socket);
		pthread_mutex_unlock(&connection->server->mutex);
	}
	close(connection->socket);
	free(request);
	free(connection);
	return NULL;
}

static inline void *
fake_reports_run(void *context)
{
	struct fake_reports *server = context;
	struct pollfd wait = {server->listener, POLLIN, 0};

	while (!server->ended) {
		struct fake_connection *connection;

		if (poll(&wait, 1, 5) <= 0)
			continue;
		connection = calloc(1, sizeof *connection);
		connection->server = server;
		connection->socket = accept(server->listener, NULL, NULL);
		if (server->connection_count == FAKE_CONNECTIONS ||
			pthread_create(&server->connections[server->connection_count++], NULL,
				fake_serve_connection, connection) != 0)
			abort();
	}
	return NULL;
}

static inline void
fake_reports_start(struct fake_reports *server)
{
	struct fake_server place = {0};

	memset(server, 0, sizeof *server);
	pthread_mutex_init(&server->mutex, NULL);
	server->installed[0] = server->installed[1] = true;
	server->version = 10;
	fake_listen(&place);
	server->listener = place.listener;
	snprintf(server->url, sizeof server->url, "%s", place.url);
	if (pthread_create(&server->thread, NULL, fake_reports_run, server) != 0)
		abort();
}

static inline void
fake_reports_stop(struct fake_reports *server)
{
	pthread_mutex_lock(&server->mutex);
	server->ended = true;
	pthread_mutex_unlock(&server->mutex);
	pthread_join(server->thread, NULL);
	for (int i = 0; i < server->connection_count; i++)
		pthread_join(server->connections[i], NULL);
	close(server->listener);
	for (int i = 0; i < server->object_count; i++)
		free(server->objects[i].text);
	for (int i = 0; i < server->event_count; i++)
		free(server->events[i].text);
	pthread_mutex_destroy(&server->mutex);
}

/* As it stands: its text (free() it) or NULL. */
static inline char *
fake_reports_get(struct fake_reports *server, const char *collection, const char *namespace,
	const char *name)
{
	const struct fake_object *object;
	char *text;

	pthread_mutex_lock(&server->mutex);
	object = fake_find(server, collection, namespace, name);
	text = object ? strdup(object->text) : NULL;
	pthread_mutex_unlock(&server->mutex);
	return text;
}

static inline bool
fake_reports_has(struct fake_reports *server, const char *collection, const char *namespace,
	const char *name, const char *part)
{
	char *text = fake_reports_get(server, collection, namespace, name);
	bool found = text && strstr(text, part);

	free(text);
	return found;
}

/* How many stand in the collection. */
static inline int
fake_reports_count(struct fake_reports *server, const char *collection)
{
	int count = 0;

	pthread_mutex_lock(&server->mutex);
	for (int i = 0; i < server->object_count; i++)
		count += server->objects[i].text &&
			 strcmp(server->objects[i].collection, collection) == 0;
	pthread_mutex_unlock(&server->mutex);
	return count;
}

/* What a number of the server is now. */
static inline int
fake_reports_number(struct fake_reports *server, const int *number)
{
	int value;

	pthread_mutex_lock(&server->mutex);
	value = *number;
	pthread_mutex_unlock(&server->mutex);
	return value;
}

static inline void
fake_reports_set(struct fake_reports *server, bool *flag, bool value)
{
	pthread_mutex_lock(&server->mutex);
	*flag = value;
	pthread_mutex_unlock(&server->mutex);
}
