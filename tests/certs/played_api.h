/* An API server without a network that keeps objects by path: kube_client_get and kube_client_call
 * are played in the program that includes this (played(...) in tests/CMakeLists.txt), with
 * resourceVersions, conflicts and deletions as the real one has them. Everything under one lock, so
 * that a thread may call while the test looks. */
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/json_edit.h"
#include "format/json_write.h"
#include "kube/kube_client.h"

enum { PLAYED_OBJECTS = 4, PLAYED_SIZE = 1 << 20, PLAYED_MEMORY = 1 << 24 };

struct played_object {
	char path[200];
	char *text; /* NULL: there is none */
	int version;
};

static struct played_api {
	pthread_mutex_t mutex;
	struct played_object objects[PLAYED_OBJECTS];
	int versions;
	atomic_int status;     /* of the last call */
	atomic_int refuse;     /* every call with this status; 0: none */
	atomic_int writes;     /* that were done */
	atomic_int conflicts;  /* that met a newer object */
	_Atomic(int64_t) date; /* of every answer */
	char query[200];       /* of the last write */
} played_api = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static inline struct played_object *
played_find(const char *target)
{
	size_t length = strcspn(target, "?");

	for (int i = 0; i < PLAYED_OBJECTS; i++) {
		struct played_object *object = &played_api.objects[i];

		if (!object->path[0])
			snprintf(object->path, sizeof object->path, "%.*s", (int)length, target);
		if (strlen(object->path) == length && memcmp(object->path, target, length) == 0)
			return object;
	}
	fail_msg("too many objects: %s", target);
	return NULL;
}

static inline const struct json *
played_parse(struct arena *arena, const char *text)
{
	const struct json *value =
		text ? json_parse(arena, text, strlen(text), &json_request_limits, NULL) : NULL;

	if (text && !value)
		fail_msg("no JSON: %s", text);
	return value;
}

/* Stores a body under a new version; a merge patch must not come here. */
static inline void
played_store(struct played_object *object, const char *body)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(PLAYED_MEMORY);
	struct json_edit edit = {.arena = arena, .root = played_parse(arena, body)};
	struct buffer text;

	object->version = ++played_api.versions;
	buffer_init(&text, PLAYED_SIZE);
	json_edit_set(
		&edit, "metadata.resourceVersion", arena_printf(arena, "%d", object->version));
	json_edit_set(&edit, "metadata.uid", "uid");
	json_write(arena, edit.root, &text);
	free(object->text);
	object->text = buffer_take(&text);
}

/* By another's hand; NULL deletes. */
static inline void
played_put(const char *path, const char *body)
{
	struct played_object *object;

	pthread_mutex_lock(&played_api.mutex);
	object = played_find(path);
	if (body) {
		played_store(object, body);
	} else {
		free(object->text);
		object->text = NULL;
	}
	pthread_mutex_unlock(&played_api.mutex);
}

/* One text at a field, by another's hand; NULL takes it away. */
static inline void
played_set(const char *path, const char *field, const char *value)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(PLAYED_MEMORY);
	struct json_edit edit = {.arena = arena};
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, PLAYED_SIZE);
	pthread_mutex_lock(&played_api.mutex);
	edit.root = played_parse(arena, played_find(path)->text);
	if (value && edit.root)
		assert_true(json_edit_set(&edit, field, value));
	else if (edit.root)
		json_edit_remove(&edit, field);
	json_write(arena, edit.root, &text);
	if (edit.root)
		played_store(played_find(path), buffer_text(&text));
	pthread_mutex_unlock(&played_api.mutex);
}

/* One text of an object at a field, in the arena; NULL when there is none. */
static inline const char *
played_text(struct arena *arena, const char *path, const char *parent, const char *name)
{
	const struct json *object;
	const char *text;

	pthread_mutex_lock(&played_api.mutex);
	object = played_parse(arena, played_find(path)->text);
	pthread_mutex_unlock(&played_api.mutex);
	text = json_member_text(object ? json_nearest(object, parent) : NULL, name);
	return text ? arena_text(arena, text) : NULL;
}

static inline void
played_clear(void)
{
	for (int i = 0; i < PLAYED_OBJECTS; i++)
		free(played_api.objects[i].text);
	memset(played_api.objects, 0, sizeof played_api.objects);
	played_api.versions = 0;
	played_api.refuse = 0;
	played_api.writes = 0;
	played_api.conflicts = 0;
	played_api.date = 0;
}

static inline const struct json *
played_answer(int status, struct error *error)
{
	played_api.status = status;
	error_set(error,
		status == 404   ? ERROR_NOT_FOUND
		: status == 409 ? ERROR_CONFLICT
		: status == 403 ? ERROR_DENIED
				: ERROR_TRANSIENT,
		"the API server answers %d", status);
	return NULL;
}

/* A PUT of what is there, or a server-side apply of what is not. */
static inline const struct json *
played_write(struct arena *arena, const struct kube_call *call, struct error *error)
{
	struct played_object *object = played_find(call->target);
	const struct json *body = played_parse(arena, call->body);
	const char *version = json_member_text(json_member(body, "metadata"), "resourceVersion");

	snprintf(played_api.query, sizeof played_api.query, "%s", strchr(call->target, '?'));
	assert_true(call->method == HTTP_PUT || (call->method == HTTP_PATCH && call->apply));
	if (call->method == HTTP_PUT && !object->text)
		return played_answer(404, error);
	if (call->method == HTTP_PUT
			? !text_equal(version, arena_printf(arena, "%d", object->version))
			: object->text != NULL) {
		played_api.conflicts++;
		return played_answer(409, error);
	}
	played_store(object, call->body);
	played_api.writes++;
	played_api.status = 200;
	return played_parse(arena, object->text);
}

const struct json *__wrap_kube_client_call(struct arena *arena, struct kube_client *client,
	const struct kube_call *call, struct error *error);
const struct json *
__wrap_kube_client_call(struct arena *arena, struct kube_client *client,
	const struct kube_call *call, struct error *error)
{
	const struct json *answer;

	(void)client;
	pthread_mutex_lock(&played_api.mutex);
	answer = played_api.refuse ? played_answer(played_api.refuse, error)
				   : played_write(arena, call, error);
	pthread_mutex_unlock(&played_api.mutex);
	return answer;
}

const struct json *__wrap_kube_client_get(
	struct arena *arena, struct kube_client *client, const char *target, struct error *error);
const struct json *
__wrap_kube_client_get(
	struct arena *arena, struct kube_client *client, const char *target, struct error *error)
{
	const struct json *answer;

	(void)client;
	pthread_mutex_lock(&played_api.mutex);
	played_api.status = 200;
	answer = played_parse(arena, played_find(target)->text);
	if (played_api.refuse || !answer)
		answer = played_answer(played_api.refuse ? played_api.refuse : 404, error);
	pthread_mutex_unlock(&played_api.mutex);
	return answer;
}

int __wrap_kube_client_status(const struct kube_client *client);
int
__wrap_kube_client_status(const struct kube_client *client)
{
	(void)client;
	return played_api.status;
}

const char *__wrap_kube_client_reason(const struct kube_client *client);
const char *
__wrap_kube_client_reason(const struct kube_client *client)
{
	(void)client;
	return played_api.status == 404 ? "NotFound" : "";
}

int64_t __wrap_kube_client_date(const struct kube_client *client);
int64_t
__wrap_kube_client_date(const struct kube_client *client)
{
	(void)client;
	return played_api.date;
}
