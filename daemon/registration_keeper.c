#include "daemon/registration_keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/thread.h"
#include "kube/kube_client.h"
#include "registration/activation_round.h"

enum {
	ROUND_SIZE = 64 * 1024 * 1024,
	FILE_SIZE = 256 * 1024,
	MOST_IN_A_ROW = 4, /* rounds that write: somebody else undoes what we do */
};

struct registration_keeper {
	struct registration_keeper_settings settings;
	struct kube_client *client;
	struct buffer good;    /* the file's last text that could be used */
	struct error unusable; /* what is wrong with the file now */
	unsigned in_a_row;
	bool led;
	struct activation_sight sights[REGISTRATION_TYPES];
	pthread_t thread;
	bool started;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	bool is_woken;
	bool is_ending;
	bool has_ended;
	struct registration_keeper_view view;
};

static struct metric state_metric = METRIC_GAUGE("peerwarden_registration_state",
	"1 for the state that a webhook configuration is in, as the leader has found it.",
	"configuration", "state");
static struct metric write_metric = METRIC_COUNTER("peerwarden_registration_writes_total",
	"Steps towards the wanted webhook configuration.", "configuration", "action", "result");
static struct metric answer_metric = METRIC_GAUGE("peerwarden_registration_probe_answered",
	"1 when the webhook answered the last probe through the API server.", "configuration");
static struct metric probe_metric = METRIC_GAUGE("peerwarden_registration_probe_timestamp_seconds",
	"When the last probe was sent through the API server, in seconds since 1970.");

static bool
leads(const struct registration_keeper *keeper)
{
	return !keeper->settings.leader || leader_is_sure(keeper->settings.leader);
}

static bool
is_ending(struct registration_keeper *keeper)
{
	bool ending;

	pthread_mutex_lock(&keeper->mutex);
	ending = keeper->is_ending;
	pthread_mutex_unlock(&keeper->mutex);
	return ending;
}

static bool
may_go_on(void *context)
{
	struct registration_keeper *keeper = context;

	return leads(keeper) && !is_ending(keeper);
}

/* --- the file --- */

static void
say_file(struct registration_keeper *keeper, const struct error *error)
{
	if (text_equal(keeper->unusable.message, error->message))
		return;
	keeper->unusable = *error;
	if (error->kind != ERROR_NONE)
		log_error("the registration file cannot be used; what it said before counts on",
			LOG_TEXT("error", error->message));
	else
		log_info("the registration file can be used again");
}

/* What the file says, or said last. */
static bool
read_file(struct registration_keeper *keeper, struct arena *arena, struct wanted *wanted,
	struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const char *file = keeper->settings.file;

	buffer_init(&text, FILE_SIZE);
	if (!file_read(file, &text, error) ||
		!wanted_parse(arena, file, buffer_text(&text), text.length, wanted, error))
		return false;
	buffer_clear(&keeper->good);
	buffer_append(&keeper->good, buffer_text(&text), text.length);
	return true;
}

static void
take_file(struct registration_keeper *keeper, struct arena *arena, struct wanted *wanted)
{
	struct error error = {0};

	if (!read_file(keeper, arena, wanted, &error))
		wanted_parse(arena, keeper->settings.file, buffer_text(&keeper->good),
			keeper->good.length, wanted, NULL);
	say_file(keeper, &error);
}

/* --- what was found --- */

static const char *
problem_of(
	struct arena *arena, const struct activation_outcome *outcome, enum registration_type type)
{
	const struct activation_result *result = &outcome->results[type];

	if (result->error.kind == ERROR_CONFLICT)
		return "";
	if (result->error.kind != ERROR_NONE)
		return result->error.message;
	if (result->action == ACTIVATION_WAIT && !result->is_settling)
		return arena_printf(arena, "it waits until the webhook answers: %s",
			*result->hint ? result->hint : outcome->probe.why);
	return "";
}

static void
say(const struct wanted *wanted, enum registration_type type,
	const struct activation_result *result, const char *problem)
{
	const char *state = activation_state_name(result->state);
	const char *name = wanted_name(wanted, type);

	if (*problem)
		log_warn("the webhook configuration is not yet as it should be",
			LOG_TEXT("kind", registration_kind(type)), LOG_TEXT("name", name),
			LOG_TEXT("state", result->was_read ? state : ""),
			LOG_TEXT("problem", problem));
	else
		log_info("the state of the webhook configuration",
			LOG_TEXT("kind", registration_kind(type)), LOG_TEXT("name", name),
			LOG_TEXT("state", state));
}

