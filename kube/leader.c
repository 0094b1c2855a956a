#include "kube/leader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/percent.h"
#include "base/text.h"
#include "base/thread.h"
#include "format/json_write.h"
#include "kube/kube_client.h"

#define LONGEST_FINISH    (2 * CLOCK_SECOND)
#define LONGEST_LAST_CALL CLOCK_SECOND
#define SHORTEST_CALL     CLOCK_MILLISECOND
enum {
	ARENA_SIZE = 64 * 1024 * 1024,
	PATH_SIZE = 4 * 1024,
	LEASE_SIZE = 4 * 1024 * 1024,
	INSTANCE_LENGTH = 200,
	LONGEST_DURATION = 1000 * 1000 * 1000, /* seconds */
};

static struct metric master_status =
	METRIC_GAUGE("leader_election_master_status", "1 while this replica leads.", "name");

struct leader {
	struct leader_place place;
	struct kube_client *client;
	char *name;
	char identity[ELECTION_TEXT];
	struct buffer collection;
	struct buffer target;
	pthread_t thread;
	bool started;
	_Atomic int64_t sure_until; /* of leader_now */
	atomic_bool finishing;
	atomic_bool interrupted;

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool finished; /* under the mutex, as what follows */
	struct leader_view view;

	/* Used by the thread only. */
	struct election election;
	struct arena *arena;
	struct buffer metadata; /* as the Lease has it, to be written back; "" for none */
	struct buffer text;
	bool leads;
	bool troubled;
};

/* Goes on while the machine sleeps, unlike clock_monotonic. */
static int64_t
leader_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (int64_t)time.tv_sec * CLOCK_SECOND + time.tv_nsec;
}

static void
name_target(struct leader *leader, const struct leader_place *place)
{
	buffer_init(&leader->collection, PATH_SIZE);
	buffer_init(&leader->target, PATH_SIZE);
	buffer_append_text(&leader->collection, "/apis/coordination.k8s.io/v1/namespaces/");
	percent_append(&leader->collection, place->namespace);
	buffer_append_text(&leader->collection, "/leases");
	buffer_printf(&leader->target, "%s/", buffer_text(&leader->collection));
	percent_append(&leader->target, place->name);
}

struct leader *
leader_new(const struct kube_config *config, const struct leader_place *place, struct error *error)
{
	struct election_rules rules =
		place->rules.lease_duration ? place->rules : election_rules_usual();
	struct kube_client *client;
	struct leader *leader;

	if (!election_rules_are_good(&rules)) {
		error_set(error, ERROR_INVALID,
			"the duration of the lease must be longer than the renew deadline, and "
			"that longer than 1.2 retry periods");
		return NULL;
	}
	client = kube_client_new(config, error);
	if (!client)
		return NULL;
	leader = memory_alloc(sizeof *leader);
	leader->place = *place;
	leader->place.rules = rules;
	leader->client = client;
	leader->name = memory_text(place->name);
	snprintf(leader->identity, sizeof leader->identity, "%.*s_%016llx", INSTANCE_LENGTH,
		place->instance, (unsigned long long)jitter_between(0, INT64_MAX - 1));
	memcpy(leader->view.identity, leader->identity, sizeof leader->view.identity);
	name_target(leader, place);
	election_init(&leader->election, &rules, leader->identity);
	leader->arena = arena_new(ARENA_SIZE);
	buffer_init(&leader->metadata, LEASE_SIZE);
	buffer_init(&leader->text, LEASE_SIZE);
	pthread_mutex_init(&leader->mutex, NULL);
	thread_condition_init(&leader->changed);
	metric_set(&master_status, 0, leader->name);
	return leader;
}

int64_t
leader_time_left(const struct leader *leader)
{
	int64_t left = atomic_load(&leader->sure_until) - leader_now();

	return left > 0 && !atomic_load(&leader->finishing) ? left : 0;
}

bool
leader_is_sure(const struct leader *leader)
{
	return leader_time_left(leader) > 0;
}

/* A tenth less than what there is, for the call's own way to its end. */
int64_t
leader_longest_call(const struct leader *leader)
{
	const struct election_rules *rules = &leader->place.rules;

	return (rules->lease_duration - rules->renew_deadline) / 10 * 9;
}

void
leader_look(struct leader *leader, struct leader_view *view)
{
	pthread_mutex_lock(&leader->mutex);
	*view = leader->view;
	pthread_mutex_unlock(&leader->mutex);
	view->is_sure = leader_is_sure(leader);
}

static void
copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

