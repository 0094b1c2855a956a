#include "daemon/report_writer.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "daemon/report_calls.h"
#include "daemon/report_metrics.h"
#include "daemon/report_shelf.h"
#include "daemon/report_watch.h"

#define ASK_AGAIN   (1 * CLOCK_SECOND) /* for the lead, which may come without a word */
#define SWEEP_AGAIN (60 * CLOCK_SECOND)
enum { STEPS = 32, SCOPES = 2, PROBLEM_SIZE = 200, WORK_SIZE = 64 * 1024 * 1024 };

/* One of the two collections. */
struct scope {
	struct report_writer *writer;
	bool namespaced;
	struct report_watch *watch;
	struct report_shelf *shelf; /* what is known to stand there */
	struct arena *arena;        /* of the watch's thread */
	bool listed;
	char problem[PROBLEM_SIZE];
};

struct report_writer {
	struct report_writer_settings settings;
	struct ending ending;
	struct report_calls *calls; /* used by the thread only */
	pthread_t thread;
	bool started;
	bool led;         /* when it was asked last */
	bool is_full;     /* and reports were left out, at the last look */
	int64_t sweep_at; /* the reports of the other form; INT64_MAX when that is done */

	pthread_mutex_t mutex; /* of all below, and of the scopes but for their arenas */
	pthread_cond_t changed;
	struct report_plan *plan;
	struct scope scopes[SCOPES]; /* cluster-scoped, namespaced */
	bool begun;
	bool ending_now;
	char problem[PROBLEM_SIZE]; /* of the last write */
};

static bool
leads(const struct report_writer *writer)
{
	return !writer->settings.leader || leader_is_sure(writer->settings.leader);
}