static void
measure_state(enum registration_type type, const struct activation_result *result)
{
	for (enum activation_state state = 0; state < ACTIVATION_STATES; state++)
		metric_set(&state_metric, result && result->was_read && result->state == state,
			registration_type_name(type), activation_state_name(state));
}

static void
say_step(const struct wanted *wanted, enum registration_type type,
	const struct activation_result *result)
{
	const char *action = activation_action_name(result->action);

	if (!activation_writes(result->action) ||
		(!result->was_written && result->error.kind == ERROR_NONE))
		return;
	metric_add(&write_metric, 1, registration_type_name(type), action,
		result->was_written                    ? "done"
		: result->error.kind == ERROR_CONFLICT ? "conflict"
						       : "failed");
	if (result->was_written)
		log_info("the webhook configuration was written",
			LOG_TEXT("kind", registration_kind(type)),
			LOG_TEXT("name", wanted_name(wanted, type)), LOG_TEXT("action", action),
			LOG_TEXT("differences", result->differences));
}

/* What the file does not name any more, nobody looks at. */
static void
forget_type(struct registration_keeper *keeper, enum registration_type type)
{
	bool was_known;

	pthread_mutex_lock(&keeper->mutex);
	was_known = *keeper->view.configurations[type].name != '\0';
	keeper->view.configurations[type].name[0] = '\0';
	keeper->view.configurations[type].problem[0] = '\0';
	pthread_mutex_unlock(&keeper->mutex);
	if (was_known)
		measure_state(type, NULL);
}

static void
note(struct registration_keeper *keeper, struct arena *arena, const struct wanted *wanted,
	const struct activation_outcome *outcome, enum registration_type type)
{
	const struct activation_result *result = &outcome->results[type];
	const char *problem = problem_of(arena, outcome, type);
	char *name = keeper->view.configurations[type].name;
	char *told = keeper->view.configurations[type].problem;
	bool is_news;

	if (!result->is_wanted)
		forget_type(keeper, type);
	if (!result->is_wanted || (result->error.kind != ERROR_NONE && is_ending(keeper)))
		return;
	say_step(wanted, type, result);
	measure_state(type, result);
	pthread_mutex_lock(&keeper->mutex);
	is_news = !*name || keeper->view.configurations[type].state != result->state ||
		  (*told == '\0') != (*problem == '\0');
	snprintf(name, sizeof keeper->view.configurations[type].name, "%s",
		wanted_name(wanted, type));
	snprintf(told, sizeof keeper->view.configurations[type].problem, "%s", problem);
	if (result->was_read)
		keeper->view.configurations[type].state = result->state;
	pthread_mutex_unlock(&keeper->mutex);
	if (is_news)
		say(wanted, type, result, problem);
}

static void
note_probe(struct registration_keeper *keeper, const struct activation_outcome *outcome)
{
	const enum probe_answer *answers = outcome->probe.answers;
	int64_t now = clock_wall();

	if (!outcome->has_probed)
		return;
	metric_set(&probe_metric, (double)(now / CLOCK_SECOND));
	pthread_mutex_lock(&keeper->mutex);
	keeper->view.probed = now;
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		keeper->view.answers[type] = answers[type];
		metric_set(&answer_metric, answers[type] == PROBE_ANSWERED,
			registration_type_name(type));
	}
	pthread_mutex_unlock(&keeper->mutex);
}

/* --- the thread --- */

static bool
met_conflict(const struct activation_outcome *outcome)
{
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		if (outcome->results[type].error.kind == ERROR_CONFLICT)
			return true;
	return false;
}

/* How long to rest then, in nanoseconds. */
static int64_t
pause_after(struct registration_keeper *keeper, const struct activation_outcome *outcome)
{
	int64_t every = keeper->settings.every;

	if (activation_round_has_written(outcome) || met_conflict(outcome))
		return ++keeper->in_a_row % MOST_IN_A_ROW != 0 ? 0 : every;
	keeper->in_a_row = 0;
	if (outcome->settles_in == 0)
		return every;
	return outcome->settles_in < CLOCK_SECOND ? outcome->settles_in : CLOCK_SECOND;
}