bool
leader_decode(const struct json *lease, struct election_lease *out, struct error *error)
{
	const struct json *spec = json_member(lease, "spec");
	const char *version = json_member_text(json_member(lease, "metadata"), "resourceVersion");
	int64_t seconds = 0;

	*out = (struct election_lease){0};
	if (!version || !*version || strlen(version) >= sizeof out->version)
		return error_set(error, ERROR_INVALID, "a Lease without a resourceVersion");
	copy_text(out->version, sizeof out->version, version);
	copy_text(out->holder, sizeof out->holder, json_member_text(spec, "holderIdentity"));
	copy_text(out->acquired, sizeof out->acquired, json_member_text(spec, "acquireTime"));
	json_integer(json_member(spec, "leaseDurationSeconds"), &seconds);
	if (seconds > 0)
		out->duration =
			(seconds < LONGEST_DURATION ? seconds : LONGEST_DURATION) * CLOCK_SECOND;
	json_integer(json_member(spec, "leaseTransitions"), &out->transitions);
	if (out->transitions < 0 || out->transitions >= INT32_MAX)
		out->transitions = 0;
	return true;
}

static void
write_lease(struct leader *leader)
{
	struct election_lease lease = election_wanted(&leader->election);
	struct buffer *out = &leader->text;
	char now[CLOCK_MICRO_TEXT_SIZE];

	clock_format_micro(clock_wall(), now);
	buffer_clear(out);
	buffer_append_text(
		out, "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":");
	if (*lease.version) {
		buffer_append_text(out, buffer_text(&leader->metadata));
	} else {
		buffer_append_text(out, "{\"name\":");
		buffer_append_json(out, leader->name);
		buffer_append_char(out, '}');
	}
	buffer_append_text(out, ",\"spec\":{\"holderIdentity\":");
	buffer_append_json(out, lease.holder);
	buffer_printf(out, ",\"leaseDurationSeconds\":%lld,\"leaseTransitions\":%lld,",
		(long long)(lease.duration / CLOCK_SECOND), (long long)lease.transitions);
	buffer_printf(out, "\"renewTime\":\"%s\",\"acquireTime\":", now);
	if (*lease.acquired)
		buffer_append_json(out, lease.acquired);
	else
		buffer_printf(out, "\"%s\"", now);
	buffer_append_text(out, "}}");
}

/* While it leads no call lasts longer than it may be sure, so that the end is told in time. */
static int64_t
call_timeout(const struct leader *leader)
{
	int64_t longest = leader->place.rules.renew_deadline / 2;
	int64_t left = leader->election.sure_until - leader->election.began;

	if (leader->election.ending)
		longest = longest < LONGEST_LAST_CALL ? longest : LONGEST_LAST_CALL;
	if (left > 0 && left < longest)
		longest = left;
	return longest > SHORTEST_CALL ? longest : SHORTEST_CALL;
}

static const struct json *
call(struct leader *leader, enum election_step step, struct error *error)
{
	bool reads = step == ELECTION_READ, creates = step == ELECTION_CREATE;
	struct kube_call request = {
		.method = reads     ? HTTP_GET
			  : creates ? HTTP_POST
				    : HTTP_PUT,
		.target = buffer_text(creates ? &leader->collection : &leader->target),
		.timeout = call_timeout(leader),
	};

	if (!reads)
		write_lease(leader);
	if (leader->text.overflowed || leader->metadata.overflowed) {
		error_set(error, ERROR_EXHAUSTED, "the Lease is too large");
		return NULL;
	}
	request.body = reads ? NULL : buffer_text(&leader->text);
	return kube_client_call(leader->arena, leader->client, &request, error);
}

/* Of a namespace that is not there, or an API that is not served, 404 says something else. */
static bool
is_absent(const struct leader *leader)
{
	return kube_client_status(leader->client) == 404 &&
	       text_equal(kube_client_reason(leader->client), "NotFound");
}

static bool
answer(struct leader *leader, enum election_step step, const struct json *object,
	struct error *error)
{
	bool reads = step == ELECTION_READ, absent = !object && reads && is_absent(leader);
	struct election_lease lease;
	bool good = absent || (object && leader_decode(object, &lease, error));

	if (good && !absent) {
		buffer_clear(&leader->metadata);
		json_write(leader->arena, json_member(object, "metadata"), &leader->metadata);
	}
	election_answered(&leader->election,
		good && reads ? ELECTION_READ_DONE
		: reads       ? ELECTION_READ_FAILED
		: good        ? ELECTION_WRITTEN
			      : ELECTION_NOT_WRITTEN,
		good && !absent ? &lease : NULL, leader_now());
	return good || (!reads && kube_client_status(leader->client) == 409);
}

static void
note_trouble(struct leader *leader, bool good, const struct error *error)
{
	if (!good && !leader->troubled)
		log_warn("the Lease of the leader cannot be used for now",
			LOG_TEXT("lease", buffer_text(&leader->target)),
			LOG_TEXT("error", error->message));
	if (good && leader->troubled)
		log_info("the Lease of the leader can be used again");
	leader->troubled = !good;
}

/* Tells everybody what the last step has changed. */
static void
publish(struct leader *leader)
{
	const struct election *election = &leader->election;
	bool leads = election_is_sure(election, leader_now()) && !atomic_load(&leader->finishing);

	atomic_store(&leader->sure_until, election->sure_until);
	pthread_mutex_lock(&leader->mutex);
	memcpy(leader->view.holder, election->seen.holder, sizeof leader->view.holder);
	leader->view.transitions = election->seen.transitions;
	pthread_mutex_unlock(&leader->mutex);
	if (leads == leader->leads)
		return;
	leader->leads = leads;
	metric_set(&master_status, leads, leader->name);
	log_info(leads ? "this replica leads" : "this replica does not lead any more",
		LOG_TEXT("lease", buffer_text(&leader->target)),
		LOG_TEXT("identity", leader->identity));
	if (leader->place.changed)
		leader->place.changed(leader->place.context, leads);
}

/* Who waits for the Lease of another does so in no step with the others, as client-go: 1 to 2.2
 * periods. */
static void
wait_until(struct leader *leader, int64_t until)
{
	int64_t period = leader->place.rules.retry_period;
	int64_t left = until - leader_now(), sure = leader_time_left(leader);
	int64_t end;

	if (!election_holds(&leader->election))
		left += jitter_between(0, period + period / 5);
	if (sure > 0 && sure < left)
		left = sure; /* the end of it has to be told */
	end = clock_monotonic() + left;
	pthread_mutex_lock(&leader->mutex);
	while (!atomic_load(&leader->finishing) && clock_monotonic() < end)
		thread_wait_until(&leader->changed, &leader->mutex, end);
	pthread_mutex_unlock(&leader->mutex);
}

static enum election_step
take_step(struct leader *leader)
{
	enum election_step step;
	struct error error = {0};

	if (atomic_load(&leader->finishing) && !leader->election.ending)
		election_end(&leader->election);
	publish(leader);
	step = election_next(&leader->election, leader_now());
	if (step == ELECTION_WAIT) {
		wait_until(leader, election_wait_end(&leader->election));
	} else if (step != ELECTION_OVER) {
		const struct json *object = call(leader, step, &error);
		bool good = answer(leader, step, object, &error);

		if (!atomic_load(&leader->interrupted))
			note_trouble(leader, good, &error);
		arena_reset(leader->arena);
		publish(leader);
	}
	return step;
}

static void *
run(void *context)
{
	struct leader *leader = context;

	while (!atomic_load(&leader->interrupted) && take_step(leader) != ELECTION_OVER)
		;
	election_end(&leader->election);
	publish(leader);
	pthread_mutex_lock(&leader->mutex);
	leader->finished = true;
	pthread_cond_broadcast(&leader->changed);
	pthread_mutex_unlock(&leader->mutex);
	return NULL;
}

void
leader_start(struct leader *leader)
{
	thread_start(&leader->thread, run, leader);
	leader->started = true;
}

static void
begin_to_finish(struct leader *leader)
{
	pthread_mutex_lock(&leader->mutex);
	atomic_store(&leader->finishing, true);
	pthread_cond_broadcast(&leader->changed);
	pthread_mutex_unlock(&leader->mutex);
}

void
leader_finish(struct leader *leader)
{
	int64_t end = clock_monotonic() + LONGEST_FINISH;

	begin_to_finish(leader);
	pthread_mutex_lock(&leader->mutex);
	while (leader->started && !leader->finished && clock_monotonic() < end)
		thread_wait_until(&leader->changed, &leader->mutex, end);
	pthread_mutex_unlock(&leader->mutex);
}

void
leader_interrupt(struct leader *leader)
{
	atomic_store(&leader->interrupted, true);
	begin_to_finish(leader);
	kube_client_abort(leader->client);
}

void
leader_free(struct leader *leader)
{
	if (!leader)
		return;
	leader_interrupt(leader);
	if (leader->started)
		pthread_join(leader->thread, NULL);
	kube_client_free(leader->client);
	arena_free(leader->arena);
	buffer_dispose(&leader->collection);
	buffer_dispose(&leader->target);
	buffer_dispose(&leader->metadata);
	buffer_dispose(&leader->text);
	pthread_cond_destroy(&leader->changed);
	pthread_mutex_destroy(&leader->mutex);
	free(leader->name);
	free(leader);
}
