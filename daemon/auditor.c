#include "daemon/auditor.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "daemon/audit_round.h"
#include "validators/audit.h"

#define TICK         (1 * CLOCK_SECOND) /* between two looks at the policy */
#define LONGEST_REST (4 * CLOCK_SECOND)
enum { REST_FACTOR = 10 };
enum { LARGEST_PICTURE = 1024 * 1024 };

static const double seconds_bounds[] = {0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 0};
static struct metric objects_metric =
	METRIC_GAUGE("peerwarden_audit_objects", "Objects that the last audit has judged.", NULL);
static struct metric duration_metric = METRIC_HISTOGRAM("peerwarden_audit_duration_seconds",
	"Time that judging everything took.", seconds_bounds, NULL);
static struct metric last_metric = METRIC_GAUGE("peerwarden_audit_last_timestamp_seconds",
	"When everything was judged last, in seconds since 1970.", NULL);

struct auditor {
	struct audit_room room;
	pthread_t thread;
	bool started;

	/* Used by the thread only. */
	size_t expired;   /* exemptions, at the last round */
	int64_t ticked;   /* clock_monotonic */
	int64_t rest_end; /* no round before */
	struct buffer drawn;

	pthread_mutex_t mutex; /* of all below; taken after the inventory's lock */
	pthread_cond_t changed;
	bool began;
	bool pending; /* something is to be judged anew */
	bool ending;
	struct audit_outcome outcome; /* of the last round; `now` is 0 before the first */
	struct buffer picture;        /* of the last round */
};

static void
want_round(struct auditor *auditor)
{
	pthread_mutex_lock(&auditor->mutex);
	auditor->pending = true;
	pthread_cond_signal(&auditor->changed);
	pthread_mutex_unlock(&auditor->mutex);
}

static size_t
expired_exemptions(const struct auditor *auditor)
{
	return policy_expired_exemptions(auditor->room.policy.policy, clock_wall() / CLOCK_SECOND);
}

/* About once a second: a new policy and an exemption that ends change what is found. */
static void
tick(struct auditor *auditor)
{
	int64_t now = clock_monotonic();

	if (auditor->ticked != 0 && now - auditor->ticked < TICK)
		return;
	auditor->ticked = now;
	if (policy_file_renew(&auditor->room.policy, auditor->room.inventory))
		want_round(auditor);
	policy_file_tick(&auditor->room.policy, clock_wall() / CLOCK_SECOND);
	if (expired_exemptions(auditor) != auditor->expired)
		want_round(auditor);
}

static void
swap(struct buffer *one, struct buffer *other)
{
	const struct buffer kept = *one;

	*one = *other;
	*other = kept;
}

static void
publish(struct auditor *auditor, const struct audit_outcome *outcome)
{
	metric_set(&objects_metric, (double)outcome->objects);
	metric_observe(&duration_metric, (double)outcome->took / CLOCK_SECOND);
	metric_set(&last_metric, (double)(outcome->now / CLOCK_SECOND));
	pthread_mutex_lock(&auditor->mutex);
	auditor->outcome = *outcome;
	swap(&auditor->picture, &auditor->drawn);
	pthread_mutex_unlock(&auditor->mutex);
	if (outcome->failed > 0)
		log_error("policy reports cannot be made", LOG_NUMBER("count", outcome->failed));
	if (auditor->room.writer)
		report_writer_begin(auditor->room.writer);
}

static void
judge_everything(struct auditor *auditor)
{
	struct audit_outcome outcome;
	int64_t rest;

	auditor->expired = expired_exemptions(auditor);
	buffer_dispose(&auditor->drawn);
	buffer_init(&auditor->drawn, LARGEST_PICTURE);
	audit_round(&auditor->room, &outcome);
	rest = outcome.took * REST_FACTOR;
	auditor->rest_end = clock_monotonic() + (rest < LONGEST_REST ? rest : LONGEST_REST);
	publish(auditor, &outcome);
}

/* Waits until the next tick, or until a round is due; then `due` is true, and what is pending from
 * now on is for the round after it. False at the end. */
static bool
wait_for_work(struct auditor *auditor, bool *due)
{
	int64_t until = auditor->ticked + TICK;
	bool goes_on;

	*due = false;
	pthread_mutex_lock(&auditor->mutex);
	while (!auditor->ending && !*due) {
		int64_t now = clock_monotonic();
		bool wanted = auditor->began && auditor->pending;

		*due = wanted && now >= auditor->rest_end;
		if (*due || now >= until)
			break;
		thread_wait_until(&auditor->changed, &auditor->mutex,
			wanted && auditor->rest_end < until ? auditor->rest_end : until);
	}
	if (*due)
		auditor->pending = false;
	goes_on = !auditor->ending;
	pthread_mutex_unlock(&auditor->mutex);
	return goes_on;
}

static void *
run(void *context)
{
	struct auditor *auditor = context;
	bool due;

	tick(auditor);
	while (wait_for_work(auditor, &due)) {
		if (due)
			judge_everything(auditor);
		tick(auditor);
	}
	return NULL;
}

