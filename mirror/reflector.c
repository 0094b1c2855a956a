#include "mirror/reflector.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "kube/kube_client.h"
#include "mirror/kept.h"
#include "mirror/object_path.h"

#define ABSENT_TIME  (10 * CLOCK_SECOND)
#define FIRST_WAIT   (100 * CLOCK_MILLISECOND)
#define LONGEST_WAIT (10 * CLOCK_SECOND)
#define LONGEST_FIRST_WAIT                                                                         \
	(1 * CLOCK_SECOND) /* while the trouble is young or the server is not reached */
#define YOUNG_TROUBLE (10 * CLOCK_SECOND)
#define STEADY_WATCH                                                                               \
	(10 * CLOCK_SECOND) /* one that lasts so long has left earlier failures behind */
enum { PATH_SIZE = 4 * 1024, DECLARATION_SIZE = 64 * 1024 * 1024 };

static struct metric objects_metric =
	METRIC_GAUGE("peerwarden_mirror_objects", "Objects in the mirror.", "kind");
static struct metric age_metric = METRIC_GAUGE("peerwarden_mirror_age_seconds",
	"Time since the API server was last heard about a kind.", "kind");
static struct metric synced_metric = METRIC_GAUGE("peerwarden_mirror_synced",
	"1 when a kind has been listed or is known not to be installed.", "kind");
static struct metric restarts_metric = METRIC_COUNTER("peerwarden_mirror_restarts_total",
	"Lists and watches that had to be started again.", "kind", "reason");

struct reflector {
	const struct kind_definition *definition;
	const struct reflector_settings *settings;
	struct inventory *inventory;
	struct kube_client *client;
	struct arena *path; /* holds what the collection says */
	struct kube_collection collection;
	pthread_t thread;
	bool started;

	atomic_bool synced;
	_Atomic int64_t heard;

	/* Used by the thread only. */
	struct arena *arena; /* for one object */
	uint64_t version;
	uint64_t reached;     /* as the observer was told last */
	int64_t absent_since; /* 0 unless the last try did not find the kind */
	bool listed;          /* a watch may go on from the version */
	size_t objects;
	unsigned failures; /* in a row */
	bool told;         /* the watch has brought an event */
	int trouble; /* the failure that was logged last: its kind and status; 0 while all is well
		      */
	int64_t trouble_since;
};

/* A list that is under way. */
struct listing {
	struct reflector *reflector;
	struct kept kept;
	struct error error; /* of the first item that cannot be used */
};

static const char *
name(const struct reflector *reflector)
{
	return kind_name(reflector->definition->kind);
}

struct reflector *
reflector_new(struct inventory *inventory, const struct kind_definition *definition,
	const struct reflector_settings *settings, struct error *error)
{
	struct kube_client *client = kube_client_new(settings->config, error);
	struct reflector *reflector;

	if (!client)
		return NULL;
	reflector = memory_alloc(sizeof *reflector);
	reflector->definition = definition;
	reflector->inventory = inventory;
	reflector->settings = settings;
	reflector->client = client;
	reflector->path = arena_new(PATH_SIZE);
	reflector->arena = arena_new(DECLARATION_SIZE);
	atomic_store(&reflector->heard, clock_monotonic());
	reflector->collection = object_path_collection(reflector->path, definition);
	return reflector;
}

static void
hear(struct reflector *reflector)
{
	atomic_store(&reflector->heard, clock_monotonic());
}

static void
set_objects(struct reflector *reflector, size_t count)
{
	reflector->objects = count;
	metric_set(&objects_metric, (double)count, name(reflector));
}

/* An object that is none is logged and left out. */
static bool
decode(struct reflector *reflector, const struct json *object, struct declaration *declaration)
{
	struct error error = {0};

	if (kind_decode(reflector->arena, reflector->definition, object, NULL, declaration, &error))
		return true;
	log_error("object left out of the mirror", LOG_TEXT("kind", name(reflector)),
		LOG_TEXT("name", json_member_text(json_member(object, "metadata"), "name")),
		LOG_TEXT("error", error.message));
	return false;
}

/* What was seen of an object, or of no object: then it has no name. False when its version is none.
 */
static bool
see(const struct reflector *reflector, const struct json *object, struct sighting *sighting,
	struct error *error)
{
	const struct kind_definition *definition = reflector->definition;
	const struct json *metadata = json_member(object, "metadata");
	const char *namespace = json_member_text(metadata, "namespace");
	const char *uid = json_member_text(metadata, "uid");

	*sighting = (struct sighting){
		.object = {.kind = definition->kind,
			.namespace = definition->namespaced && namespace ? namespace : "",
			.name = json_member_text(metadata, "name")},
		.uid = uid ? uid : "",
	};
	clock_read(json_member_text(metadata, "creationTimestamp"), &sighting->created);
	return !sighting->object.name || kube_version_number(object, &sighting->version) ||
	       error_set(error, ERROR_INVALID, "%s: the resourceVersion is no number",
		       sighting->object.name);
}

