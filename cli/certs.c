/* `peerwarden certs`: how the webhook's certificates stand, and their CA replaced on request. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/certs_status.h"
#include "cli/command.h"
#include "cli/installation.h"

#define LOOK_EVERY CLOCK_SECOND
enum { LOOK_MEMORY = 64 * 1024 * 1024, LARGEST_STATUS = 1024 * 1024, DAY = 24 * 3600 };

struct certs_settings {
	const char *output;
	const char *kubeconfig;
	const char *namespace;
	const char *secret;
	const char *configuration;
	int64_t wait; /* nanoseconds */
	bool help;
};

#define CERTS_FIELD(field) offsetof(struct certs_settings, field)

static const struct option certs_options[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPTION_CHOICE,
		.offset = CERTS_FIELD(output),
		.default_value = "text",
		.placeholder = "FORM",
		.choices = "text|json",
		.help = "how to print the status"},
	{.name = "kubeconfig",
		.type = OPTION_TEXT,
		.offset = CERTS_FIELD(kubeconfig),
		.placeholder = "FILE",
		.help = "the cluster of this file; by default the one that kubectl would ask",
		.flag_only = true},
	{.name = "namespace",
		.letter = 'n',
		.type = OPTION_TEXT,
		.offset = CERTS_FIELD(namespace),
		.default_value = INSTALLATION_NAMESPACE,
		.placeholder = "NAME",
		.help = "the namespace of the Secret",
		.flag_only = true},
	{.name = "secret",
		.type = OPTION_TEXT,
		.offset = CERTS_FIELD(secret),
		.default_value = INSTALLATION_SECRET,
		.placeholder = "NAME",
		.help = "the Secret with the certificates",
		.flag_only = true},
	{.name = "configuration",
		.type = OPTION_TEXT,
		.offset = CERTS_FIELD(configuration),
		.default_value = INSTALLATION_CONFIGURATION,
		.placeholder = "NAME",
		.help = "the name of the two webhook configurations",
		.flag_only = true},
	{.name = "wait",
		.type = OPTION_DURATION,
		.offset = CERTS_FIELD(wait),
		.default_value = "0s",
		.placeholder = "TIME",
		.maximum = DAY * CLOCK_SECOND,
		.help = "with rotate: follow it for so long, until the new CA is alone",
		.flag_only = true},
	{.name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = CERTS_FIELD(help),
		.help = "print this text",
		.flag_only = true},
	{.name = NULL},
};

static const struct option_table certs_table = {
	.options = certs_options,
	.program = "peerwarden certs",
	.usage = "[OPTION…] status|rotate",
	.about = "Says how the webhook's certificates stand: which there are and until when, which "
		 "CAs the API server trusts, what the daemon does next and why, and what is "
		 "wrong. With rotate, has the daemon replace the CA and then the serving "
		 "certificate, without a failed call. Exits with 0 when all is well, 1 when "
		 "something is wrong or the time of --wait is over, 2 when it cannot be known.",
};

/* One installation that is looked at, again and again. */
struct certs {
	const struct certs_settings *settings;
	struct kube_client *client;
	struct arena *arena; /* of the present look */
	struct certificate_place place;
	struct certificate_look look;
};

static void
forget(struct certs *certs)
{
	certificate_look_wipe(&certs->look);
	certs->look = (struct certificate_look){0};
	arena_reset(certs->arena);
}

static bool
add_to_place(struct certs *certs, enum registration_type type, struct error *error)
{
	const struct json *live;

	return installation_configuration(certs->arena, certs->client, type,
		       certs->settings->configuration, &live, error) &&
	       (!live || certificate_place_add(certs->arena, &certs->place, live, error));
}

/* Every entry of the live configurations is taken to lead to the webhook. */
static bool
find_place(struct certs *certs, struct error *error)
{
	certs->place = (struct certificate_place){
		.namespace = certs->settings->namespace, .secret = certs->settings->secret};
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		if (!add_to_place(certs, type, error))
			return false;
	return true;
}

static bool
look(struct certs *certs, struct error *error)
{
	struct certificate_sights sights = {0};

	forget(certs);
	return find_place(certs, error) &&
	       certificate_look_take(certs->arena, certs->client, &certs->place, &sights, NULL,
		       &certs->look, error);
}

