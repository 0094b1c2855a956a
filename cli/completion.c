/* Shell completion, written from the tables of commands, options and rules. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "validators/rules.h"

struct completion_settings {
	bool help;
};

static const struct option completion_options[] = {
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = offsetof(struct completion_settings, help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table completion_table = {
	.options = completion_options,
	.program = "peerwarden completion",
	.usage = "[OPTION…] bash|zsh|fish",
	.about = "Prints a completion script, to be read by the shell: source <(peerwarden "
		 "completion bash).",
};

static void
append_words(struct buffer *out, const struct command *command)
{
	for (const struct option *option = command->options->options; option->name; option++)
		buffer_printf(out, "--%s ", option->name);
	if (command == &explain_command || command == &audit_command)
		for (const struct rule *const *rule = rules; *rule; rule++)
			buffer_printf(out, "%s ", (*rule)->id);
	if (command == &policy_command)
		buffer_append_text(out, "check ");
	if (command == &certs_command)
		buffer_append_text(out, "status rotate ");
	if (command == &registration_command)
		buffer_append_text(out, "status probe apply ");
	if (command == &completion_command)
		buffer_append_text(out, "bash zsh fish ");
}

/* zsh reads the same function through its bashcompinit. */
static void
write_bash(struct buffer *out)
{
	buffer_append_text(out, "_peerwarden() {\n"
				"\tlocal word=${COMP_WORDS[COMP_CWORD]} words\n"
				"\tif [ \"$COMP_CWORD\" = 1 ]; then words=\"");
	for (const struct command *const *command = commands; *command; command++)
		buffer_printf(out, "%s ", (*command)->name);
	buffer_append_text(out, "--help --version\"\n\telse case ${COMP_WORDS[1]} in\n");
	for (const struct command *const *command = commands; *command; command++) {
		buffer_printf(out, "\t\t%s) words=\"", (*command)->name);
		append_words(out, *command);
		buffer_append_text(out, "\" ;;\n");
	}
	buffer_append_text(out,
		"\tesac; fi\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
		"}\n"
		"complete -o default -F _peerwarden peerwarden kubectl-peerwarden\n");
}

static void
write_zsh(struct buffer *out)
{
	buffer_append_text(out, "autoload -U +X bashcompinit && bashcompinit\n");
	write_bash(out);
}

static void
write_fish(struct buffer *out)
{
	for (const struct command *const *command = commands; *command; command++) {
		buffer_printf(out,
			"complete -c peerwarden -n __fish_use_subcommand -a %s -d '%s'\n",
			(*command)->name, (*command)->summary);
		buffer_printf(out,
			"complete -c peerwarden -n '__fish_seen_subcommand_from %s' -a '",
			(*command)->name);
		append_words(out, *command);
		buffer_append_text(out, "'\n");
	}
}

static int
write_script(const char *shell)
{
	static const struct {
		const char *shell;
		void (*write)(struct buffer *out);
	} writers[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
	struct error error;

	for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
		struct buffer out CLEANUP(buffer_dispose);

		buffer_init(&out, 64 * 1024);
		if (!text_equal(shell, writers[i].shell))
			continue;
		writers[i].write(&out);
		return command_print(&out);
	}
	error_set(&error, ERROR_INVALID, "completion needs the name of a shell: bash, zsh or fish");
	return command_fail(&error);
}

static int
completion_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1024 * 1024);
	struct completion_settings settings = {0};
	const char **operands;
	struct error error;

	if (!options_parse(
		    arena, &completion_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&completion_table);
	return write_script(*operands);
}

const struct command completion_command = {
	.name = "completion",
	.summary = "prints a completion script for bash, zsh or fish",
	.options = &completion_table,
	.run = completion_run,
};
