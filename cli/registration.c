/* `peerwarden registration`: how the API server asks the webhook, whether it gets an answer, and
 * the two configurations made binding where no daemon does it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/installation.h"
#include "cli/registration_status.h"

#define CONFIG_MAP    "peerwarden-registration"
#define MEMBER        "registration.yaml"
#define FIELD_OWNER   "peerwarden"
#define PROBE_TIMEOUT (25 * CLOCK_SECOND) /* each webhook may take ten */
enum { ROUND_MEMORY = 64 * 1024 * 1024, LARGEST_STATUS = 1024 * 1024, DAY = 24 * 3600 };

struct registration_settings {
	const char *output;
	const char *kubeconfig;
	const char *namespace;
	const char *config_map;
	const char *configuration;
	int64_t wait; /* nanoseconds */
	bool help;
	const char *file; /* the operand, or NULL */
};

#define REGISTRATION_FIELD(field) offsetof(struct registration_settings, field)

static const struct option registration_options[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = REGISTRATION_FIELD(output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = "text|json",
		.help = "how to print the status"},
	{.name = "kubeconfig",
		.type = OPTION_TEXT,
		.offset = REGISTRATION_FIELD(kubeconfig),
		.placeholder = "FILE",
		.help = "the cluster of this file; by default the one that kubectl would ask",
		.flag_only = true},
	{.name = "namespace",
		.letter = 'n',
		.type = OPTION_TEXT,
		.offset = REGISTRATION_FIELD(namespace),
		.default_value = INSTALLATION_NAMESPACE,
		.placeholder = "NAME",
		.help = "the namespace of the installation",
		.flag_only = true},
	{.name = "config-map",
		.type = OPTION_TEXT,
		.offset = REGISTRATION_FIELD(config_map),
		.default_value = CONFIG_MAP,
		.placeholder = "NAME",
		.help = "with status: the ConfigMap that says what is wanted, unless FILE does",
		.flag_only = true},
	{.name = "configuration",
		.type = OPTION_TEXT,
		.offset = REGISTRATION_FIELD(configuration),
		.default_value = INSTALLATION_CONFIGURATION,
		.placeholder = "NAME",
		.help = "with status: the name of the two webhook configurations",
		.flag_only = true},
	{.name = "wait",
		.type = OPTION_DURATION,
		.offset = REGISTRATION_FIELD(wait),
		.default_value = "2m",
		.placeholder = "TIME",
		.maximum = DAY * CLOCK_SECOND,
		.help = "with apply: how long to go on trying until the webhook answers",
		.flag_only = true},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = REGISTRATION_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table registration_table = {
	.options = registration_options,
	.program = "peerwarden registration",
	.usage = "[OPTION…] status [FILE]|probe|apply FILE",
	.about = "Says how the two webhook configurations stand to what is wanted (status), and "
		 "whether the API server gets answers from the webhook (probe). With apply, does "
		 "once what the daemon does all the time: fills configurations that exist as "
		 "FILE says, and makes them binding once the webhook has answered. FILE may be - "
		 "for standard input. Exits with 0 when all is well, 1 when something is "
		 "not, 2 when it cannot be known.",
};

struct registering {
	const struct registration_settings *settings;
	struct arena *arena; /* lasts as long as the command */
	struct kube_client *client;
};

/* --- status --- */

/* What the daemon is given. False without an error where there is no such ConfigMap. */
static bool
read_config_map(const struct registering *registering, struct wanted *wanted, struct error *error)
{
	const struct registration_settings *settings = registering->settings;
	struct arena *arena = registering->arena;
	const char *name =
		arena_printf(arena, "ConfigMap %s/%s", settings->namespace, settings->config_map);
	const struct json *object = kube_client_get(arena, registering->client,
		arena_printf(arena, "/api/v1/namespaces/%s/configmaps/%s", settings->namespace,
			settings->config_map),
		error);
	const struct json *text = json_member(json_member(object, "data"), MEMBER);

	if (!object)
		return error_wrap(error, "%s", name);
	if (!json_text(text))
		return error_set(error, ERROR_INVALID, "%s has no " MEMBER, name);
	return wanted_parse(arena, name, json_text(text), strlen(json_text(text)), wanted, error);
}

static bool
read_wanted(const struct registering *registering, struct wanted *wanted, struct error *error)
{
	return registering->settings->file
		       ? wanted_read(registering->arena, registering->settings->file, wanted, error)
		       : read_config_map(registering, wanted, error);
}

/* Nothing is written. */
static bool
compare(const struct registering *registering, const struct wanted *wanted,
	struct activation_outcome *outcome, struct error *error)
{
	const struct activation_order order = {.wanted = wanted};

	*outcome = activation_round(registering->arena, registering->client, &order);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		if (outcome->results[type].error.kind != ERROR_NONE) {
			*error = outcome->results[type].error;
			return false;
		}
	return true;
}

static bool
fill_wanted(const struct registering *registering, struct registration_status *status,
	struct wanted *wanted, struct activation_outcome *outcome, struct error *error)
{
	*wanted = (struct wanted){{NULL}};
	if (read_wanted(registering, wanted, error)) {
		status->outcome = outcome;
		return compare(registering, wanted, outcome, error);
	}
	if (registering->settings->file || error->kind != ERROR_NOT_FOUND)
		return false;
	status->unknown = arena_text(registering->arena, error->message);
	return true;
}

static bool
fill_configuration(const struct registering *registering, const struct wanted *wanted,
	enum registration_type type, struct registration_status *status, struct error *error)
{
	const struct registration_settings *settings = registering->settings;
	const char *name = wanted_name(wanted, type);
	const struct json *live;

	status->names[type] = name ? name : settings->configuration;
	if (!installation_configuration(registering->arena, registering->client, type,
		    status->names[type], &live, error))
		return false;
	status->exists[type] = live != NULL;
	status->problems[type] = registration_status_check(
		registering->arena, type, status->names[type], settings->namespace, live);
	return true;
}

static bool
fill_status(const struct registering *registering, struct registration_status *status,
	struct activation_outcome *outcome, struct error *error)
{
	struct wanted wanted;

	*status = (struct registration_status){.outcome = NULL};
	if (!fill_wanted(registering, status, &wanted, outcome, error))
		return false;
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		if (!fill_configuration(registering, &wanted, type, status, error))
			return false;
	return true;
}

static int
print_status(const struct registering *registering)
{
	struct buffer out CLEANUP(buffer_dispose);
	struct registration_status status;
	struct activation_outcome outcome;
	struct error error;

	buffer_init(&out, LARGEST_STATUS);
	if (!fill_status(registering, &status, &outcome, &error))
		return command_fail(&error);
	if (text_equal(registering->settings->output, "json"))
		registration_status_write_json(&status, &out);
	else
		registration_status_write_text(&status, &out);
	if (command_print(&out) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	return registration_status_is_good(&status) ? EXIT_CLEAN : EXIT_FINDINGS;
}

/* --- probe --- */

static int
print_probe(const struct registering *registering)
{
	const struct probe_result result =
		probe_ask(registering->arena, registering->client, NULL, PROBE_TIMEOUT);
	struct buffer out CLEANUP(buffer_dispose);
	int status = EXIT_CLEAN;

	buffer_init(&out, LARGEST_STATUS);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		buffer_printf(&out, "%s: %s\n", registration_type_name(type),
			probe_answer_name(result.answers[type]));
		if (result.answers[type] == PROBE_IMPOSSIBLE)
			status = EXIT_TROUBLE;
		else if (result.answers[type] != PROBE_ANSWERED && status == EXIT_CLEAN)
			status = EXIT_FINDINGS;
	}
	if (result.why[0])
		buffer_printf(&out, "%s\n", result.why);
	return command_print(&out) == EXIT_CLEAN ? status : EXIT_TROUBLE;
}

/* --- apply --- */

/* How a configuration stands, in one line that changes with it. */
static const char *
line_of(struct arena *arena, const struct wanted *wanted, enum registration_type type,
	const struct activation_outcome *outcome)
{
	const struct activation_result *result = &outcome->results[type];
	const char *name =
		arena_printf(arena, "%s %s", registration_kind(type), wanted_name(wanted, type));

	if (result->error.kind != ERROR_NONE)
		return arena_printf(arena, "%s: %s", name, result->error.message);
	if (result->action == ACTIVATION_WAIT && !result->is_settling)
		return arena_printf(arena, "%s: %s; the webhook does not answer: %s", name,
			activation_state_name(result->state), outcome->probe.why);
	if (result->state == ACTIVATION_ABSENT)
		return arena_printf(arena, "%s: absent; only chart or manifests make it", name);
	return arena_printf(arena, "%s: %s", name, activation_state_name(result->state));
}

struct saying {
	struct buffer lines[REGISTRATION_TYPES]; /* what was said last */
};

static void
say(struct saying *saying, struct arena *arena, const struct wanted *wanted,
	const struct activation_outcome *outcome)
{
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		struct buffer *said = &saying->lines[type];
		const char *line;

		if (!outcome->results[type].is_wanted)
			continue;
		line = line_of(arena, wanted, type, outcome);
		if (text_equal(buffer_text(said), line))
			continue;
		printf("%s\n", line);
		fflush(stdout);
		buffer_clear(said);
		buffer_append_text(said, line);
	}
}

