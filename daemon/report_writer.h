/* Keeps the stored policy reports as they are wished: watches ours, and writes, while this replica
 * leads, what daemon/report_plan.h says is due.
 *
 * No step is taken before both collections have been listed (a CRD that is not installed is said,
 * and waited for) and report_writer_begin. What is written is made at that moment. A report is read
 * before it is changed or deleted, and each of these names the version that was read; one in our
 * place that is not ours is left alone. Reports of ours in the other form go when this replica
 * begins to lead; where that form is not installed there are none.
 *
 * Metrics: peerwarden_reports, peerwarden_report_writes_total, peerwarden_report_watch_synced
 * (docs/metrics.md).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "daemon/report_plan.h"
#include "kube/kube_config.h"
#include "kube/leader.h"
#include "report/policy_report.h"

struct report_writer;

struct report_writer_settings {
	const struct kube_config *config;
	struct leader *leader; /* NULL: always leads */
	enum policy_report_form form;
	size_t maximum;   /* of reports */
	int64_t interval; /* between two writes of one report, nanoseconds */

	/* The report of the object with this uid as it is to be now, in place of the stored one
	 * (NULL: there is none). False when there is nothing to report, or it cannot be written.
	 * Called by the writer's thread. */
	bool (*make)(void *context, struct arena *arena, const char *uid, const struct json *stored,
		struct buffer *out, uint64_t *content);
	void *context;
};

/* Texts and configuration are lent until report_writer_stop. ERROR_INVALID when the configuration
 * cannot be used. */
struct report_writer *report_writer_start(
	const struct report_writer_settings *settings, struct error *error);
void report_writer_stop(struct report_writer *writer); /* NULL is allowed */

/* As of report_plan.h, from any thread. */
void report_writer_want(struct report_writer *writer, const struct report_wish *wish);
void report_writer_unwant(struct report_writer *writer, const char *uid);
/* Everything that is wished has been told: once, and after each further change. */
void report_writer_begin(struct report_writer *writer);
/* The lead has come or gone. */
void report_writer_wake(struct report_writer *writer);

struct report_writer_view {
	struct report_plan_figures figures;
	char problem[256]; /* of watching or writing them; "" */
};
void report_writer_look(struct report_writer *writer, struct report_writer_view *view);
