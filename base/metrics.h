/* Metrics in the Prometheus text format 0.0.4.
 *
 * A metric is a static object; it registers itself at its first use and is never freed. Counting is
 * a relaxed atomic addition, cheap enough for every request. Names and units follow the Prometheus
 * naming conventions (seconds, bytes, _total).
 *
 *     static struct metric decisions = METRIC_COUNTER("peerwarden_decisions_total",
 *             "Admission decisions.", "verdict", "kind");
 *     metric_add(&decisions, 1, "deny", "Subnet");
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/buffer.h"

enum metric_type { METRIC_TYPE_COUNTER, METRIC_TYPE_GAUGE, METRIC_TYPE_HISTOGRAM };
enum { METRIC_LABELS = 3, METRIC_BUCKETS = 20, METRIC_SERIES = 128 };

struct metric_series; /* one combination of label values */

struct metric {
	enum metric_type type;
	const char *name;
	const char *help;
	const char *labels[METRIC_LABELS];
	const double *bounds; /* histograms: upper bounds in ascending order, ended by 0 */
	_Atomic(struct metric_series *) series;
	atomic_bool registered;
	struct metric *next;
};

#define METRIC_COUNTER(name_, help_, ...)                                                          \
	{                                                                                          \
		.type = METRIC_TYPE_COUNTER, .name = name_, .help = help_, .labels = {             \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define METRIC_GAUGE(name_, help_, ...)                                                            \
	{                                                                                          \
		.type = METRIC_TYPE_GAUGE, .name = name_, .help = help_, .labels = { __VA_ARGS__ } \
	}
#define METRIC_HISTOGRAM(name_, help_, bounds_, ...)                                               \
	{                                                                                          \
		.type = METRIC_TYPE_HISTOGRAM, .name = name_, .help = help_, .bounds = bounds_,    \
		.labels = {                                                                        \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

/* Label values follow, as many as the metric has labels; they are copied when first seen. A metric
 * keeps at most METRIC_SERIES combinations; further ones are counted together under the value
 * "other". */
void metric_add(struct metric *metric, double amount, ...);
void metric_set(struct metric *metric, double value, ...);
void metric_observe(struct metric *metric, double value, ...);

/* Appends all metrics seen so far, ordered by name, each with HELP and TYPE, label values escaped;
 * with process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds and
 * process_start_time_seconds as the Prometheus client libraries export them. */
void metrics_write(struct buffer *buffer);

/* One combination of label values as it is now; lent for the call. */
struct metric_sample {
	const struct metric *metric;
	const char *values[METRIC_LABELS]; /* NULL beyond the metric's labels */
	double value;                      /* histograms: the sum */
	uint64_t count;                    /* histograms: how many were observed */
};
/* The same metrics in the same order, for other formats. */
void metrics_each(void (*visit)(void *context, const struct metric_sample *sample), void *context);
