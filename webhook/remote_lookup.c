#include "webhook/remote_lookup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/rate_limit.h"
#include "base/text.h"
#include "base/thread.h"
#include "kinds/kind.h"
#include "kinds/remote_manifest.h"
#include "kube/kube_client.h"
#include "mirror/object_path.h"
#include "webhook/lookup_limits.h"

#define WRITE_TIME (2 * CLOCK_SECOND)
#define LOG_PAUSE  (60 * CLOCK_SECOND)
#define FORMS      "?fieldManager=peerwarden-webhook"
enum { ASK_SIZE = 64 * 1024, ANSWER_SIZE = 16 * 1024 * 1024, WRITES = 3 };

enum progress {
	QUEUED,
	WRITING,
	WRITTEN, /* until the object's observedVersion comes to `version` */
	FAILED,
};

TAILQ_HEAD(remote_questions, remote_question);
STAILQ_HEAD(remote_queue, remote_question);

struct remote_question {
	/* Does not change. */
	struct inventory *inventory;
	enum kind kind; /* of the object: KIND_REMOTE_NETWORK or KIND_REMOTE_ZONE */
	char *domain;
	char *own_name; /* of the object that we would create */
	char *manifest; /* of that */
	int64_t due;    /* when it is written */

	/* Under the inventory's lock. */
	int references;
	enum progress progress;
	char *name; /* of the object that was asked about */
	uint64_t version;
	TAILQ_ENTRY(remote_question) recent;

	bool exists;                         /* the thread's: there is an object to mark */
	STAILQ_ENTRY(remote_question) queue; /* under the lookup's mutex */
};

struct remote_lookup {
	struct remote_lookup_settings settings;

	/* Under the inventory's lock. */
	struct lookup_limits *limits;
	struct arena *asking; /* for one question */
	struct remote_questions recent;
	int count;

	pthread_mutex_t mutex; /* guards what follows; taken after the inventory's lock */
	pthread_cond_t changed;
	struct remote_queue queue;
	bool ended;

	/* Used by the thread only. */
	struct kube_client *client;
	struct arena *arena; /* for one write */
	struct rate_limit complaints;
	int64_t refreshed; /* the text of the last mark */

	pthread_t thread;
};

static struct metric lookups = METRIC_COUNTER("peerwarden_remote_lookups_total",
	"Questions about remote networks and zones that came up, by what became of them.",
	"result");

/* --- questions; with the inventory locked --- */

static atomic_int askers; /* who hold a question */

static void
release(struct remote_question *question)
{
	if (--question->references > 0)
		return;
	free(question->domain);
	free(question->own_name);
	free(question->manifest);
	free(question->name);
	free(question);
}

void
remote_question_release(struct remote_question *question)
{
	atomic_fetch_sub(&askers, 1);
	release(question);
}

bool
remote_question_is_over(const struct remote_question *question)
{
	struct object_id object = {question->kind, "", question->name};
	const struct declaration *remote;

	if (question->progress != WRITTEN)
		return question->progress == FAILED;
	remote = inventory_find(question->inventory, &object);
	return remote && remote->observed_version >= question->version;
}

static void
forget(struct remote_lookup *lookup, struct remote_question *question)
{
	TAILQ_REMOVE(&lookup->recent, question, recent);
	lookup->count--;
	release(question);
}

static void
forget_old(struct remote_lookup *lookup, int64_t now)
{
	struct remote_question *question, *next;

	for (question = TAILQ_FIRST(&lookup->recent); question; question = next) {
		next = TAILQ_NEXT(question, recent);
		if (question->progress >= WRITTEN && now >= question->due + REMOTE_LOOKUP_PAUSE)
			forget(lookup, question);
	}
}

/* The last about this domain that is not old. */
static struct remote_question *
last_about(const struct remote_lookup *lookup, const char *domain)
{
	struct remote_question *question;

	TAILQ_FOREACH_REVERSE(question, &lookup->recent, remote_questions, recent)
	if (text_equal(question->domain, domain))
		return question;
	return NULL;
}

static bool
may_ask(struct remote_lookup *lookup, const char *author, int64_t now)
{
	static const char *const refusals[] = {
		[LOOKUP_OVER_AUTHOR] = "author_limit", [LOOKUP_OVER_ALL] = "limit"};
	enum lookup_limit limit;

	if (lookup->count >= REMOTE_LOOKUP_QUEUE) {
		metric_add(&lookups, 1, "full");
		return false;
	}
	limit = lookup_limits_take(lookup->limits, author, now);
	if (limit != LOOKUP_MAY_BE_ASKED)
		metric_add(&lookups, 1, refusals[limit]);
	return limit == LOOKUP_MAY_BE_ASKED;
}

