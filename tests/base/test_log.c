#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/log.h"

/* Standard error, redirected while a test looks at what is written. */
static int saved;
static int reader;

/* Into a file: read back when all is written. */
static void
capture_begin(void)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	saved = dup(STDERR_FILENO);
	reader = dup(fileno(file));
	dup2(reader, STDERR_FILENO);
	fclose(file);
}

static void
capture_end(struct buffer *written)
{
	char chunk[4096];
	ssize_t got;

	dup2(saved, STDERR_FILENO);
	close(saved);
	lseek(reader, 0, SEEK_SET);
	while ((got = read(reader, chunk, sizeof chunk)) > 0)
		buffer_append(written, chunk, (size_t)got);
	close(reader);
}

static size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		count++;
	}
	return count;
}

static int
show_information(void **state)
{
	(void)state;
	log_set_level(LOG_INFO);
	return 0;
}

static void
a_line_is_one_json_object(void **state)
{
	CLEANUP(buffer_dispose) struct buffer written;
	const char *rest;

	(void)state;
	buffer_init(&written, 1 << 20);
	capture_begin();
	log_info("decision", LOG_TEXT("kind", "Subnet"), LOG_NUMBER("code", 409));
	capture_end(&written);
	assert_memory_equal(written.data, "{\"time\":\"20", 11);
	rest = strstr(written.data, "Z\",");
	assert_non_null(rest);
	assert_string_equal(rest, "Z\",\"level\":\"info\",\"message\":\"decision\","
				  "\"kind\":\"Subnet\",\"code\":409}\n");
}

static void
fields_may_be_none_null_or_extreme(void **state)
{
	CLEANUP(buffer_dispose) struct buffer written;

	(void)state;
	buffer_init(&written, 1 << 20);
	capture_begin();
	log_warn("bare");
	log_error("all", LOG_TEXT("none", NULL), LOG_NUMBER("least", INT64_MIN),
		LOG_NUMBER("most", INT64_MAX), LOG_NUMBER("zero", 0));
	capture_end(&written);
	assert_non_null(strstr(written.data, "\"level\":\"warn\",\"message\":\"bare\"}\n"));
	assert_non_null(strstr(written.data, "\"level\":\"error\",\"message\":\"all\",\"none\":"
					     "\"\",\"least\":-9223372036854775808,"
					     "\"most\":9223372036854775807,\"zero\":0}\n"));
}

static void
what_a_caller_sends_cannot_forge_a_line(void **state)
{
	CLEANUP(buffer_dispose) struct buffer written;

	(void)state;
	buffer_init(&written, 1 << 20);
	capture_begin();
	log_info("x", LOG_TEXT("name", "a\"}\n{\"level\":\"\x1b[31m"));
	capture_end(&written);
	assert_int_equal(count_of(written.data, "\n"), 1);
	assert_non_null(
		strstr(written.data, "\"name\":\"a\\\"}\\n{\\\"level\\\":\\\"\\u001b[31m\"}\n"));
}

static void
levels_below_the_least_are_not_written(void **state)
{
	CLEANUP(buffer_dispose) struct buffer written;

	(void)state;
	buffer_init(&written, 1 << 20);
	assert_false(log_enabled(LOG_DEBUG));
	assert_true(log_enabled(LOG_INFO));
	capture_begin();
	log_debug("one");
	log_set_level(LOG_DEBUG);
	log_debug("two");
	log_set_level(LOG_ERROR);
	log_warn("three");
	capture_end(&written);
	assert_int_equal(count_of(written.data, "\n"), 1);
	assert_non_null(strstr(written.data, "\"message\":\"two\""));
}

static void
log_level_parse_knows_four_words(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_true(log_level_parse("info", &level));
	assert_int_equal(level, LOG_INFO);
	assert_true(log_level_parse("warn", &level));
	assert_int_equal(level, LOG_WARN);
	assert_true(log_level_parse("error", &level));
	assert_int_equal(level, LOG_ERROR);
	assert_false(log_level_parse("Info", &level));
	assert_false(log_level_parse("", &level));
}

/* Long text of plain, escaped and multi-byte characters, in the message and in a field. */
static void
a_long_line_is_cut_and_still_whole_json(void **state)
{
	static const char *const parts[] = {"x", "\n", "\x01", "\xC3\xBC", "\xFF"};
	static char text[20001];

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		CLEANUP(buffer_dispose) struct buffer written;
		size_t length = strlen(parts[i]);

		for (size_t at = 0; at < sizeof text - 1; at += length)
			memcpy(text + at, parts[i], length);
		buffer_init(&written, 1 << 20);
		capture_begin();
		log_info("long", LOG_TEXT("text", text), LOG_TEXT("after", "dropped"));
		log_info(text, LOG_TEXT("after", "dropped"));
		capture_end(&written);
		assert_int_equal(count_of(written.data, "\n"), 2);
		assert_int_equal(count_of(written.data, "\"}\n"), 2);
		assert_in_range(strcspn(written.data, "\n"), 3000, 8192);
		assert_in_range(written.length, 6000, 2 * 8192);
		if (i != 4) /* a character is never cut in two */
			assert_int_equal(count_of(written.data, "\xEF\xBF\xBD"), 0);
	}
}

