/* Keeps the webhook's certificates: a thread that looks at Secret and webhook configurations
 * (certs/certificate_look.h) every `check` and whenever certs/rotation.h waits for less, and does
 * the step that is due while this replica leads. A replica that does not lead looks as well, so
 * that its metrics are true and that it knows the Secret's content should that be lost; it changes
 * nothing.
 *
 * The registration file says which configurations and which hosts; it is read again at each look,
 * and where it cannot be used, the last good one counts on. Keys are in memory as long as the
 * keeper lives; its own copies are overwritten before their memory is given back, what the HTTP
 * client has buffered of an answer is not. A write that meets a newer object is no problem: it
 * looks again. Steps that are done more often than a rotation could need are slowed down to one in
 * half a `check`: somebody undoes them.
 *
 * Metrics: peerwarden_certificate_*, of docs/metrics.md. One log line for each step, and when a
 * problem begins and ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "certs/rotation.h"
#include "kube/kube_config.h"
#include "kube/leader.h"

enum certificate_problem {
	CERTIFICATE_PROBLEM_REGISTRATION, /* the file cannot be used */
	CERTIFICATE_PROBLEM_READ,         /* Secret or configurations cannot be read */
	CERTIFICATE_PROBLEM_WRITE,        /* the step that is due cannot be done */
	CERTIFICATE_PROBLEM_CLOCK,        /* differs from that of the API server */
	CERTIFICATE_PROBLEM_UNTRUSTED,    /* some entry does not show the CA of the leaf, for 3 s */
	CERTIFICATE_PROBLEM_UNSTEADY,     /* steps are undone again and again */
	CERTIFICATE_PROBLEMS
};
const char *certificate_keeper_problem_name(enum certificate_problem problem); /* "read" */

enum certificate_which {
	CERTIFICATE_LEAF,
	CERTIFICATE_AUTHORITY,
	CERTIFICATE_NEXT_AUTHORITY,
	CERTIFICATE_WHICH
};
const char *certificate_keeper_which_name(enum certificate_which which); /* "next-ca" */

struct certificate_keeper_settings {
	const struct kube_config *config; /* lent */
	struct leader *leader;            /* lent; NULL: always leads */
	const char *registration;         /* path of the file; lent */
	const char *namespace;            /* of the Secret; lent */
	const char *secret;               /* lent */
	struct rotation_policy policy;
	int64_t check; /* nanoseconds */
};

struct certificate_keeper;

/* ERROR_INVALID when the configuration cannot be used. */
struct certificate_keeper *certificate_keeper_start(
	const struct certificate_keeper_settings *settings, struct error *error);
/* Looks at once: the lead has come, or a configuration has been changed. From any thread; NULL is
 * allowed. */
void certificate_keeper_wake(struct certificate_keeper *keeper);
/* Lets the call that is under way end for `patience` nanoseconds, then cuts it. NULL is allowed. */
void certificate_keeper_stop(struct certificate_keeper *keeper, int64_t patience);

struct certificate_keeper_view {
	bool is_kept;     /* there is a keeper at all; all else is 0 otherwise */
	int64_t looked;   /* clock_wall of the last look that read everything, or 0 */
	const char *next; /* what is to be done, as rotation_action_name says; lent for ever */
	const char *why;  /* lent for ever */
	struct {
		char fingerprint[65]; /* "" when there is none */
		int64_t ends;         /* seconds since 1970, as the next */
		int64_t renewal;
	} certificates[CERTIFICATE_WHICH];
	char problems[CERTIFICATE_PROBLEMS][256]; /* "" for none */
};
/* NULL is allowed. */
void certificate_keeper_look(
	struct certificate_keeper *keeper, struct certificate_keeper_view *view);
