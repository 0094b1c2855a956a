/* The list and watch of the policy reports with our label, of one collection, in a thread of its
 * own. One whose CRD is not installed is tried again, as after any failure, with full jitter up to
 * 10 s.
 *
 * Metric: peerwarden_report_watch_synced (docs/metrics.md).
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/ending.h"
#include "base/error.h"
#include "format/json.h"
#include "kube/kube_config.h"
#include "report/policy_report.h"

struct report_watch;

/* Called by its thread. After `lost` comes `began`, unless the watch goes on where it was. */
struct report_watch_observer {
	void (*began)(void *context); /* a list: each report that there is follows, and `listed` */
	void (*listed)(void *context);
	void (*saw)(void *context, const struct json *report, bool gone);
	void (*opened)(void *context); /* a watch, from where the list or the watch before ended */
	void (*lost)(void *context, bool absent, const struct error *error); /* absent: no CRD */
	void *context;
};

struct report_watch_settings {
	const struct kube_config *config;
	struct ending *ending;
	enum policy_report_form form;
	bool namespaced;
	struct report_watch_observer observer;
};

/* The settings are copied, what they point to is lent. ERROR_INVALID when the configuration cannot
 * be used. */
struct report_watch *report_watch_new(
	const struct report_watch_settings *settings, struct error *error);
void report_watch_start(struct report_watch *watch);
void report_watch_interrupt(struct report_watch *watch); /* after the ending was announced */
void report_watch_free(struct report_watch *watch);      /* waits for the thread; NULL is allowed */

/* "/apis/openreports.io/v1alpha1/clusterreports", or, with a namespace other than "", of that. */
const char *report_watch_path(
	struct arena *arena, enum policy_report_form form, bool namespaced, const char *namespace);
/* The query for those with our label. */
const char *report_watch_query(struct arena *arena);
