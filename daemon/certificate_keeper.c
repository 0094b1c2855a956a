#include "daemon/certificate_keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/rate_limit.h"
#include "base/thread.h"
#include "certs/certificate_look.h"
#include "certs/key_pair.h"
#include "daemon/workers.h"

#define FIRST_WAIT     (200 * CLOCK_MILLISECOND)
#define LONGEST_WAIT   (20 * CLOCK_SECOND)
#define UNTRUSTED_TIME (3 * CLOCK_SECOND)
enum { ARENA_SIZE = 32 * 1024 * 1024, LARGEST_FILE = 512 * 1024, STEPS_AT_ONCE = 24 };

static const char *const problem_names[CERTIFICATE_PROBLEMS] = {
	[CERTIFICATE_PROBLEM_REGISTRATION] = "registration",
	[CERTIFICATE_PROBLEM_READ] = "read",
	[CERTIFICATE_PROBLEM_WRITE] = "write",
	[CERTIFICATE_PROBLEM_CLOCK] = "clock",
	[CERTIFICATE_PROBLEM_UNTRUSTED] = "untrusted",
	[CERTIFICATE_PROBLEM_UNSTEADY] = "unsteady",
};
static const char *const which_names[CERTIFICATE_WHICH] = {
	[CERTIFICATE_LEAF] = "leaf",
	[CERTIFICATE_AUTHORITY] = "ca",
	[CERTIFICATE_NEXT_AUTHORITY] = "next-ca",
};

static struct metric expiry = METRIC_GAUGE("peerwarden_certificate_expiry_timestamp_seconds",
	"When a certificate of the Secret ends, in seconds since 1970; 0 when there is none.",
	"certificate");
static struct metric renewal = METRIC_GAUGE("peerwarden_certificate_renewal_timestamp_seconds",
	"When a certificate of the Secret is to be renewed, in seconds since 1970.", "certificate");
static struct metric last_look = METRIC_GAUGE("peerwarden_certificate_last_look_timestamp_seconds",
	"When Secret and webhook configurations were read last, in seconds since 1970.", NULL);
static struct metric steps = METRIC_COUNTER("peerwarden_certificate_steps_total",
	"Changes made to the Secret or to a caBundle.", "step");
static struct metric problem_gauge = METRIC_GAUGE(
	"peerwarden_certificate_problems", "1 while there is this problem.", "problem");

struct certificate_keeper {
	struct certificate_keeper_settings settings;
	struct worker worker;
	pthread_t thread;

	/* Used by the thread only. */
	char *registration; /* the last good text of the file, or NULL */
	struct certificate_place place;
	struct certificate_sights sights;
	struct certificate_store remembered; /* texts of our own */
	struct certificate_look look;
	struct rate_limit limit;
	int64_t unsteady_until;  /* clock_monotonic, as the next */
	int64_t untrusted_since; /* 0: it is not */
	unsigned failures;

	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t changed;
	bool woken;
	bool ending;
	bool ended;
	struct certificate_keeper_view view;
};

const char *
certificate_keeper_problem_name(enum certificate_problem problem)
{
	return problem_names[problem];
}

const char *
certificate_keeper_which_name(enum certificate_which which)
{
	return which_names[which];
}

static void
begin_problem(struct certificate_keeper *keeper, enum certificate_problem problem, const char *text)
{
	char *known = keeper->view.problems[problem];
	bool is_new;

	pthread_mutex_lock(&keeper->mutex);
	is_new = !*known;
	snprintf(known, sizeof keeper->view.problems[problem], "%s", text);
	pthread_mutex_unlock(&keeper->mutex);
	metric_set(&problem_gauge, 1, problem_names[problem]);
	if (is_new)
		log_warn("a problem with the certificates",
			LOG_TEXT("problem", problem_names[problem]), LOG_TEXT("why", text));
}

static void
end_problem(struct certificate_keeper *keeper, enum certificate_problem problem)
{
	char *known = keeper->view.problems[problem];
	bool was;

	pthread_mutex_lock(&keeper->mutex);
	was = *known;
	*known = '\0';
	pthread_mutex_unlock(&keeper->mutex);
	metric_set(&problem_gauge, 0, problem_names[problem]);
	if (was)
		log_info("a problem with the certificates is over",
			LOG_TEXT("problem", problem_names[problem]));
}

