#include "ledger/writer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "kube/kube_client.h"

#define LONGEST_CALL   (5 * CLOCK_SECOND)
#define LONGEST_FINISH (2 * CLOCK_SECOND)
#define LONGEST_REST   (15 * CLOCK_MILLISECOND)
#define FIRST_WAIT     (10 * CLOCK_MILLISECOND)
#define LONGEST_WAIT   CLOCK_SECOND
enum { PATH_SIZE = 4 * 1024, ANSWER_SIZE = 64 * 1024 * 1024, RENEWALS = 5 };

static const double seconds[] = {1e-3, 2e-3, 3e-3, 5e-3, 7.5e-3, 10e-3, 15e-3, 25e-3, 50e-3, 100e-3,
	250e-3, 500e-3, 1, 5, 0};

static struct metric writes = METRIC_COUNTER("peerwarden_ledger_writes_total",
	"Writes of the own page; a conflict is a page that was changed by another.", "result");
static struct metric durations = METRIC_HISTOGRAM("peerwarden_ledger_write_duration_seconds",
	"Time that a write of the own page took.", seconds, NULL);

struct writer {
	struct book *book;
	struct inventory *inventory;
	struct page_place place;
	struct ending *ending;
	struct kube_client *client;
	struct arena *paths;
	const char *collection;
	const char *target;
	pthread_t thread;
	bool started;
	atomic_bool written;
	_Atomic int64_t failing_since; /* 0 while the writes succeed */

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool woken; /* under the mutex, as what follows */
	bool finishing;
	bool finished;

	/* Used by the thread only. */
	struct arena *arena;
	struct buffer text;
	bool known;          /* what the page says in the API server */
	int64_t rests_until; /* clock_monotonic */
	unsigned failures;
	bool troubled;
};

struct writer *
writer_new(struct book *book, struct inventory *inventory, const struct kube_config *config,
	const struct page_place *place, struct ending *ending, struct error *error)
{
	struct kube_client *client = kube_client_new(config, error);
	struct writer *writer;

	if (!client)
		return NULL;
	writer = memory_alloc(sizeof *writer);
	writer->book = book;
	writer->inventory = inventory;
	writer->place = *place;
	writer->ending = ending;
	writer->client = client;
	writer->paths = arena_new(PATH_SIZE);
	writer->arena = arena_new(ANSWER_SIZE);
	writer->collection = page_collection(writer->paths, place->namespace);
	writer->target = arena_printf(writer->paths, "%s/%s", writer->collection, place->name);
	buffer_init(&writer->text, SIZE_MAX);
	pthread_mutex_init(&writer->mutex, NULL);
	thread_condition_init(&writer->changed);
	return writer;
}

void
writer_wake(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->woken = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
}

/* Until there is something to write, or for `time` nanoseconds; but at first as long as the last
 * write took, so that the next one takes more with it and the API server has to do something else
 * as well. */
static void
wait_for_work(struct writer *writer, int64_t time)
{
	int64_t end = clock_monotonic() + time, rest = writer->rests_until; /* clock_monotonic */

	pthread_mutex_lock(&writer->mutex);
	while (clock_monotonic() < rest && !writer->finishing &&
		!ending_is_announced(writer->ending))
		thread_wait_until(&writer->changed, &writer->mutex, rest);
	while (!writer->woken && clock_monotonic() < end && !ending_is_announced(writer->ending))
		thread_wait_until(&writer->changed, &writer->mutex, end);
	writer->woken = false;
	pthread_mutex_unlock(&writer->mutex);
}

/* How long the page may stay as it is. */
static int64_t
time_to_next(struct writer *writer)
{
	int64_t time = writer->place.lifetime / RENEWALS;

	inventory_lock(writer->inventory);
	if (book_wants_write(writer->book))
		time = 0;
	inventory_unlock(writer->inventory);
	return time;
}

static void
note_trouble(struct writer *writer, const struct error *error)
{
	if (!writer->troubled)
		atomic_store(&writer->failing_since, clock_monotonic());
	if (!writer->troubled)
		log_warn("the own page of the ledger cannot be written for now",
			LOG_TEXT("page", writer->target), LOG_TEXT("error", error->message));
	writer->troubled = true;
	ending_wait(writer->ending, jitter_back_off(FIRST_WAIT, LONGEST_WAIT, writer->failures++));
}

static void
note_success(struct writer *writer)
{
	if (writer->troubled)
		log_info("the own page of the ledger is written again");
	writer->troubled = false;
	writer->failures = 0;
	atomic_store(&writer->failing_since, 0);
	atomic_store(&writer->written, true);
}

static const struct json *
call(struct writer *writer, enum http_method method, const char *target, const char *body,
	struct error *error)
{
	struct kube_call request = {
		.method = method, .target = target, .body = body, .timeout = LONGEST_CALL};
	int64_t began = clock_monotonic();
	const struct json *answer =
		kube_client_call(writer->arena, writer->client, &request, error);
	int64_t date = kube_client_date(writer->client);

