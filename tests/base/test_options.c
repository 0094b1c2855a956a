#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/options.h"

struct settings {
	const char *listen;
	const char *output;
	const char **paths;
	bool strict;
	bool help;
	int64_t workers;
	int64_t offset;
	int64_t grace;
	const char *config;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
	{.name = "listen",
		.offset = FIELD(listen),
		.default_value = ":8443",
		.placeholder = "ADDRESS:PORT",
		.help = "where to serve HTTPS"},
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = FIELD(output),
		.default_value = "text",
		.choices = "text|json",
		.help = "form of the output"},
	{.name = "path",
		.letter = 'p',
		.offset = FIELD(paths),
		.repeated = true,
		.placeholder = "DIR",
		.help = "a folder of manifests"},
	{.name = "strict",
		.type = OPTION_FLAG,
		.offset = FIELD(strict),
		.default_value = "true",
		.help = "refuse what is unknown, even where a later apply of the same file could "
			"put it right"},
	{.name = "worker-count",
		.type = OPTION_NUMBER,
		.offset = FIELD(workers),
		.default_value = "2",
		.minimum = 1,
		.maximum = 64,
		.help = "serving threads"},
	{.name = "offset", .type = OPTION_NUMBER, .offset = FIELD(offset), .help = "any number"},
	{.name = "grace-period-before-shutdown",
		.type = OPTION_DURATION,
		.offset = FIELD(grace),
		.default_value = "10s",
		.minimum = CLOCK_SECOND,
		.maximum = 3600 * CLOCK_SECOND,
		.help = "time for open requests"},
	{.name = "config",
		.offset = FIELD(config),
		.flag_only = true,
		.placeholder = "FILE",
		.help = "the options file"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = FIELD(help),
		.flag_only = true,
		.help = "show this text"},
	{.name = NULL},
};

static const struct option_table table = {options, "peerwarden-test", "[OPTION]... PATH...",
	"Tests the one table that drives flags, environment, file, help and documentation of "
	"every program."};

enum { MOST_WORDS = 16 };

static struct arena *arena;
static struct settings settings;
static const char **operands;
static struct error error;

static int
set_up(void **state)
{
	(void)state;
	clearenv();
	arena = arena_new(1 << 20);
	memset(&settings, 0xAA, sizeof settings); /* parse sets what has a default */
	settings.help = false;
	settings.config = NULL;
	settings.offset = 0;
	error = (struct error){0};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_cleanup(&arena);
	return 0;
}

/* Parses a command line, given as one text whose words are separated by single blanks. */
static bool
parse(const char *line, const struct option_value *file)
{
	char *text = arena_text(arena, line);
	char **argv = ARENA_ARRAY(arena, char *, MOST_WORDS);
	int argc = 1;

	argv[0] = arena_text(arena, "program");
	while (*text) {
		size_t length = strcspn(text, " ");

		argv[argc++] = arena_text_part(arena, text, length);
		text += length + (text[length] == ' ');
	}
	return options_parse(arena, &table, argc, argv, file, &settings, &operands, &error);
}

static void
assert_parses(const char *line, const struct option_value *file)
{
	if (!parse(line, file))
		fail_msg("%s: %s", line, error.message);
}

static void
defaults_hold_when_nothing_is_given(void **state)
{
	(void)state;
	assert_parses("", NULL);
	assert_string_equal(settings.listen, ":8443");
	assert_string_equal(settings.output, "text");
	assert_null(settings.paths[0]);
	assert_true(settings.strict);
	assert_int_equal(settings.workers, 2);
	assert_int_equal(settings.grace, 10 * CLOCK_SECOND);
	assert_null(operands[0]);
}

static void
flags_have_a_long_and_a_short_form(void **state)
{
	static const char *const lines[] = {
		"--output json", "--output=json", "-o json", "-ojson", "-o=json"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_parses(lines[i], NULL);
		assert_string_equal(settings.output, "json");
	}
	assert_parses("--listen= -h", NULL);
	assert_string_equal(settings.listen, "");
	assert_true(settings.help);
}

static void
booleans_can_be_turned_off(void **state)
{
	(void)state;
	assert_parses("--no-strict", NULL);
	assert_false(settings.strict);
	assert_parses("--strict", NULL);
	assert_true(settings.strict);
}

