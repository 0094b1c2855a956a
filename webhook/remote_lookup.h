/* Asking the daemon about remote networks, zones and rulesets: creates a RemoteNetwork or
 * RemoteZone that is missing, or marks one to be refreshed, so that the daemon looks it up; the two
 * programs talk through the API server alone.
 *
 * An answer is known by status.observedVersion of the object: at least the version that our write
 * came back with (daemon/network_controller.h). Limits keep a hostile author from making the daemon
 * query without bound: one question per network or zone and REMOTE_LOOKUP_PAUSE, which everybody
 * shares while it has no answer; after an answer the next question waits until the pause is over,
 * so that it always asks for what is now. The rest is bounded by lookup_limits.h and
 * REMOTE_LOOKUP_QUEUE; and no more than REMOTE_LOOKUP_ASKERS wait at one time, so that the waiting
 * room has places left for who asks nothing.
 *
 * A thread makes the writes from a bounded queue. Metric: peerwarden_remote_lookups_total{result}.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "kube/kube_config.h"
#include "network/inventory.h"

#define REMOTE_LOOKUP_WAIT  (2 * CLOCK_SECOND)
#define REMOTE_LOOKUP_PAUSE (1 * CLOCK_SECOND)
enum {
	REMOTE_LOOKUP_QUEUE = 256,  /* questions that were asked in the last pause, or wait */
	REMOTE_LOOKUP_ASKERS = 256, /* half of the waiting room, unless set otherwise */
};

struct remote_lookup;

struct remote_lookup_settings {
	struct inventory *inventory;
	const struct kube_config *config;
	void (*changed)(void *context); /* with the inventory locked: an answer may be there */
	void *context;
	int64_t wait;         /* how long an answer is worth waiting for; nanoseconds */
	int64_t author_limit; /* questions a minute that one author may cause */
	int64_t limit;        /* and all together */
};

/* All is lent until remote_lookup_stop. ERROR_INVALID when the configuration cannot be used. */
struct remote_lookup *remote_lookup_start(
	const struct remote_lookup_settings *settings, struct error *error);
/* Nothing is asked any more, and every question is over; those that are held stay valid. Not with
 * the inventory locked. NULL is allowed. */
void remote_lookup_stop(struct remote_lookup *lookup);
int64_t remote_lookup_wait(const struct remote_lookup *lookup);

/* One question about one network or zone, as long as somebody waits for its answer. */
struct remote_question;

/* The rest is called with the inventory locked. NULL when it may not be asked now (limits, a full
 * queue, many who wait): decide on what is known. `author` is the user name of the review, `now`
 * clock_monotonic.
 */
struct remote_question *remote_lookup_ask(
	struct remote_lookup *lookup, const struct remote *remote, const char *author, int64_t now);
/* The answer is in the inventory, or none will come. Who uses this is to be woken both by `changed`
 * and by changes of RemoteNetworks and RemoteZones in the inventory. */
bool remote_question_is_over(const struct remote_question *question);
void remote_question_release(struct remote_question *question);
