/* Requests to the Kubernetes API server: one object, a collection in pages, and watches.
 *
 * Follows the Kubernetes API concepts (resource versions, chunked lists: KEP-365, watch bookmarks:
 * KEP-956). A Status object that the server sends becomes the error: 404 ERROR_NOT_FOUND, 401 and
 * 403 ERROR_DENIED, 409 ERROR_CONFLICT, 410 ERROR_NOT_FOUND, 408, 429 and 5xx ERROR_TRANSIENT,
 * others ERROR_INVALID; kube_client_status() tells 410 from 404.
 *
 * A client belongs to one thread; only kube_client_abort may be called from another.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/json.h"
#include "kube/kube_config.h"

struct kube_client;

/* The configuration is lent as long as the client lives. ERROR_INVALID when it cannot be used. */
struct kube_client *kube_client_new(const struct kube_config *config, struct error *error);
void kube_client_free(struct kube_client *client);
void kube_client_abort(
	struct kube_client *client); /* ends this and every later call, within 100 ms */

/* Of the last call: the HTTP status, or the code of the ERROR event that ended a watch; 0 when no
 * answer came, or not all of it. */
int kube_client_status(const struct kube_client *client);

/* What the last call, a write, came to. A write that was lost on its way, cut before the end of its
 * answer, or answered with 408 or 5xx (the API server may have lost etcd's answer) may or may not
 * have been done, now or in a moment: only a read tells. */
enum kube_outcome {
	KUBE_UNKNOWN,
	KUBE_DONE,    /* 200, 201, 202, even where the answer's body was no JSON */
	KUBE_REFUSED, /* any other answer: nothing was done */
};
enum kube_outcome kube_client_outcome(const struct kube_client *client);

/* Of the last call: the `reason` of the Status that refused it ("NotFound"), or "". A 404 without a
 * reason says that the collection of a CRD is not served at all: kube-apiserver (1.36) answers that
 * in plain text. Lent until the next call. */
const char *kube_client_reason(const struct kube_client *client);
/* Of the last call: when the API server answered by its own clock, in seconds since 1970; 0 when no
 * answer came, or no date with it. */
int64_t kube_client_date(const struct kube_client *client);
/* Of the last call: how long the server asks to wait, or 0; nanoseconds. */
int64_t kube_client_retry_after(const struct kube_client *client);

/* Of the last call: the texts of the Warning headers that came with its answer, whatever its status
 * (RFC 7234 section 5.5, as KEP-1693 uses it: `299 - "text"`), ended by NULL. They live in the
 * arena. */
const char *const *kube_client_warnings(struct arena *arena, const struct kube_client *client);

struct kube_call {
	enum http_method method;
	const char *target; /* a path with its query */
	const char *body;   /* JSON, or NULL; with HTTP_PATCH a JSON merge patch (RFC 7386) */
	int64_t timeout;    /* nanoseconds; 0 for a minute */
	bool apply; /* HTTP_PATCH: `body` is a server-side apply instead; the target has to name a
		       fieldManager (KEP-555) */
};
/* The answer's body; NULL on failure. A write is never sent twice (http_client_call). */
const struct json *kube_client_call(struct arena *arena, struct kube_client *client,
	const struct kube_call *call, struct error *error);

/* NULL on failure. `target` is a path with its query. */
const struct json *kube_client_get(
	struct arena *arena, struct kube_client *client, const char *target, struct error *error);

/* metadata.resourceVersion of an object, of a list or of a bookmark: a number that grows with every
 * change (KEP-5504). False when it is none; UINT64_MAX is none. */
bool kube_version_number(const struct json *object, uint64_t *version);

/* What to list and watch. */
struct kube_collection {
	const char *path;  /* "/apis/kubeovn.io/v1/subnets" */
	const char *query; /* "fieldSelector=metadata.name%3Dshoot-info", or NULL */
};

/* Calls `item` for each object, page by page; memory is bounded by a page of 500, or of fewer where
 * objects are large. On success `version` is where a watch goes on. A 410 (the list took longer
 * than the server remembers) ends it: start again. Items have no apiVersion and kind of their own.
 * While `item` is called, `version` is that of its page already. */
bool kube_client_list(struct kube_client *client, const struct kube_collection *collection,
	void (*item)(void *context, const struct json *object), void *context, uint64_t *version,
	struct error *error);

enum kube_event { KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED, KUBE_BOOKMARK };

struct kube_watcher {
	void (*opened)(void *context); /* the server has accepted the watch */
	void (*event)(void *context, enum kube_event event, const struct json *object);
	void *context;
};

/* Follows the changes after `version`, which moves with every event, so that the next watch goes on
 * there. True when the server ended it in peace, after 35 s at most: that a kind is quiet and that
 * nobody is there must not look the same for longer. A stream that is cut, or outlives its
 * time in silence, is ERROR_TRANSIENT; a line that is no event ERROR_INVALID. */
bool kube_client_watch(struct kube_client *client, const struct kube_collection *collection,
	const struct kube_watcher *watcher, uint64_t *version, struct error *error);
