/* Kubernetes Events (events.k8s.io/v1): what a user sees under `kubectl describe`.
 *
 * Writing one never fails and never waits: events go through kube/event_filter.h into a queue of
 * EVENT_QUEUE, and a thread writes them. What the filter holds back, what the queue has no room for
 * and what the API server refuses is counted, in peerwarden_events_total{result}: created,
 * continued (the series of one that exists), filtered, lost, failed. An event is tried three times.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "kube/kube_config.h"

enum { EVENT_QUEUE = 256, EVENT_NOTE_SIZE = 1024, EVENT_TEXT_SIZE = 128 };

enum event_type { EVENT_NORMAL, EVENT_WARNING };

/* All are lent for the call. */
struct event_object {
	const char *api_version; /* "cloud-resources.kyma-project.io/v1beta1" */
	const char *kind;
	const char *namespace; /* NULL or "" for cluster scope: its events are in "default" */
	const char *name;
	const char *uid; /* NULL or "" when it is not known */
};

struct event {
	struct event_object regarding;
	enum event_type type;
	const char *reason; /* why, for machines: "RouteMissing"; at most EVENT_TEXT_SIZE bytes */
	const char *action; /* what was done or tried: "Reconcile"; likewise */
	const char *note;   /* in words; cut to EVENT_NOTE_SIZE bytes, between two characters */
};

struct event_recorder;

/* `controller` is a qualified name ("peerwarden.io/daemon"), `instance` the replica; both are
 * copied, and cut to EVENT_TEXT_SIZE. The configuration is lent as long as it lives. ERROR_INVALID
 * when that cannot be used. */
struct event_recorder *event_recorder_new(const struct kube_config *config, const char *controller,
	const char *instance, struct error *error);
void event_recorder_start(struct event_recorder *recorder);
/* Writes what is in the queue; waits for that, for two seconds at most. */
void event_recorder_finish(struct event_recorder *recorder);
void event_recorder_free(struct event_recorder *recorder); /* drops what is left; NULL is allowed */

/* From any thread. A NULL recorder counts as one that is full. */
void event_record(struct event_recorder *recorder, const struct event *event);
