#include "daemon/report_metrics.h"

#include "base/metrics.h"

static struct metric reports_metric = METRIC_GAUGE("peerwarden_reports",
	"Policy reports: stored, wanted, left out beyond the maximum, blocked by something "
	"foreign, "
	"and behind what is wanted.",
	"state");
static struct metric writes_metric = METRIC_COUNTER("peerwarden_report_writes_total",
	"Policy reports that were to be written, by what came of it.", "verb", "result");

void
report_metrics_set(struct report_plan_figures figures)
{
	metric_set(&reports_metric, (double)figures.stored, "stored");
	metric_set(&reports_metric, (double)figures.wanted, "wanted");
	metric_set(&reports_metric, (double)figures.left_out, "left_out");
	metric_set(&reports_metric, (double)figures.blocked, "blocked");
	metric_set(&reports_metric, (double)figures.behind, "behind");
}

static const char *
result_of(enum report_call_how how, const struct error *error)
{
	switch (how) {
	case REPORT_CALL_DONE:
		return "done";
	case REPORT_CALL_FOREIGN:
		return "foreign";
	case REPORT_CALL_STANDS:
		return "stood";
	case REPORT_CALL_GONE:
		return "gone";
	default:
		return error->kind == ERROR_NONE ? "needless" : error_kind_name(error->kind);
	}
}

void
report_metrics_count(enum report_verb verb, enum report_call_how how, const struct error *error)
{
	static const char *const verbs[] = {
		[REPORT_DELETE] = "delete", [REPORT_UPDATE] = "update", [REPORT_CREATE] = "create"};

	metric_add(&writes_metric, 1, verbs[verb], result_of(how, error));
}
