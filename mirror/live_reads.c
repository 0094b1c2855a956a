#include "mirror/live_reads.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "kube/kube_client.h"
#include "mirror/object_path.h"

enum { ANSWER_SIZE = 64 * 1024 * 1024 };

static struct metric reads_metric = METRIC_COUNTER(
	"peerwarden_live_reads_total", "Objects read from the API server by themselves.", "result");

/* A thread of the pool. */
struct reader {
	struct live_reads *reads;
	struct kube_client *client;
	struct arena *arena; /* for one read */
	pthread_t thread;
};

struct live_reads {
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t changed;
	struct live_read *queue[LIVE_READS_QUEUED]; /* a ring */
	size_t first;
	size_t count;
	bool ended;

	struct reader *readers;
	int threads;
	bool started; /* and not yet ended */
};

bool
live_reads_submit(struct live_reads *reads, struct live_read *read)
{
	bool fits;

	pthread_mutex_lock(&reads->mutex);
	fits = !reads->ended && reads->count < LIVE_READS_QUEUED;
	if (fits) {
		reads->queue[(reads->first + reads->count++) % LIVE_READS_QUEUED] = read;
		pthread_cond_signal(&reads->changed);
	}
	pthread_mutex_unlock(&reads->mutex);
	return fits;
}

/* Waits for the next; NULL when there is none any more. */
static struct live_read *
take(struct live_reads *reads)
{
	struct live_read *read = NULL;

	pthread_mutex_lock(&reads->mutex);
	while (reads->count == 0 && !reads->ended)
		pthread_cond_wait(&reads->changed, &reads->mutex);
	if (reads->count > 0) {
		read = reads->queue[reads->first];
		reads->first = (reads->first + 1) % LIVE_READS_QUEUED;
		reads->count--;
	}
	pthread_mutex_unlock(&reads->mutex);
	return read;
}

static enum live_read_state
take_object(struct live_read *read, const struct json *object)
{
	const char *uid = json_member_text(json_member(object, "metadata"), "uid");

	if (!uid || strlen(uid) >= sizeof read->uid || !kube_version_number(object, &read->version))
		return LIVE_READ_FAILED;
	snprintf(read->uid, sizeof read->uid, "%s", uid);
	if (read->arena && !kind_decode(read->arena, kind_definitions[read->object.kind], object,
				   NULL, &read->declaration, NULL))
		return LIVE_READ_FAILED;
	return LIVE_READ_FOUND;
}

/* Only a Status with its reason speaks of the object: the 404 of an API server that does not serve
 * the kind of a CRD is plain text. */
static enum live_read_state
state_of_failure(const struct kube_client *client)
{
	if (kube_client_status(client) != 404)
		return LIVE_READ_FAILED;
	return *kube_client_reason(client) ? LIVE_READ_ABSENT : LIVE_READ_NOT_SERVED;
}

static enum live_read_state
read_object(struct reader *reader, struct live_read *read)
{
	int64_t left = read->deadline - clock_monotonic();
	struct kube_call call = {
		.method = HTTP_GET,
		.target = object_path_of(reader->arena, &read->object),
		.timeout = left < LIVE_READS_LONGEST ? left : LIVE_READS_LONGEST,
	};
	const struct json *object;
	struct error error = {0};

	if (!call.target || left < CLOCK_MILLISECOND)
		return LIVE_READ_FAILED;
	object = kube_client_call(
		read->arena ? read->arena : reader->arena, reader->client, &call, &error);
	if (object)
		return take_object(read, object);
	log_debug("object not read", LOG_TEXT("kind", kind_name(read->object.kind)),
		LOG_TEXT("name", read->object.name), LOG_TEXT("error", error.message));
	return state_of_failure(reader->client);
}

static void *
run(void *context)
{
	static const char *const results[] = {"failed", "not_served", "absent", "found"};
	struct reader *reader = context;
	struct live_read *read;

	while ((read = take(reader->reads))) {
		read->version = 0;
		read->uid[0] = '\0';
		read->state = read_object(reader, read); /* fails at once after an abort */
		metric_add(&reads_metric, 1, results[read->state]);
		arena_reset(reader->arena);
		read->done(read);
	}
	return NULL;
}

static bool
open_readers(struct live_reads *reads, const struct kube_config *config, struct error *error)
{
	for (int i = 0; i < reads->threads; i++) {
		struct reader *reader = &reads->readers[i];

		reader->reads = reads;
		reader->arena = arena_new(ANSWER_SIZE);
		reader->client = kube_client_new(config, error);
		if (!reader->client)
			return false;
	}
	return true;
}

struct live_reads *
live_reads_start(const struct kube_config *config, int threads, struct error *error)
{
	struct live_reads *reads = memory_alloc(sizeof *reads);

	pthread_mutex_init(&reads->mutex, NULL);
	pthread_cond_init(&reads->changed, NULL);
	reads->threads = threads;
	reads->readers = memory_alloc((size_t)threads * sizeof *reads->readers);
	if (!open_readers(reads, config, error)) {
		live_reads_stop(reads);
		return NULL;
	}
	for (int i = 0; i < threads; i++)
		thread_start(&reads->readers[i].thread, run, &reads->readers[i]);
	reads->started = true;
	return reads;
}

void
live_reads_end(struct live_reads *reads)
{
	if (!reads->started)
		return;
	reads->started = false;
	pthread_mutex_lock(&reads->mutex);
	reads->ended = true;
	pthread_cond_broadcast(&reads->changed);
	pthread_mutex_unlock(&reads->mutex);
	for (int i = 0; i < reads->threads; i++)
		kube_client_abort(reads->readers[i].client);
	for (int i = 0; i < reads->threads; i++)
		pthread_join(reads->readers[i].thread, NULL);
}

void
live_reads_stop(struct live_reads *reads)
{
	live_reads_end(reads);
	for (int i = 0; i < reads->threads; i++) {
		kube_client_free(reads->readers[i].client);
		arena_free(reads->readers[i].arena);
	}
	pthread_cond_destroy(&reads->changed);
	pthread_mutex_destroy(&reads->mutex);
	free(reads->readers);
	free(reads);
}
