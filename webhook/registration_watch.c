#include "webhook/registration_watch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ending.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/thread.h"
#include "kube/kube_client.h"
#include "registration/registration.h"

enum { CONFIG_SIZE = 64 * 1024 * 1024, LOOK_SIZE = 64 * 1024 * 1024 };

enum state { UNKNOWN, GOOD, WRONG, UNREADABLE };
static const char *const state_names[] = {"unknown", "good", "wrong", "unreadable"};

/* One configuration, and what was found at the last look. */
struct watched {
	struct registration_expectation expectation;
	enum state state;
	bool was_good;       /* once: an installation begins with empty configurations */
	struct arena *arena; /* holds the problems */
	struct registration_problem *problems;
};

struct registration_watch {
	struct registration_watch_settings settings;
	struct arena *arena; /* holds the configuration of the client */
	struct kube_config config;
	struct kube_client *client;
	struct ending ending;
	pthread_t thread;
	bool started;
	pthread_mutex_t mutex; /* what was found */
	struct watched watched[REGISTRATION_TYPES];
};

static struct metric problems_metric = METRIC_GAUGE("peerwarden_registration_problems",
	"Differences between the live webhook configuration and what the webhook needs; -1 when it "
	"cannot be read.",
	"configuration", "check");
static struct metric checked_metric =
	METRIC_GAUGE("peerwarden_registration_checked_timestamp_seconds",
		"When the webhook configuration was last looked at, in seconds since 1970.",
		"configuration");

static const char *
type_of(const struct watched *watched)
{
	return registration_type_name(watched->expectation.type);
}

static void
measure(const struct watched *watched)
{
	for (int check = 0; check < REGISTRATION_CHECKS; check++) {
		const struct registration_problem *problem = watched->problems;
		int count = watched->state == UNREADABLE ? -1 : 0;

		for (; problem; problem = problem->next)
			count += (int)problem->check == check;
		metric_set(&problems_metric, count, type_of(watched),
			registration_check_name((enum registration_check)check));
	}
}

static const struct registration_problem *
find(const struct registration_problem *list, const struct registration_problem *wanted)
{
	while (list && !(list->check == wanted->check && text_equal(list->field, wanted->field) &&
			       text_equal(list->expected, wanted->expected)))
		list = list->next;
	return list;
}

static void
say_problem(const struct watched *watched, const struct registration_problem *problem)
{
	LOG_LINE(watched->was_good ? LOG_ERROR : LOG_WARN,
		"the webhook configuration is not as it must be",
		LOG_TEXT("kind", registration_kind(watched->expectation.type)),
		LOG_TEXT("name", watched->expectation.name),
		LOG_TEXT("check", registration_check_name(problem->check)),
		LOG_TEXT("field", problem->field), LOG_TEXT("is", problem->actual),
		LOG_TEXT("expected", problem->expected), LOG_TEXT("remedy", problem->remedy));
}

static void
say_solved(const struct watched *watched, const struct registration_problem *problem)
{
	log_info("the webhook configuration was put right",
		LOG_TEXT("kind", registration_kind(watched->expectation.type)),
		LOG_TEXT("name", watched->expectation.name),
		LOG_TEXT("check", registration_check_name(problem->check)),
		LOG_TEXT("field", problem->field));
}

static void
say_changes(const struct watched *watched, const struct registration_problem *now)
{
	const struct registration_problem *before = watched->problems;

	for (const struct registration_problem *old = before; old; old = old->next)
		if (!find(now, old))
			say_solved(watched, old);
	for (; now; now = now->next) {
		const struct registration_problem *old = find(before, now);

		if (!old || !text_equal(old->actual, now->actual))
			say_problem(watched, now);
	}
}

/* The problems live in the arena, which the watch takes. */
static void
take(struct registration_watch *watch, struct watched *watched, struct arena *arena,
	struct registration_problem *problems)
{
	struct arena *old = watched->arena;

	say_changes(watched, problems);
	watched->was_good = watched->was_good || !problems;
	pthread_mutex_lock(&watch->mutex);
	watched->arena = arena;
	watched->problems = problems;
	watched->state = problems ? WRONG : GOOD;
	pthread_mutex_unlock(&watch->mutex);
	arena_free(old);
	metric_set(&checked_metric, (double)(clock_wall() / CLOCK_SECOND), type_of(watched));
	measure(watched);
}

static void
say_failure(const struct watched *watched, const struct error *error)
{
	log_warn("the webhook configuration cannot be read",
		LOG_TEXT("kind", registration_kind(watched->expectation.type)),
		LOG_TEXT("name", watched->expectation.name), LOG_TEXT("error", error->message),
		LOG_TEXT("remedy",
			error->kind == ERROR_DENIED ? "let the webhook's user get it" : ""));
}

/* A server that cannot be reached changes nothing, and the mirror says it; one that refuses does.
 */
