#include "daemon/status.h"

#include "base/clock.h"
#include "base/json_members.h"
#include "base/process.h"
#include "base/text.h"

static void
write_number(struct buffer *out, const char *name, size_t number)
{
	json_members_number(out, name, (double)number);
}

/* A time that may never have been: null. */
static void
write_time(struct buffer *out, const char *name, int64_t wall)
{
	if (wall) {
		json_members_time(out, name, wall);
		return;
	}
	json_members_begin(out, name);
	buffer_append_text(out, "null");
}

static void
write_leader(const struct leader_view *leader, struct buffer *out)
{
	json_members_open(out, "leader");
	json_members_flag(out, "leads", leader->is_sure);
	json_members_text(out, "identity", leader->identity);
	json_members_text(out, "holder", leader->holder);
	json_members_number(out, "transitions", (double)leader->transitions);
	json_members_close(out);
}

static void
write_mirror(const struct status *status, struct buffer *out)
{
	json_members_open(out, "mirror");
	json_members_flag(out, "synced", status->synced);
	json_members_seconds(out, "ageSeconds", status->mirror_age);
	write_number(out, "objects", status->inventory.objects);
	write_number(out, "claims", status->inventory.claims);
	json_members_close(out);
}

static void
write_queues(const struct status *status, struct buffer *out)
{
	json_members_open(out, "queues");
	for (size_t i = 0; i < STATUS_QUEUES; i++) {
		const struct status_queue *queue = &status->queues[i];

		if (!queue->name)
			continue;
		json_members_open(out, queue->name);
		write_number(out, "waiting", queue->size.waiting);
		write_number(out, "worked", queue->size.worked);
		write_number(out, "delayed", queue->size.delayed);
		write_number(out, "known", queue->size.known);
		json_members_close(out);
	}
	json_members_close(out);
}

static void
write_clouds(const struct cloud_views *clouds, struct buffer *out)
{
	json_members_open(out, "clouds");
	for (size_t i = 0; i < clouds->count; i++) {
		const struct cloud_view *cloud = &clouds->items[i];

		json_members_open(out, cloud->name);
		write_time(out, "answered", cloud->answered);
		json_members_number(out, "answers", (double)cloud->answers);
		write_time(out, "failed", cloud->failed);
		json_members_number(out, "errors", (double)cloud->errors);
		json_members_text(out, "error", cloud->error);
		json_members_close(out);
	}
	json_members_close(out);
}

static void
write_audit(const struct auditor_view *audit, struct buffer *out)
{
	json_members_open(out, "audit");
	json_members_flag(out, "began", audit->began);
	write_time(out, "audited", audit->audited);
	json_members_seconds(out, "tookSeconds", audit->took);
	write_number(out, "objects", audit->objects);
	json_members_open(out, "findings");
	for (enum action action = ACTION_REPORT; action < ACTIONS; action++)
		write_number(out, action_name(action), audit->findings[action]);
	json_members_close(out);
	json_members_close(out);
}

static void
write_reports(const struct status *status, struct buffer *out)
{
	json_members_open(out, "reports");
	json_members_text(out, "form", status->settings->reports);
	write_number(out, "stored", status->audit.reports);
	write_number(out, "wanted", status->audit.wanted);
	write_number(out, "leftOut", status->audit.left_out);
	write_number(out, "blocked", status->audit.blocked);
	write_number(out, "behind", status->audit.behind);
	json_members_text(out, "problem", status->audit.problem);
	json_members_close(out);
}

static void
write_peerings(const struct peering_views *peerings, struct buffer *out)
{
	json_members_open_list(out, "peerings");
	for (size_t i = 0; i < peerings->count; i++) {
		const struct peering_view *peering = &peerings->items[i];

		json_members_open(out, NULL);
		json_members_text(out, "key", peering->key);
		json_members_text(out, "mode", peering->mode);
		json_members_text(out, "state", peering->state);
		json_members_text(out, "problem", peering->problem);
		write_number(out, "drift", peering->drift);
		json_members_text(out, "firstDrift", peering->first_drift);
		write_time(out, "looked", peering->looked);
		json_members_close(out);
	}
	json_members_close_list(out);
}

