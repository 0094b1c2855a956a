#include "validators/audit.h"

#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/policy_source.h"
#include "cli/report_output.h"
#include "cli/state.h"
#include "kinds/kind.h"
#include "validators/rules.h"

struct audit_settings {
	const char *output;
	const char *kubeconfig;
	const char *state;
	const char *policy;
	const char *fail_on;
	const char **namespaces;
	const char **kinds;
	const char **rules;
	bool help;
};

#define AUDIT_FIELD(field) offsetof(struct audit_settings, field)

static const struct option audit_options[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = AUDIT_FIELD(output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = REPORT_OUTPUT_FORMS,
		.help = "how to print the findings"},
	{.name = "kubeconfig",
		.type = OPTION_TEXT,
		.offset = AUDIT_FIELD(kubeconfig),
		.placeholder = "FILE",
		.help = "the live cluster of this file",
		.flag_only = true},
	{.name = "state",
		.type = OPTION_TEXT,
		.offset = AUDIT_FIELD(state),
		.placeholder = "SOURCE",
		.help = "a file or folder of manifests, a kubeconfig file or, by default, "
			"\"cluster\" for the one that kubectl would ask"},
	{.name = "namespace",
		.letter = 'n',
		.type = OPTION_TEXT,
		.offset = AUDIT_FIELD(namespaces),
		.placeholder = "NAME",
		.help = "judge only objects of this namespace",
		.repeated = true,
		.flag_only = true},
	{.name = "kind",
		.type = OPTION_TEXT,
		.offset = AUDIT_FIELD(kinds),
		.placeholder = "KIND",
		.help = "judge only objects of this kind",
		.repeated = true,
		.flag_only = true},
	{.name = "rule",
		.type = OPTION_TEXT,
		.offset = AUDIT_FIELD(rules),
		.placeholder = "RULE",
		.help = "only findings of this rule",
		.repeated = true,
		.flag_only = true},
	{.name = "policy",
		.type = OPTION_TEXT,
		.offset = AUDIT_FIELD(policy),
		.placeholder = POLICY_PLACEHOLDER,
		.help = "a PeeringPolicy that sets actions and pools"},
	{.name = "fail-on",
		.type = OPTION_CHOICE,
		.offset = AUDIT_FIELD(fail_on),
		.default_value = "deny",
		.placeholder = "ACTION",
		.choices = "deny|warn|report",
		.help = "exit with 1 when a finding is at least this"},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = AUDIT_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table audit_table = {
	.options = audit_options,
	.program = "peerwarden audit",
	.usage = "[OPTION…]",
	.about = "Judges everything that exists by every rule: a live cluster, by default the one "
		 "that kubectl would ask, or a folder or file of manifests. With --namespace or "
		 "--kind only those objects are judged, still against everything; both may be "
		 "repeated, as --rule. Exits with 0 when clean, 1 with findings at or above the "
		 "mark, 2 for unreadable input or wrong usage.",
};

struct auditing {
	const struct audit_settings *settings;
	struct state *state;
	struct report *report;
	unsigned kinds;        /* KIND_BIT()s of what is judged */
	struct map *manifests; /* const struct manifest * by bundle_key */
};

/* No list has everything in it. */
static bool
is_listed(const char *const *list, const char *text)
{
	if (!*list)
		return true;
	while (*list && !text_equal(*list, text))
		list++;
	return *list != NULL;
}

static bool
add_kind(struct auditing *auditing, const char *name, struct error *error)
{
	for (size_t i = 0; i < KINDS; i++) {
		const struct kind_definition *kind = kind_definitions[i];

		if (text_equal_ignoring_case(kind_name(kind->kind), name) ||
			text_equal_ignoring_case(kind->plural, name)) {
			auditing->kinds |= KIND_BIT(kind->kind);
			return true;
		}
	}
	return error_set(error, ERROR_INVALID, "--kind %s: there are no rules for this kind", name);
}

static bool
read_filters(struct auditing *auditing, struct error *error)
{
	const struct audit_settings *settings = auditing->settings;

	for (const char **rule = settings->rules; *rule; rule++)
		if (!rule_find(*rule))
			return error_set(error, ERROR_INVALID,
				"--rule %s: there is no such rule; `peerwarden explain` lists them "
				"all",
				*rule);
	for (const char **kind = settings->kinds; *kind; kind++)
		if (!add_kind(auditing, *kind, error))
			return false;
	if (!*settings->kinds)
		auditing->kinds = GUARDS_EVERYTHING;
	return true;
}

/* Which source is meant. A kubeconfig file of the name "cluster" is a file all the same. */
static const char *
source_of(const struct audit_settings *settings)
{
	if (settings->kubeconfig)
		return text_equal(settings->kubeconfig, "cluster") ? "./cluster"
								   : settings->kubeconfig;
	return settings->state && *settings->state ? settings->state : "cluster";
}

static bool
read_state(struct auditing *auditing, struct error *error)
{
	const struct audit_settings *settings = auditing->settings;

	if (!state_read(auditing->report->arena, source_of(settings), NULL, auditing->state, error))
		return false;
	if (settings->kubeconfig && !auditing->state->cluster)
		return error_set(error, ERROR_INVALID, "%s: this is no kubeconfig file",
			settings->kubeconfig);
	return true;
}

/* Of several manifests of one object the last one is what exists. */
static void
note_manifests(struct auditing *auditing)
{
	struct arena *arena = auditing->report->arena;

	for (const struct manifest *manifest = auditing->state->manifests.first; manifest;
		manifest = manifest->next) {
		struct object_id object;

		if (!manifest->definition) {
			auditing->report->foreign++;
			continue;
		}
		bundle_object(manifest->definition, manifest->object, &object);
		map_put(auditing->manifests, bundle_key(arena, &object),
			(void *)(uintptr_t)manifest);
	}
}

static void
report_finding(const struct finding *finding, void *context)
{
	struct auditing *auditing = context;
	struct arena *arena = auditing->report->arena;
	const struct manifest *manifest;
	struct json_location at;

	if (!is_listed(auditing->settings->rules, finding->rule))
		return;
	manifest = map_get(auditing->manifests, bundle_key(arena, &finding->subject.object));
	if (!manifest) {
		report_add(auditing->report, finding, NULL, 0, 0);
		return;
	}
	at = json_location(
		json_nearest(manifest->object, field_text(arena, finding->subject.field)));
	report_add(auditing->report, finding, manifest->file, at.line, at.column);
}

/* What is to be judged, out of everything. */
static void
choose(struct auditing *auditing, struct declarations *subjects)
{
	struct arena *arena = auditing->report->arena;
	size_t count = 0;

	for (size_t i = 0; i < subjects->count; i++) {
		const struct object_id *object = &subjects->items[i]->object;
		struct object_id kept = {object->kind, arena_text(arena, object->namespace),
			arena_text(arena, object->name)};

		if (!(auditing->kinds & KIND_BIT(object->kind)) ||
			!is_listed(auditing->settings->namespaces, object->namespace))
			continue;
		subjects->items[count++] = subjects->items[i];
		report_judged(auditing->report, &kept);
	}
	subjects->count = count;
}

static void
judge_everything(struct auditing *auditing, const struct policy *policy)
{
	struct inventory *inventory = auditing->state->inventory;
	const struct declaration *of_policy = policy_declaration(policy);
	const struct audit audit = {inventory, policy, time(NULL)};
	struct declarations subjects;

	inventory_lock(inventory);
	if (of_policy)
		inventory_store(inventory, of_policy);
	subjects = audit_subjects(auditing->report->arena, inventory);
	choose(auditing, &subjects);
	audit_all(auditing->report->arena, &audit, &subjects, report_finding, auditing);
	inventory_unlock(inventory);
}

static bool
fill_report(struct auditing *auditing, struct error *error)
{
	struct report *report = auditing->report;
	const struct policy *policy;

	if (!read_filters(auditing, error) || !read_state(auditing, error))
		return false;
	policy = policy_source_read(
		report->arena, auditing->settings->policy, auditing->state->cluster, error);
	if (!policy)
		return false;
	for (const char *const *text = state_assumptions(auditing->state); *text; text++)
		report_assume(report, NULL, *text);
	note_manifests(auditing);
	judge_everything(auditing, policy);
	if (arena_exhausted(report->arena))
		return error_set(error, ERROR_EXHAUSTED, "there is too much to judge");
	return true;
}

static int
run_audit(struct arena *arena, const struct audit_settings *settings)
{
	struct map *manifests CLEANUP(map_cleanup) = map_new();
	struct report report CLEANUP(report_dispose);
	struct state state CLEANUP(state_dispose) = {0};
	struct auditing auditing = {
		.settings = settings, .state = &state, .report = &report, .manifests = manifests};
	struct report_output output = {.form = settings->output};
	struct error error;

	report_init(&report, arena);
	action_parse(settings->fail_on, &output.mark);
	if (!fill_report(&auditing, &error))
		return command_fail(&error);
	output.inventory = state.inventory;
	return report_output_print(&report, &output);
}

static int
audit_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct audit_settings settings = {0};
	const char **operands;
	struct error error;

	if (!options_parse(arena, &audit_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&audit_table);
	if (*operands)
		error_set(&error, ERROR_INVALID,
			"audit takes no \"%s\"; see peerwarden audit --help", *operands);
	else if (settings.kubeconfig && settings.state && *settings.state)
		error_set(&error, ERROR_INVALID, "--kubeconfig and --state do not go together");
	else
		return run_audit(arena, &settings);
	return command_fail(&error);
}

const struct command audit_command = {
	.name = "audit",
	.summary = "judges everything that exists in a cluster or a folder",
	.options = &audit_table,
	.run = audit_run,
};
