/* Policy reports: the findings about one object as a Kubernetes object that dashboards read.
 *
 * Two forms, one shape: PolicyReport and ClusterPolicyReport of wgpolicyk8s.io/v1alpha2, Report and
 * ClusterReport of openreports.io/v1alpha1 (source and configuration are in the latter only). One
 * report for each object, in its namespace, owned by it and named after its uid. The name has a
 * prefix of our own, because other engines name theirs by the bare uid and two engines may report
 * on one object.
 *
 *	metadata.labels		app.kubernetes.io/managed-by: peerwarden, peerwarden.io/kind
 *	metadata.annotations	peerwarden.io/results-left-out: how many, when there are any
 *	scope			the object
 *	results[]		the worst first: policy "peerwarden", rule, result, severity,
 *				message and below it the way out, the parties as resources (the
 *				object first, since some readers show no other)
 *	results[].properties	resultID (the finding's id, which readers take as the identity of
 *				a result), action, field, value, conflictsWith
 *	summary			counts everything, also what was left out
 *
 *	deny	fail, high		warn	warn, medium, not scored
 *	report	warn, low, not scored	and pass, when asked for
 *
 * The two schemas limit no text and no list, so the limits here are ours; with them a report keeps
 * well below what etcd takes at once (1.5 MB). Pure functions: no clock, no I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "format/json.h"
#include "validators/finding.h"

enum policy_report_form { POLICY_REPORT_WGPOLICY, POLICY_REPORT_OPENREPORTS };

/* For the path of the API server; `namespaced` as the objects reported on are. */
const char *policy_report_api(enum policy_report_form form); /* "openreports.io/v1alpha1" */
const char *policy_report_plural(enum policy_report_form form, bool namespaced); /* "reports" */
#define POLICY_REPORT_ENGINE     "peerwarden"
#define POLICY_REPORT_MANAGED_BY "app.kubernetes.io/managed-by"   /* a label, as the next */
#define POLICY_REPORT_KIND       "peerwarden.io/kind"             /* of the object */
#define POLICY_REPORT_LEFT_OUT   "peerwarden.io/results-left-out" /* an annotation */
#define POLICY_REPORT_SELECTOR   POLICY_REPORT_MANAGED_BY "=" POLICY_REPORT_ENGINE

enum { POLICY_REPORT_RESULTS = 100 }; /* in a report, by default */

struct policy_report {
	enum policy_report_form form;
	struct object_id object;
	const char *uid;
	const struct findings *findings; /* those about this object */
	const char *const *asked;   /* rule ids, ended by NULL: those without a finding are reported
				       as passed. NULL: failures only */
	enum disclosure disclosure; /* what may be said of other objects */
	size_t maximum;             /* of results */
	int64_t now;                /* wall clock, nanoseconds */
	const struct json *stored;  /* the report as it stands, or NULL: results that have not
				       changed keep their timestamp, and its resourceVersion says
				       that nothing else is to be replaced */
};

struct policy_report_outcome {
	size_t results;    /* 0: there is nothing to report */
	size_t left_out;   /* beyond the maximum, or known by their number only */
	enum action worst; /* of all findings */
	uint64_t content;  /* as policy_report_content */
};

/* Appends one line of JSON. The same findings in any order give the same bytes. Of findings with
 * one id, one is reported. ERROR_INVALID for a uid that can be no part of a name, ERROR_EXHAUSTED
 * when the arena or the buffer is too small. */
bool policy_report_write(struct arena *arena, const struct policy_report *report,
	struct buffer *out, struct policy_report_outcome *outcome, struct error *error);

/* "peerwarden-<uid>", of the report on the object with this uid. */
const char *policy_report_name(struct arena *arena, const char *uid);
/* The uid of the object that a stored report is about; NULL when the report is not ours, by its
 * label or by its name. Lent by the report. */
const char *policy_report_uid(const struct json *report);

/* A hash of all that we write into a report except its timestamps, whatever the order of members:
 * what others add (labels, managed fields) does not count, nor apiVersion and kind, which the items
 * of a list may lack. No protection against forgery. */
uint64_t policy_report_content(struct arena *arena, const struct json *report);
/* Whether writing one over the other would change anything but timestamps. */
bool policy_report_same(struct arena *arena, const struct json *a, const struct json *b);