static void set_problem(char problem[PROBLEM_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says it once, until it changes. Needs the mutex. */
static void
set_problem(char problem[PROBLEM_SIZE], const char *format, ...)
{
	char text[PROBLEM_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (text_equal(text, problem))
		return;
	snprintf(problem, PROBLEM_SIZE, "%s", text);
	if (*problem)
		log_warn("policy reports are behind", LOG_TEXT("reason", problem));
}

/* --- what the watches tell --- */

static void
on_began(void *context)
{
	struct scope *scope = context;

	pthread_mutex_lock(&scope->writer->mutex);
	report_shelf_list_anew(scope->shelf);
	pthread_mutex_unlock(&scope->writer->mutex);
}

static void
on_gone(void *context, const char *uid)
{
	report_plan_removed(context, uid);
}

static void
on_listed(void *context)
{
	struct scope *scope = context;
	struct report_writer *writer = scope->writer;

	pthread_mutex_lock(&writer->mutex);
	report_shelf_keep_listed(scope->shelf, on_gone, writer->plan);
	scope->listed = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
}

static void
on_saw(void *context, const struct json *report, bool gone)
{
	struct scope *scope = context;
	struct report_writer *writer = scope->writer;
	const char *uid = policy_report_uid(report);
	const char *namespace = json_member_text(json_member(report, "metadata"), "namespace");
	uint64_t content = policy_report_content(scope->arena, report);

	arena_reset(scope->arena);
	if (!uid)
		return;
	pthread_mutex_lock(&writer->mutex);
	if (gone) {
		report_plan_removed(writer->plan, uid);
		report_shelf_remove(scope->shelf, uid);
	} else {
		report_plan_stored(writer->plan, uid, namespace ? namespace : "", content);
		report_shelf_put(scope->shelf, uid);
	}
	if (scope->listed)
		pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
}

static void
on_opened(void *context)
{
	struct scope *scope = context;

	pthread_mutex_lock(&scope->writer->mutex);
	set_problem(scope->problem, "%s", "");
	pthread_mutex_unlock(&scope->writer->mutex);
}

static void
on_lost(void *context, bool absent, const struct error *error)
{
	struct scope *scope = context;
	struct report_writer *writer = scope->writer;
	enum policy_report_form form = writer->settings.form;

	pthread_mutex_lock(&writer->mutex);
	if (absent) {
		report_shelf_list_anew(scope->shelf);
		report_shelf_keep_listed(scope->shelf, on_gone, writer->plan);
		scope->listed = false;
		set_problem(scope->problem, "%s of %s is not installed in this cluster",
			policy_report_plural(form, scope->namespaced), policy_report_api(form));
	} else {
		set_problem(scope->problem, "%s cannot be watched: %s",
			policy_report_plural(form, scope->namespaced), error->message);
	}
	pthread_mutex_unlock(&writer->mutex);
}

/* --- the steps --- */

/* Tells the plan how a step has ended. Needs the mutex. */
static void
settle(struct report_writer *writer, const struct report_step *step,
	const struct report_call_end *end, const char *uid)
{
	struct scope *scope = &writer->scopes[*step->namespace != '\0'];

	report_plan_done(writer->plan, uid, end->how == REPORT_CALL_DONE, end->content);
	if (end->how == REPORT_CALL_FOREIGN)
		report_plan_foreign(writer->plan, uid);
	else if (end->how == REPORT_CALL_STANDS)
		report_plan_stored(writer->plan, uid, end->namespace, end->content);
	else if (end->how == REPORT_CALL_GONE)
		report_plan_removed(writer->plan, uid);
	if (end->how != REPORT_CALL_GONE && step->verb != REPORT_DELETE)
		report_shelf_put(scope->shelf, uid);
}

static void
take_step(struct report_writer *writer, const struct report_step *step)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(WORK_SIZE);
	struct error error = {0};
	const char *uid = arena_text(arena, step->uid);
	struct report_call_end end = {.how = REPORT_CALL_FAILED};

	if (leads(writer))
		end = report_calls_do(writer->calls, arena, step, &error);
	else
		error_set(&error, ERROR_TRANSIENT, "this replica does not lead");
	report_metrics_count(step->verb, end.how, &error);
	pthread_mutex_lock(&writer->mutex);
	if (end.how != REPORT_CALL_FAILED)
		set_problem(writer->problem, "%s", "");
	else if (error.kind != ERROR_NONE && leads(writer))
		set_problem(writer->problem, "the report on the object with uid %s: %s", uid,
			error.message);
	settle(writer, step, &end, uid);
	pthread_mutex_unlock(&writer->mutex);
}

/* What is wished and what stands are both known in full. Needs the mutex. */
static bool
is_ready(const struct report_writer *writer)
{
	return writer->begun && writer->scopes[0].listed && writer->scopes[1].listed;
}

static void
take_steps(struct report_writer *writer)
{
	struct report_step steps[STEPS];
	size_t count = 0;

	pthread_mutex_lock(&writer->mutex);
	if (is_ready(writer))
		count = report_plan_steps(writer->plan, clock_monotonic(), steps, STEPS);
	pthread_mutex_unlock(&writer->mutex);
	for (size_t i = 0; i < count; i++)
		take_step(writer, &steps[i]);
}

/* Reports of ours in the form that is not used. Who may not list them is told so once: the right
 * is not needed where that form was never used. */
static void
sweep(struct report_writer *writer)
{
	struct arena *arena CLEANUP(arena_cleanup) = arena_new(WORK_SIZE);
	struct error error = {0};
	size_t count = 0;
	bool good = report_calls_delete_other_form(writer->calls, arena, &count, &error);

	writer->sweep_at =
		good || error.kind == ERROR_DENIED ? INT64_MAX : clock_monotonic() + SWEEP_AGAIN;
	if (count > 0)
		log_info(
			"policy reports of the other form are deleted", LOG_NUMBER("count", count));
	if (!good)
		log_warn("policy reports of the other form stay for now",
			LOG_TEXT("error", error.message));
}

/* --- the thread --- */

/* When there is something to do, being the leader. Needs the mutex. */
static int64_t
due(struct report_writer *writer, int64_t now)
{
	int64_t at = INT64_MAX;

	if (is_ready(writer))
		at = report_plan_due(writer->plan, now);
	return writer->sweep_at < at ? writer->sweep_at : at;
}

/* Each time that the lead comes, the other form is looked at: the leader before may have used it.
 */
static bool
ask_for_lead(struct report_writer *writer)
{
	bool now = leads(writer);

	if (now && !writer->led)
		writer->sweep_at = 0;
	writer->led = now;
	return now;
}

/* Needs the mutex. */
static void
measure(struct report_writer *writer)
{
	const struct report_plan_figures figures = report_plan_figures(writer->plan);

	report_metrics_set(figures);
	if (figures.left_out > 0 && !writer->is_full)
		log_warn("policy reports are left out",
			LOG_NUMBER("maximum", writer->settings.maximum),
			LOG_NUMBER("count", figures.left_out));
	writer->is_full = figures.left_out > 0;
}

/* False at the end. */
static bool
wait_for_work(struct report_writer *writer)
{
	bool goes_on;

	pthread_mutex_lock(&writer->mutex);
	while (!writer->ending_now) {
		int64_t now = clock_monotonic(), until = now + ASK_AGAIN;
		int64_t at = ask_for_lead(writer) ? due(writer, now) : INT64_MAX;

		measure(writer);
		if (at <= now)
			break;
		thread_wait_until(&writer->changed, &writer->mutex, at < until ? at : until);
	}
	goes_on = !writer->ending_now;
	pthread_mutex_unlock(&writer->mutex);
	return goes_on;
}

static void *
run(void *context)
{
	struct report_writer *writer = context;

	while (wait_for_work(writer)) {
		if (writer->sweep_at <= clock_monotonic())
			sweep(writer);
		take_steps(writer);
	}
	return NULL;
}

/* --- beginning and end --- */

static bool
open_scope(struct report_writer *writer, bool namespaced, struct error *error)
{
	struct scope *scope = &writer->scopes[namespaced];
	const struct report_watch_settings settings = {.config = writer->settings.config,
		.ending = &writer->ending,
		.form = writer->settings.form,
		.namespaced = namespaced,
		.observer = {on_began, on_listed, on_saw, on_opened, on_lost, scope}};

	scope->writer = writer;
	scope->namespaced = namespaced;
	scope->shelf = report_shelf_new();
	scope->arena = arena_new(WORK_SIZE);
	scope->watch = report_watch_new(&settings, error);
	return scope->watch != NULL;
}

struct report_writer *
report_writer_start(const struct report_writer_settings *settings, struct error *error)
{
	struct report_writer *writer = memory_alloc(sizeof *writer);
	const struct report_calls_settings calls = {.config = settings->config,
		.leader = settings->leader,
		.form = settings->form,
		.make = settings->make,
		.context = settings->context};

	writer->settings = *settings;
	writer->sweep_at = INT64_MAX;
	writer->plan = report_plan_new(settings->maximum, settings->interval);
	ending_init(&writer->ending);
	pthread_mutex_init(&writer->mutex, NULL);
	thread_condition_init(&writer->changed);
	writer->calls = report_calls_new(&calls, error);
	if (!writer->calls || !open_scope(writer, false, error) ||
		!open_scope(writer, true, error)) {
		report_writer_stop(writer);
		return NULL;
	}
	for (int i = 0; i < SCOPES; i++)
		report_watch_start(writer->scopes[i].watch);
	thread_start(&writer->thread, run, writer);
	writer->started = true;
	return writer;
}

static void
end_threads(struct report_writer *writer)
{
	ending_announce(&writer->ending);
	pthread_mutex_lock(&writer->mutex);
	writer->ending_now = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
	if (writer->calls)
		report_calls_interrupt(writer->calls);
	for (int i = 0; i < SCOPES; i++)
		if (writer->scopes[i].watch)
			report_watch_interrupt(writer->scopes[i].watch);
	if (writer->started)
		pthread_join(writer->thread, NULL);
	for (int i = 0; i < SCOPES; i++)
		report_watch_free(writer->scopes[i].watch);
}

void
report_writer_stop(struct report_writer *writer)
{
	if (!writer)
		return;
	end_threads(writer);
	for (int i = 0; i < SCOPES; i++) {
		report_shelf_free(writer->scopes[i].shelf);
		arena_free(writer->scopes[i].arena);
	}
	report_calls_free(writer->calls);
	report_plan_free(writer->plan);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->mutex);
	ending_dispose(&writer->ending);
	free(writer);
}

void
report_writer_want(struct report_writer *writer, const struct report_wish *wish)
{
	pthread_mutex_lock(&writer->mutex);
	report_plan_want(writer->plan, wish);
	pthread_mutex_unlock(&writer->mutex);
}

void
report_writer_unwant(struct report_writer *writer, const char *uid)
{
	pthread_mutex_lock(&writer->mutex);
	report_plan_unwant(writer->plan, uid);
	pthread_mutex_unlock(&writer->mutex);
}

void
report_writer_begin(struct report_writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->begun = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
}

void
report_writer_wake(struct report_writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
}

void
report_writer_look(struct report_writer *writer, struct report_writer_view *view)
{
	const char *problem;

	pthread_mutex_lock(&writer->mutex);
	view->figures = report_plan_figures(writer->plan);
	problem = *writer->scopes[0].problem   ? writer->scopes[0].problem
		  : *writer->scopes[1].problem ? writer->scopes[1].problem
					       : writer->problem;
	snprintf(view->problem, sizeof view->problem, "%s", problem);
	if (!*problem && view->figures.left_out > 0)
		snprintf(view->problem, sizeof view->problem,
			"%zu reports are left out: there may be %zu at most",
			view->figures.left_out, writer->settings.maximum);
	else if (!*problem && view->figures.blocked > 0)
		snprintf(view->problem, sizeof view->problem,
			"%zu reports have no place: an object that is not ours has their name",
			view->figures.blocked);
	pthread_mutex_unlock(&writer->mutex);
}