static struct remote_question *
question_new(struct remote_lookup *lookup, const struct remote *remote, const char *domain)
{
	struct remote_question *question = memory_alloc(sizeof *question);
	const char *name = remote_manifest_name(lookup->asking, remote);
	const struct declaration *definition =
		inventory_definition(lookup->settings.inventory, domain, NULL);

	question->inventory = lookup->settings.inventory;
	question->kind = remote_manifest_kind(lookup->asking, remote);
	question->domain = memory_text(domain);
	question->own_name = memory_text(name);
	question->manifest = memory_text(remote_manifest(lookup->asking, remote, name));
	question->exists = definition != NULL;
	question->name = memory_text(definition ? definition->object.name : name);
	return question;
}

static void
enqueue(struct remote_lookup *lookup, struct remote_question *question)
{
	question->references = 2; /* recent, until it is over, and who asks */
	TAILQ_INSERT_TAIL(&lookup->recent, question, recent);
	lookup->count++;
	pthread_mutex_lock(&lookup->mutex);
	STAILQ_INSERT_TAIL(&lookup->queue, question, queue);
	pthread_cond_signal(&lookup->changed);
	pthread_mutex_unlock(&lookup->mutex);
}

static struct remote_question *
ask(struct remote_lookup *lookup, const struct remote *remote, const char *author, int64_t now)
{
	const char *domain = remote_manifest_domain(lookup->asking, remote);
	struct remote_question *question, *last;

	forget_old(lookup, now);
	last = last_about(lookup, domain);
	if (last && !remote_question_is_over(last)) {
		metric_add(&lookups, 1, "joined");
		last->references++;
		return last;
	}
	if (!may_ask(lookup, author, now))
		return NULL;
	question = question_new(lookup, remote, domain);
	question->due = last ? last->due + REMOTE_LOOKUP_PAUSE : now;
	enqueue(lookup, question);
	return question;
}

struct remote_question *
remote_lookup_ask(
	struct remote_lookup *lookup, const struct remote *remote, const char *author, int64_t now)
{
	struct remote_question *question = NULL;

	if (atomic_load(&askers) < REMOTE_LOOKUP_ASKERS)
		question = ask(lookup, remote, author, now);
	else
		metric_add(&lookups, 1, "full");
	if (question)
		atomic_fetch_add(&askers, 1);
	arena_reset(lookup->asking);
	return question;
}

int64_t
remote_lookup_wait(const struct remote_lookup *lookup)
{
	return lookup->settings.wait;
}

/* --- the writes; in the thread --- */

static const struct json *
create(struct remote_lookup *lookup, const struct remote_question *question, struct error *error)
{
	const struct kube_collection collection =
		object_path_collection(lookup->arena, kind_definitions[question->kind]);
	struct kube_call call = {.method = HTTP_POST,
		.target = arena_printf(lookup->arena, "%s" FORMS, collection.path),
		.body = question->manifest,
		.timeout = WRITE_TIME};

	return kube_client_call(lookup->arena, lookup->client, &call, error);
}

static const struct json *
refresh(struct remote_lookup *lookup, const struct object_id *object, struct error *error)
{
	const char *path = object_path_of(lookup->arena, object);
	int64_t wall = clock_wall();
	struct kube_call call = {.method = HTTP_PATCH, .timeout = WRITE_TIME};

	lookup->refreshed = wall > lookup->refreshed ? wall : lookup->refreshed + 1;
	call.target = arena_printf(lookup->arena, "%s" FORMS, path);
	call.body = remote_manifest_refresh(lookup->arena, lookup->refreshed);
	return kube_client_call(lookup->arena, lookup->client, &call, error);
}

/* What is there is marked, what is not is made; it may come and go meanwhile. */
static const struct json *
write_question(struct remote_lookup *lookup, struct remote_question *question, const char **name,
	struct error *error)
{
	const struct json *answer = NULL;
	bool exists = question->exists;

	*name = question->name;
	for (int i = 0; !answer && i < WRITES; i++) {
		struct object_id object = {question->kind, "", *name};

		answer = exists ? refresh(lookup, &object, error) : create(lookup, question, error);
		if (answer)
			break;
		if (exists ? error->kind != ERROR_NOT_FOUND : error->kind != ERROR_CONFLICT)
			break;
		exists = !exists;
		*name = question->own_name;
	}
	return answer;
}

static void
complain(struct remote_lookup *lookup, const char *name, const struct error *error)
{
	struct rate_limit trial = lookup->complaints;

	metric_add(&lookups, 1, error->kind == ERROR_DENIED ? "denied" : "failed");
	if (rate_limit_reserve(&trial, clock_monotonic()) > 0)
		return;
	lookup->complaints = trial;
	log_warn("a remote network or zone cannot be asked about", LOG_TEXT("name", name),
		LOG_TEXT("reason", error->message));
}

