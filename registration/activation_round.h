/* One look at the live webhook configurations and the one step that is due for each: what the
 * daemon does again and again, and `peerwarden registration` once.
 *
 * Reads each configuration, plans (registration/activation.h), asks the probe once if a plan wants
 * it, and writes by PUT with the resourceVersion that was read. A conflict (409) is no failure:
 * somebody else was there, and the next round looks again. A write that the API server takes but
 * that changes nothing is one: somebody in it undoes what is asked for.
 *
 * An API server calls webhooks by a copy of the configurations that is a little older than what it
 * stores, so a probe right after a change may be answered by what it led to before. Where an entry
 * does not bind yet, an answer counts only once the object has been seen unchanged for `settling`.
 *
 * Rights: get and update of the two configurations by name, create of remotenetworks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "kube/kube_client.h"
#include "registration/activation.h"
#include "registration/wanted.h"

/* Since when a configuration has been seen as it is. */
struct activation_sight {
	char version[128]; /* its uid and resourceVersion; "" before the first look */
	int64_t since;     /* clock_monotonic, after the answer that told it first */
};

struct activation_order {
	const struct wanted *wanted;
	bool may_write;     /* false: only look, and say what would be done */
	bool always_probes; /* ask even where no step depends on it */
	/* Asked right before each write; NULL: always. */
	bool (*may_go_on)(void *context);
	void *context;
	int64_t timeout;                 /* of a read or a write, nanoseconds; 0 for ten seconds */
	int64_t settling;                /* as ACTIVATION_SETTLING; 0: an answer counts at once */
	struct activation_sight *sights; /* REGISTRATION_TYPES of them, kept from round to round,
					    all zero at first; NULL where `settling` is 0 */
	const char *field_owner;         /* the manager of what is written: "peerwarden-daemon" */
};

/* Far longer than a watch takes to bring a change to the API server's copy. */
#define ACTIVATION_SETTLING (3 * CLOCK_SECOND)

struct activation_result {
	bool is_wanted; /* the file has one of this type; else all else is zero */
	bool was_read;
	enum activation_state state; /* after the step, if it was done */
	enum activation_action action;
	bool is_settling; /* waits because of `settling` alone: it has not asked yet */
	bool was_written;
	const char *differences; /* as in the step */
	const char *hint;        /* likewise */
	struct error error; /* of reading or writing; a kind of ERROR_NONE when all went well */
};

struct activation_outcome {
	struct activation_result results[REGISTRATION_TYPES];
	int64_t settles_in; /* nanoseconds until an answer counts for another one; or 0 */
	bool has_probed;
	struct probe_result probe;
};

/* Everything in the outcome lives in the arena, which should take some MiB. */
struct activation_outcome activation_round(
	struct arena *arena, struct kube_client *client, const struct activation_order *order);

/* True when something was written, so that another round is due at once. */
bool activation_round_has_written(const struct activation_outcome *outcome);
/* True when nothing is left to do: each wanted configuration is armed, manual or absent. */
bool activation_round_is_done(const struct activation_outcome *outcome);
