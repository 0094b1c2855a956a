/* The life of a list and its watch, in a thread of its own: what the API server says of one
 * collection is told to an observer.
 *
 *     list (pages) ──done──> watch ──peaceful end, cut──> watch from the last version
 *      ^                       └──410, other failures──> list again
 *      └── failures wait with full jitter, up to `longest_wait`
 *
 * A watch that the server ends at once without an event counts as a failure. How long a Retry-After
 * asks for counts within `longest_wait`.
 *
 * The observer is called by the thread, without any lock. What it is given is lent for the call.
 * Source: Kubernetes API concepts, "Efficient detection of changes".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ending.h"
#include "base/error.h"
#include "format/json.h"
#include "kube/kube_client.h"
#include "kube/kube_config.h"

struct list_watch;

struct list_watch_failure {
	const struct error *error;
	int status;         /* kube_client_status */
	const char *reason; /* kube_client_reason */
	bool listed;        /* it was a watch: a list had been there before */
	bool keeps;         /* the watch goes on where it was; otherwise a list is next */
};

/* Each may be NULL but `item`. */
struct list_watch_observer {
	void (*began)(void *context); /* a list: each object that there is follows as an item */
	void (*item)(void *context, const struct json *object);
	/* The list is whole, as of `version`. False when it cannot be used: a failure. */
	bool (*listed)(void *context, uint64_t version, struct error *error);
	void (*opened)(void *context); /* a watch, from where the list or the watch before ended */
	/* A bookmark's object has a resourceVersion and nothing else. */
	void (*event)(void *context, enum kube_event event, const struct json *object);
	void (*failed)(void *context, const struct list_watch_failure *failure);
	void *context;
};

struct list_watch_settings {
	const struct kube_config *config;
	struct kube_collection collection;
	struct ending *ending;
	/* Nanoseconds. The second holds for trouble that lasts for longer than ten seconds while
	 * the server is reached; until then it is a second at most. */
	int64_t first_wait;
	int64_t longest_wait;
	struct list_watch_observer observer;
};

/* The settings are copied, what they point to is lent. ERROR_INVALID when the configuration cannot
 * be used. */
struct list_watch *list_watch_new(const struct list_watch_settings *settings, struct error *error);
void list_watch_start(struct list_watch *watch);
void list_watch_interrupt(struct list_watch *watch); /* after the ending was announced */
void list_watch_free(struct list_watch *watch);      /* waits for the thread; NULL is allowed */

/* Nanoseconds since the server was last heard of the collection, or since the start. From any
 * thread. */
int64_t list_watch_age(const struct list_watch *watch);
/* For an observer that takes a failure for an answer. */
void list_watch_hear(struct list_watch *watch);
