#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

const struct command *const commands[] = {&lint_command, &audit_command, &plan_command,
	&free_command, &graph_command, &policy_command, &certs_command, &registration_command,
	&explain_command, &completion_command, NULL};

const struct command *
command_find(const char *name)
{
	for (const struct command *const *command = commands; *command; command++)
		if (text_equal((*command)->name, name))
			return *command;
	return NULL;
}

int
command_fail(const struct error *error)
{
	fprintf(stderr, "peerwarden: %s\n", error->message);
	return EXIT_TROUBLE;
}

int
command_print_help(const struct option_table *table)
{
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, 64 * 1024);
	options_help(table, &text);
	return command_print(&text);
}

int
command_print(const struct buffer *out)
{
	struct error error;

	if (!out->overflowed && fwrite(buffer_text(out), 1, out->length, stdout) == out->length &&
		fflush(stdout) == 0)
		return EXIT_CLEAN;
	error_set(&error, ERROR_TRANSIENT, "standard output could not be written");
	return command_fail(&error);
}

bool
command_has_colour(void)
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}
