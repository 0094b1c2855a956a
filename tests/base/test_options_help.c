#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/options.h"

static const struct option options[] = {
	{.name = "listen",
		.default_value = ":8443",
		.placeholder = "ADDRESS:PORT",
		.help = "where to serve HTTPS"},
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.default_value = "text",
		.choices = "text|json",
		.help = "form of the output"},
	{.name = "path", .repeated = true, .help = "a folder of manifests"},
	{.name = "strict",
		.type = OPTION_FLAG,
		.default_value = "false",
		.help = "refuse what is unknown, even where a later apply of the same file could "
			"put it right"},
	{.name = "grace-period-before-shutdown",
		.type = OPTION_DURATION,
		.default_value = "10s",
		.help = "time for open requests"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.flag_only = true,
		.help = "show this text"},
	{.name = NULL},
};

static const struct option_table table = {options, "peerwarden-test", "[OPTION]... PATH...",
	"Tests the one table that drives flags, environment, file, help and documentation of "
	"every program."};

static void
help_is_aligned_and_wrapped(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;

	(void)state;
	buffer_init(&out, 1 << 16);
	options_help(&table, &out);
	assert_string_equal(buffer_text(&out),
		"Usage: peerwarden-test [OPTION]... PATH...\n"
		"\n"
		"Tests the one table that drives flags, environment, file, help and documentation\n"
		"of every program.\n"
		"\n"
		"Options:\n"
		"      --listen ADDRESS:PORT  where to serve HTTPS (default :8443,\n"
		"                             $PEERWARDEN_LISTEN)\n"
		"  -o, --output text|json     form of the output (default text,\n"
		"                             $PEERWARDEN_OUTPUT)\n"
		"      --path TEXT            a folder of manifests (may be repeated,\n"
		"                             $PEERWARDEN_PATH)\n"
		"      --[no-]strict          refuse what is unknown, even where a later apply of\n"
		"                             the same file could put it right\n"
		"                             ($PEERWARDEN_STRICT)\n"
		"      --grace-period-before-shutdown DURATION\n"
		"                             time for open requests (default 10s,\n"
		"                             $PEERWARDEN_GRACE_PERIOD_BEFORE_SHUTDOWN)\n"
		"  -h, --help                 show this text\n");
}

static void
no_line_of_help_is_wider_than_a_terminal(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;

	(void)state;
	buffer_init(&out, 1 << 16);
	options_help(&table, &out);
	for (const char *line = buffer_text(&out); *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 80);
}

static void
markdown_is_a_table_of_all_options(void **state)
{
	CLEANUP(buffer_dispose) struct buffer out;

	(void)state;
	buffer_init(&out, 1 << 16);
	options_markdown(&table, &out);
	assert_string_equal(buffer_text(&out),
		"| setting | environment | default | meaning |\n"
		"|---|---|---|---|\n"
		"| `listen` | `PEERWARDEN_LISTEN` | `:8443` | where to serve HTTPS |\n"
		"| `output` | `PEERWARDEN_OUTPUT` | `text` | form of the output: `text\\|json` |\n"
		"| `path` | `PEERWARDEN_PATH` | | a folder of manifests (may be repeated) |\n"
		"| `strict` | `PEERWARDEN_STRICT` | | refuse what is unknown, even where a later "
		"apply of the same file could put it right |\n"
		"| `grace-period-before-shutdown` | `PEERWARDEN_GRACE_PERIOD_BEFORE_SHUTDOWN` | "
		"`10s` | time for open requests |\n"
		"| `--help` | | | show this text |\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_aligned_and_wrapped),
		cmocka_unit_test(no_line_of_help_is_wider_than_a_terminal),
		cmocka_unit_test(markdown_is_a_table_of_all_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
