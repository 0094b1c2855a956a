/* The metrics of policy reports: peerwarden_reports and peerwarden_report_writes_total
 * (docs/metrics.md). */
#pragma once

#include "base/error.h"
#include "daemon/report_calls.h"
#include "daemon/report_plan.h"

void report_metrics_set(struct report_plan_figures figures);
/* `error` says why, where it has failed. */
void report_metrics_count(
	enum report_verb verb, enum report_call_how how, const struct error *error);
