/* peerwarden, also called as kubectl-peerwarden: finds the command and runs it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/command.h"

static void
print_help(FILE *out)
{
	fputs("usage: peerwarden COMMAND [OPTION…]\n\n"
	      "Says before `kubectl apply` what the Peerwarden webhook would say.\n\ncommands:\n",
		out);
	for (const struct command *const *command = commands; *command; command++)
		fprintf(out, "  %-12s%s\n", (*command)->name, (*command)->summary);
	fputs("\n`peerwarden COMMAND --help` explains a command; `peerwarden --version` prints the "
	      "version.\n",
		out);
}

int
main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_TROUBLE;
	}
	if (text_equal(argv[1], "--help") || text_equal(argv[1], "-h") ||
		text_equal(argv[1], "help")) {
		print_help(stdout);
		return EXIT_CLEAN;
	}
	if (text_equal(argv[1], "--version")) {
		puts("peerwarden " PEERWARDEN_VERSION);
		return EXIT_CLEAN;
	}
	command = command_find(argv[1]);
	if (!command) {
		fprintf(stderr, "peerwarden: there is no command \"%s\"; see peerwarden --help\n",
			argv[1]);
		return EXIT_TROUBLE;
	}
	return command->run(argc - 1, argv + 1);
}