static void
operands_are_what_is_no_option(void **state)
{
	(void)state;
	assert_parses("a -o json - b -- --strict --", NULL);
	assert_string_equal(operands[0], "a");
	assert_string_equal(operands[1], "-");
	assert_string_equal(operands[2], "b");
	assert_string_equal(operands[3], "--strict");
	assert_string_equal(operands[4], "--");
	assert_null(operands[5]);
}

static void
flag_beats_environment_beats_file_beats_default(void **state)
{
	static const struct option_value file[] = {
		{"worker-count", "3"}, {"listen", ":1"}, {"output", "json"}, {NULL, NULL}};

	(void)state;
	setenv("PEERWARDEN_WORKER_COUNT", "4", 1);
	setenv("PEERWARDEN_LISTEN", ":2", 1);
	assert_parses("--worker-count 5", file);
	assert_int_equal(settings.workers, 5);
	assert_string_equal(settings.listen, ":2");
	assert_string_equal(settings.output, "json");
	assert_int_equal(settings.grace, 10 * CLOCK_SECOND);
}

static void
environment_may_be_empty_unknown_or_change_afterwards(void **state)
{
	(void)state;
	setenv("PEERWARDEN_OUTPUT", "", 1);
	setenv("PEERWARDEN_SERVICE_HOST", "10.0.0.1", 1);
	setenv("PEERWARDEN_HELP", "true", 1); /* a flag only */
	setenv("PEERWARDEN_LISTEN", ":3", 1);
	setenv("PEERWARDEN_STRICT", "false", 1);
	assert_parses("", NULL);
	setenv("PEERWARDEN_LISTEN", ":4", 1);
	assert_string_equal(settings.output, "text");
	assert_string_equal(settings.listen, ":3");
	assert_false(settings.help);
	assert_false(settings.strict);
}

static void
a_repeated_option_takes_its_list_from_one_place(void **state)
{
	static const struct option_value file[] = {{"path", "f1"}, {"path", "f2"}, {NULL, NULL}};

	(void)state;
	assert_parses("", file);
	assert_string_equal(settings.paths[0], "f1");
	assert_string_equal(settings.paths[1], "f2");
	assert_null(settings.paths[2]);

	setenv("PEERWARDEN_PATH", "e1,e2,e3", 1);
	assert_parses("", file);
	assert_string_equal(settings.paths[0], "e1");
	assert_string_equal(settings.paths[2], "e3");
	assert_null(settings.paths[3]);

	assert_parses("-p a --path b", file);
	assert_string_equal(settings.paths[0], "a");
	assert_string_equal(settings.paths[1], "b");
	assert_null(settings.paths[2]);
}

static void
durations_have_a_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
		{"1000ms", CLOCK_SECOND},
		{"90s", 90 * CLOCK_SECOND},
		{"5m", 300 * CLOCK_SECOND},
		{"1h", 3600 * CLOCK_SECOND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_parses(
			arena_printf(arena, "--grace-period-before-shutdown %s", rows[i].text),
			NULL);
		assert_int_equal(settings.grace, rows[i].value);
	}
}

static void
numbers_without_bounds_may_be_negative(void **state)
{
	(void)state;
	assert_parses("--offset -7", NULL);
	assert_int_equal(settings.offset, -7);
	assert_parses("--offset 9223372036854775807", NULL);
	assert_true(settings.offset == INT64_MAX);
}

