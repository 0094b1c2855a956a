/* A queue with those who work its keys, and the end of several of them at once.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/work_queue.h"
#include "daemon/workers.h"

struct work_line {
	struct work_queue *queue;
	struct workers *workers; /* NULL until they are started */
};

/* `wanted` but for its queue, which is made with the usual limits under this name. ERROR_INVALID
 * when the configuration cannot be used; the queue is there even so. */
bool work_line_start(struct work_line *line, const char *name,
	const struct workers_settings *wanted, struct error *error);

struct work_line_end {
	int64_t patience; /* nanoseconds until what the workers call is cut */
	int64_t longest;  /* until their own calls of the API server are */
	void (*cut)(void *context);
	void *context;
};
/* All at once, before any is waited for. Those that were never started have ended. */
void work_line_stop_all(
	struct work_line *const *lines, size_t count, const struct work_line_end *end);

/* After the workers. */
void work_line_free(struct work_line *line);
