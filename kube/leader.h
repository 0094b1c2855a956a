/* One leader among the replicas of a program, by a Lease (coordination.k8s.io/v1), as client-go's
 * leaderelection: kube/election.h decides, a thread of its own makes the calls.
 *
 * Promise: at any instant leader_is_sure is true in at most one of the replicas (election.h says
 * why, and what it takes), whatever is lost, late or cut, however long a process or its machine
 * sleeps (CLOCK_BOOTTIME, counted from before the renewal was sent), and whatever the wall clocks
 * say. Workers ask right before each cloud call and each write to the API server.
 *
 * What it cannot promise: that nothing of an old leader happens after a new one has begun. A
 * process may be stopped between the question and the call, and a call that was sent may still be
 * on its way. Of the two, calls are bounded by a timeout shorter than lease_duration -
 * renew_deadline (5 s of the usual rules; leader_longest_call): then a call begun while sure has
 * come to its end here before another starts. A process that is stopped in between, and a request
 * that waits in the network or the server after its sender has given up, are not: for these each
 * call has to be harmless when made twice (compare-and-swap by resourceVersion, client tokens, look
 * before create). Nor does it hold on a virtual machine that is frozen and goes on later with a
 * clock that has stood still.
 *
 * Deleting the Lease costs a pause of lease_duration, and lets a replica that starts or wakes in
 * that very moment lead too soon: nobody should have the right to.
 *
 * Metric: leader_election_master_status{name}, 1 while this replica leads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/json.h"
#include "kube/election.h"
#include "kube/kube_config.h"

struct leader_place {
	const char *namespace;
	const char *name;     /* of the Lease, and in the metric */
	const char *instance; /* the replica, at most 200 bytes; a random part is added to it, so
				 that a restarted one is not taken for its earlier life */
	struct election_rules rules; /* all 0: the usual ones */

	/* Called by the thread when it begins to lead and when it no longer does; may be NULL. The
	 * second may come late: what must not be done without the lead asks leader_is_sure. */
	void (*changed)(void *context, bool leads);
	void *context;
};

struct leader;

/* Texts are copied, the configuration is lent as long as it lives. ERROR_INVALID for rules that are
 * not good and for a configuration that cannot be used. */
struct leader *leader_new(
	const struct kube_config *config, const struct leader_place *place, struct error *error);
void leader_start(struct leader *leader);
/* No more sure from here on: to be called when the workers have ended. Gives the Lease back if it
 * is ours and waits for that, for two seconds at most. */
void leader_finish(struct leader *leader);
void leader_interrupt(struct leader *leader); /* ends what is under way, without giving it back */
void leader_free(struct leader *leader);      /* ends and waits for the thread; NULL is allowed */

/* From any thread; each costs a reading of the clock. */
bool leader_is_sure(const struct leader *leader);
int64_t leader_time_left(const struct leader *leader); /* being sure; nanoseconds, 0 when not */
/* The timeout that a call may have at most so that it ends before another leader begins. */
int64_t leader_longest_call(const struct leader *leader);

/* By the last answer: for a status page. */
struct leader_view {
	char identity[ELECTION_TEXT];
	char holder[ELECTION_TEXT]; /* "": nobody, or not known yet */
	int64_t transitions;
	bool is_sure;
};
void leader_look(struct leader *leader, struct leader_view *view);

/* ERROR_INVALID for what is no Lease with a resourceVersion. For its test. */
bool leader_decode(const struct json *lease, struct election_lease *out, struct error *error);
