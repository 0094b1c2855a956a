/* A command of `peerwarden`: its options, its words of help and its function. One file per command.
 */
#pragma once

#include "base/buffer.h"
#include "base/options.h"

/* What a command exits with. */
enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2 };

/* The most that a command keeps in memory and that it prints, in bytes. */
enum { COMMAND_MEMORY = 2000 * 1000 * 1000, COMMAND_OUTPUT = 1000 * 1000 * 1000 };

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
extern const struct command audit_command;
extern const struct command plan_command;
extern const struct command free_command;
extern const struct command graph_command;
extern const struct command policy_command;
extern const struct command certs_command;
extern const struct command registration_command;
extern const struct command explain_command;
extern const struct command completion_command;

/* Prints an error with the program's name before it and returns EXIT_TROUBLE. */
int command_fail(const struct error *error);

/* Prints the help of a command; returns what command_print does. */
int command_print_help(const struct option_table *table);

/* Writes to standard output. EXIT_CLEAN; EXIT_TROUBLE, and a word about it, when that fails. */
int command_print(const struct buffer *out);
bool command_has_colour(void); /* of standard output: a terminal, and NO_COLOR is not set */
