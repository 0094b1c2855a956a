#include "cli/command.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"

const struct command *const commands[] = {
	&lint_command, &explain_command, &completion_command, NULL};

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
	fputs(buffer_text(&text), stdout);
	return EXIT_CLEAN;
}