/* 1 while something is left to wait for, 2 when it cannot be known. */
static int
status_of(const struct activation_outcome *outcome)
{
	int status = activation_round_is_done(outcome) ? EXIT_CLEAN : EXIT_FINDINGS;

	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		const struct activation_result *result = &outcome->results[type];

		if (result->error.kind != ERROR_NONE)
			status = EXIT_TROUBLE;
		else if (result->is_wanted && result->state == ACTIVATION_ABSENT &&
			 status == EXIT_CLEAN)
			status = EXIT_FINDINGS;
	}
	return status;
}

/* To settle is no wait for an answer: there is time for it after --wait, too. */
static int64_t
time_to_settle(const struct activation_outcome *outcome)
{
	return outcome->settles_in > 0 ? 2 * ACTIVATION_SETTLING : 0;
}

static int
try_on(const struct registering *registering, const struct wanted *wanted, struct saying *saying)
{
	struct activation_sight sights[REGISTRATION_TYPES] = {0};
	const struct activation_order order = {.wanted = wanted,
		.may_write = true,
		.settling = ACTIVATION_SETTLING,
		.sights = sights,
		.field_owner = FIELD_OWNER};
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(ROUND_MEMORY);
	int64_t end = clock_monotonic() + registering->settings->wait;
	const struct timespec pause = {1, 0};

	for (;;) {
		struct activation_outcome outcome =
			activation_round(arena, registering->client, &order);
		int status = status_of(&outcome);

		say(saying, arena, wanted, &outcome);
		if (activation_round_is_done(&outcome))
			return status;
		if (!activation_round_has_written(&outcome)) {
			if (clock_monotonic() + CLOCK_SECOND > end + time_to_settle(&outcome))
				return status;
			nanosleep(&pause, NULL);
		}
		arena_reset(arena);
	}
}

