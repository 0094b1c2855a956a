#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/thread.h"

enum {
	LINE_SIZE = 8 * 1024,
	LINE_END = 3,     /* kept free for the closing brace, the line feed and the NUL */
	FIELD_LEAST = 32, /* room a field needs beyond its name to be worth starting */
	PENDING_SIZE = 1024 * 1024,
	BATCH_MILLISECONDS = 50,
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static atomic_int least_level = LOG_INFO;

/* What the writer thread and the callers share. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool running; /* lines are collected, not written at once */
	bool stopping;
	bool urgent; /* a warning or an error waits: no batching delay */
	uint64_t dropped;
	struct buffer pending;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER};

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&least_level, (int)level, memory_order_relaxed);
}

bool
log_level_parse(const char *text, enum log_level *level)
{
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (text_equal(text, level_names[i])) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

bool
log_enabled(enum log_level level)
{
	return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

static size_t
cut_at_character(const char *text, size_t length)
{
	while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
		length--;
	return length;
}

/* Appends a text that is too long for the line when whole: the longest of its halves, quarters ...
 * that fits. How long a part becomes is known only once its escapes are written. */
static void
append_cut(struct buffer *line, const char *text)
{
	size_t start = line->length;
	size_t length = strnlen(text, line->maximum - start);
	char part[LINE_SIZE];

	do {
		length = cut_at_character(text, length / 2);
		memcpy(part, text, length);
		part[length] = '\0';
		line->length = start;
		line->overflowed = false;
	} while (!buffer_append_json(line, part));
}

static void
append_text(struct buffer *line, const char *text)
{
	size_t start = line->length;

	if (buffer_append_json(line, text))
		return;
	line->length = start;
	append_cut(line, text);
}

static void
append_number(struct buffer *line, int64_t number)
{
	char digits[24];
	char *at = digits + sizeof digits;
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		*--at = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (number < 0)
		*--at = '-';
	buffer_append(line, at, (size_t)(digits + sizeof digits - at));
}

static void
append_field(struct buffer *line, const struct log_field *field)
{
	size_t length = strlen(field->name);
	char *out = line->data + line->length;

	if (line->maximum - line->length < length + FIELD_LEAST)
		return;
	memcpy(out, ",\"", 2);
	memcpy(out + 2, field->name, length);
	memcpy(out + 2 + length, "\":", 2);
	line->length += length + 4;
	if (field->text)
		append_text(line, field->text);
	else
		append_number(line, field->number);
}

/* Writes the line into `memory`, whose size never lets the buffer grow: no allocation. */
static struct buffer
format_line(char memory[LINE_SIZE], enum log_level level, const char *message,
	const struct log_field *fields)
{
	struct buffer line = {
		.data = memory, .capacity = LINE_SIZE, .maximum = LINE_SIZE - LINE_END};
	char now[CLOCK_TEXT_SIZE];

	clock_format(clock_wall(), now);
	buffer_append_text(&line, "{\"time\":\"");
	buffer_append(&line, now, CLOCK_TEXT_SIZE - 1);
	buffer_append_text(&line, "\",\"level\":\"");
	buffer_append_text(&line, level_names[level]);
	buffer_append_text(&line, "\",\"message\":");
	append_text(&line, message);
	for (; fields->name; fields++)
		append_field(&line, fields);
	line.maximum = LINE_SIZE - 1;
	buffer_append(&line, "}\n", 2);
	return line;
}

static void
write_out(const char *data, size_t length)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};

	while (length > 0) {
		ssize_t written = write(STDERR_FILENO, data, length);

		if (written < 0 && errno == EAGAIN)
			poll(&ready, 1, -1);
		else if (written < 0 && errno != EINTR)
			return; /* nobody reads: there is no place left to say so */
		else if (written > 0) {
			data += written;
			length -= (size_t)written;
		}
	}
}

static void
write_dropped(uint64_t dropped)
{
	char memory[LINE_SIZE];
	const struct log_field fields[] = {LOG_NUMBER("lines", dropped), {0}};
	struct buffer line = format_line(memory, LOG_WARN, "log lines dropped", fields);

	write_out(line.data, line.length);
}

/* The lock is held. The writer is woken only by the first line of a batch and by the first urgent
 * one. */
static void
collect(const struct buffer *line, bool urgent)
{
	bool wake = writer.pending.length == 0 || (urgent && !writer.urgent);

	if (line->length > writer.pending.maximum - writer.pending.length) {
		writer.dropped++;
		return;
	}
	buffer_append(&writer.pending, line->data, line->length);
	writer.urgent |= urgent;
	if (wake)
		pthread_cond_signal(&writer.wake);
}

void
log_write(enum log_level level, const char *message, const struct log_field *fields)
{
	char memory[LINE_SIZE];
	struct buffer line = format_line(memory, level, message, fields);

	pthread_mutex_lock(&writer.lock);
	if (writer.running)
		collect(&line, level >= LOG_WARN);
	else
		write_out(line.data, line.length);
	pthread_mutex_unlock(&writer.lock);
}

/* The lock is held. Waits for a first line, then a moment longer so that one write carries many;
 * false when the thread is to end and nothing is left. */
static bool
wait_for_batch(void)
{
	int64_t end;

	while (writer.pending.length == 0 && !writer.stopping)
		pthread_cond_wait(&writer.wake, &writer.lock);
	end = clock_monotonic() + BATCH_MILLISECONDS * CLOCK_MILLISECOND;
	while (!writer.urgent && !writer.stopping &&
		thread_wait_until(&writer.wake, &writer.lock, end))
		continue;
	return writer.pending.length > 0;
}

static void *
run(void *unused)
{
	struct buffer batch;

	buffer_init(&batch, PENDING_SIZE);
	pthread_mutex_lock(&writer.lock);
	while (wait_for_batch()) {
		struct buffer full = writer.pending;
		uint64_t dropped = writer.dropped;

		writer.pending = batch;
		writer.dropped = 0;
		writer.urgent = false;
		pthread_mutex_unlock(&writer.lock);
		write_out(full.data, full.length);
		if (dropped > 0)
			write_dropped(dropped);
		batch = full;
		buffer_clear(&batch);
		pthread_mutex_lock(&writer.lock);
	}
	writer.running = false;
	pthread_mutex_unlock(&writer.lock);
	buffer_dispose(&batch);
	return unused;
}

void
log_start(void)
{
	thread_condition_init(&writer.wake);
	pthread_mutex_lock(&writer.lock);
	buffer_init(&writer.pending, PENDING_SIZE);
	writer.stopping = false;
	writer.running = thread_try_start(&writer.thread, run,
		NULL); /* without a thread each line is still written at once */
	pthread_mutex_unlock(&writer.lock);
}

void
log_stop(void)
{
	bool running;

	pthread_mutex_lock(&writer.lock);
	running = writer.running;
	writer.stopping = true;
	if (running)
		pthread_cond_signal(&writer.wake);
	pthread_mutex_unlock(&writer.lock);
	if (!running)
		return;
	pthread_join(writer.thread, NULL);
	buffer_dispose(&writer.pending);
	pthread_cond_destroy(&writer.wake);
}
