#include "base/metrics.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"

/* Series and metrics stand in lists that only grow at their head, by compare-and-swap: readers need
 * no lock, and an entry once seen stays where it is. */
struct metric_series {
	struct metric_series *next; /* the one before it */
	size_t number;              /* how many there are up to this one */
	uint32_t fingerprint;       /* of the label values */
	char *values[METRIC_LABELS];
	_Atomic double value;           /* histograms: the sum */
	atomic_uint_least64_t counts[]; /* histograms: one per bound and one beyond */
};

struct labels {
	const char *values[METRIC_LABELS]; /* NULL beyond the metric's labels */
	uint32_t fingerprint;
};

static _Atomic(struct metric *) all_metrics;

/* FNV-1a; with the values compared afterwards, a collision costs only time. */
static uint32_t
fingerprint(uint32_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
	return (hash ^ 0xFF) * UINT32_C(16777619);
}

static void
labels_read(const struct metric *metric, va_list arguments, struct labels *labels)
{
	*labels = (struct labels){.fingerprint = UINT32_C(2166136261)};
	for (int i = 0; i < METRIC_LABELS && metric->labels[i]; i++) {
		labels->values[i] = va_arg(arguments, const char *);
		labels->fingerprint = fingerprint(labels->fingerprint, labels->values[i]);
	}
}

static void
labels_other(const struct metric *metric, struct labels *labels)
{
	*labels = (struct labels){.fingerprint = UINT32_C(2166136261)};
	for (int i = 0; i < METRIC_LABELS && metric->labels[i]; i++) {
		labels->values[i] = "other";
		labels->fingerprint = fingerprint(labels->fingerprint, labels->values[i]);
	}
}

static bool
series_has(const struct metric_series *series, const struct labels *labels)
{
	if (series->fingerprint != labels->fingerprint)
		return false;
	for (int i = 0; i < METRIC_LABELS && labels->values[i]; i++)
		if (strcmp(series->values[i], labels->values[i]) != 0)
			return false;
	return true;
}

static struct metric_series *
series_find(struct metric_series *series, const struct labels *labels)
{
	while (series && !series_has(series, labels))
		series = series->next;
	return series;
}

static size_t
bound_count(const struct metric *metric)
{
	size_t count = 0;

	while (metric->bounds && count < METRIC_BUCKETS && metric->bounds[count] != 0)
		count++;
	return count;
}

static struct metric_series *
series_new(const struct metric *metric, const struct labels *labels)
{
	size_t counts = metric->bounds ? bound_count(metric) + 1 : 0;
	struct metric_series *series =
		memory_alloc(sizeof *series + counts * sizeof series->counts[0]);

	series->fingerprint = labels->fingerprint;
	for (int i = 0; i < METRIC_LABELS && labels->values[i]; i++)
		series->values[i] = memory_text(labels->values[i]);
	return series;
}

static void
series_free(struct metric_series *series)
{
	if (!series)
		return;
	for (int i = 0; i < METRIC_LABELS; i++)
		free(series->values[i]);
	free(series);
}

static void
enlist(struct metric *metric)
{
	if (atomic_exchange(&metric->registered, true))
		return;
	metric->next = atomic_load(&all_metrics);
	while (!atomic_compare_exchange_weak(&all_metrics, &metric->next, metric))
		;
}

/* Finds the series or adds it, unless another thread has just done so. */
static struct metric_series *
series_get(struct metric *metric, struct labels *labels)
{
	struct metric_series *head = atomic_load_explicit(&metric->series, memory_order_acquire);
	struct metric_series *found = series_find(head, labels);
	struct metric_series *added = NULL;

	if (found)
		return found;
	enlist(metric);
	do {
		if (head && head->number >= METRIC_SERIES)
			labels_other(metric, labels);
		found = series_find(head, labels);
		if (found)
			break;
		if (!added || added->fingerprint != labels->fingerprint) {
			series_free(added);
			added = series_new(metric, labels);
		}
		added->next = head;
		added->number = head ? head->number + 1 : 1;
	} while (!atomic_compare_exchange_weak(&metric->series, &head, added));
	if (!found)
		return added;
	series_free(added);
	return found;
}