static void
conclude(struct remote_question *question, const struct json *answer, const char *name)
{
	char *before = question->name;

	question->progress = FAILED;
	if (answer && kube_version_number(answer, &question->version))
		question->progress = WRITTEN;
	question->name = memory_text(name);
	free(before);
}

static void
work_on(struct remote_lookup *lookup, struct remote_question *question)
{
	struct inventory *inventory = lookup->settings.inventory;
	const struct json *answer;
	struct error error = {0};
	const char *name;

	inventory_lock(inventory);
	question->progress = WRITING;
	inventory_unlock(inventory);
	answer = write_question(lookup, question, &name, &error);
	if (answer)
		metric_add(&lookups, 1, "asked");
	else
		complain(lookup, name, &error);
	inventory_lock(inventory);
	conclude(question, answer, name);
	lookup->settings.changed(lookup->settings.context);
	inventory_unlock(inventory);
	arena_reset(lookup->arena);
}

static struct remote_question *
first_due(const struct remote_lookup *lookup)
{
	struct remote_question *question, *first = STAILQ_FIRST(&lookup->queue);

	STAILQ_FOREACH(question, &lookup->queue, queue)
	if (question->due < first->due)
		first = question;
	return first;
}

/* Waits for the next that is due; NULL at the end. */
static struct remote_question *
take(struct remote_lookup *lookup)
{
	struct remote_question *question = NULL;

	pthread_mutex_lock(&lookup->mutex);
	while (!lookup->ended) {
		question = first_due(lookup);
		if (!question)
			pthread_cond_wait(&lookup->changed, &lookup->mutex);
		else if (question->due > clock_monotonic())
			thread_wait_until(&lookup->changed, &lookup->mutex, question->due);
		else
			break;
	}
	if (lookup->ended)
		question = NULL;
	if (question)
		STAILQ_REMOVE(&lookup->queue, question, remote_question, queue);
	pthread_mutex_unlock(&lookup->mutex);
	return question;
}

static void *
run(void *context)
{
	struct remote_lookup *lookup = context;
	struct remote_question *question;

	while ((question = take(lookup)))
		work_on(lookup, question);
	return NULL;
}

/* --- beginning and end --- */

struct remote_lookup *
remote_lookup_start(const struct remote_lookup_settings *settings, struct error *error)
{
	struct kube_client *client = kube_client_new(settings->config, error);
	struct remote_lookup *lookup;

	if (!client)
		return NULL;
	lookup = memory_alloc(sizeof *lookup);
	lookup->settings = *settings;
	lookup->client = client;
	lookup->limits = lookup_limits_new(settings->author_limit, settings->limit);
	lookup->asking = arena_new(ASK_SIZE);
	lookup->arena = arena_new(ANSWER_SIZE);
	rate_limit_init(&lookup->complaints, LOG_PAUSE, 1);
	TAILQ_INIT(&lookup->recent);
	STAILQ_INIT(&lookup->queue);
	pthread_mutex_init(&lookup->mutex, NULL);
	thread_condition_init(&lookup->changed);
	thread_start(&lookup->thread, run, lookup);
	return lookup;
}

static void
end_thread(struct remote_lookup *lookup)
{
	pthread_mutex_lock(&lookup->mutex);
	lookup->ended = true;
	pthread_cond_signal(&lookup->changed);
	pthread_mutex_unlock(&lookup->mutex);
	kube_client_abort(lookup->client);
	pthread_join(lookup->thread, NULL);
}

/* Without an answer: none will be waited for. */
static void
end_questions(struct remote_lookup *lookup)
{
	struct remote_question *question, *next;

	inventory_lock(lookup->settings.inventory);
	STAILQ_INIT(&lookup->queue);
	for (question = TAILQ_FIRST(&lookup->recent); question; question = next) {
		next = TAILQ_NEXT(question, recent);
		question->progress = FAILED;
		forget(lookup, question);
	}
	lookup->settings.changed(lookup->settings.context);
	inventory_unlock(lookup->settings.inventory);
}

void
remote_lookup_stop(struct remote_lookup *lookup)
{
	if (!lookup)
		return;
	end_thread(lookup);
	end_questions(lookup);
	pthread_cond_destroy(&lookup->changed);
	pthread_mutex_destroy(&lookup->mutex);
	kube_client_free(lookup->client);
	lookup_limits_free(lookup->limits);
	arena_free(lookup->asking);
	arena_free(lookup->arena);
	free(lookup);
}
