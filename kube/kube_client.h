/* Requests to the Kubernetes API server: GET of one object, of a collection in pages, and watches.
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
 * answer came. */
int kube_client_status(const struct kube_client *client);
/* Of the last call: how long the server asks to wait, or 0; nanoseconds. */
int64_t kube_client_retry_after(const struct kube_client *client);

/* NULL on failure. `target` is a path with its query. */
const struct json *kube_client_get(
	struct arena *arena, struct kube_client *client, const char *target, struct error *error);

enum { KUBE_VERSION_SIZE = 64 };
struct kube_version {
	char text[KUBE_VERSION_SIZE]; /* a resourceVersion: opaque */
};

/* What to list and watch. */
struct kube_collection {
	const char *path;  /* "/apis/kubeovn.io/v1/subnets" */
	const char *query; /* "fieldSelector=metadata.name%3Dshoot-info", or NULL */
};

/* Calls `item` for each object, page by page; memory is bounded by a page of 500, or of fewer where
 * objects are large. On success `version` is where a watch goes on. A 410 (the list took longer
 * than the server remembers) ends it: start again. Items have no apiVersion and kind of their own.
 */
bool kube_client_list(struct kube_client *client, const struct kube_collection *collection,
	void (*item)(void *context, const struct json *object), void *context,
	struct kube_version *version, struct error *error);

enum kube_event { KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED, KUBE_BOOKMARK };

struct kube_watcher {
	void (*opened)(void *context); /* the server has accepted the watch */
	void (*event)(void *context, enum kube_event event, const struct json *object);
	void *context;
};

/* Follows the changes after `version`, which moves with every event, so that the next watch goes on
 * there. True when the server ended it in peace, after a minute at most: that a kind is quiet and
 * that nobody is there must not look the same for longer. A stream that is cut, or outlives its
 * time in silence, is ERROR_TRANSIENT; a line that is no event ERROR_INVALID. */
bool kube_client_watch(struct kube_client *client, const struct kube_collection *collection,
	const struct kube_watcher *watcher, struct kube_version *version, struct error *error);