static void
write_registration(const struct registration_keeper_view *registration, struct buffer *out)
{
	if (!registration->is_wanted)
		return;
	json_members_open(out, "registration");
	write_time(out, "probed", registration->probed);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const char *name = registration->configurations[type].name;

		if (!*name)
			continue;
		json_members_open(out, registration_type_name(type));
		json_members_text(out, "name", name);
		json_members_text(out, "state",
			activation_state_name(registration->configurations[type].state));
		json_members_text(out, "answer", probe_answer_name(registration->answers[type]));
		json_members_text(out, "problem", registration->configurations[type].problem);
		json_members_close(out);
	}
	json_members_close(out);
}

static void
write_certificate(const struct certificate_keeper_view *certificates, int which, struct buffer *out)
{
	if (!*certificates->certificates[which].fingerprint)
		return;
	json_members_open(out, certificate_keeper_which_name(which));
	json_members_text(out, "fingerprint", certificates->certificates[which].fingerprint);
	write_time(out, "ends", certificates->certificates[which].ends * CLOCK_SECOND);
	write_time(out, "renewal", certificates->certificates[which].renewal * CLOCK_SECOND);
	json_members_close(out);
}

static void
write_certificates(const struct certificate_keeper_view *certificates, struct buffer *out)
{
	if (!certificates->is_kept)
		return;
	json_members_open(out, "certificates");
	write_time(out, "looked", certificates->looked);
	json_members_text(out, "next", certificates->next);
	json_members_text(out, "why", certificates->why);
	for (int which = 0; which < CERTIFICATE_WHICH; which++)
		write_certificate(certificates, which, out);
	json_members_open(out, "problems");
	for (int problem = 0; problem < CERTIFICATE_PROBLEMS; problem++)
		if (*certificates->problems[problem])
			json_members_text(out, certificate_keeper_problem_name(problem),
				certificates->problems[problem]);
	json_members_close(out);
	json_members_close(out);
}

static void
write_settings(const struct settings *settings, struct buffer *out)
{
	json_members_open(out, "settings");
	json_members_text(out, "cluster",
		settings->kubeconfig ? settings->kubeconfig : "ServiceAccount of the pod");
	json_members_text(out, "policy", settings->policy ? settings->policy : "defaults");
	json_members_text(out, "kinds", settings->kinds);
	json_members_text(out, "mode", settings->mode);
	json_members_text(out, "clouds", settings->clouds);
	json_members_number(out, "workers", (double)settings->workers);
	json_members_seconds(out, "resyncSeconds", settings->resync);
	json_members_seconds(out, "refreshSeconds", settings->refresh);
	json_members_seconds(out, "idleSeconds", settings->idle);
	json_members_seconds(out, "reportIntervalSeconds", settings->report_interval);
	json_members_number(out, "reportLimit", (double)settings->report_limit);
	json_members_close(out);
}

void
status_write(const struct status *status, struct buffer *out)
{
	buffer_append_char(out, '{');
	json_members_text(out, "version", PEERWARDEN_VERSION);
	json_members_time(out, "started", (int64_t)process_start_time() * CLOCK_SECOND);
	json_members_text(out, "phase", status->phase);
	write_leader(&status->leader, out);
	write_mirror(status, out);
	write_queues(status, out);
	write_clouds(&status->clouds, out);
	write_audit(&status->audit, out);
	write_reports(status, out);
	write_registration(&status->registration, out);
	write_certificates(&status->certificates, out);
	write_settings(status->settings, out);
	write_peerings(&status->peerings, out);
	json_members_metrics(out, "metrics");
	buffer_append_text(out, "}\n");
}
