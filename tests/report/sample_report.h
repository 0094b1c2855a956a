/* A report with all that a form of output has to show. */
#pragma once

#include "report/report.h"

static const struct object_id sample_net1 = {KIND_SUBNET, "", "net1"};
static const struct object_id sample_net2 = {KIND_SUBNET, "", "net2"};
static const struct object_id sample_range = {KIND_IP_RANGE, "kyma", "range"};

static inline struct finding *
sample_finding(struct findings *findings, const char *rule, enum action action,
	const struct object_id *object, const char *message)
{
	struct finding *finding = findings_add(
		findings, rule, action, object, (struct field){"spec.cidrBlock", 0}, "10.0.0.0/16");

	finding->message = message;
	finding->hint = "first line\nsecond <line>";
	finding_seal(finding);
	return finding;
}

/* A conflict of two Subnets in a file, a warning beside it, and a note about an IpRange without a
 * place. */
static inline void
sample_fill(struct report *report, struct arena *arena)
{
	struct findings findings = {.arena = arena};
	struct finding *overlap;

	report_init(report, arena);
	report_judged(report, &sample_net1);
	report_judged(report, &sample_net2);
	report_judged(report, &sample_range);
	overlap = sample_finding(
		&findings, "cidr-overlap", ACTION_DENY, &sample_net2, "overlaps \"net1\" \x1b[31m");
	finding_counterpart(&findings, overlap, &sample_net1, (struct field){"spec.cidrBlock", 0},
		"10.0.0.0/8");
	finding_seal(overlap);
	report_add(report, overlap, "my net/a:b.yaml", 7, 14);
	report_add(report,
		sample_finding(&findings, "missing-route", ACTION_WARN, &sample_net2, "no route"),
		"my net/a:b.yaml", 3, 0);
	report_add(report,
		sample_finding(&findings, "broad-prefix", ACTION_REPORT, &sample_range, "is broad"),
		NULL, 0, 0);
	report_assume(report, &sample_net1, "VPC <v> exists");
}
