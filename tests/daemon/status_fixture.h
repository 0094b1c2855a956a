/* A status with something in every part, hostile texts among it; values may be changed by a test.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/status.h"

#define STATUS_FIXTURE_NOW (INT64_C(1700000000) * CLOCK_SECOND)
#define STATUS_FIXTURE_BAD "<script>alert(1)</script>&\"'"

static const struct settings status_fixture_settings = {.kinds = "kube-ovn",
	.mode = "observe",
	.clouds = "aws",
	.reports = "wgpolicy",
	.workers = 4};

static struct peering_view status_fixture_peerings[] = {
	{.key = "awsvpcpeerings/active",
		.mode = "manage",
		.state = "active",
		.problem = "",
		.first_drift = "",
		.looked = STATUS_FIXTURE_NOW - 5 * CLOCK_SECOND},
	{.key = "awsvpcpeerings/pending",
		.mode = "manage",
		.state = "pending-acceptance",
		.problem = "",
		.first_drift = "",
		.looked = STATUS_FIXTURE_NOW},
	{.key = "awsvpcpeerings/drifted",
		.mode = "observe",
		.state = "active",
		.problem = "",
		.drift = 2,
		.first_drift = "route 10.3.0.0/16 is missing in rtb-1",
		.looked = STATUS_FIXTURE_NOW - 3600 * CLOCK_SECOND},
	{.key = "awsvpcpeerings/" STATUS_FIXTURE_BAD,
		.mode = "observe",
		.state = STATUS_FIXTURE_BAD,
		.problem = STATUS_FIXTURE_BAD,
		.first_drift = ""},
};
static struct cloud_view status_fixture_clouds[] = {
	{.name = "aws",
		.answered = STATUS_FIXTURE_NOW - 20 * CLOCK_SECOND,
		.answers = 12,
		.failed = STATUS_FIXTURE_NOW - 10 * CLOCK_SECOND,
		.errors = 1,
		.error = "RequestLimitExceeded: " STATUS_FIXTURE_BAD},
};

static inline struct status
status_fixture(void)
{
	struct status status = {
		.settings = &status_fixture_settings,
		.phase = "running",
		.now = STATUS_FIXTURE_NOW,
		.synced = true,
		.mirror_age = 7 * CLOCK_SECOND,
		.inventory = {.objects = 42, .claims = 99},
		.leader = {.identity = "daemon-1_aa",
			.holder = "daemon-1_aa",
			.transitions = 3,
			.is_sure = true},
		.queues = {{"peering", {.waiting = 1, .worked = 2, .delayed = 3, .known = 4}},
			{"remote-network", {.waiting = 5}}},
		.peerings = {status_fixture_peerings,
			sizeof status_fixture_peerings / sizeof status_fixture_peerings[0]},
		.clouds = {status_fixture_clouds, 1},
		.audit = {.began = true,
			.objects = 42,
			.findings = {[ACTION_DENY] = 3, [ACTION_WARN] = 2, [ACTION_REPORT] = 1},
			.audited = STATUS_FIXTURE_NOW - CLOCK_SECOND,
			.took = 5 * CLOCK_MILLISECOND,
			.reports = 3,
			.wanted = 5,
			.behind = 2},
		.registration = {.is_wanted = true,
			.configurations = {[REGISTRATION_VALIDATING] = {.name = "peerwarden",
						   .state = ACTIVATION_FILLED}},
			.probed = STATUS_FIXTURE_NOW - 20 * CLOCK_SECOND,
			.answers = {[REGISTRATION_VALIDATING] = PROBE_SILENT}},
	};

	snprintf(status.audit.problem, sizeof status.audit.problem, "%s", STATUS_FIXTURE_BAD);
	snprintf(status.registration.configurations[REGISTRATION_VALIDATING].problem,
		sizeof status.registration.configurations[0].problem, "%s", STATUS_FIXTURE_BAD);
	return status;
}