static int
apply(const struct registering *registering)
{
	struct saying saying;
	struct wanted wanted;
	struct error error;
	int status;

	if (!wanted_read(registering->arena, registering->settings->file, &wanted, &error))
		return command_fail(&error);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		buffer_init(&saying.lines[type], LARGEST_STATUS);
	status = try_on(registering, &wanted, &saying);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		buffer_dispose(&saying.lines[type]);
	return status;
}

/* --- the command --- */

static const struct action {
	const char *name;
	int (*run)(const struct registering *registering);
	size_t least; /* operands after the name */
	size_t most;
} actions[] = {
	{"status", print_status, 0, 1}, {"probe", print_probe, 0, 0}, {"apply", apply, 1, 1}};

static const struct action *
find_action(const char *const *operands, struct error *error)
{
	size_t count = 0;

	while (operands[count])
		count++;
	for (size_t i = 0; count > 0 && i < sizeof actions / sizeof *actions; i++)
		if (text_equal(actions[i].name, operands[0]) && count - 1 >= actions[i].least &&
			count - 1 <= actions[i].most)
			return &actions[i];
	error_set(error, ERROR_INVALID,
		"registration needs status, probe or apply FILE; see peerwarden registration "
		"--help");
	return NULL;
}

static int
run_action(struct arena *arena, const struct registration_settings *settings,
	const struct action *action)
{
	struct kube_client *client CLEANUP(installation_client_cleanup) = NULL;
	struct registering registering = {settings, arena, NULL};
	struct error error;

	client = installation_client(arena, settings->kubeconfig, &error);
	if (!client)
		return command_fail(&error);
	registering.client = client;
	return action->run(&registering);
}

static int
registration_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct registration_settings settings = {0};
	const struct action *action;
	const char **operands;
	struct error error;

	if (!options_parse(
		    arena, &registration_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&registration_table);
	action = find_action(operands, &error);
	if (!action || !installation_check_name("--namespace", settings.namespace, &error) ||
		!installation_check_name("--config-map", settings.config_map, &error) ||
		!installation_check_name("--configuration", settings.configuration, &error))
		return command_fail(&error);
	settings.file = operands[1];
	return run_action(arena, &settings, action);
}

const struct command registration_command = {
	.name = "registration",
	.summary = "how the API server asks the webhook; makes it ask",
	.options = &registration_table,
	.run = registration_run,
};