	if (date) {
		inventory_lock(writer->inventory);
		book_dated(writer->book, began, date);
		inventory_unlock(writer->inventory);
	}
	return answer;
}

/* What the page says now: before the first write, and whenever that is not known. */
static bool
read_page(struct writer *writer, struct error *error)
{
	const struct json *lease = call(writer, HTTP_GET, writer->target, NULL, error);
	bool absent = !lease && kube_client_status(writer->client) == 404;
	struct ledger_page page;
	bool good = absent;

	if (!lease && !absent)
		return false;
	inventory_lock(writer->inventory);
	if (absent)
		book_own_is_gone(writer->book);
	else
		good = page_decode(writer->arena, lease, &page, error) &&
		       book_read_own(writer->book, writer->arena, &page, error);
	inventory_unlock(writer->inventory);
	writer->known = good;
	return good;
}

/* What the API server has done with the write, as far as can be known. */
static bool
take_answer(struct writer *writer, const struct json *answer)
{
	const struct json *metadata = json_member(answer, "metadata");
	struct book_written written = {
		.uid = json_member_text(metadata, "uid"),
		.version_text = json_member_text(metadata, "resourceVersion"),
	};
	bool done = answer && written.uid && kube_version_number(answer, &written.version);
	enum kube_outcome outcome = kube_client_outcome(writer->client);
	int status = kube_client_status(writer->client);

	inventory_lock(writer->inventory);
	if (done)
		book_wrote(writer->book, &written);
	else
		book_write_failed(writer->book);
	inventory_unlock(writer->inventory);
	if (done) {
		metric_add(&writes, 1, "done");
		return true;
	}
	writer->known = outcome == KUBE_REFUSED && status != 404 && status != 409;
	metric_add(&writes, 1,
		status == 404 || status == 409 ? "conflict"
		: outcome == KUBE_REFUSED      ? "refused"
					       : "unknown");
	return false;
}

static bool
write_page(struct writer *writer, struct error *error)
{
	struct page_writing page = {
		.name = writer->place.name,
		.namespace = writer->place.namespace,
		.holder = writer->place.instance,
		.lifetime = writer->place.lifetime,
		.now = clock_wall(),
	};
	int64_t began = clock_monotonic(), took;
	const struct json *answer;
	bool exists;

	buffer_clear(&writer->text);
	inventory_lock(writer->inventory);
	exists = book_write(writer->book, &page, &writer->text);
	inventory_unlock(writer->inventory);
	answer = call(writer, exists ? HTTP_PUT : HTTP_POST,
		exists ? writer->target : writer->collection, buffer_text(&writer->text), error);
	took = clock_monotonic() - began;
	writer->rests_until = began + took + (took < LONGEST_REST ? took : LONGEST_REST);
	metric_observe(&durations, (double)took / CLOCK_SECOND);
	return take_answer(writer, answer);
}

static bool
is_finishing(struct writer *writer)
{
	bool finishing;

	pthread_mutex_lock(&writer->mutex);
	finishing = writer->finishing;
	pthread_mutex_unlock(&writer->mutex);
	return finishing;
}

static void
say_finished(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->finished = true;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
}

static void *
run(void *context)
{
	struct writer *writer = context;
	bool last = false;

	while (!last && !ending_is_announced(writer->ending)) {
		struct error error = {0};
		bool good;

		if (writer->known && writer->failures == 0)
			wait_for_work(writer, time_to_next(writer));
		if (ending_is_announced(writer->ending))
			break;
		last = is_finishing(writer);
		good = (writer->known || read_page(writer, &error)) && write_page(writer, &error);
		arena_reset(writer->arena);
		if (good)
			note_success(writer);
		else if (!ending_is_announced(writer->ending))
			note_trouble(writer, &error);
	}
	say_finished(writer);
	return NULL;
}

void
writer_start(struct writer *writer)
{
	thread_start(&writer->thread, run, writer);
	writer->started = true;
}

void
writer_finish(struct writer *writer)
{
	int64_t end = clock_monotonic() + LONGEST_FINISH;

	pthread_mutex_lock(&writer->mutex);
	writer->finishing = writer->woken = true;
	pthread_cond_broadcast(&writer->changed);
	while (writer->started && !writer->finished && clock_monotonic() < end)
		thread_wait_until(&writer->changed, &writer->mutex, end);
	pthread_mutex_unlock(&writer->mutex);
}

void
writer_interrupt(struct writer *writer)
{
	writer_wake(writer);
	kube_client_abort(writer->client);
}

void
writer_free(struct writer *writer)
{
	if (!writer)
		return;
	if (writer->started)
		pthread_join(writer->thread, NULL);
	kube_client_free(writer->client);
	buffer_dispose(&writer->text);
	arena_free(writer->paths);
	arena_free(writer->arena);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->mutex);
	free(writer);
}

bool
writer_has_written(const struct writer *writer)
{
	return atomic_load(&writer->written);
}

int64_t
writer_trouble(const struct writer *writer)
{
	int64_t since = atomic_load(&writer->failing_since);

	return since ? clock_monotonic() - since : 0;
}
