/* Threads that work the keys of a queue while this replica leads: each with a client of the API
 * server and an arena of its own.
 *
 * No work is begun without the lead (kube/leader.h): a key that is there waits for it, and so does
 * all that is added meanwhile. Each write to the API server asks again right before it is sent and
 * is bounded by leader_longest_call, so that it has ended before another replica may begin.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "daemon/work_queue.h"
#include "kube/kube_client.h"
#include "kube/leader.h"

struct worker {
	struct arena *arena; /* reset between two keys */
	struct kube_client *client;
	struct leader *leader;     /* NULL: always leads (tests) */
	const atomic_bool *ending; /* NULL: never (tests) */
};

/* To be asked right before anything is changed elsewhere. */
bool worker_leads(const struct worker *worker);
/* False without the lead, and once the workers are ending: a call that fails then may have been
 * cut, and says nothing about who was called. */
bool worker_goes_on(const struct worker *worker);
/* kube_client_call for what changes something: ERROR_TRANSIENT without a call when the lead is not
 * sure. */
const struct json *worker_write(
	struct worker *worker, const struct kube_call *call, struct error *error);

enum work_end {
	WORK_DONE,   /* until something changes */
	WORK_AGAIN,  /* after `delay`, without blame */
	WORK_FAILED, /* after the key's back-off, and not sooner than `delay`, even where it is
			added meanwhile */
	WORK_OVER,   /* the object is gone: the queue forgets the key */
};
struct work_result {
	enum work_end end;
	int64_t delay; /* nanoseconds */
};

struct workers_settings {
	const struct kube_config *config; /* lent */
	struct leader *leader;            /* lent; NULL: always leads */
	struct work_queue *queue;         /* lent */
	unsigned threads;
	struct work_result (*work)(void *context, struct worker *worker, const char *key);
	void *context;
};

struct workers;

/* ERROR_INVALID when the configuration cannot be used. */
struct workers *workers_start(const struct workers_settings *settings, struct error *error);
/* To be called when the lead has come or gone, from any thread. */
void workers_wake(struct workers *workers);
/* Begins what workers_stop ends: shuts the queue down, and waits for the threads until `deadline`
 * (clock_monotonic) at most. True when all have ended. NULL is allowed, and has. */
bool workers_end(struct workers *workers, int64_t deadline);
/* Shuts the queue down, cuts the calls that are under way after `patience` nanoseconds, waits for
 * the threads. NULL is allowed. */
void workers_stop(struct workers *workers, int64_t patience);
