#include "daemon/work_line.h"

#include "base/clock.h"

bool
work_line_start(struct work_line *line, const char *name, const struct workers_settings *wanted,
	struct error *error)
{
	struct workers_settings settings = *wanted;

	line->queue = work_queue_new(name, &key_queue_limits);
	settings.queue = line->queue;
	line->workers = workers_start(&settings, error);
	return line->workers != NULL;
}

void
work_line_stop_all(struct work_line *const *lines, size_t count, const struct work_line_end *end)
{
	int64_t begun = clock_monotonic();
	bool ended = true;

	for (size_t i = 0; i < count; i++)
		workers_end(lines[i]->workers, begun);
	for (size_t i = 0; i < count; i++)
		ended = workers_end(lines[i]->workers, begun + end->patience) && ended;
	if (!ended)
		end->cut(end->context);
	for (size_t i = 0; i < count; i++) {
		int64_t left = begun + end->longest - clock_monotonic();

		workers_stop(lines[i]->workers, left > 0 ? left : 0);
		lines[i]->workers = NULL;
	}
}

void
work_line_free(struct work_line *line)
{
	if (line->queue)
		work_queue_free(line->queue);
	line->queue = NULL;
}
