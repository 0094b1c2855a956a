#include "webhook/status.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
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

/* Begins a member or, without a name, an item: what stands before it says whether a comma goes
 * between. */
static struct buffer *
member(struct page *page, const char *name)
{
	struct buffer *out = page->out;
	char before = out->length > 0 ? out->data[out->length - 1] : '{';

	if (before != '{' && before != '[')
		buffer_append_char(out, ',');
	if (name) {
		buffer_append_json(out, name);
		buffer_append_char(out, ':');
	}
	return out;
}

static void
open_object(struct page *page, const char *name)
{
	buffer_append_char(member(page, name), '{');
}

static void
close_object(struct page *page)
{
	buffer_append_char(page->out, '}');
}

static void
add_text(struct page *page, const char *name, const char *text)
{
	buffer_append_json(member(page, name), text ? text : "");
}

static void
add_flag(struct page *page, const char *name, bool flag)
{
	buffer_append_text(member(page, name), flag ? "true" : "false");
}

/* Whole numbers in full; JSON has no number for NaN and infinity. */
static void
add_number(struct page *page, const char *name, double number)
{
	struct buffer *out = member(page, name);

	if (!isfinite(number))
		buffer_append_text(out, "null");
	else if (fabs(number) < 9e15 && number == (double)(int64_t)number)
		buffer_printf(out, "%" PRId64, (int64_t)number);
	else
		buffer_printf(out, "%.15g", number);
}

static void
add_seconds(struct page *page, const char *name, int64_t nanoseconds)
{
	add_number(page, name, (double)nanoseconds / CLOCK_SECOND);
}

/* `seconds` since 1970. */
static void
add_time(struct page *page, const char *name, double seconds)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format((int64_t)(seconds * CLOCK_SECOND), text);
	add_text(page, name, text);
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
		add_number(page, name, value);
}

static void
write_kind(struct page *page, const char *kind)
{
	double synced;

	if (!metric_value("peerwarden_mirror_synced", kind, &synced))
		return;
	open_object(page, kind);
	add_flag(page, "synced", synced == 1);
	add_metric(page, "objects", "peerwarden_mirror_objects", kind);
	add_metric(page, "ageSeconds", "peerwarden_mirror_age_seconds", kind);
	close_object(page);
}

static void
write_source(struct page *page)
{
	const struct settings *settings = page->status->settings;
	enum source_state state = source_state(page->status->source);

	if (settings->inventory)
		add_text(page, "folder", settings->inventory);
	else
		add_text(page, "cluster",
			settings->kubeconfig ? settings->kubeconfig : "ServiceAccount of the pod");
	add_flag(page, "ready", state == SOURCE_READY);
	add_text(page, "state", source_state_text(state));
	add_metric(page, "objects", "peerwarden_inventory_objects", NULL);
	open_object(page, "kinds");
	for (enum kind kind = 0; kind < KINDS; kind++)
		write_kind(page, kind_name(kind));
	close_object(page);
}

/* Empty with a folder. */
static void
write_ledger(struct page *page)
{
	const struct settings *settings = page->status->settings;

	if (settings->inventory)
		return;
	add_text(page, "page", settings->pod_name);
	add_text(page, "namespace", settings->pod_namespace);
	add_metric(page, "pages", "peerwarden_ledger_pages", NULL);
	add_metric(page, "reservations", "peerwarden_ledger_reservations", NULL);
	add_metric(page, "ageSeconds", "peerwarden_ledger_age_seconds", NULL);
}

static void
write_policy(struct page *page)
{
	const char *file = page->status->settings->policy;
	double read;

	add_text(page, "file", file ? file : "defaults");
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
		add_text(page, "error", error.message);
		return;
	}
	add_text(page, "subject", certificate.subject);
	buffer_append_char(member(page, "names"), '[');
	for (const char **name = certificate.names; *name; name++)
		add_text(page, NULL, *name);
	buffer_append_char(page->out, ']');
	add_time(page, "notBefore", (double)certificate.not_before);
	add_time(page, "notAfter", (double)certificate.not_after);
	add_text(page, "fingerprint", certificate.fingerprint);
	add_flag(page, "valid",
		certificate_is_valid_at(&certificate, clock_wall() / CLOCK_SECOND, NULL));
}

static void
write_registration(struct page *page)
{
	struct buffer *out = member(page, "configurations");

	if (page->status->registration)
		registration_watch_write(page->status->registration, out);
	else
		buffer_append_text(out, "[]");
}

static void
write_limits(struct page *page)
{
	const struct settings *settings = page->status->settings;

	add_number(page, "maxConnections", (double)settings->max_connections);
	add_number(page, "maxWaiting", (double)settings->max_waiting);
	add_seconds(page, "headerTimeoutSeconds", settings->header_timeout);
	add_seconds(page, "bodyTimeoutSeconds", settings->body_timeout);
	add_seconds(page, "reservationTimeSeconds", settings->reservation_time);
	add_seconds(page, "staleAfterSeconds", settings->stale_after);
	add_seconds(page, "shutdownDelaySeconds", settings->shutdown_delay);
	add_seconds(page, "drainTimeSeconds", settings->drain_time);
}

/* The metrics as they come, ordered by name: a list for each. */
struct listing {
	struct page *page;
	const struct metric *metric; /* whose list is open */
};

static void
write_sample(void *context, const struct metric_sample *sample)
{
	struct listing *listing = context;
	struct page *page = listing->page;

	if (sample->metric != listing->metric) {
		if (listing->metric)
			buffer_append_char(page->out, ']');
		buffer_append_char(member(page, sample->metric->name), '[');
		listing->metric = sample->metric;
	}
	open_object(page, NULL);
	for (int i = 0; i < METRIC_LABELS && sample->values[i]; i++)
		add_text(page, sample->metric->labels[i], sample->values[i]);
	if (sample->metric->type == METRIC_TYPE_HISTOGRAM)
		add_number(page, "count", (double)sample->count);
	add_number(page, sample->metric->type == METRIC_TYPE_HISTOGRAM ? "sum" : "value",
		sample->value);
	close_object(page);
}

static void
write_metrics(struct page *page)
{
	struct listing listing = {page, NULL};

	metrics_each(write_sample, &listing);
	if (listing.metric)
		buffer_append_char(page->out, ']');
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
	{"metrics", write_metrics},
};

void
status_write(
	const struct status *status, const char *phase, struct arena *arena, struct buffer *buffer)
{
	struct page page = {status, arena, buffer};

	buffer_append_char(buffer, '{');
	add_text(&page, "version", PEERWARDEN_VERSION);
	add_time(&page, "started", process_start_time());
	add_text(&page, "phase", phase);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		open_object(&page, sections[i].name);
		sections[i].write(&page);
		close_object(&page);
	}
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
