#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/ordering.h"
#include "cli/plan_output.h"
#include "cli/policy_source.h"

struct plan_settings {
	const char **filename;
	const char *state;
	const char *policy;
	const char *output;
	bool delete;
	bool help;
};

#define PLAN_FIELD(field) offsetof(struct plan_settings, field)

static const struct option plan_options[] = {
	{.name = "filename",
		.letter = 'f',
		.type = OPTION_TEXT,
		.offset = PLAN_FIELD(filename),
		.placeholder = "PATH",
		.help = "a file, a folder or - for standard input",
		.repeated = true,
		.flag_only = true},
	{.name = "state",
		.type = OPTION_TEXT,
		.offset = PLAN_FIELD(state),
		.default_value = "cluster",
		.placeholder = "SOURCE",
		.help = STATE_HELP},
	{.name = "delete",
		.type = OPTION_FLAG,
		.offset = PLAN_FIELD(delete),
		.help = "plan the deletion of the objects",
		.flag_only = true},
	{.name = "policy",
		.type = OPTION_TEXT,
		.offset = PLAN_FIELD(policy),
		.placeholder = POLICY_PLACEHOLDER,
		.help = "a PeeringPolicy that sets actions and pools"},
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = PLAN_FIELD(output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = "text|json",
		.help = "how to print the plan"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = PLAN_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table plan_table = {
	.options = plan_options,
	.program = "peerwarden plan",
	.usage = "[OPTION…] -f PATH…",
	.about = "Says, object by object, what the webhook would make of `kubectl apply -f PATH`, "
		 "in the given order and in the best one. Exits with 0 when nothing is refused in "
		 "the "
		 "given order, 1 when something is, 2 for unreadable input or wrong usage.",
};

static void
try_orders(struct simulation *simulation, struct plan *plan)
{
	const struct bundle *bundle = plan->bundle;
	const struct definition **order =
		ARENA_ARRAY(plan->arena, const struct definition *, bundle->count);
	struct trial *better = ARENA_NEW(plan->arena, struct trial);

	for (const struct definition *definition = bundle->first; definition;
		definition = definition->next)
		order[definition->number] = definition;
	plan->given = trial_run(simulation, order, bundle->count);
	if (!ordering_improve(simulation, &plan->given.cost, order, bundle->count, &plan->certain))
		return;
	*better = trial_run(simulation, order, bundle->count);
	plan->better = better;
}

static bool
make_plan(const struct plan_settings *settings, const struct state *state, struct plan *plan,
	struct error *error)
{
	const struct policy *policy =
		policy_source_read(plan->arena, settings->policy, state->cluster, error);
	struct simulation simulation;
	bool good;

	if (!policy)
		return false;
	inventory_lock(state->inventory);
	good = simulation_begin(
		plan->arena, plan->bundle, state, policy, settings->delete, &simulation, error);
	if (good)
		try_orders(&simulation, plan);
	inventory_unlock(state->inventory);
	if (good && simulation.error.kind != ERROR_NONE)
		return error_set(error, simulation.error.kind, "%s", simulation.error.message);
	if (good && arena_exhausted(plan->arena))
		return error_set(error, ERROR_EXHAUSTED, "the input is too large");
	return good;
}

static int
print_plan(const struct plan *plan, const char *form)
{
	struct buffer out CLEANUP(buffer_dispose);

	buffer_init(&out, COMMAND_OUTPUT);
	if (text_equal(form, "json"))
		plan_output_json(plan, &out);
	else
		plan_output_text(plan, command_has_colour(), &out);
	return command_print(&out);
}

static int
plan(struct arena *arena, const struct plan_settings *settings)
{
	struct bundle bundle CLEANUP(bundle_dispose) = {0};
	struct state state CLEANUP(state_dispose) = {0};
	struct plan plan = {.arena = arena, .bundle = &bundle};
	struct error error;

	if (!bundle_read(arena, settings->filename, &bundle, &error) ||
		!state_read(arena, settings->state, &bundle, &state, &error) ||
		!make_plan(settings, &state, &plan, &error))
		return command_fail(&error);
	plan.assumptions = state_assumptions(&state);
	if (print_plan(&plan, settings->output) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	return plan.given.cost.refused ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int
plan_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct plan_settings settings = {0};
	const char **operands;
	struct error error;

	if (!options_parse(arena, &plan_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&plan_table);
	if (*operands || !*settings.filename) {
		error_set(&error, ERROR_INVALID,
			"plan needs -f and a file, a folder or - for standard input; see "
			"peerwarden plan --help");
		return command_fail(&error);
	}
	return plan(arena, &settings);
}

const struct command plan_command = {
	.name = "plan",
	.summary = "says what a cluster would make of manifests, one after the other",
	.options = &plan_table,
	.run = plan_run,
};