static void
set_problem(struct certificate_keeper *keeper, enum certificate_problem problem, bool is,
	const char *text)
{
	if (is)
		begin_problem(keeper, problem, text);
	else
		end_problem(keeper, problem);
}

/* How long to wait after a failure. */
static int64_t
fail(struct certificate_keeper *keeper, enum certificate_problem problem, const struct error *error)
{
	begin_problem(keeper, problem, error->message);
	return FIRST_WAIT + jitter_back_off(FIRST_WAIT, LONGEST_WAIT, keeper->failures++);
}

static bool
parse_place(struct certificate_keeper *keeper, const char *text, size_t length, struct error *error)
{
	keeper->place = (struct certificate_place){
		.namespace = keeper->settings.namespace, .secret = keeper->settings.secret};
	return certificate_place_read(keeper->worker.arena, &keeper->place, text, length, error);
}

/* Where the file cannot be used, the last good one counts on. */
static bool
read_place(struct certificate_keeper *keeper, struct error *error)
{
	CLEANUP(buffer_dispose) struct buffer text;
	const char *path = keeper->settings.registration;

	buffer_init(&text, LARGEST_FILE);
	if (file_read(path, &text, error) &&
		parse_place(keeper, buffer_text(&text), text.length, error)) {
		end_problem(keeper, CERTIFICATE_PROBLEM_REGISTRATION);
		free(keeper->registration);
		keeper->registration = buffer_take(&text);
		return true;
	}
	error_wrap(error, "%s", path);
	begin_problem(keeper, CERTIFICATE_PROBLEM_REGISTRATION, error->message);
	return keeper->registration &&
	       parse_place(keeper, keeper->registration, strlen(keeper->registration), error);
}

static void
forget(struct certificate_store *store)
{
	certificate_store_wipe(store);
	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++)
		free((char *)(uintptr_t)store->texts[i]);
	*store = (struct certificate_store){0};
}

static void
remember(struct certificate_keeper *keeper)
{
	const struct certificate_look *look = &keeper->look;

	if (!rotation_is_whole(&look->view.secret, look->view.now))
		return;
	forget(&keeper->remembered);
	for (int i = 0; i < CERTIFICATE_STORE_MEMBERS; i++)
		if (look->store.texts[i])
			keeper->remembered.texts[i] = memory_text(look->store.texts[i]);
}

static void
note_certificate(struct certificate_keeper *keeper, enum certificate_which which, const char *id,
	int64_t begins, int64_t ends)
{
	int64_t due = id ? rotation_renewal(&keeper->settings.policy, id, begins, ends) : 0;

	metric_set(&expiry, (double)(id ? ends : 0), which_names[which]);
	metric_set(&renewal, (double)due, which_names[which]);
	pthread_mutex_lock(&keeper->mutex);
	snprintf(keeper->view.certificates[which].fingerprint,
		sizeof keeper->view.certificates[which].fingerprint, "%s", id ? id : "");
	keeper->view.certificates[which].ends = id ? ends : 0;
	keeper->view.certificates[which].renewal = due;
	pthread_mutex_unlock(&keeper->mutex);
}

static void
note_authority(struct certificate_keeper *keeper, enum certificate_which which,
	const struct rotation_authority *authority)
{
	note_certificate(keeper, which, authority->id, authority->not_before, authority->not_after);
}

static bool
clock_differs(const struct rotation_view *view)
{
	int64_t apart = view->now - view->server_now;

	return view->server_now != 0 &&
	       (apart > ROTATION_CLOCK_TOLERANCE || apart < -ROTATION_CLOCK_TOLERANCE);
}

/* What lasts no longer than it takes to put it right is none. */
static bool
is_untrusted_for_long(struct certificate_keeper *keeper)
{
	int64_t now = clock_monotonic();

	if (!certificate_look_is_untrusted(&keeper->look))
		keeper->untrusted_since = 0;
	else if (keeper->untrusted_since == 0)
		keeper->untrusted_since = now;
	return keeper->untrusted_since != 0 && now - keeper->untrusted_since >= UNTRUSTED_TIME;
}