static void
value_add(struct metric_series *series, double amount)
{
	double before = atomic_load_explicit(&series->value, memory_order_relaxed);

	while (!atomic_compare_exchange_weak_explicit(&series->value, &before, before + amount,
		memory_order_relaxed, memory_order_relaxed))
		;
}

void
metric_add(struct metric *metric, double amount, ...)
{
	struct labels labels;
	va_list arguments;

	va_start(arguments, amount);
	labels_read(metric, arguments, &labels);
	va_end(arguments);
	value_add(series_get(metric, &labels), amount);
}

void
metric_set(struct metric *metric, double value, ...)
{
	struct labels labels;
	va_list arguments;

	va_start(arguments, value);
	labels_read(metric, arguments, &labels);
	va_end(arguments);
	atomic_store_explicit(&series_get(metric, &labels)->value, value, memory_order_relaxed);
}

void
metric_observe(struct metric *metric, double value, ...)
{
	struct metric_series *series;
	struct labels labels;
	size_t bounds = bound_count(metric);
	size_t bucket = 0;
	va_list arguments;

	va_start(arguments, value);
	labels_read(metric, arguments, &labels);
	va_end(arguments);
	series = series_get(metric, &labels);
	while (bucket < bounds && !(value <= metric->bounds[bucket]))
		bucket++;
	atomic_fetch_add_explicit(&series->counts[bucket], 1, memory_order_relaxed);
	value_add(series, value);
}

static void
append_double(struct buffer *buffer, double value)
{
	char text[40];

	if (isnan(value) || isinf(value)) {
		buffer_append_text(buffer, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
		return;
	}
	snprintf(text, sizeof text, "%.15g", value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof text, "%.17g", value);
	buffer_append_text(buffer, text);
}

/* Escapes as the text format asks; what is no UTF-8 comes out as U+FFFD. */
static void
append_escaped(struct buffer *buffer, const char *text, bool quotes)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t valid = text_valid_utf8(text, left);

		for (size_t i = 0; i < valid; i++) {
			if (text[i] == '\n')
				buffer_append_text(buffer, "\\n");
			else if (text[i] == '\\' || (text[i] == '"' && quotes))
				buffer_printf(buffer, "\\%c", text[i]);
			else
				buffer_append_char(buffer, text[i]);
		}
		if (valid < left) {
			buffer_append_text(buffer, "\xEF\xBF\xBD");
			valid++;
		}
		text += valid;
		left -= valid;
	}
}

/* One sample: name, suffix, labels, and `le` unless it is NULL. */
static void
append_sample(struct buffer *buffer, const struct metric *metric, const char *suffix,
	const struct metric_series *series, const double *le, double value)
{
	char separator = '{';

	buffer_printf(buffer, "%s%s", metric->name, suffix);
	for (int i = 0; i < METRIC_LABELS && metric->labels[i]; i++) {
		buffer_printf(buffer, "%c%s=\"", separator, metric->labels[i]);
		append_escaped(buffer, series->values[i], true);
		buffer_append_char(buffer, '"');
		separator = ',';
	}
	if (le) {
		buffer_printf(buffer, "%cle=\"", separator);
		append_double(buffer, *le);
		buffer_append_char(buffer, '"');
		separator = ',';
	}
	buffer_append_text(buffer, separator == ',' ? "} " : " ");
	append_double(buffer, value);
	buffer_append_char(buffer, '\n');
}

static void
append_histogram(
	struct buffer *buffer, const struct metric *metric, const struct metric_series *series)
{
	size_t bounds = bound_count(metric);
	uint64_t total = 0;

	for (size_t i = 0; i <= bounds; i++) {
		double le = i < bounds ? metric->bounds[i] : INFINITY;

		total += atomic_load_explicit(&series->counts[i], memory_order_relaxed);
		append_sample(buffer, metric, "_bucket", series, &le, (double)total);
	}
	append_sample(buffer, metric, "_sum", series, NULL,
		atomic_load_explicit(&series->value, memory_order_relaxed));
	append_sample(buffer, metric, "_count", series, NULL, (double)total);
}

