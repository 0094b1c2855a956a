/* Reads of single objects from etcd, without waiting: what the API server has now, not what a watch
 * has shown.
 *
 * A GET without a resourceVersion is a quorum read (Kubernetes API concepts: resource versions). A
 * few threads, each with a connection of its own, take the reads from a bounded queue in the order
 * that they came.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "kube/kube_config.h"
#include "network/sighting.h"

enum { LIVE_READS_QUEUED = 1024, LIVE_READS_UID_SIZE = 64 };

enum live_read_state {
	LIVE_READ_FAILED,     /* nothing is known: no answer in time, refused, not understood */
	LIVE_READ_NOT_SERVED, /* this API server knows no such kind, for now at least */
	LIVE_READ_ABSENT,     /* there is no such object */
	LIVE_READ_FOUND,
};

/* Belongs to the caller, and is lent from live_reads_submit until `done` is called. */
struct live_read {
	struct object_id object;
	int64_t deadline; /* clock_monotonic; no read takes longer than LIVE_READS_LONGEST */
	void (*done)(struct live_read *read); /* called once, in a thread of the pool, without a
						 lock; may free the read and submit others */
	void *context;
	struct arena *arena; /* where `declaration` lives; NULL when it is not wanted */

	/* When it is done. */
	enum live_read_state state;
	uint64_t version; /* when found; 0 otherwise */
	char uid[LIVE_READS_UID_SIZE];
	struct declaration declaration;
};
#define LIVE_READS_LONGEST (10 * CLOCK_SECOND)

struct live_reads;

/* The configuration is lent until live_reads_stop. ERROR_INVALID when it cannot be used. */
struct live_reads *live_reads_start(
	const struct kube_config *config, int threads, struct error *error);

/* As live_reads_stop, but the reads can still be submitted to, and refuse. */
void live_reads_end(struct live_reads *reads);

/* Ends what is under way, within 100 ms; every read that is queued is done as failed. No read may
 * be submitted any more, but by `done`: that is refused. */
void live_reads_stop(struct live_reads *reads);

/* From any thread. False, and `done` is not called, when the queue is full or at its end. */
bool live_reads_submit(struct live_reads *reads, struct live_read *read);
