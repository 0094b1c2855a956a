#include "daemon/workers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/thread.h"

/* The lead may also be lost and won without a word: whoever waits asks again after this. */
#define ASK_AGAIN (1 * CLOCK_SECOND)
enum { ARENA_SIZE = 64 * 1024 * 1024 };

struct crew {
	struct workers *workers;
	struct worker worker;
	pthread_t thread;
};

struct workers {
	struct workers_settings settings;
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* the lead, or a thread has ended */
	struct map *resting;    /* struct rest by its key */
	unsigned running;
	atomic_bool ending; /* changed with the lock */
	unsigned count;
	struct crew crew[];
};

bool
worker_leads(const struct worker *worker)
{
	return !worker->leader || leader_is_sure(worker->leader);
}

bool
worker_goes_on(const struct worker *worker)
{
	return worker_leads(worker) && !(worker->ending && atomic_load(worker->ending));
}

const struct json *
worker_write(struct worker *worker, const struct kube_call *call, struct error *error)
{
	struct kube_call bounded = *call;
	int64_t longest;

	if (!worker_leads(worker)) {
		error_set(error, ERROR_TRANSIENT, "this replica does not lead");
		return NULL;
	}
	longest = worker->leader ? leader_longest_call(worker->leader) : 0;
	if (longest > 0 && (bounded.timeout == 0 || bounded.timeout > longest))
		bounded.timeout = longest;
	return kube_client_call(worker->arena, worker->client, &bounded, error);
}

/* Waits for the lead; false at the end. */
static bool
wait_for_lead(struct workers *workers, const struct worker *worker)
{
	bool ending;

	pthread_mutex_lock(&workers->mutex);
	while (!atomic_load(&workers->ending) && !worker_leads(worker))
		thread_wait_until(
			&workers->changed, &workers->mutex, clock_monotonic() + ASK_AGAIN);
	ending = atomic_load(&workers->ending);
	pthread_mutex_unlock(&workers->mutex);
	return !ending;
}

/* A key that failed is not worked before its time, whoever adds it. */
struct rest {
	int64_t until;
	char key[];
};

static void
begin_rest(struct workers *workers, const char *key, int64_t delay)
{
	size_t size = strlen(key) + 1;
	struct rest *rest = memory_alloc(sizeof *rest + size);

	rest->until = clock_monotonic() + delay;
	memcpy(rest->key, key, size);
	pthread_mutex_lock(&workers->mutex);
	free(map_put(workers->resting, rest->key, rest));
	pthread_mutex_unlock(&workers->mutex);
}

/* How long the key still rests; 0 when it may be worked, and then it has no rest any more. */
static int64_t
rest_of(struct workers *workers, const char *key)
{
	struct rest *rest;
	int64_t left = 0;

	pthread_mutex_lock(&workers->mutex);
	rest = map_get(workers->resting, key);
	if (rest)
		left = rest->until - clock_monotonic();
	if (rest && left <= 0)
		free(map_remove(workers->resting, key));
	pthread_mutex_unlock(&workers->mutex);
	return left > 0 ? left : 0;
}

static void
settle(struct workers *workers, const char *key, struct work_result result)
{
	struct work_queue *queue = workers->settings.queue;

	if (result.end == WORK_FAILED) {
		if (work_queue_add_limited(queue, key) < result.delay)
			begin_rest(workers, key, result.delay);
		return;
	}
	work_queue_forget(queue, key);
	if (result.end == WORK_AGAIN)
		work_queue_add_after(queue, key, result.delay);
}

static void
work_on(struct workers *workers, struct worker *worker, const char *key)
{
	int64_t rest = rest_of(workers, key);

	if (rest > 0) {
		work_queue_add_after(workers->settings.queue, key, rest);
		return;
	}
	settle(workers, key, workers->settings.work(workers->settings.context, worker, key));
	arena_reset(worker->arena);
}

static void *
run(void *context)
{
	struct crew *crew = context;
	struct workers *workers = crew->workers;
	struct work_queue *queue = workers->settings.queue;
	const char *key;

	/* A key that was got while the lead was lost waits in the worker's hand. */
	while (wait_for_lead(workers, &crew->worker) && (key = work_queue_get(queue))) {
		if (wait_for_lead(workers, &crew->worker))
			work_on(workers, &crew->worker, key);
		work_queue_done(queue, key);
	}
	pthread_mutex_lock(&workers->mutex);
	workers->running--;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->mutex);
	return NULL;
}

static void
free_all(struct workers *workers)
{
	for (unsigned i = 0; i < workers->count; i++) {
		kube_client_free(workers->crew[i].worker.client);
		arena_free(workers->crew[i].worker.arena);
	}
	for (struct map_cursor at = {0}; map_next(workers->resting, &at);)
		free(at.value);
	map_free(workers->resting);
	pthread_cond_destroy(&workers->changed);
	pthread_mutex_destroy(&workers->mutex);
	free(workers);
}

static bool
hire(struct workers *workers, struct error *error)
{
	struct crew *crew = &workers->crew[workers->count];

	crew->workers = workers;
	crew->worker.leader = workers->settings.leader;
	crew->worker.ending = &workers->ending;
	crew->worker.client = kube_client_new(workers->settings.config, error);
	if (!crew->worker.client)
		return false;
	crew->worker.arena = arena_new(ARENA_SIZE);
	workers->count++;
	return true;
}

struct workers *
workers_start(const struct workers_settings *settings, struct error *error)
{
	struct workers *workers =
		memory_alloc(sizeof *workers + settings->threads * sizeof *workers->crew);

	workers->settings = *settings;
	workers->resting = map_new();
	pthread_mutex_init(&workers->mutex, NULL);
	thread_condition_init(&workers->changed);
	while (workers->count < settings->threads)
		if (!hire(workers, error)) {
			free_all(workers);
			return NULL;
		}
	workers->running = workers->count;
	for (unsigned i = 0; i < workers->count; i++)
		thread_start(&workers->crew[i].thread, run, &workers->crew[i]);
	return workers;
}

void
workers_wake(struct workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->mutex);
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->mutex);
}

/* How many threads still run at the deadline. */
static unsigned
wait_for_end(struct workers *workers, int64_t deadline)
{
	unsigned running;

	pthread_mutex_lock(&workers->mutex);
	atomic_store(&workers->ending, true);
	pthread_cond_broadcast(&workers->changed);
	while (workers->running > 0 && clock_monotonic() < deadline)
		thread_wait_until(&workers->changed, &workers->mutex, deadline);
	running = workers->running;
	pthread_mutex_unlock(&workers->mutex);
	return running;
}

bool
workers_end(struct workers *workers, int64_t deadline)
{
	if (!workers)
		return true;
	work_queue_shut_down(workers->settings.queue);
	return wait_for_end(workers, deadline) == 0;
}

void
workers_stop(struct workers *workers, int64_t patience)
{
	unsigned running;

	if (!workers)
		return;
	work_queue_shut_down(workers->settings.queue);
	running = wait_for_end(workers, clock_monotonic() + patience);
	if (running > 0) {
		log_warn("work under way is cut", LOG_NUMBER("threads", running));
		for (unsigned i = 0; i < workers->count; i++)
			kube_client_abort(workers->crew[i].worker.client);
	}
	for (unsigned i = 0; i < workers->count; i++)
		pthread_join(workers->crew[i].thread, NULL);
	free_all(workers);
}
