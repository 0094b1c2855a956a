#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/judge.h"
#include "cli/policy_source.h"
#include "cli/report_output.h"

struct lint_settings {
	const char *output;
	const char *policy;
	const char *fail_on;
	const char *state;
	bool delete;
	bool help;
};

#define LINT_FIELD(field) offsetof(struct lint_settings, field)

static const struct option lint_options[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = LINT_FIELD(output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = REPORT_OUTPUT_FORMS,
		.help = "how to print the findings"},
	{.name = "state",
		.type = OPTION_TEXT,
		.offset = LINT_FIELD(state),
		.placeholder = "SOURCE",
		.help = STATE_HELP},
	{.name = "delete",
		.type = OPTION_FLAG,
		.offset = LINT_FIELD(delete),
		.help = "judge the deletion of the objects",
		.flag_only = true},
	{.name = "policy",
		.type = OPTION_TEXT,
		.offset = LINT_FIELD(policy),
		.placeholder = POLICY_PLACEHOLDER,
		.help = "a PeeringPolicy that sets actions and pools"},
	{.name = "fail-on",
		.type = OPTION_CHOICE,
		.offset = LINT_FIELD(fail_on),
		.default_value = "deny",
		.placeholder = "ACTION",
		.choices = "deny|warn",
		.help = "exit with 1 when a finding is at least this"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = LINT_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table lint_table = {
	.options = lint_options,
	.program = "peerwarden lint",
	.usage = "[OPTION…] PATH…",
	.about = "Judges manifests as the webhook would, taken together. PATH is a file, a folder "
		 "or - for standard input. Without --state, what the manifests refer to and do not "
		 "define is assumed to exist. Exits with 0 when clean, 1 with "
		 "findings at or above the mark, 2 for unreadable input or wrong usage.",
};

static bool
fill_report(const struct lint_settings *settings, const char *const *paths, struct state *state,
	struct report *report, struct error *error)
{
	struct bundle bundle CLEANUP(bundle_dispose) = {0};
	const char *source = settings->state && *settings->state ? settings->state : NULL;
	const struct policy *policy;

	if (!bundle_read(report->arena, paths, &bundle, error) ||
		!state_read(report->arena, source, &bundle, state, error))
		return false;
	policy = policy_source_read(report->arena, settings->policy, state->cluster, error);
	if (!policy)
		return false;
	for (const char *const *sentence = state_assumptions(state); *sentence; sentence++)
		report_assume(report, NULL, *sentence);
	return judge_bundle(
		&(struct judge_request){
			.bundle = &bundle,
			.state = state,
			.policy = policy,
			.partial = source == NULL,
			.deleting = settings->delete,
		},
		report, error);
}

static int
lint(struct arena *arena, const struct lint_settings *settings, const char *const *paths)
{
	struct report report CLEANUP(report_dispose);
	struct state state CLEANUP(state_dispose) = {0};
	struct report_output output = {.form = settings->output};
	struct error error;

	report_init(&report, arena);
	action_parse(settings->fail_on, &output.mark);
	if (!fill_report(settings, paths, &state, &report, &error))
		return command_fail(&error);
	output.inventory = state.inventory;
	return report_output_print(&report, &output);
}

static int
lint_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct lint_settings settings = {0};
	const char **paths;
	struct error error;

	if (!options_parse(arena, &lint_table, argc, argv, NULL, &settings, &paths, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&lint_table);
	if (!*paths) {
		error_set(&error, ERROR_INVALID,
			"lint needs a file, a folder or - for standard input; see peerwarden lint "
			"--help");
		return command_fail(&error);
	}
	return lint(arena, &settings, paths);
}

const struct command lint_command = {
	.name = "lint",
	.summary = "judges manifests offline, as the webhook would",
	.options = &lint_table,
	.run = lint_run,
};