static bool
open_writer(struct auditor *auditor, const struct auditor_settings *settings, struct error *error)
{
	const struct report_writer_settings writer = {.config = settings->config,
		.leader = settings->leader,
		.form = settings->form,
		.maximum = settings->maximum,
		.interval = settings->interval,
		.make = audit_round_make_report,
		.context = &auditor->room};

	if (settings->reports)
		auditor->room.writer = report_writer_start(&writer, error);
	return !settings->reports || auditor->room.writer;
}

struct auditor *
auditor_start(const struct auditor_settings *settings, struct error *error)
{
	struct auditor *auditor;
	struct policy_file policy;

	if (!policy_file_open(&policy, settings->policy, error))
		return NULL;
	auditor = memory_alloc(sizeof *auditor);
	auditor->room = (struct audit_room){.inventory = settings->inventory,
		.subjects = subjects_new(),
		.form = settings->form,
		.all_results = settings->all_results,
		.picture = picture_new(),
		.drawn = &auditor->drawn};
	buffer_init(&auditor->drawn, LARGEST_PICTURE);
	buffer_init(&auditor->picture, LARGEST_PICTURE);
	pthread_mutex_init(&auditor->mutex, NULL);
	thread_condition_init(&auditor->changed);
	inventory_lock(settings->inventory);
	policy_file_replace(&auditor->room.policy, &policy, settings->inventory);
	inventory_unlock(settings->inventory);
	if (!open_writer(auditor, settings, error)) {
		auditor_stop(auditor);
		return NULL;
	}
	thread_start(&auditor->thread, run, auditor);
	auditor->started = true;
	return auditor;
}

void
auditor_stop(struct auditor *auditor)
{
	if (!auditor)
		return;
	pthread_mutex_lock(&auditor->mutex);
	auditor->ending = true;
	pthread_cond_signal(&auditor->changed);
	pthread_mutex_unlock(&auditor->mutex);
	if (auditor->started)
		pthread_join(auditor->thread, NULL);
	report_writer_stop(auditor->room.writer);
	policy_file_dispose(&auditor->room.policy);
	subjects_free(auditor->room.subjects);
	picture_free(auditor->room.picture);
	buffer_dispose(&auditor->drawn);
	buffer_dispose(&auditor->picture);
	pthread_cond_destroy(&auditor->changed);
	pthread_mutex_destroy(&auditor->mutex);
	free(auditor);
}

void
auditor_saw(struct auditor *auditor, const struct sighting *sighting)
{
	if (subjects_see(auditor->room.subjects, auditor->room.inventory, sighting))
		want_round(auditor);
}

/* An object that is gone in a new list is in no sighting. */
void
auditor_reached(struct auditor *auditor)
{
	if (inventory_size(auditor->room.inventory).objects != auditor->room.stored)
		want_round(auditor);
}

void
auditor_begin(struct auditor *auditor)
{
	pthread_mutex_lock(&auditor->mutex);
	auditor->began = auditor->pending = true;
	pthread_cond_signal(&auditor->changed);
	pthread_mutex_unlock(&auditor->mutex);
}

void
auditor_wake(struct auditor *auditor)
{
	if (auditor->room.writer)
		report_writer_wake(auditor->room.writer);
}

bool
auditor_judge(struct auditor *auditor, struct arena *arena, const struct object_id *object,
	struct findings *findings)
{
	struct inventory *inventory = auditor->room.inventory;
	const struct declaration *declaration;
	bool is_stored;

	*findings = (struct findings){.arena = arena};
	inventory_lock(inventory);
	is_stored = inventory_is_stored(inventory, object);
	declaration = is_stored ? inventory_find(inventory, object) : NULL;
	if (declaration) {
		const struct audit audit = {
			inventory, auditor->room.policy.policy, clock_wall() / CLOCK_SECOND};

		*findings = audit_object(arena, &audit, declaration);
		*findings = findings_told(arena, findings, policy_disclosure(audit.policy));
	}
	inventory_unlock(inventory);
	return is_stored;
}

void
auditor_look(struct auditor *auditor, struct auditor_view *view)
{
	struct report_writer_view reports = {0};

	*view = (struct auditor_view){0};
	if (auditor->room.writer)
		report_writer_look(auditor->room.writer, &reports);
	view->reports = reports.figures.stored;
	view->wanted = reports.figures.wanted;
	view->left_out = reports.figures.left_out;
	view->blocked = reports.figures.blocked;
	view->behind = reports.figures.behind;
	snprintf(view->problem, sizeof view->problem, "%s", reports.problem);
	pthread_mutex_lock(&auditor->mutex);
	view->began = auditor->began;
	view->objects = auditor->outcome.objects;
	for (int action = 0; action < ACTIONS; action++)
		view->findings[action] = auditor->outcome.findings[action];
	view->audited = auditor->outcome.now;
	view->took = auditor->outcome.took;
	pthread_mutex_unlock(&auditor->mutex);
}

const char *
auditor_picture(struct auditor *auditor, struct arena *arena)
{
	const char *text = NULL;

	pthread_mutex_lock(&auditor->mutex);
	if (auditor->picture.length > 0 && !auditor->picture.overflowed)
		text = arena_text(arena, buffer_text(&auditor->picture));
	pthread_mutex_unlock(&auditor->mutex);
	return text;
}
