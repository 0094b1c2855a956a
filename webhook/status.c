#include "webhook/status.h"

#include "base/clock.h"
#include "base/json_members.h"
#include "base/metrics.h"
#include "base/process.h"
#include "base/text.h"
#include "kinds/kind.h"
#include "serving/certificate.h"

static struct metric findings_metric = METRIC_COUNTER("peerwarden_findings_total",
	"Findings in answered reviews, by the action that the policy gives them.", "rule",
	"action");

struct page {
	const struct status *status;
	struct arena *arena;
	struct buffer *out;
};

/* `seconds` since 1970. */
static void
add_time(struct page *page, const char *name, double seconds)
{
	json_members_time(page->out, name, (int64_t)(seconds * CLOCK_SECOND));
}

/* The value of a metric, by the value of its first label unless that is NULL. */
struct question {
	const char *name;
	const char *label;
	double value;
	bool found;
};

static void
answer_question(void *context, const struct metric_sample *sample)
{
	struct question *question = context;

	if (!text_equal(sample->metric->name, question->name) ||
		!text_equal(sample->values[0], question->label))
		return;
	question->value = sample->value;
	question->found = true;
}

static bool
metric_value(const char *name, const char *label, double *value)
{
	struct question question = {.name = name, .label = label};

	metrics_each(answer_question, &question);
	*value = question.value;
	return question.found;
}

static void
add_metric(struct page *page, const char *name, const char *metric, const char *label)
{
	double value;

	if (metric_value(metric, label, &value))
		json_members_number(page->out, name, value);
}

static void
write_kind(struct page *page, const char *kind)
{
	double synced;

	if (!metric_value("peerwarden_mirror_synced", kind, &synced))
		return;
	json_members_open(page->out, kind);
	json_members_flag(page->out, "synced", synced == 1);
	add_metric(page, "objects", "peerwarden_mirror_objects", kind);
	add_metric(page, "ageSeconds", "peerwarden_mirror_age_seconds", kind);
	json_members_close(page->out);
}

static void
write_source(struct page *page)
{
	const struct settings *settings = page->status->settings;
	enum source_state state = source_state(page->status->source);

	if (settings->inventory)
		json_members_text(page->out, "folder", settings->inventory);
	else
		json_members_text(page->out, "cluster",
			settings->kubeconfig ? settings->kubeconfig : "ServiceAccount of the pod");
	json_members_text(page->out, "guards", settings->kinds);
	json_members_flag(page->out, "ready", state == SOURCE_READY);
	json_members_text(page->out, "state", source_state_text(state));
	add_metric(page, "objects", "peerwarden_inventory_objects", NULL);
	json_members_open(page->out, "kinds");
	for (enum kind kind = 0; kind < KINDS; kind++)
		write_kind(page, kind_name(kind));
	json_members_close(page->out);
}

/* Empty with a folder. */
static void
write_ledger(struct page *page)
{
	const struct settings *settings = page->status->settings;

	if (settings->inventory)
		return;
	json_members_text(page->out, "page", settings->pod_name);
	json_members_text(page->out, "namespace", settings->pod_namespace);
	add_metric(page, "pages", "peerwarden_ledger_pages", NULL);
	add_metric(page, "reservations", "peerwarden_ledger_reservations", NULL);
	add_metric(page, "ageSeconds", "peerwarden_ledger_age_seconds", NULL);
}

static void
write_policy(struct page *page)
{
	const char *file = page->status->settings->policy;
	double read;

	json_members_text(page->out, "file", file ? file : "defaults");
	if (metric_value("peerwarden_policy_loaded_timestamp_seconds", NULL, &read))
		add_time(page, "read", read);
	add_metric(page, "failedReads", "peerwarden_policy_reload_failures_total", NULL);
}

static void
write_certificate(struct page *page)
{
	const char *pem = tls_identity_copy_certificate(page->arena, page->status->identity);
	struct certificate certificate;
	struct error error = {0};

	if (!certificate_read(page->arena, pem, &certificate, &error)) {
		json_members_text(page->out, "error", error.message);
		return;
	}
	json_members_text(page->out, "subject", certificate.subject);
	json_members_open_list(page->out, "names");
	for (const char **name = certificate.names; *name; name++)
		json_members_text(page->out, NULL, *name);
	json_members_close_list(page->out);
	add_time(page, "notBefore", (double)certificate.not_before);
	add_time(page, "notAfter", (double)certificate.not_after);
	json_members_text(page->out, "fingerprint", certificate.fingerprint);
	json_members_flag(page->out, "valid",
		certificate_is_valid_at(&certificate, clock_wall() / CLOCK_SECOND, NULL));
}

static void
write_registration(struct page *page)
{
	struct buffer *out = page->out;

	json_members_begin(out, "configurations");
	if (page->status->registration)
		registration_watch_write(page->status->registration, out);
	else
		buffer_append_text(out, "[]");
}

static void
write_limits(struct page *page)
{
	const struct settings *settings = page->status->settings;

	json_members_number(page->out, "maxConnections", (double)settings->max_connections);
	json_members_number(page->out, "maxWaiting", (double)settings->max_waiting);
	json_members_seconds(page->out, "headerTimeoutSeconds", settings->header_timeout);
	json_members_seconds(page->out, "bodyTimeoutSeconds", settings->body_timeout);
	json_members_seconds(page->out, "reservationTimeSeconds", settings->reservation_time);
	json_members_seconds(page->out, "staleAfterSeconds", settings->stale_after);
	json_members_seconds(page->out, "shutdownDelaySeconds", settings->shutdown_delay);
	json_members_seconds(page->out, "drainTimeSeconds", settings->drain_time);
}

static const struct {
	const char *name;
	void (*write)(struct page *page);
} sections[] = {
	{"source", write_source},
	{"ledger", write_ledger},
	{"policy", write_policy},
	{"certificate", write_certificate},
	{"registration", write_registration},
	{"limits", write_limits},
};

void
status_write(
	const struct status *status, const char *phase, struct arena *arena, struct buffer *buffer)
{
	struct page page = {status, arena, buffer};

	buffer_append_char(buffer, '{');
	json_members_text(buffer, "version", PEERWARDEN_VERSION);
	add_time(&page, "started", process_start_time());
	json_members_text(buffer, "phase", phase);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		json_members_open(buffer, sections[i].name);
		sections[i].write(&page);
		json_members_close(buffer);
	}
	json_members_metrics(buffer, "metrics");
	buffer_append_text(buffer, "}\n");
}

bool
status_certificate_is_valid(const struct status *status, struct arena *arena, struct error *error)
{
	const char *pem = tls_identity_copy_certificate(arena, status->identity);
	struct certificate certificate;

	return certificate_read(arena, pem, &certificate, error) &&
	       certificate_is_valid_at(&certificate, clock_wall() / CLOCK_SECOND, error);
}

void
status_count_findings(const struct findings *findings)
{
	for (const struct finding *finding = findings->first; finding; finding = finding->next)
		metric_add(&findings_metric, 1, finding->rule, action_name(finding->action));
}
