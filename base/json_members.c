#include "base/json_members.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "base/metrics.h"

void
json_members_begin(struct buffer *out, const char *name)
{
	char before = out->length > 0 ? out->data[out->length - 1] : '{';

	if (before != '{' && before != '[')
		buffer_append_char(out, ',');
	if (name) {
		buffer_append_json(out, name);
		buffer_append_char(out, ':');
	}
}

void
json_members_open(struct buffer *out, const char *name)
{
	json_members_begin(out, name);
	buffer_append_char(out, '{');
}

void
json_members_close(struct buffer *out)
{
	buffer_append_char(out, '}');
}

void
json_members_open_list(struct buffer *out, const char *name)
{
	json_members_begin(out, name);
	buffer_append_char(out, '[');
}

void
json_members_close_list(struct buffer *out)
{
	buffer_append_char(out, ']');
}

void
json_members_text(struct buffer *out, const char *name, const char *text)
{
	json_members_begin(out, name);
	buffer_append_json(out, text ? text : "");
}

void
json_members_flag(struct buffer *out, const char *name, bool flag)
{
	json_members_begin(out, name);
	buffer_append_text(out, flag ? "true" : "false");
}

void
json_members_number(struct buffer *out, const char *name, double number)
{
	json_members_begin(out, name);
	if (!isfinite(number))
		buffer_append_text(out, "null");
	else if (fabs(number) < 9e15 && number == (double)(int64_t)number)
		buffer_printf(out, "%" PRId64, (int64_t)number);
	else
		buffer_printf(out, "%.15g", number);
}

void
json_members_seconds(struct buffer *out, const char *name, int64_t nanoseconds)
{
	json_members_number(out, name, (double)nanoseconds / CLOCK_SECOND);
}

void
json_members_time(struct buffer *out, const char *name, int64_t wall)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(wall, text);
	json_members_text(out, name, text);
}

struct listing {
	struct buffer *out;
	const struct metric *metric; /* whose list is open */
};

static void
write_sample(void *context, const struct metric_sample *sample)
{
	struct listing *listing = context;
	bool histogram = sample->metric->type == METRIC_TYPE_HISTOGRAM;

	if (sample->metric != listing->metric) {
		if (listing->metric)
			json_members_close_list(listing->out);
		json_members_open_list(listing->out, sample->metric->name);
		listing->metric = sample->metric;
	}
	json_members_open(listing->out, NULL);
	for (int i = 0; i < METRIC_LABELS && sample->values[i]; i++)
		json_members_text(listing->out, sample->metric->labels[i], sample->values[i]);
	if (histogram)
		json_members_number(listing->out, "count", (double)sample->count);
	json_members_number(listing->out, histogram ? "sum" : "value", sample->value);
	json_members_close(listing->out);
}

void
json_members_metrics(struct buffer *out, const char *name)
{
	struct listing listing = {out, NULL};

	json_members_open(out, name);
	metrics_each(write_sample, &listing);
	if (listing.metric)
		json_members_close_list(out);
	json_members_close(out);
}