/* Likewise. */
static int64_t
look(struct registration_keeper *keeper)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(ROUND_SIZE);
	struct leader *leader = keeper->settings.leader;
	struct wanted wanted;
	const struct activation_order order = {
		.wanted = &wanted,
		.may_write = true,
		.may_go_on = may_go_on,
		.context = keeper,
		.timeout = leader ? leader_longest_call(leader) : 0,
		.settling = keeper->settings.settling,
		.sights = keeper->sights,
		.field_owner = "peerwarden-daemon",
	};
	struct activation_outcome outcome;

	take_file(keeper, arena, &wanted);
	outcome = activation_round(arena, keeper->client, &order);
	note_probe(keeper, &outcome);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++)
		note(keeper, arena, &wanted, &outcome, type);
	if (activation_round_has_written(&outcome) && keeper->settings.wrote)
		keeper->settings.wrote(keeper->settings.context);
	return pause_after(keeper, &outcome);
}

/* Of what another leader finds, this replica knows nothing. */
static void
forget(struct registration_keeper *keeper)
{
	pthread_mutex_lock(&keeper->mutex);
	keeper->view = (struct registration_keeper_view){.is_wanted = true};
	pthread_mutex_unlock(&keeper->mutex);
	for (enum registration_type type = 0; type < REGISTRATION_TYPES; type++) {
		measure_state(type, NULL);
		metric_set(&answer_metric, 0, registration_type_name(type));
	}
}

static int64_t
work(struct registration_keeper *keeper)
{
	bool did_lead = keeper->led;

	keeper->led = leads(keeper);
	if (keeper->led)
		return look(keeper);
	if (did_lead)
		forget(keeper);
	return keeper->settings.every;
}

/* False at the end. */
static bool
rest(struct registration_keeper *keeper, int64_t duration)
{
	int64_t deadline = clock_monotonic() + duration;
	bool goes_on;

	pthread_mutex_lock(&keeper->mutex);
	while (!keeper->is_woken && !keeper->is_ending && clock_monotonic() < deadline)
		thread_wait_until(&keeper->changed, &keeper->mutex, deadline);
	keeper->is_woken = false;
	goes_on = !keeper->is_ending;
	pthread_mutex_unlock(&keeper->mutex);
	return goes_on;
}

static void *
run(void *context)
{
	struct registration_keeper *keeper = context;

	while (rest(keeper, work(keeper)))
		continue;
	pthread_mutex_lock(&keeper->mutex);
	keeper->has_ended = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->mutex);
	return NULL;
}

static bool
open_parts(struct registration_keeper *keeper, struct error *error)
{
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(ROUND_SIZE);
	struct wanted wanted;

	if (!read_file(keeper, arena, &wanted, error))
		return false;
	keeper->client = kube_client_new(keeper->settings.config, error);
	return keeper->client != NULL;
}

struct registration_keeper *
registration_keeper_start(const struct registration_keeper_settings *settings, struct error *error)
{
	struct registration_keeper *keeper = memory_alloc(sizeof *keeper);

	keeper->settings = *settings;
	keeper->view.is_wanted = true;
	buffer_init(&keeper->good, FILE_SIZE);
	pthread_mutex_init(&keeper->mutex, NULL);
	thread_condition_init(&keeper->changed);
	if (!open_parts(keeper, error)) {
		registration_keeper_stop(keeper, 0);
		return NULL;
	}
	thread_start(&keeper->thread, run, keeper);
	keeper->started = true;
	return keeper;
}

void
registration_keeper_wake(struct registration_keeper *keeper)
{
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->mutex);
	keeper->is_woken = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->mutex);
}

/* Gives the call that is under way its time. */
static void
end_thread(struct registration_keeper *keeper, int64_t patience)
{
	int64_t deadline = clock_monotonic() + patience;

	pthread_mutex_lock(&keeper->mutex);
	keeper->is_ending = true;
	pthread_cond_broadcast(&keeper->changed);
	while (!keeper->has_ended && clock_monotonic() < deadline)
		thread_wait_until(&keeper->changed, &keeper->mutex, deadline);
	pthread_mutex_unlock(&keeper->mutex);
	kube_client_abort(keeper->client);
	pthread_join(keeper->thread, NULL);
}

void
registration_keeper_stop(struct registration_keeper *keeper, int64_t patience)
{
	if (!keeper)
		return;
	if (keeper->started)
		end_thread(keeper, patience);
	kube_client_free(keeper->client);
	buffer_dispose(&keeper->good);
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->mutex);
	free(keeper);
}

void
registration_keeper_look(struct registration_keeper *keeper, struct registration_keeper_view *view)
{
	*view = (struct registration_keeper_view){0};
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->mutex);
	*view = keeper->view;
	pthread_mutex_unlock(&keeper->mutex);
}