static void
note_look(struct certificate_keeper *keeper, const struct rotation_step *step)
{
	const struct rotation_view *view = &keeper->look.view;
	const struct rotation_secret *secret = &view->secret;

	note_certificate(keeper, CERTIFICATE_LEAF, secret->leaf.id, secret->leaf.not_before,
		secret->leaf.not_after);
	note_authority(keeper, CERTIFICATE_AUTHORITY, &secret->authority);
	note_authority(keeper, CERTIFICATE_NEXT_AUTHORITY, &secret->next);
	metric_set(&last_look, (double)view->now);
	set_problem(keeper, CERTIFICATE_PROBLEM_CLOCK, clock_differs(view),
		"the clock of this machine and that of the API server differ by more than five "
		"minutes");
	set_problem(keeper, CERTIFICATE_PROBLEM_UNTRUSTED, is_untrusted_for_long(keeper),
		"a webhook configuration does not show the CA of the serving certificate");
	pthread_mutex_lock(&keeper->mutex);
	keeper->view.looked = clock_wall();
	keeper->view.next = rotation_action_name(step->action);
	keeper->view.why = step->why;
	pthread_mutex_unlock(&keeper->mutex);
}

/* How long to wait before the next look: not at all, but for those who undo what is done. */
static int64_t
done(struct certificate_keeper *keeper, const struct rotation_step *step, const char *target)
{
	int64_t now = clock_monotonic();
	int64_t wait = rate_limit_reserve(&keeper->limit, now);

	metric_add(&steps, 1, rotation_action_name(step->action));
	log_info("certificates: step done", LOG_TEXT("step", rotation_action_name(step->action)),
		LOG_TEXT("object", target), LOG_TEXT("why", step->why));
	end_problem(keeper, CERTIFICATE_PROBLEM_WRITE);
	keeper->failures = 0;
	if (wait > 0) {
		keeper->unsteady_until = now + 2 * keeper->settings.check;
		begin_problem(keeper, CERTIFICATE_PROBLEM_UNSTEADY,
			"steps are done more often than a rotation needs; somebody undoes them");
	}
	return wait;
}

static int64_t
do_step(struct certificate_keeper *keeper, const struct rotation_step *step)
{
	struct worker *worker = &keeper->worker;
	const struct certificate_store_order order = {
		.policy = &keeper->settings.policy,
		.authority_subject = "Peerwarden CA",
		.leaf_subject = keeper->place.hosts[0],
		.hosts = keeper->place.hosts,
	};
	const char *target = certificate_look_target(worker->arena, &keeper->look, step);
	struct kube_call call = {0};
	struct error error = {0};
	const struct json *answer = NULL;

	if (certificate_look_call(worker->arena, &keeper->look, step, &order, &call, &error))
		answer = worker_write(worker, &call, &error);
	certificate_look_wipe_call(&call);
	certificate_look_wipe_object(answer);
	if (answer)
		return done(keeper, step, target);
	if (error.kind == ERROR_CONFLICT)
		return jitter_back_off(FIRST_WAIT, LONGEST_WAIT, keeper->failures++);
	if (!worker_leads(worker))
		return keeper->settings.check;
	error_wrap(&error, "%s of %s", rotation_action_name(step->action), target);
	return fail(keeper, CERTIFICATE_PROBLEM_WRITE, &error);
}

/* Nothing to do, or not by us. */
static int64_t
rest(struct certificate_keeper *keeper, const struct rotation_step *step)
{
	int64_t check = keeper->settings.check;
	int64_t wanted = step->look_again * CLOCK_SECOND;

	keeper->failures = 0;
	if (step->action == ROTATION_WAIT)
		end_problem(keeper, CERTIFICATE_PROBLEM_WRITE);
	if (clock_monotonic() >= keeper->unsteady_until)
		end_problem(keeper, CERTIFICATE_PROBLEM_UNSTEADY);
	if (wanted > 0 && wanted < check)
		return wanted;
	return jitter_between(check - check / 10, check);
}

