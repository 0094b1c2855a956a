/* Findings to report on, for the tests of policy reports: a conflict of two objects, a warning, a
 * note and what somebody wrote to make trouble. */
#pragma once

#include "report/policy_report.h"

static const struct object_id sample_subnet = {KIND_SUBNET, "", "net1"};
static const struct object_id sample_gateway = {KIND_VPC_EGRESS_GATEWAY, "team-a", "gateway-1"};
static const char sample_uid[] = "6d4d5b2a-9f0e-4c39-8f5b-0f2f5a1c7e11";

static inline struct finding *
sample_finding(struct findings *findings, const char *rule, enum action action,
	const struct object_id *object, const char *value)
{
	struct finding *finding = findings_add(
		findings, rule, action, object, (struct field){"spec.cidrBlock", 0}, value);

	finding->message = arena_printf(findings->arena, "spec.cidrBlock %s fails", value);
	finding->hint = "put it right";
	finding_seal(finding);
	return finding;
}

/* The object overlaps another. */
static inline struct finding *
sample_conflict(struct findings *findings, const struct object_id *object)
{
	static const struct object_id other = {KIND_SUBNET, "", "net2"};
	static const struct object_id vpc = {KIND_VPC, "", "vpc-2"};
	struct finding *finding = findings_add(findings, "cidr-overlap", ACTION_DENY, object,
		(struct field){"spec.cidrBlock", 0}, "10.0.5.0/24");

	finding_counterpart(
		findings, finding, &other, (struct field){"spec.cidrBlock", 0}, "10.0.0.0/16");
	finding_counterpart(findings, finding, &vpc,
		(struct field){"spec.vpcPeerings[%d].localConnectIP", 1}, "10.0.5.1/30");
	finding->message = "spec.cidrBlock 10.0.5.0/24 overlaps 10.0.0.0/16 of Subnet net2";
	finding->hint = "free for both: 10.1.0.0/24\nor another";
	finding_seal(finding);
	return finding;
}

static inline void
sample_all(struct findings *findings, const struct object_id *object)
{
	sample_finding(findings, "broad-prefix", ACTION_REPORT, object, "10.0.0.0/7");
	sample_finding(findings, "reserved-range", ACTION_WARN, object, "\"a\\b\"\x1b[2J\xc3\xa9");
	sample_conflict(findings, object);
	sample_finding(findings, "quota", ACTION_OFF, object, "unseen");
}

static inline struct policy_report
sample_report(const struct findings *findings, const struct object_id *object)
{
	return (struct policy_report){
		.form = POLICY_REPORT_WGPOLICY,
		.object = *object,
		.uid = sample_uid,
		.findings = findings,
		.maximum = POLICY_REPORT_RESULTS,
		.now = INT64_C(1700000000123456789),
	};
}
