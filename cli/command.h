/* A command of `peerwarden`: its options, its words of help and its function. One file per command.
 */
#pragma once

#include "base/options.h"

/* What a command exits with. */
enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2 };

struct command {
	const char *name;
	const char *summary;
	const struct option_table *options;
	/* argv[0] is the command's name. Returns the exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct command *const commands[]; /* ended by NULL */
const struct command *command_find(const char *name);

extern const struct command lint_command;
extern const struct command explain_command;
extern const struct command completion_command;

/* Prints an error with the program's name before it and returns EXIT_TROUBLE. */
int command_fail(const struct error *error);

/* Prints the help of a command and returns EXIT_CLEAN. */
int command_print_help(const struct option_table *table);
