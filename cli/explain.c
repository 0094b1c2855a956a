#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/pages.h"
#include "validators/rules.h"

struct explain_settings {
	bool help;
};

static const struct option explain_options[] = {
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = offsetof(struct explain_settings, help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table explain_table = {
	.options = explain_options,
	.program = "peerwarden explain",
	.usage = "[OPTION…] [RULE…]",
	.about = "Explains rules: what each one looks for, why, and how to put things right. "
		 "Without a rule, lists them all.",
};

static void
list_rules(void)
{
	for (const struct rule *const *rule = rules; *rule; rule++)
		printf("%-22s %-7s %s\n", (*rule)->id, action_name((*rule)->action),
			(*rule)->summary);
}

static bool
explain_rule(const char *id, struct error *error)
{
	for (const struct page *page = pages; page->name; page++) {
		if (!text_equal(page->name, id))
			continue;
		fputs(page->text, stdout);
		return true;
	}
	return error_set(error, ERROR_NOT_FOUND,
		"there is no rule \"%s\"; `peerwarden explain` lists them all", id);
}

static int
explain_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1024 * 1024);
	struct explain_settings settings = {0};
	const char **operands;
	struct error error;

	if (!options_parse(arena, &explain_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&explain_table);
	if (!*operands)
		list_rules();
	for (; *operands; operands++)
		if (!explain_rule(*operands, &error))
			return command_fail(&error);
	return EXIT_CLEAN;
}

const struct command explain_command = {
	.name = "explain",
	.summary = "explains a rule, or lists them all",
	.options = &explain_table,
	.run = explain_run,
};
