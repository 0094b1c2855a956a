/* The next step from a live webhook configuration to the wanted one, so that the API server never
 * depends on a webhook that does not answer: pure, no I/O.
 *
 * An entry is first written with failurePolicy Ignore (fill), asked about by a probe
 * (registration/probe.h), and made binding (failurePolicy as wanted: arm) once its path has
 * answered. What is armed and differs from the wanted is written anew in place (amend), also only
 * after an answer. The planner never creates a configuration: one that was deleted stays away.
 *
 * An entry that binds stays binding, but for three cases in which it is filled anew: the wanted
 * policy is Ignore; it is to lead elsewhere, to what has not answered yet (clientConfig); or
 * somebody has changed it so that no probe comes through it (rules, selectors, conditions). With
 * Ignore a webhook that answers is asked and obeyed as ever.
 *
 * Entries are known by name. Those that are not wanted are others' and stay as they are, unless
 * their name ends with ".peerwarden.io": such a one is of an earlier version of ours and goes. Of
 * ours, the caBundle stays unless the wanted file names one, as does every member that this version
 * does not know. Of the object, everything but `webhooks` stays: labels, annotations, owners. What
 * the API server adds by itself (its defaults) is no difference, nor is the order of entries.
 *
 * Source: admissionregistration.k8s.io/v1 with its defaults.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "format/json.h"
#include "registration/probe.h"
#include "registration/registration.h"

#define ACTIVATION_ANNOTATION "peerwarden.io/registration" /* "manual": hands off */

enum activation_state {
	ACTIVATION_ABSENT, /* there is no such object */
	ACTIVATION_EMPTY,  /* entries are missing: nobody is asked, or not about everything */
	ACTIVATION_FILLED, /* all are there; some do not bind yet */
	ACTIVATION_ARMED,  /* all bind as wanted */
	ACTIVATION_MANUAL, /* annotated: somebody else's */
	ACTIVATION_STATES
};
const char *activation_state_name(enum activation_state state); /* "armed" */

enum activation_action {
	ACTIVATION_NOTHING, /* it is as wanted; absent and manual ones too */
	ACTIVATION_PROBE,   /* ask, and plan again with the answer */
	ACTIVATION_WAIT,    /* asked, and the answer does not allow the step that is due */
	ACTIVATION_FILL,    /* PUT step.object */
	ACTIVATION_ARM,     /* likewise */
	ACTIVATION_AMEND,   /* likewise */
	ACTIVATION_ACTIONS
};
const char *activation_action_name(enum activation_action action); /* "arm" */
bool activation_writes(enum activation_action action);

struct activation_view {
	enum registration_type type;
	const struct json *wanted; /* the whole object */
	const struct json *live;   /* likewise, as the API server gave it; NULL: there is none */
	enum probe_answer answer;
};

struct activation_step {
	enum activation_state state; /* of what is live */
	enum activation_action action;
	const char *differences; /* what differs, for a human: "validate.peerwarden.io:
				    failurePolicy, rules"; "" when nothing does */
	const char *hint;        /* why the webhook cannot answer, as far as the entries show it;
				    or "" */
	const char *object;      /* JSON to PUT, with the resourceVersion that was read; or NULL */
};

/* Everything in the step lives in the arena. */
struct activation_step activation_plan(struct arena *arena, const struct activation_view *view);