enum { THREADS = 4, LINES = 500 };

static void *
write_lines(void *name)
{
	for (int i = 0; i < LINES; i++)
		log_info("line", LOG_TEXT("thread", name), LOG_NUMBER("number", i));
	return NULL;
}

static void
lines_of_all_threads_are_written_by_the_time_log_stop_returns(void **state)
{
	static char names[THREADS][2] = {"a", "b", "c", "d"};
	CLEANUP(buffer_dispose) struct buffer written;
	pthread_t threads[THREADS];

	(void)state;
	buffer_init(&written, 4 << 20);
	capture_begin();
	log_start();
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, names[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	log_stop();
	log_info("after");
	capture_end(&written);
	assert_int_equal(count_of(written.data, "\"message\":\"line\""), THREADS * LINES);
	assert_int_equal(count_of(written.data, "\n"), THREADS * LINES + 1);
	assert_int_equal(count_of(written.data, "\"thread\":\"c\",\"number\":499}\n"), 1);
	assert_non_null(strstr(written.data, "\"message\":\"after\"}\n"));
}

static void
log_can_be_started_again_and_stopped_twice(void **state)
{
	CLEANUP(buffer_dispose) struct buffer written;

	(void)state;
	buffer_init(&written, 1 << 20);
	capture_begin();
	for (int i = 0; i < 3; i++) {
		log_start();
		log_info("round");
		log_stop();
		log_stop();
	}
	capture_end(&written);
	assert_int_equal(count_of(written.data, "\"round\"}\n"), 3);
}

/* Nobody stops the log here: the lines must come on their own, an information as well as an error.
 */
static void
lines_are_written_while_the_program_runs(void **state)
{
	char line[512];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	saved = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	log_start();
	log_error("at once");
	assert_in_range(read(ends[0], line, sizeof line), 20, sizeof line);
	log_info("soon");
	assert_in_range(read(ends[0], line, sizeof line), 20, sizeof line);
	log_stop();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

static void *
read_to_end(void *argument)
{
	struct buffer *written = argument;
	char chunk[4096];
	ssize_t got;

	while ((got = read(reader, chunk, sizeof chunk)) > 0)
		buffer_append(written, chunk, (size_t)got);
	return NULL;
}

/* The sum of the numbers that follow each `mark`. */
static size_t
sum_after(const char *text, const char *mark)
{
	size_t sum = 0;

	while ((text = strstr(text, mark))) {
		text += strlen(mark);
		sum += strtoul(text, NULL, 10);
	}
	return sum;
}

/* A pipe that nobody reads fills up; callers must go on, and the loss must be told afterwards. */
static void
a_stuck_reader_costs_lines_but_never_stops_a_caller(void **state)
{
	enum { SENT = 12000 };
	CLEANUP(buffer_dispose) struct buffer written;
	char filler[200];
	pthread_t thread;
	size_t kept;
	int ends[2];

	(void)state;
	memset(filler, 'f', sizeof filler - 1);
	filler[sizeof filler - 1] = '\0';
	buffer_init(&written, 16 << 20);
	assert_int_equal(pipe(ends), 0);
	reader = ends[0];
	saved = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	log_start();
	for (int i = 0; i < SENT; i++)
		log_info("many", LOG_TEXT("filler", filler));
	assert_int_equal(pthread_create(&thread, NULL, read_to_end, &written), 0);
	log_stop();
	dup2(saved, STDERR_FILENO);
	close(saved);
	pthread_join(thread, NULL);
	close(reader);

	kept = count_of(written.data, "\"message\":\"many\"");
	assert_in_range(kept, 1, SENT - 1);
	assert_int_equal(sum_after(written.data, "\"log lines dropped\",\"lines\":"), SENT - kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_is_one_json_object, show_information),
		cmocka_unit_test_setup(fields_may_be_none_null_or_extreme, show_information),
		cmocka_unit_test_setup(what_a_caller_sends_cannot_forge_a_line, show_information),
		cmocka_unit_test_setup(levels_below_the_least_are_not_written, show_information),
		cmocka_unit_test_setup(log_level_parse_knows_four_words, show_information),
		cmocka_unit_test_setup(a_long_line_is_cut_and_still_whole_json, show_information),
		cmocka_unit_test_setup(
			lines_of_all_threads_are_written_by_the_time_log_stop_returns,
			show_information),
		cmocka_unit_test_setup(
			log_can_be_started_again_and_stopped_twice, show_information),
		cmocka_unit_test_setup(lines_are_written_while_the_program_runs, show_information),
		cmocka_unit_test_setup(
			a_stuck_reader_costs_lines_but_never_stops_a_caller, show_information),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
