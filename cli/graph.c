#include "report/graph.h"

#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/judge.h"
#include "cli/policy_source.h"
#include "cli/standing.h"
#include "cli/state.h"
#include "validators/audit.h"

enum { DEEPEST = 1000 };

struct graph_settings {
	const char *output;
	const char *kubeconfig;
	const char *state;
	const char *policy;
	const char *fail_on;
	const char *focus;
	int64_t depth;
	bool help;
};

#define GRAPH_FIELD(field) offsetof(struct graph_settings, field)

static const struct option graph_options[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = GRAPH_FIELD(output),
		.default_value = "svg",
		.placeholder = "FORM",
		.choices = "svg|dot|mermaid|json",
		.help = "how to draw",
		.flag_only = true},
	{.name = "kubeconfig",
		.type = OPTION_TEXT,
		.offset = GRAPH_FIELD(kubeconfig),
		.placeholder = "FILE",
		.help = "the live cluster of this file",
		.flag_only = true},
	{.name = "state",
		.type = OPTION_TEXT,
		.offset = GRAPH_FIELD(state),
		.placeholder = "SOURCE",
		.help = STATE_HELP},
	{.name = "focus",
		.type = OPTION_TEXT,
		.offset = GRAPH_FIELD(focus),
		.placeholder = "NAME",
		.help = "only the network or zone of this name and what is near it",
		.flag_only = true},
	{.name = "depth",
		.type = OPTION_NUMBER,
		.offset = GRAPH_FIELD(depth),
		.default_value = "1",
		.placeholder = "NUMBER",
		.help = "with --focus: over how many connections",
		.minimum = 0,
		.maximum = DEEPEST,
		.flag_only = true},
	{.name = "policy",
		.type = OPTION_TEXT,
		.offset = GRAPH_FIELD(policy),
		.placeholder = POLICY_PLACEHOLDER,
		.help = "a PeeringPolicy that sets actions and pools"},
	{.name = "fail-on",
		.type = OPTION_CHOICE,
		.offset = GRAPH_FIELD(fail_on),
		.default_value = "deny",
		.placeholder = "ACTION",
		.choices = "deny|warn|report",
		.help = "exit with 1 when a finding is at least this"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = GRAPH_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table graph_table = {
	.options = graph_options,
	.program = "peerwarden graph",
	.usage = "[OPTION…] [PATH…]",
	.about =
		"Draws networks, zones and what joins them, with what the rules have against "
		"them: of the manifests at PATH (a file, a folder or - for standard input), taken "
		"together as lint does; without PATH, of everything that exists, as audit does: in "
		"the cluster that kubectl would ask unless --state or --kubeconfig says otherwise. "
		"Exits with 0 when clean, 1 with findings at or above the mark, 2 for unreadable "
		"input or wrong usage.",
};

struct graphing {
	const struct graph_settings *settings;
	const char *const *paths; /* ended by NULL */
	struct state state;
	struct report report;
	struct standings standings;
};

static void
see(void *context, const struct object_id *id, const struct json *object)
{
	standings_add(context, id, object);
}

/* A kubeconfig file of the name "cluster" is a file all the same. */
static const char *
source_of(const struct graphing *graphing)
{
	const struct graph_settings *settings = graphing->settings;

	if (settings->kubeconfig)
		return text_equal(settings->kubeconfig, "cluster") ? "./cluster"
								   : settings->kubeconfig;
	if (settings->state && *settings->state)
		return settings->state;
	return *graphing->paths ? NULL : "cluster";
}

static bool
read_state(struct graphing *graphing, const struct bundle *bundle, struct error *error)
{
	const struct state_viewer viewer = {see, &graphing->standings};
	bool good = state_read_shown(graphing->report.arena, source_of(graphing), bundle, &viewer,
		&graphing->state, error);

	graphing->state.viewer = NULL;
	if (!good)
		return false;
	if (graphing->settings->kubeconfig && !graphing->state.cluster)
		return error_set(error, ERROR_INVALID, "%s: this is no kubeconfig file",
			graphing->settings->kubeconfig);
	for (const char *const *text = state_assumptions(&graphing->state); *text; text++)
		report_assume(&graphing->report, NULL, *text);
	return true;
}

static const struct policy *
read_policy(struct graphing *graphing, struct error *error)
{
	return policy_source_read(
		graphing->report.arena, graphing->settings->policy, graphing->state.cluster, error);
}

/* The manifests, taken together, on top of the state. */
static bool
judge_manifests(struct graphing *graphing, struct error *error)
{
	struct bundle bundle CLEANUP(bundle_dispose) = {0};
	struct judge_request request = {.bundle = &bundle,
		.state = &graphing->state,
		.partial = source_of(graphing) == NULL};

	if (!bundle_read(graphing->report.arena, graphing->paths, &bundle, error) ||
		!read_state(graphing, &bundle, error))
		return false;
	request.policy = read_policy(graphing, error);
	if (!request.policy)
		return false;
	for (const struct definition *each = bundle.first; each; each = each->next)
		standings_add(&graphing->standings, &each->object, each->manifest->object);
	return judge_bundle(&request, &graphing->report, error);
}

static void
report_finding(const struct finding *finding, void *context)
{
	report_add(context, finding, NULL, 0, 0);
}

static bool
judge_everything(struct graphing *graphing, struct error *error)
{
	struct arena *arena = graphing->report.arena;
	struct inventory *inventory;
	struct declarations subjects;
	struct audit audit;

	if (!read_state(graphing, NULL, error))
		return false;
	inventory = graphing->state.inventory;
	audit = (struct audit){inventory, read_policy(graphing, error), time(NULL)};
	if (!audit.policy)
		return false;
	inventory_lock(inventory);
	if (policy_declaration(audit.policy))
		inventory_store(inventory, policy_declaration(audit.policy));
	subjects = audit_subjects(arena, inventory);
	audit_all(arena, &audit, &subjects, report_finding, &graphing->report);
	inventory_unlock(inventory);
	if (arena_exhausted(arena))
		return error_set(error, ERROR_EXHAUSTED, "there is too much to judge");
	return true;
}

/* The topology, or the part of it that is asked for. */
static const struct topology *
make_topology(const struct graphing *graphing, struct error *error)
{
	const struct graph_settings *settings = graphing->settings;
	struct arena *arena = graphing->report.arena;
	const struct topology_standings standings = {
		graphing->standings.items, graphing->standings.count};
	const struct topology *topology =
		topology_with(arena, graphing->state.inventory, &graphing->report, &standings);

	if (!settings->focus)
		return topology;
	topology = topology_near(arena, topology, settings->focus, (size_t)settings->depth);
	if (!topology)
		error_set(error, ERROR_NOT_FOUND, "--focus %s: there is no such network or zone",
			settings->focus);
	return topology;
}

static void
write_graph(const struct graphing *graphing, const struct topology *topology, struct buffer *out)
{
	struct arena *arena = graphing->report.arena;
	const char *form = graphing->settings->output;

	if (text_equal(form, "json"))
		graph_write_json(topology, &graphing->report, out);
	else if (text_equal(form, "dot"))
		graph_write_dot(arena, topology, out);
	else if (text_equal(form, "mermaid"))
		graph_write_mermaid(arena, topology, out);
	else
		graph_write_svg(arena, topology, out);
}

static int
print_graph(struct graphing *graphing)
{
	struct buffer out CLEANUP(buffer_dispose);
	const struct topology *topology;
	struct error error;
	enum action mark;

	buffer_init(&out, COMMAND_OUTPUT);
	inventory_lock(graphing->state.inventory);
	topology = make_topology(graphing, &error);
	if (topology)
		write_graph(graphing, topology, &out);
	inventory_unlock(graphing->state.inventory);
	if (!topology)
		return command_fail(&error);
	if (command_print(&out) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	action_parse(graphing->settings->fail_on, &mark);
	return report_worst(&graphing->report) >= mark ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int
draw(struct arena *arena, const struct graph_settings *settings, const char *const *paths)
{
	struct graphing graphing = {.settings = settings, .paths = paths, .standings.arena = arena};
	struct error error;
	int status;

	report_init(&graphing.report, arena);
	if (*paths ? judge_manifests(&graphing, &error) : judge_everything(&graphing, &error))
		status = print_graph(&graphing);
	else
		status = command_fail(&error);
	state_dispose(&graphing.state);
	report_dispose(&graphing.report);
	return status;
}

static int
graph_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct graph_settings settings = {0};
	const char **paths;
	struct error error;

	if (!options_parse(arena, &graph_table, argc, argv, NULL, &settings, &paths, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&graph_table);
	if (!settings.kubeconfig || !settings.state || !*settings.state)
		return draw(arena, &settings, paths);
	error_set(&error, ERROR_INVALID, "--kubeconfig and --state do not go together");
	return command_fail(&error);
}

const struct command graph_command = {
	.name = "graph",
	.summary = "draws networks, peerings and conflicts as SVG, DOT, Mermaid or JSON",
	.options = &graph_table,
	.run = graph_run,
};