static int
print_status(struct certs *certs)
{
	struct buffer out CLEANUP(buffer_dispose);
	struct certs_status status;
	struct error error;

	buffer_init(&out, LARGEST_STATUS);
	if (!look(certs, &error))
		return command_fail(&error);
	status = certs_status_of(certs->arena, &certs->look);
	if (text_equal(certs->settings->output, "json"))
		certs_status_write_json(&status, &out);
	else
		certs_status_write_text(&status, &out);
	if (command_print(&out) != EXIT_CLEAN)
		return EXIT_TROUBLE;
	return status.problems[0] ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* `marked` is the CA that is to go; it has room for a fingerprint. */
static bool
mark(struct certs *certs, char marked[CERTIFICATE_VIEW_FINGERPRINT], struct error *error)
{
	const struct json *answer;
	struct kube_call call;

	if (!look(certs, error))
		return false;
	if (!certs_status_of(certs->arena, &certs->look).has_keeper)
		return error_set(error, ERROR_INVALID,
			"the Secret %s/%s is another's: renew it where it is made",
			certs->settings->namespace, certs->settings->secret);
	if (!certificate_look_mark(certs->arena, &certs->look, &call, error))
		return false;
	snprintf(marked, CERTIFICATE_VIEW_FINGERPRINT, "%s", certs->look.view.secret.authority.id);
	answer = kube_client_call(certs->arena, certs->client, &call, error);
	certificate_look_wipe_object(answer);
	return answer != NULL;
}

/* The new CA is alone when neither the Secret nor a configuration has another one. */
static bool
is_over(const struct certificate_look *look, const char *marked)
{
	const struct rotation_secret *secret = &look->view.secret;

	if (!secret->authority.id || text_equal(secret->authority.id, marked) || secret->next.id ||
		secret->previous.count > 0)
		return false;
	for (size_t i = 0; i < look->view.configuration_count; i++) {
		const struct rotation_bundle *shown = &look->configurations[i].shown;

		if (shown->count != 1 || !text_equal(shown->items[0].id, secret->authority.id))
			return false;
	}
	return true;
}

/* How far it has come, in words that change with it. */
static const char *
stage_of(const struct certificate_look *look, const char *marked)
{
	const struct rotation_secret *secret = &look->view.secret;

	if (is_over(look, marked))
		return "the new CA is alone";
	if (!secret->authority.id)
		return "there is no CA";
	if (!text_equal(secret->authority.id, marked))
		return secret->previous.count > 0
			       ? "the new CA has signed; every replica takes up its certificate"
			       : "the old CA is taken out of the configurations";
	return secret->next.id ? "the next CA is made; the API server is told to trust it"
			       : "marked; the daemon will make the next CA";
}

static void
say(const char **said, const char *stage)
{
	if (text_equal(*said, stage))
		return;
	printf("%s\n", stage);
	fflush(stdout);
	*said = stage;
}

/* A look that fails is no end: the API server may be away for a moment. */
static int
follow(struct certs *certs, const char *marked)
{
	const struct timespec pause = {LOOK_EVERY / CLOCK_SECOND, 0};
	int64_t end = clock_monotonic() + certs->settings->wait;
	const char *said = NULL;
	struct error error;

	for (;;) {
		if (look(certs, &error))
			say(&said, stage_of(&certs->look, marked));
		else
			fprintf(stderr, "peerwarden: %s\n", error.message);
		if (certs->look.secret && is_over(&certs->look, marked))
			return EXIT_CLEAN;
		if (clock_monotonic() + LOOK_EVERY > end)
			break;
		nanosleep(&pause, NULL);
	}
	fprintf(stderr, "peerwarden: the time of --wait is over; the daemon goes on: see "
			"peerwarden certs status\n");
	return EXIT_FINDINGS;
}

static int
rotate(struct certs *certs)
{
	char marked[CERTIFICATE_VIEW_FINGERPRINT];
	struct error error;

	if (!mark(certs, marked, &error))
		return command_fail(&error);
	printf("CA %.*s is to be replaced\n", CERTS_STATUS_DIGITS, marked);
	fflush(stdout);
	return certs->settings->wait > 0 ? follow(certs, marked) : EXIT_CLEAN;
}

static int
run_action(
	struct arena *arena, const struct certs_settings *settings, int (*action)(struct certs *))
{
	struct kube_client *client CLEANUP(installation_client_cleanup) = NULL;
	struct arena *looks CLEANUP(arena_cleanup) = arena_new(LOOK_MEMORY);
	struct certs certs = {.settings = settings, .arena = looks};
	struct error error;
	int status;

	client = installation_client(arena, settings->kubeconfig, &error);
	if (!client)
		return command_fail(&error);
	certs.client = client;
	status = action(&certs);
	forget(&certs);
	return status;
}

static bool
check(const struct certs_settings *settings, const char **operands, struct error *error)
{
	bool is_rotation = text_equal(operands[0], "rotate");

	if (!operands[0] || operands[1] || (!is_rotation && !text_equal(operands[0], "status")))
		return error_set(error, ERROR_INVALID,
			"certs needs status or rotate; see peerwarden certs --help");
	if (settings->wait > 0 && !is_rotation)
		return error_set(error, ERROR_INVALID, "--wait goes with rotate");
	return installation_check_name("--namespace", settings->namespace, error) &&
	       installation_check_name("--secret", settings->secret, error) &&
	       installation_check_name("--configuration", settings->configuration, error);
}

static int
certs_run(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(COMMAND_MEMORY);
	struct certs_settings settings = {0};
	const char **operands;
	struct error error;

	if (!options_parse(arena, &certs_table, argc, argv, NULL, &settings, &operands, &error))
		return command_fail(&error);
	if (settings.help)
		return command_print_help(&certs_table);
	if (!check(&settings, operands, &error))
		return command_fail(&error);
	return run_action(
		arena, &settings, text_equal(operands[0], "rotate") ? rotate : print_status);
}

const struct command certs_command = {
	.name = "certs",
	.summary = "how the webhook's certificates stand; replaces their CA",
	.options = &certs_table,
	.run = certs_run,
};