/* Looks once and does what is due; how long to wait then. */
static int64_t
look_once(struct certificate_keeper *keeper)
{
	struct worker *worker = &keeper->worker;
	struct error error = {0};
	struct rotation_step step;

	if (!read_place(keeper, &error))
		return fail(keeper, CERTIFICATE_PROBLEM_REGISTRATION, &error);
	if (!certificate_look_take(worker->arena, worker->client, &keeper->place, &keeper->sights,
		    &keeper->remembered, &keeper->look, &error))
		return fail(keeper, CERTIFICATE_PROBLEM_READ, &error);
	end_problem(keeper, CERTIFICATE_PROBLEM_READ);
	remember(keeper);
	step = rotation_next(&keeper->settings.policy, &keeper->look.view);
	note_look(keeper, &step);
	return step.action != ROTATION_WAIT && worker_leads(worker) ? do_step(keeper, &step)
								    : rest(keeper, &step);
}

/* False at the end. */
static bool
wait_for(struct certificate_keeper *keeper, int64_t pause)
{
	int64_t until = clock_monotonic() + pause;
	bool goes_on;

	pthread_mutex_lock(&keeper->mutex);
	while (!keeper->ending && !keeper->woken && clock_monotonic() < until)
		thread_wait_until(&keeper->changed, &keeper->mutex, until);
	keeper->woken = false;
	goes_on = !keeper->ending;
	pthread_mutex_unlock(&keeper->mutex);
	return goes_on;
}

static void *
run(void *context)
{
	struct certificate_keeper *keeper = context;
	int64_t pause;

	do {
		pause = look_once(keeper);
		certificate_look_wipe(&keeper->look);
		keeper->look = (struct certificate_look){0};
		arena_reset(keeper->worker.arena);
	} while (wait_for(keeper, pause));
	pthread_mutex_lock(&keeper->mutex);
	keeper->ended = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->mutex);
	return NULL;
}

struct certificate_keeper *
certificate_keeper_start(const struct certificate_keeper_settings *settings, struct error *error)
{
	struct kube_client *client = kube_client_new(settings->config, error);
	struct certificate_keeper *keeper;

	if (!client)
		return NULL;
	keeper = memory_alloc(sizeof *keeper);
	keeper->settings = *settings;
	keeper->worker = (struct worker){
		.arena = arena_new(ARENA_SIZE), .client = client, .leader = settings->leader};
	keeper->view.is_kept = true;
	rate_limit_init(&keeper->limit, settings->check / 2, STEPS_AT_ONCE);
	pthread_mutex_init(&keeper->mutex, NULL);
	thread_condition_init(&keeper->changed);
	thread_start(&keeper->thread, run, keeper);
	return keeper;
}

void
certificate_keeper_wake(struct certificate_keeper *keeper)
{
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->mutex);
	keeper->woken = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->mutex);
}

/* Whether the thread has come to its end by itself. */
static bool
end_within(struct certificate_keeper *keeper, int64_t patience)
{
	int64_t until = clock_monotonic() + patience;
	bool ended;

	pthread_mutex_lock(&keeper->mutex);
	keeper->ending = true;
	pthread_cond_broadcast(&keeper->changed);
	while (!keeper->ended && clock_monotonic() < until)
		thread_wait_until(&keeper->changed, &keeper->mutex, until);
	ended = keeper->ended;
	pthread_mutex_unlock(&keeper->mutex);
	return ended;
}

void
certificate_keeper_stop(struct certificate_keeper *keeper, int64_t patience)
{
	if (!keeper)
		return;
	if (!end_within(keeper, patience))
		kube_client_abort(keeper->worker.client);
	pthread_join(keeper->thread, NULL);
	forget(&keeper->remembered);
	free(keeper->registration);
	kube_client_free(keeper->worker.client);
	arena_free(keeper->worker.arena);
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->mutex);
	free(keeper);
}

void
certificate_keeper_look(struct certificate_keeper *keeper, struct certificate_keeper_view *view)
{
	*view = (struct certificate_keeper_view){0};
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->mutex);
	*view = keeper->view;
	pthread_mutex_unlock(&keeper->mutex);
}
