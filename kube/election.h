/* Leader election by a Lease, as a pure state machine: what is known, and what to do next. It makes
 * no calls and reads no clock; kube/leader.h does both.
 *
 * After client-go's leaderelection. Every instant is the candidate's own and comes from a clock
 * that never jumps and goes on while the machine sleeps; two candidates' clocks are never compared.
 *
 * Of the candidates of one Lease at most one is sure at any instant, as long as none of their
 * clocks runs faster than another's by lease_duration / renew_deadline, and nobody deletes the
 * Lease. Why: being sure is counted from before the request that wrote the Lease was sent, and ends
 * after renew_deadline. Another candidate has seen that write only after it was made, takes the
 * Lease only when it has not changed for lease_duration since, and by compare-and-swap. A candidate
 * that has seen the Lease and finds it deleted waits as long; only one that has just started, or
 * has slept since it was not there before, cannot know that it was, and makes it at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ELECTION_TEXT = 256, ELECTION_VERSION = 64 };

/* Nanoseconds. */
struct election_rules {
	int64_t lease_duration; /* how long others leave an unchanged Lease alone */
	int64_t renew_deadline; /* how long a leader may go on after its last renewal */
	int64_t retry_period;   /* between two tries */
};
/* 15, 10 and 2 seconds, as client-go's programs have them. */
struct election_rules election_rules_usual(void);
/* lease_duration > renew_deadline > 1.2 retry_period > 0, as client-go demands. */
bool election_rules_are_good(const struct election_rules *rules);

/* What a Lease says; all is "" and 0 where there is none. */
struct election_lease {
	char version[ELECTION_VERSION]; /* its resourceVersion */
	char holder[ELECTION_TEXT];     /* "": nobody */
	char acquired[ELECTION_VERSION];
	int64_t duration; /* nanoseconds; 0: not said */
	int64_t transitions;
};

enum election_step {
	ELECTION_WAIT, /* until election_wait_end, or until election_end was called */
	ELECTION_READ,
	ELECTION_CREATE,  /* the Lease of election_wanted */
	ELECTION_UPDATE,  /* the same, if the Lease still has the version that was seen */
	ELECTION_RELEASE, /* likewise */
	ELECTION_OVER,
};

enum election_answer {
	ELECTION_READ_DONE,   /* with a Lease, or NULL: there is none */
	ELECTION_READ_FAILED, /* nothing is known */
	ELECTION_WRITTEN,     /* for certain, with the Lease as it is now */
	ELECTION_NOT_WRITTEN, /* or it is not known whether it was */
};

struct election {
	struct election_rules rules;
	const char *identity;
	struct election_lease seen;
	int64_t seen_at;    /* since when it has been as it is, at the latest */
	int64_t sure_until; /* 0: not sure */
	int64_t began;      /* the step under way */
	int64_t next;       /* not to try before */
	enum election_step step;
	unsigned failures; /* since the last success */
	unsigned last_tries;
	bool known;    /* `seen` is what the Lease said at the last answer */
	bool fresh;    /* and it was read for this try */
	bool has_seen; /* a Lease, ever */
	bool ending;
};

/* The identity is lent, shorter than ELECTION_TEXT, and nobody else's, not even that of an earlier
 * life of the same program. */
void election_init(
	struct election *election, const struct election_rules *rules, const char *identity);

/* What to do at `now`, which has to be read before the request is sent; each step but WAIT and OVER
 * is followed by one election_answered. */
enum election_step election_next(struct election *election, int64_t now);
int64_t election_wait_end(const struct election *election);
/* `now`: when the answer was there. */
void election_answered(struct election *election, enum election_answer answer,
	const struct election_lease *lease, int64_t now);

/* The Lease to write at this step: holder "" and a duration of a second for a release. `acquired`
 * is "" where it is now. */
struct election_lease election_wanted(const struct election *election);

/* Nobody is sure any more; gives the Lease back if it is ours, in at most a few tries. */
void election_end(struct election *election);

bool election_is_sure(const struct election *election, int64_t now);
bool election_holds(const struct election *election); /* by the last answer */
