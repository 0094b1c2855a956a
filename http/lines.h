/* Cuts a stream of arbitrary pieces into its lines, as a Kubernetes watch sends them: one JSON text
 * per line, ended by '\n'. Memory is bounded by the longest line that is allowed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"

/* `text` has `length` bytes without the '\n', a NUL behind them, and is lent for the call. A reader
 * that returns false, with `error` filled, ends the stream. */
struct line_reader {
	bool (*read)(void *context, const char *text, size_t length, struct error *error);
	void *context;
};

struct lines {
	struct line_reader reader;
	struct buffer rest; /* the line whose end has not come yet */
};

void lines_init(struct lines *lines, struct line_reader reader, size_t longest);
void lines_dispose(struct lines *lines); /* drops an unfinished line */

/* Takes the next piece and hands out each line that it completes; empty lines are left out. False
 * when the reader says so, or with ERROR_EXHAUSTED when a line is longer than allowed. */
bool lines_feed(struct lines *lines, const char *data, size_t length, struct error *error);