static void
a_wrong_command_line_is_refused_with_the_flag_named(void **state)
{
	static const struct {
		const char *line;
		const char *message;
	} rows[] = {
		{"--nothing", "there is no flag --nothing; see --help"},
		{"--listen-x=1", "there is no flag --listen-x; see --help"},
		{"-x", "there is no flag -x; see --help"},
		{"--no-listen", "there is no flag --no-listen; see --help"},
		{"--no-help", "there is no flag --no-help; see --help"},
		{"--listen", "flag --listen needs a value"},
		{"-o", "flag -o needs a value"},
		{"--strict=true", "flag --strict takes no value"},
		{"-hx", "flag -h takes no value"},
		{"--listen a --listen b", "flag --listen is given twice"},
		{"--strict --no-strict", "flag --no-strict is given twice"},
		{"-o text --output json", "flag --output is given twice"},
		{"--output xml", "flag --output: \"xml\" is not one of text|json"},
		{"--output tex", "flag --output: \"tex\" is not one of text|json"},
		{"--output=", "flag --output: \"\" is not one of text|json"},
		{"--worker-count two", "flag --worker-count: \"two\" is not a whole number"},
		{"--worker-count 0", "flag --worker-count: \"0\" is not within 1 to 64"},
		{"--worker-count 65", "flag --worker-count: \"65\" is not within 1 to 64"},
		{"--offset 9223372036854775808",
			"flag --offset: \"9223372036854775808\" is not a whole number"},
		{"--grace-period-before-shutdown 10",
			"flag --grace-period-before-shutdown: \"10\" is not a duration like "
			"500ms, 10s, 5m or 2h"},
		{"--grace-period-before-shutdown 9999999999999h",
			"flag --grace-period-before-shutdown: \"9999999999999h\" is not a "
			"duration like 500ms, 10s, 5m or 2h"},
		{"--grace-period-before-shutdown 2h",
			"flag --grace-period-before-shutdown: \"2h\" is not within 1s to 1h"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		error = (struct error){0};
		assert_false(parse(rows[i].line, NULL));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_string_equal(error.message, rows[i].message);
	}
}

static void
a_wrong_environment_is_refused_with_the_variable_named(void **state)
{
	(void)state;
	setenv("PEERWARDEN_WORKER_COUNT", "many", 1);
	assert_false(parse("--worker-count 5", NULL));
	assert_string_equal(error.message, "environment variable PEERWARDEN_WORKER_COUNT: \"many\" "
					   "is not a whole number");
	clearenv();
	setenv("PEERWARDEN_STRICT", "yes", 1);
	assert_false(parse("", NULL));
	assert_string_equal(error.message,
		"environment variable PEERWARDEN_STRICT: \"yes\" is neither true nor false");
}

static void
a_wrong_file_is_refused_with_the_key_named(void **state)
{
	static const struct {
		struct option_value file[3];
		const char *message;
	} rows[] = {
		{{{"nothing", "1"}}, "options file: there is no option \"nothing\""},
		{{{"config", "x"}}, "options file: there is no option \"config\""},
		{{{"listen", "a"}, {"listen", "b"}}, "options file: listen is given twice"},
		{{{"output", "xml"}}, "options file: output: \"xml\" is not one of text|json"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(parse("", rows[i].file));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_string_equal(error.message, rows[i].message);
	}
}

static void
options_peek_finds_one_flag_before_anything_is_known(void **state)
{
	char words[][16] = {"program", "--configure", "x", "--config", "a.yaml", "--", "--late=1"};
	char joined[] = "--config=b.yaml";
	char *argv[] = {words[0], words[1], words[2], words[3], words[4], words[5], words[6], NULL};
	char *other[] = {words[0], joined, NULL};
	char *last[] = {words[0], words[3], NULL};

	(void)state;
	assert_string_equal(options_peek(7, argv, "config"), "a.yaml");
	assert_null(options_peek(7, argv, "late"));
	assert_null(options_peek(7, argv, "conf"));
	assert_string_equal(options_peek(2, other, "config"), "b.yaml");
	assert_null(options_peek(2, last, "config"));
}

static void
options_environment_is_in_capitals_and_never_too_long(void **state)
{
	char variable[OPTIONS_ENVIRONMENT_SIZE];
	char longest[200];

	(void)state;
	options_environment("metrics-listen", variable);
	assert_string_equal(variable, "PEERWARDEN_METRICS_LISTEN");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	options_environment(longest, variable);
	assert_int_equal(strlen(variable), OPTIONS_ENVIRONMENT_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			defaults_hold_when_nothing_is_given, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			flags_have_a_long_and_a_short_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(booleans_can_be_turned_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(operands_are_what_is_no_option, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			flag_beats_environment_beats_file_beats_default, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			environment_may_be_empty_unknown_or_change_afterwards, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_repeated_option_takes_its_list_from_one_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(durations_have_a_unit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			numbers_without_bounds_may_be_negative, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_wrong_command_line_is_refused_with_the_flag_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_wrong_environment_is_refused_with_the_variable_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_wrong_file_is_refused_with_the_key_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			options_peek_finds_one_flag_before_anything_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			options_environment_is_in_capitals_and_never_too_long, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