/* These two need the inventory's lock. */
static void
tell_seen(const struct reflector *reflector, const struct sighting *sighting)
{
	const struct mirror_observer *observer = reflector->settings->observer;

	if (observer && observer->saw && sighting->object.name)
		observer->saw(observer->context, sighting);
}

static void
tell_reached(struct reflector *reflector, uint64_t version)
{
	const struct mirror_observer *observer = reflector->settings->observer;

	reflector->reached = version;
	if (observer && observer->reached)
		observer->reached(observer->context, reflector->definition->kind, version);
}

static void
raise_reached(struct reflector *reflector, uint64_t version)
{
	if (version >= reflector->reached || reflector->reached == MIRROR_ABSENT)
		tell_reached(reflector, version);
}

static void
on_item(void *context, const struct json *object)
{
	struct listing *listing = context;
	struct reflector *reflector = listing->reflector;
	struct declaration declaration;
	struct sighting sighting;
	bool decoded;

	hear(reflector);
	if (listing->error.kind != ERROR_NONE ||
		!see(reflector, object, &sighting, &listing->error))
		return;
	decoded = decode(reflector, object, &declaration);
	if (decoded)
		kept_add(&listing->kept, &declaration.object);
	inventory_lock(reflector->inventory);
	if (decoded)
		inventory_store(reflector->inventory, &declaration);
	tell_seen(reflector, &sighting);
	inventory_unlock(reflector->inventory);
	arena_reset(reflector->arena);
}

/* Forgets what the list did not have. `version`: what is reached with that, or 0. */
static void
keep_only(struct reflector *reflector, struct kept *kept, uint64_t version)
{
	enum kind kind = reflector->definition->kind;

	inventory_lock(reflector->inventory);
	inventory_keep_only(reflector->inventory, kind, kept_items(kept, kind));
	if (version)
		raise_reached(reflector, version);
	inventory_unlock(reflector->inventory);
	set_objects(reflector, kept->count);
	atomic_store(&reflector->synced, true);
	hear(reflector);
}

static bool
list(struct reflector *reflector, struct error *error)
{
	struct listing listing = {.reflector = reflector};
	bool done;

	kept_init(&listing.kept);
	done = kube_client_list(reflector->client, &reflector->collection, on_item, &listing,
		&reflector->version, error);
	if (done && listing.error.kind != ERROR_NONE)
		done = error_set(error, listing.error.kind, "%s: %s", reflector->collection.path,
			listing.error.message);
	if (done && reflector->version < reflector->reached && reflector->reached != MIRROR_ABSENT)
		log_warn("the API server has gone back in time", LOG_TEXT("kind", name(reflector)));
	if (done) {
		keep_only(reflector, &listing.kept, reflector->version);
		reflector->listed = true;
		reflector->absent_since = 0;
		log_info("mirror has listed", LOG_TEXT("kind", name(reflector)),
			LOG_NUMBER("objects", listing.kept.count));
		reflector->trouble = 0;
	}
	kept_dispose(&listing.kept);
	return done;
}

static void
on_open(void *context)
{
	struct reflector *reflector = context;

	hear(reflector);
	if (reflector->trouble)
		log_info("mirror watches again", LOG_TEXT("kind", name(reflector)));
	reflector->trouble = 0;
}

static void
count_event(struct reflector *reflector, enum kube_event event)
{
	if (event == KUBE_ADDED)
		set_objects(reflector, reflector->objects + 1);
	else if (event == KUBE_DELETED && reflector->objects > 0)
		set_objects(reflector, reflector->objects - 1);
}

/* The version of every event is a number: kube_client_watch has looked. */
static void
on_event(void *context, enum kube_event event, const struct json *object)
{
	struct reflector *reflector = context;
	struct declaration declaration;
	struct sighting sighting;
	uint64_t version = 0;
	bool stores = (event == KUBE_ADDED || event == KUBE_MODIFIED) &&
		      decode(reflector, object, &declaration);

	hear(reflector);
	reflector->told = true;
	see(reflector, object, &sighting, NULL);
	kube_version_number(object, &version);
	sighting.deleted = event == KUBE_DELETED;
	inventory_lock(reflector->inventory);
	if (stores)
		inventory_store(reflector->inventory, &declaration);
	else if (sighting.deleted && sighting.object.name)
		inventory_remove(reflector->inventory, &sighting.object);
	if (event != KUBE_BOOKMARK)
		tell_seen(reflector, &sighting);
	raise_reached(reflector, version);
	inventory_unlock(reflector->inventory);
	if (stores || sighting.deleted)
		count_event(reflector, event);
	arena_reset(reflector->arena);
}

/* A watch that ends in peace goes on at once, unless the server does nothing but end it. */
static bool
watch(struct reflector *reflector, struct error *error)
{
	struct kube_watcher watcher = {on_open, on_event, reflector};
	int64_t since = clock_monotonic();
	bool done;

	reflector->told = false;
	done = kube_client_watch(
		reflector->client, &reflector->collection, &watcher, &reflector->version, error);
	if (done)
		hear(reflector);
	if (reflector->told || clock_monotonic() - since >= STEADY_WATCH)
		reflector->failures = 0;
	else if (done)
		return error_set(error, ERROR_TRANSIENT, "the watch ended at once");
	return done;
}

