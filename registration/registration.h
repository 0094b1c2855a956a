/* Whether the API server asks us: one live Validating- or MutatingWebhookConfiguration against what
 * the webhook needs. Pure: no I/O; registration_watch.h looks at the cluster.
 *
 * Those entries count whose path leads to us; several may share the work. Kinds that the webhook
 * does not guard need no rule. Where nobody says what it guards (the command line), the annotation
 * peerwarden.io/guards of the configuration does, by API groups. It only ever alarms, and readiness
 * is not affected: a wrong registration with no replica ready would be worse. Sources:
 * admissionregistration.k8s.io/v1 with the API server's defaults; docs/never-both.md (what it rests
 * on).
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "format/json.h"
#include "kinds/kind_selection.h"

#define REGISTRATION_GUARDS "peerwarden.io/guards" /* "kubeovn.io,peerwarden.io"; none: all */

enum registration_type { REGISTRATION_VALIDATING, REGISTRATION_MUTATING, REGISTRATION_TYPES };

enum registration_check {
	REGISTRATION_EXISTS,
	REGISTRATION_ENDPOINT, /* some entry leads to us */
	REGISTRATION_RULES,    /* every guarded kind and operation */
	REGISTRATION_LEASES,   /* but not the pages of our own ledger */
	REGISTRATION_FAILURE_POLICY,
	REGISTRATION_MATCH_POLICY,
	REGISTRATION_SIDE_EFFECTS,
	REGISTRATION_REINVOCATION,
	REGISTRATION_TIMEOUT,
	REGISTRATION_REVIEW_VERSIONS,
	REGISTRATION_SELECTORS,
	REGISTRATION_MATCH_CONDITIONS,
	REGISTRATION_CA_BUNDLE,
	REGISTRATION_HOST,
	REGISTRATION_CHECKS
};
const char *registration_check_name(enum registration_check check); /* "failure-policy" */
const char *registration_type_name(enum registration_type type);    /* "validating" */
const char *registration_kind(enum registration_type type); /* "ValidatingWebhookConfiguration" */
const char *registration_resource(enum registration_type type); /* its plural */

struct registration_expectation {
	enum registration_type type;
	const char *name;                       /* of the configuration */
	const char *certificate;                /* the PEM chain that we serve */
	const char *namespace;                  /* ours, which a selector may leave out; or NULL */
	const struct kind_selection *selection; /* what is guarded; NULL: see above */
};

/* What is, what should be, and how to put it right, each as one line of text. */
struct registration_problem {
	enum registration_check check;
	const char *field; /* "webhooks[0].failurePolicy" */
	const char *actual;
	const char *expected;
	const char *remedy;
	struct registration_problem *next;
};

/* NULL when all is well. `configuration` is the object, or NULL when there is none. The list lives
 * in the arena and holds nothing of the configuration. */
struct registration_problem *registration_check(struct arena *arena,
	const struct json *configuration, const struct registration_expectation *expectation);
