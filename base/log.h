/* Log lines: one JSON object per line on standard error.
 *
 *     log_info("decision", LOG_TEXT("kind", "Subnet"), LOG_NUMBER("code", 409));
 *     {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"decision","kind":"Subnet","code":409}
 *
 * Values are escaped, so nothing that a caller sends can forge a line. A line is at most 8 KiB;
 * longer text is cut. Lines are collected in memory and written by a thread of their own, so a slow
 * reader of standard error never delays an admission; when the collected lines exceed 1 MiB, new
 * ones are counted and dropped, and a line says how many. Until log_start() and after log_stop()
 * (command line, tests) each line is written at once. All functions are thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
	const char *name;
	const char *text; /* used when not NULL */
	int64_t number;
};

static inline struct log_field
log_text_field(const char *name, const char *text)
{
	return (struct log_field){name, text ? text : "", 0};
}

/* A NULL text is written as "". */
#define LOG_TEXT(name, text)     log_text_field((name), (text))
#define LOG_NUMBER(name, number) ((struct log_field){(name), NULL, (int64_t)(number)})

void log_start(void);
void log_stop(void); /* writes what is left */
void log_set_level(enum log_level level);
bool log_level_parse(const char *text, enum log_level *level); /* debug, info, warn, error */
bool log_enabled(enum log_level level);

/* `fields` ends with a field whose name is NULL. */
void log_write(enum log_level level, const char *message, const struct log_field *fields);

#define LOG_LINE(level, message, ...)                                                              \
	do {                                                                                       \
		if (log_enabled(level))                                                            \
			log_write((level), (message),                                              \
				(const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}});        \
	} while (0)
#define log_debug(...) LOG_LINE(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  LOG_LINE(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  LOG_LINE(LOG_WARN, __VA_ARGS__)
#define log_error(...) LOG_LINE(LOG_ERROR, __VA_ARGS__)