static bool
is_not_installed(const struct reflector *reflector)
{
	return !reflector->listed && kube_client_status(reflector->client) == 404;
}

/* Counts every failure but says it once, until it changes or is over. A kind that stays absent is
 * no news at all. */
static void
report(struct reflector *reflector, const struct error *error)
{
	int status = kube_client_status(reflector->client);
	int trouble = (int)error->kind * 1000 + status;
	bool known = trouble == reflector->trouble;
	bool absent = is_not_installed(reflector);
	enum log_level level = LOG_WARN;

	if (!known || !absent)
		metric_add(&restarts_metric, 1, name(reflector),
			status == 410 ? "gone" : error_kind_name(error->kind));
	if (known)
		return;
	reflector->trouble = trouble;
	reflector->trouble_since = clock_monotonic();
	if (error->kind == ERROR_DENIED)
		level = LOG_ERROR;
	else if (status == 404 || status == 410)
		level = LOG_INFO;
	LOG_LINE(level, absent ? "kind is not installed" : "mirror was interrupted",
		LOG_TEXT("kind", name(reflector)), LOG_TEXT("error", error->message));
}

/* A kind that has been listed keeps its objects until no try for some time has found it: an API
 * server that does not serve a CRD yet, or for a moment, must not empty the mirror. */
static void
note_absence(struct reflector *reflector)
{
	const struct reflector_settings *settings = reflector->settings;
	int64_t time = settings->absent_time ? settings->absent_time : ABSENT_TIME;
	int64_t now = clock_monotonic();
	struct kept none CLEANUP(kept_dispose);
	bool absent;

	if (!reflector->absent_since)
		reflector->absent_since = now;
	absent = now - reflector->absent_since >= time;
	kept_init(&none);
	if (absent || reflector->reached == 0)
		keep_only(reflector, &none, absent ? MIRROR_ABSENT : 0);
	else
		hear(reflector);
}

/* Decides where to go on after a failure. */
static void
stumble(struct reflector *reflector, const struct error *error)
{
	int status = kube_client_status(reflector->client);

	if (is_not_installed(reflector))
		note_absence(reflector);
	else
		reflector->absent_since = 0;
	if (error->kind == ERROR_DENIED)
		atomic_store(&reflector->synced, false);
	/* Not reached, cut or throttled: the version is as good as before. */
	if (error->kind != ERROR_TRANSIENT || (status != 0 && status != 200 && status != 429))
		reflector->listed = false;
}

/* A server that starts again asks for five seconds but needs one: a mirror that is seconds behind
 * costs more than a few requests, so that what it asks for is bounded as well. */
static int64_t
waiting_time(struct reflector *reflector, const struct error *error)
{
	bool unheard = kube_client_status(reflector->client) == 0 && error->kind == ERROR_TRANSIENT;
	bool young = clock_monotonic() - reflector->trouble_since < YOUNG_TROUBLE;
	int64_t longest = unheard || young ? LONGEST_FIRST_WAIT : LONGEST_WAIT;
	int64_t wait = jitter_back_off(FIRST_WAIT, longest, reflector->failures++);
	int64_t asked = kube_client_retry_after(reflector->client);

	if (asked > longest)
		asked = longest;
	return asked > wait ? asked : wait;
}

static void *
run(void *context)
{
	struct reflector *reflector = context;

	while (!ending_is_announced(reflector->settings->ending)) {
		struct error error = {0};

		if (reflector->listed ? watch(reflector, &error) : list(reflector, &error))
			continue;
		if (ending_is_announced(reflector->settings->ending))
			break;
		report(reflector, &error);
		stumble(reflector, &error);
		ending_wait(reflector->settings->ending, waiting_time(reflector, &error));
	}
	return NULL;
}

void
reflector_start(struct reflector *reflector)
{
	thread_start(&reflector->thread, run, reflector);
	reflector->started = true;
}

void
reflector_interrupt(struct reflector *reflector)
{
	kube_client_abort(reflector->client);
}

void
reflector_free(struct reflector *reflector)
{
	if (!reflector)
		return;
	if (reflector->started)
		pthread_join(reflector->thread, NULL);
	kube_client_free(reflector->client);
	arena_free(reflector->path);
	arena_free(reflector->arena);
	free(reflector);
}

bool
reflector_is_synced(const struct reflector *reflector)
{
	return atomic_load(&reflector->synced);
}

int64_t
reflector_age(const struct reflector *reflector)
{
	return clock_monotonic() - atomic_load(&reflector->heard);
}

void
reflector_measure(const struct reflector *reflector)
{
	metric_set(&age_metric, (double)reflector_age(reflector) / CLOCK_SECOND, name(reflector));
	metric_set(&synced_metric, reflector_is_synced(reflector), name(reflector));
}