static void
fail(struct registration_watch *watch, struct watched *watched, const struct error *error)
{
	if (error->kind == ERROR_TRANSIENT || watched->state == UNREADABLE ||
		ending_is_announced(&watch->ending))
		return;
	say_failure(watched, error);
	pthread_mutex_lock(&watch->mutex);
	watched->state = UNREADABLE;
	watched->problems = NULL;
	pthread_mutex_unlock(&watch->mutex);
	measure(watched);
}

static void
look(struct registration_watch *watch, struct watched *watched)
{
	struct registration_expectation *expectation = &watched->expectation;
	struct arena *body = arena_new(LOOK_SIZE);
	struct arena *arena = arena_new(LOOK_SIZE);
	struct error error = {0};
	const struct json *configuration = kube_client_get(body, watch->client,
		arena_printf(body, "/apis/admissionregistration.k8s.io/v1/%s/%s",
			registration_resource(expectation->type), expectation->name),
		&error);

	if (configuration || error.kind == ERROR_NOT_FOUND) {
		expectation->certificate =
			tls_identity_copy_certificate(body, watch->settings.identity);
		take(watch, watched, arena, registration_check(arena, configuration, expectation));
	} else {
		fail(watch, watched, &error);
		arena_free(arena);
	}
	arena_free(body);
}

static void *
run(void *context)
{
	struct registration_watch *watch = context;

	do {
		for (int type = 0; type < REGISTRATION_TYPES; type++)
			if (*watch->watched[type].expectation.name &&
				!ending_is_announced(&watch->ending))
				look(watch, &watch->watched[type]);
	} while (!ending_wait(&watch->ending, watch->settings.every));
	return NULL;
}

static struct registration_watch *
watch_new(const struct registration_watch_settings *settings)
{
	struct registration_watch *watch = memory_alloc(sizeof *watch);
	const char *const names[REGISTRATION_TYPES] = {settings->validating, settings->mutating};

	watch->settings = *settings;
	watch->arena = arena_new(CONFIG_SIZE);
	ending_init(&watch->ending);
	pthread_mutex_init(&watch->mutex, NULL);
	for (int type = 0; type < REGISTRATION_TYPES; type++)
		watch->watched[type].expectation = (struct registration_expectation){
			.type = (enum registration_type)type,
			.name = names[type],
			.namespace = settings->namespace,
			.selection = settings->selection,
		};
	return watch;
}

struct registration_watch *
registration_watch_start(const struct registration_watch_settings *settings, struct error *error)
{
	struct registration_watch *watch = watch_new(settings);

	if (kube_config_of(watch->arena, settings->kubeconfig, &watch->config, error))
		watch->client = kube_client_new(&watch->config, error);
	if (!watch->client) {
		registration_watch_stop(watch);
		return NULL;
	}
	thread_start(&watch->thread, run, watch);
	watch->started = true;
	return watch;
}

void
registration_watch_stop(struct registration_watch *watch)
{
	ending_announce(&watch->ending);
	if (watch->client)
		kube_client_abort(watch->client);
	if (watch->started)
		pthread_join(watch->thread, NULL);
	for (int type = 0; type < REGISTRATION_TYPES; type++)
		arena_free(watch->watched[type].arena);
	if (watch->client)
		kube_client_free(watch->client);
	pthread_mutex_destroy(&watch->mutex);
	ending_dispose(&watch->ending);
	arena_free(watch->arena);
	free(watch);
}

static void
append_text(struct buffer *buffer, const char *before, const char *text)
{
	buffer_append_text(buffer, before);
	buffer_append_json(buffer, text);
}

static void
write_problem(struct buffer *buffer, const struct registration_problem *problem)
{
	append_text(buffer, "{\"check\":", registration_check_name(problem->check));
	append_text(buffer, ",\"field\":", problem->field);
	append_text(buffer, ",\"is\":", problem->actual);
	append_text(buffer, ",\"expected\":", problem->expected);
	append_text(buffer, ",\"remedy\":", problem->remedy);
	buffer_append_char(buffer, '}');
}

static void
write_watched(struct buffer *buffer, const struct watched *watched)
{
	const struct registration_problem *problem = watched->problems;

	append_text(buffer, "{\"kind\":", registration_kind(watched->expectation.type));
	append_text(buffer, ",\"name\":", watched->expectation.name);
	append_text(buffer, ",\"state\":", state_names[watched->state]);
	buffer_append_text(buffer, ",\"problems\":[");
	for (; problem; problem = problem->next) {
		write_problem(buffer, problem);
		if (problem->next)
			buffer_append_char(buffer, ',');
	}
	buffer_append_text(buffer, "]}");
}

void
registration_watch_write(struct registration_watch *watch, struct buffer *buffer)
{
	const char *separator = "";

	buffer_append_char(buffer, '[');
	pthread_mutex_lock(&watch->mutex);
	for (int type = 0; type < REGISTRATION_TYPES; type++) {
		if (!*watch->watched[type].expectation.name)
			continue;
		buffer_append_text(buffer, separator);
		write_watched(buffer, &watch->watched[type]);
		separator = ",";
	}
	pthread_mutex_unlock(&watch->mutex);
	buffer_append_char(buffer, ']');
}
