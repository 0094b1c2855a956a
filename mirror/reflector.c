#include "mirror/reflector.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "kube/list_watch.h"
#include "mirror/kept.h"
#include "mirror/object_path.h"

#define ABSENT_TIME  (10 * CLOCK_SECOND)
#define FIRST_WAIT   (100 * CLOCK_MILLISECOND)
#define LONGEST_WAIT (10 * CLOCK_SECOND)
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
	struct list_watch *watch;
	struct arena *path; /* holds what the collection says */
	atomic_bool synced;

	/* Used by the thread only. */
	struct arena *arena;  /* for one object */
	struct kept kept;     /* of the list that is under way */
	struct error error;   /* of its first item that cannot be used */
	uint64_t reached;     /* as the observer was told last */
	int64_t absent_since; /* 0 unless the last try did not find the kind */
	size_t objects;
	int trouble; /* the failure that was logged last: its kind and status; 0 while all is well
		      */
};

static const char *
name(const struct reflector *reflector)
{
	return kind_name(reflector->definition->kind);
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
on_begin(void *context)
{
	struct reflector *reflector = context;

	kept_dispose(&reflector->kept);
	kept_init(&reflector->kept);
	reflector->error = (struct error){0};
}

static void
on_item(void *context, const struct json *object)
{
	struct reflector *reflector = context;
	struct declaration declaration;
	struct sighting sighting;
	bool decoded;

	if (reflector->error.kind != ERROR_NONE ||
		!see(reflector, object, &sighting, &reflector->error))
		return;
	decoded = decode(reflector, object, &declaration);
	if (decoded)
		kept_add(&reflector->kept, &declaration.object);
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
}

static bool
on_listed(void *context, uint64_t version, struct error *error)
{
	struct reflector *reflector = context;

	if (reflector->error.kind != ERROR_NONE)
		return error_set(error, reflector->error.kind, "a list of %s: %s", name(reflector),
			reflector->error.message);
	if (version < reflector->reached && reflector->reached != MIRROR_ABSENT)
		log_warn("the API server has gone back in time", LOG_TEXT("kind", name(reflector)));
	keep_only(reflector, &reflector->kept, version);
	reflector->absent_since = 0;
	reflector->trouble = 0;
	log_info("mirror has listed", LOG_TEXT("kind", name(reflector)),
		LOG_NUMBER("objects", reflector->kept.count));
	kept_dispose(&reflector->kept);
	kept_init(&reflector->kept);
	return true;
}

static void
on_open(void *context)
{
	struct reflector *reflector = context;

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

static bool
is_not_installed(const struct list_watch_failure *failure)
{
	return !failure->listed && failure->status == 404;
}

/* Counts every failure but says it once, until it changes or is over. A kind that stays absent is
 * no news at all. */
static void
report(struct reflector *reflector, const struct list_watch_failure *failure)
{
	const struct error *error = failure->error;
	int trouble = (int)error->kind * 1000 + failure->status;
	bool known = trouble == reflector->trouble;
	bool absent = is_not_installed(failure);
	enum log_level level = LOG_WARN;

	if (!known || !absent)
		metric_add(&restarts_metric, 1, name(reflector),
			failure->status == 410 ? "gone" : error_kind_name(error->kind));
	if (known)
		return;
	reflector->trouble = trouble;
	if (error->kind == ERROR_DENIED)
		level = LOG_ERROR;
	else if (failure->status == 404 || failure->status == 410)
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
	list_watch_hear(reflector->watch);
}

static void
on_failure(void *context, const struct list_watch_failure *failure)
{
	struct reflector *reflector = context;

	report(reflector, failure);
	if (is_not_installed(failure))
		note_absence(reflector);
	else
		reflector->absent_since = 0;
	if (failure->error->kind == ERROR_DENIED)
		atomic_store(&reflector->synced, false);
}

struct reflector *
reflector_new(struct inventory *inventory, const struct kind_definition *definition,
	const struct reflector_settings *settings, struct error *error)
{
	struct reflector *reflector = memory_alloc(sizeof *reflector);
	struct list_watch_settings wanted = {
		.config = settings->config,
		.ending = settings->ending,
		.first_wait = FIRST_WAIT,
		.longest_wait = LONGEST_WAIT,
		.observer = {on_begin, on_item, on_listed, on_open, on_event, on_failure,
			reflector},
	};

	reflector->definition = definition;
	reflector->inventory = inventory;
	reflector->settings = settings;
	reflector->path = arena_new(PATH_SIZE);
	reflector->arena = arena_new(DECLARATION_SIZE);
	kept_init(&reflector->kept);
	wanted.collection = object_path_collection(reflector->path, definition);
	reflector->watch = list_watch_new(&wanted, error);
	if (reflector->watch)
		return reflector;
	reflector_free(reflector);
	return NULL;
}

void
reflector_start(struct reflector *reflector)
{
	list_watch_start(reflector->watch);
}

void
reflector_interrupt(struct reflector *reflector)
{
	list_watch_interrupt(reflector->watch);
}

void
reflector_free(struct reflector *reflector)
{
	if (!reflector)
		return;
	list_watch_free(reflector->watch);
	kept_dispose(&reflector->kept);
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
	return list_watch_age(reflector->watch);
}

void
reflector_measure(const struct reflector *reflector)
{
	metric_set(&age_metric, (double)reflector_age(reflector) / CLOCK_SECOND, name(reflector));
	metric_set(&synced_metric, reflector_is_synced(reflector), name(reflector));
}