static int
compare_series(const void *a, const void *b)
{
	const struct metric_series *left = *(const struct metric_series *const *)a;
	const struct metric_series *right = *(const struct metric_series *const *)b;
	int order = 0;

	for (int i = 0; i < METRIC_LABELS && left->values[i] && order == 0; i++)
		order = strcmp(left->values[i], right->values[i]);
	return order;
}

/* The series of a metric in the order of their labels; returns how many. */
static size_t
sort_series(const struct metric *metric, const struct metric_series *sorted[METRIC_SERIES + 1])
{
	const struct metric_series *series = atomic_load(&metric->series);
	size_t count = 0;

	for (; series; series = series->next)
		sorted[count++] = series;
	qsort(sorted, count, sizeof *sorted, compare_series);
	return count;
}

static void
append_metric(struct buffer *buffer, const struct metric *metric)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	const struct metric_series *sorted[METRIC_SERIES + 1];
	size_t count = sort_series(metric, sorted);

	buffer_printf(buffer, "# HELP %s ", metric->name);
	append_escaped(buffer, metric->help, false);
	buffer_printf(buffer, "\n# TYPE %s %s\n", metric->name, types[metric->type]);
	for (size_t i = 0; i < count; i++) {
		if (metric->type == METRIC_TYPE_HISTOGRAM)
			append_histogram(buffer, metric, sorted[i]);
		else
			append_sample(buffer, metric, "", sorted[i], NULL,
				atomic_load_explicit(&sorted[i]->value, memory_order_relaxed));
	}
}

static void
measure_process(void)
{
	static struct metric cpu = METRIC_COUNTER(
		"process_cpu_seconds_total", "Total user and system CPU time spent in seconds.");
	static struct metric resident =
		METRIC_GAUGE("process_resident_memory_bytes", "Resident memory size in bytes.");
	static struct metric descriptors =
		METRIC_GAUGE("process_open_fds", "Number of open file descriptors.");
	static struct metric start = METRIC_GAUGE("process_start_time_seconds",
		"Start time of the process since unix epoch in seconds.");

	metric_set(&cpu, process_cpu_seconds());
	metric_set(&resident, process_resident_bytes());
	metric_set(&descriptors, process_open_descriptors());
	metric_set(&start, process_start_time());
}

static int
compare_metrics(const void *a, const void *b)
{
	return strcmp(
		(*(const struct metric *const *)a)->name, (*(const struct metric *const *)b)->name);
}

/* All metrics by name, measured now; to be freed. */
static const struct metric **
sort_metrics(size_t *count)
{
	const struct metric **sorted;
	const struct metric *first;

	measure_process();
	first = atomic_load(&all_metrics);
	*count = 0;
	for (const struct metric *metric = first; metric; metric = metric->next)
		++*count;
	sorted = memory_alloc(*count * sizeof *sorted);
	*count = 0;
	for (const struct metric *metric = first; metric; metric = metric->next)
		sorted[(*count)++] = metric;
	qsort(sorted, *count, sizeof *sorted, compare_metrics);
	return sorted;
}

void
metrics_write(struct buffer *buffer)
{
	size_t count;
	const struct metric **sorted = sort_metrics(&count);

	for (size_t i = 0; i < count; i++)
		append_metric(buffer, sorted[i]);
	free(sorted);
}

static void
visit_series(const struct metric *metric, const struct metric_series *series,
	void (*visit)(void *context, const struct metric_sample *sample), void *context)
{
	struct metric_sample sample = {.metric = metric,
		.value = atomic_load_explicit(&series->value, memory_order_relaxed)};

	for (int i = 0; i < METRIC_LABELS && metric->labels[i]; i++)
		sample.values[i] = series->values[i];
	for (size_t i = 0; metric->bounds && i <= bound_count(metric); i++)
		sample.count += atomic_load_explicit(&series->counts[i], memory_order_relaxed);
	visit(context, &sample);
}

void
metrics_each(void (*visit)(void *context, const struct metric_sample *sample), void *context)
{
	size_t count;
	const struct metric **sorted = sort_metrics(&count);

	for (size_t i = 0; i < count; i++) {
		const struct metric_series *series[METRIC_SERIES + 1];
		size_t length = sort_series(sorted[i], series);

		for (size_t j = 0; j < length; j++)
			visit_series(sorted[i], series[j], visit, context);
	}
	free(sorted);
}
