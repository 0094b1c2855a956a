/* The one next step towards certificates that every API server trusts: pure, no I/O, no clock.
 *
 * The state is what the API server stores: one Secret (CA with key, the CA that comes next with
 * key, the CAs before, the serving leaf with key) and the caBundle of each live webhook
 * configuration. Nothing else has to survive a crash. The owner, who alone may write (a leader that
 * is sure), repeats: read every configuration, then the Secret, each from the API server and no
 * cache; ask rotation_next(); do the step with the resourceVersion it has read, so that a write
 * that rests on an older state fails; look again. A read that failed is no view: do not plan on it;
 * and a step that is not begun within ROTATION_LONGEST_LOOK of the first read is void.
 *
 * What holds, for owners that follow this (tests/certs/test_rotation_model.c): a leaf is put into
 * the Secret only when every configuration has shown its CA for the policy's `settling`, and a CA
 * is taken out of a configuration only when every replica has got a leaf of another. So whatever
 * the crashes, even with two leaders at once, and when the Secret is deleted by hand:
 *  - Replicas that serve stay trusted. The kubelet leaves their files when the Secret goes; its
 *    content is written back from memory, or where nobody remembers it (or its leaf is due), a new
 *    CA is published beside what the configurations show before its first leaf is made. Pods that
 *    start meanwhile wait for the Secret.
 *  - Untrusted they can only be by another's hand, and no longer than unavoidable: after an edit of
 *    a caBundle until the next look and the settling; after another pair was put into the Secret
 *    until its CA is published the same way; when both are lost, or all has expired, until the
 *    kubelet has delivered a new leaf as well (`propagation`).
 *
 * Durations are measured by the owner's monotonic clock (rotation_sight), from the moment when
 * it saw what it sees: after a restart it waits once more in full, and a jump of the wall clock
 * shortens nothing. The wall clock decides validity only, and only while it agrees with the API
 * server's, which judges the certificates: while they differ nothing is made and nothing is taken
 * away.
 *
 * Unit: seconds everywhere. Ids are fingerprints; texts are lent. Sizes are bounded by
 * ROTATION_BUNDLE. Sources: kubelet's Secret volumes (up to its sync period and cache, together
 * about two minutes); kube-apiserver's informer of webhook configurations (a few seconds).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROTATION_BUNDLE = 16, ROTATION_LONGEST_LOOK = 60, ROTATION_CLOCK_TOLERANCE = 5 * 60 };

struct rotation_policy {
	int64_t authority_validity;
	int64_t leaf_validity;
	int64_t settling;    /* until each API server uses what a configuration shows */
	int64_t propagation; /* until each replica serves what the Secret holds */
	/* Renewed when between these parts of its life, in per cent, are over; where exactly is
	 * drawn from the fingerprint. */
	unsigned renew_from;
	unsigned renew_until;
};
/* Two years and 90 days, 30 s and 180 s, from the half to two thirds. */
extern const struct rotation_policy rotation_default_policy;

struct rotation_authority {
	const char *id; /* NULL: there is none */
	int64_t not_before;
	int64_t not_after;
	bool has_key; /* beside it, and it fits */
};

struct rotation_bundle {
	struct rotation_authority items[ROTATION_BUNDLE];
	size_t count;
};
/* An id of NULL is in none. */
bool rotation_bundle_has(const struct rotation_bundle *bundle, const char *id);

struct rotation_leaf {
	const char *id;     /* NULL: there is none */
	const char *issuer; /* of all CAs in the view; NULL: none of them */
	int64_t not_before;
	int64_t not_after;
	bool is_fit; /* its key fits, and it is for servers and for all hosts that are wanted */
};

struct rotation_secret { /* all zero: there is none */
	struct rotation_authority authority;
	struct rotation_authority next;
	struct rotation_bundle previous;
	struct rotation_leaf leaf;
	const char *retire; /* the id of a CA that somebody wants replaced, or NULL */
	int64_t seen_for;
};

struct rotation_configuration {
	struct rotation_bundle shown;
	bool damaged; /* something else stands in it too */
	int64_t seen_for;
};

struct rotation_view {
	struct rotation_secret secret;
	/* The Secret as it was when this process last saw it whole; judged like `secret`. Or NULL.
	 */
	const struct rotation_secret *remembered;
	const struct rotation_configuration *configurations;
	size_t configuration_count;
	/* What replicas were seen to serve, as far as known. It only ever delays. */
	const struct rotation_leaf *serving;
	size_t serving_count;
	int64_t now;
	int64_t server_now; /* as the API server's answer dates itself; 0: not known */
};

enum rotation_action {
	ROTATION_WAIT,
	/* The Secret: */
	ROTATION_RESTORE,    /* write what is remembered */
	ROTATION_CREATE,     /* a CA and its leaf, and nothing else */
	ROTATION_PREPARE,    /* a next CA; the rest stays, `ids` are the previous ones */
	ROTATION_SWITCH,     /* next becomes the CA and signs a leaf; `ids` are the previous ones */
	ROTATION_RENEW_LEAF, /* by the CA; the rest stays */
	ROTATION_DROP_PREVIOUS, /* `ids` are the previous ones that stay */
	/* A configuration: */
	ROTATION_PUBLISH, /* its bundle has to be `ids` */
	ROTATION_ACTIONS
};
const char *rotation_action_name(enum rotation_action action); /* "renew-leaf" */

struct rotation_step {
	enum rotation_action action;
	size_t configuration;             /* for ROTATION_PUBLISH: its place in the view */
	const char *ids[ROTATION_BUNDLE]; /* lent from the view */
	size_t count;
	int64_t now; /* of the view: what is made counts from it, for the clock may jump meanwhile
		      */
	int64_t look_again; /* after this at the latest; 0 when something was to do */
	const char *why;    /* one line of text */
};

struct rotation_step rotation_next(
	const struct rotation_policy *policy, const struct rotation_view *view);

/* When a certificate is to be renewed. */
int64_t rotation_renewal(const struct rotation_policy *policy, const char *id, int64_t not_before,
	int64_t not_after);

/* Whether it holds a CA that is valid and its fitting leaf: what is worth being remembered. */
bool rotation_is_whole(const struct rotation_secret *secret, int64_t now);

/* How long one object has been seen unchanged. */
struct rotation_sight {
	char version[128]; /* its uid and resourceVersion, as one text */
	int64_t since;
};
/* `monotonic` in seconds. A version that is too long to be kept counts as changed each time. */
int64_t rotation_sight_see(struct rotation_sight *sight, const char *version, int64_t monotonic);
