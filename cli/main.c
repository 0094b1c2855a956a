/* peerwarden, also called as kubectl-peerwarden: finds the command and runs it. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"

static void
write_help(struct buffer *out)
{
	buffer_append_text(out, "usage: peerwarden COMMAND [OPTION…]\n\n"
				"Says before `kubectl apply` what the Peerwarden webhook would "
				"say.\n\ncommands:\n");
	for (const struct command *const *command = commands; *command; command++)
		buffer_printf(out, "  %-14s%s\n", (*command)->name, (*command)->summary);
	buffer_append_text(out, "\n`peerwarden COMMAND --help` explains a command; `peerwarden "
				"--version` prints the "
				"version.\n");
}

int
main(int argc, char **argv)
{
	struct buffer out CLEANUP(buffer_dispose);
	const struct command *command;

	buffer_init(&out, 64 * 1024);
	if (argc < 2) {
		write_help(&out);
		fputs(buffer_text(&out), stderr);
		return EXIT_TROUBLE;
	}
	if (text_equal(argv[1], "--help") || text_equal(argv[1], "-h") ||
		text_equal(argv[1], "help")) {
		write_help(&out);
		return command_print(&out);
	}
	if (text_equal(argv[1], "--version")) {
		buffer_append_text(&out, "peerwarden " PEERWARDEN_VERSION "\n");
		return command_print(&out);
	}
	command = command_find(argv[1]);
	if (!command) {
		fprintf(stderr, "peerwarden: there is no command \"%s\"; see peerwarden --help\n",
			argv[1]);
		return EXIT_TROUBLE;
	}
	return command->run(argc - 1, argv + 1);
}
