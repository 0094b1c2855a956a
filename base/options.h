/* One table of options per program drives its flags, environment, YAML file, --help and the
 * settings page of the documentation, so that they can never disagree.
 *
 * Precedence: flag, then environment (PEERWARDEN_ + the name in capitals with '_' for '-'), then
 * the file, then the default. Flags are --name VALUE or --name=VALUE; a boolean takes no value as a
 * flag (--name,
 * --no-name) and true/false elsewhere. An unknown or repeated name and a value of the wrong form
 * are errors. Short forms are -x VALUE, -xVALUE and -x=VALUE. An empty environment variable counts
 * as not set, and an unknown one is no error, since Kubernetes sets some of its own
 * (PEERWARDEN_SERVICE_HOST).
 *
 * An option that may be repeated takes its whole list from the highest place that names it; in the
 * environment the parts are separated by commas. Its field is never NULL after options_parse().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

enum option_type {
	OPTION_TEXT,     /* const char * */
	OPTION_FLAG,     /* bool */
	OPTION_NUMBER,   /* int64_t, within minimum..maximum (both 0: any) */
	OPTION_DURATION, /* int64_t nanoseconds: 500ms, 10s, 5m, 2h; bounds as above, in nanoseconds
			  */
	OPTION_CHOICE,   /* const char *, one of `choices`, separated by '|' */
};

struct option {
	const char *name; /* "metrics-listen" */
	char letter;      /* short form, or 0 */
	enum option_type type;
	size_t offset;             /* of the field in the program's settings struct */
	const char *default_value; /* as one would type it, or NULL */
	const char *placeholder;   /* what --help shows as the value: "ADDRESS:PORT" */
	const char *help;          /* one sentence, lower case, no full stop */
	const char *choices;
	int64_t minimum;
	int64_t maximum;
	bool repeated;  /* only OPTION_TEXT: the field is const char **, ended by NULL */
	bool flag_only; /* neither environment nor file (--help, --version, --config) */
};

struct option_table {
	const struct option *options; /* ended by a NULL name */
	const char *program;          /* "peerwarden-webhook" */
	const char *usage;            /* what follows the program in the usage line */
	const char *about;            /* one or two sentences */
};

/* One key of an options file, in file order; a list stands as several with one name. */
struct option_value {
	const char *name;
	const char *value;
};

/* Fills `settings` with defaults, then `file` (ended by a NULL name; may be NULL), then the
 * environment, then argv. What is no option goes to *operands (ended by NULL); "--" ends options.
 * Text lives in the arena or in argv. ERROR_INVALID names the option and where it came from. */
bool options_parse(struct arena *arena, const struct option_table *table, int argc, char **argv,
	const struct option_value *file, void *settings, const char ***operands,
	struct error *error);

/* The value of one flag in argv, before anything else is known (--config), or NULL. */
const char *options_peek(int argc, char **argv, const char *name);

/* "metrics-listen" -> "PEERWARDEN_METRICS_LISTEN"; cut when longer. */
enum { OPTIONS_ENVIRONMENT_SIZE = 64 };
void options_environment(const char *name, char variable[OPTIONS_ENVIRONMENT_SIZE]);

void options_help(
	const struct option_table *table, struct buffer *out); /* for a terminal, 80 columns */
void options_markdown(
	const struct option_table *table, struct buffer *out); /* a table for the docs */
