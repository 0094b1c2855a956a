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
list_rules(struct buffer *out)
{
	for (const struct rule *const *rule = rules; *rule; rule++)
		buffer_printf(out, "%-22s %-7s %s\n", (*rule)->id, action_name((*rule)->action),
			(*rule)->summary);
}

static bool
explain_rule(const char *id, struct buffer *out, struct error *error)
{
	for (const struct page *page = pages; page->name; page++) {
		if (!text_equal(page->name, id))
			continue;
		buffer_append_text(out, page->text);
		return true;
	}
	return error_set(error, ERROR_NOT_FOUND,
		"there is no rule \"%s\"; `peerwarden explain` lists them all", id);
}

static int
explain_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(1024 * 1024);
	struct buffer out CLEANUP(buffer_dispose);
	struct explain_settings settings = {0};
	const char **operands;
	struct error error;

	buffer_init(&out, COMMAND_OUTPUT);
	if (!options_parse(arena, &explain_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&explain_table);
	if (!*operands)
		list_rules(&out);
	for (; *operands; operands++)
		if (!explain_rule(*operands, &out, &error))
			return command_fail(&error);
	return command_print(&out);
}

const struct command explain_command = {
	.name = "explain",
	.summary = "explains a rule, or lists them all",
	.options = &explain_table,
	.run = explain_run,
};
