#include "mirror/reflector.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "kube/jitter.h"
#include "kube/kube_client.h"

#define FIRST_WAIT   (100 * CLOCK_MILLISECOND)
#define LONGEST_WAIT (10 * CLOCK_SECOND)
#define LONGEST_FIRST_WAIT                                                                         \
	(1 * CLOCK_SECOND) /* while the trouble is young or the server is not reached */
#define YOUNG_TROUBLE (10 * CLOCK_SECOND)
#define STEADY_WATCH                                                                               \
	(10 * CLOCK_SECOND) /* one that lasts so long has left earlier failures behind */
enum { PATH_SIZE = 4 * 1024, DECLARATION_SIZE = 64 * 1024 * 1024, NAMES_SIZE = 256 * 1024 * 1024 };

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
	struct inventory *inventory;
	struct ending *ending;
	struct kube_client *client;
	struct arena *path; /* holds what the collection says */
	struct kube_collection collection;
	pthread_t thread;
	bool started;

	atomic_bool synced;
	_Atomic int64_t heard;

	/* Used by the thread only. */
	struct arena *arena; /* for one object */
	struct kube_version version;
	bool listed; /* a watch may go on from the version */
	size_t objects;
	unsigned failures; /* in a row */
	bool told;         /* the watch has brought an event */
	int trouble; /* the failure that was logged last: its kind and status; 0 while all is well
		      */
	int64_t trouble_since;
};

/* The names of all objects of a list. */
struct kept {
	struct arena *names;
	struct object_id *items;
	size_t count;
	size_t capacity;
};

/* A list that is under way. */
struct listing {
	struct reflector *reflector;
	struct kept kept;
};

static const char *
name(const struct reflector *reflector)
{
	return kind_name(reflector->definition->kind);
}

static void
describe_collection(struct reflector *reflector)
{
	const struct kind_definition *definition = reflector->definition;
	struct arena *arena = reflector->path;
	const char *root =
		*definition->group ? arena_printf(arena, "/apis/%s", definition->group) : "/api";
	const char *folder = definition->namespace
				     ? arena_printf(arena, "namespaces/%s/", definition->namespace)
				     : "";

	reflector->collection.path = arena_printf(
		arena, "%s/%s/%s%s", root, definition->version, folder, definition->plural);
	if (definition->name)
		reflector->collection.query =
			arena_printf(arena, "fieldSelector=metadata.name%%3D%s", definition->name);
}

struct reflector *
reflector_new(struct inventory *inventory, const struct kind_definition *definition,
	const struct kube_config *config, struct ending *ending, struct error *error)
{
	struct kube_client *client = kube_client_new(config, error);
	struct reflector *reflector;

	if (!client)
		return NULL;
	reflector = memory_alloc(sizeof *reflector);
	reflector->definition = definition;
	reflector->inventory = inventory;
	reflector->ending = ending;
	reflector->client = client;
	reflector->path = arena_new(PATH_SIZE);
	reflector->arena = arena_new(DECLARATION_SIZE);
	atomic_store(&reflector->heard, clock_monotonic());
	describe_collection(reflector);
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

static void
store(struct reflector *reflector, const struct declaration *declaration)
{
	inventory_lock(reflector->inventory);
	inventory_store(reflector->inventory, declaration);
	inventory_unlock(reflector->inventory);
}

/* Makes room for one more, so that an end mark fits always. */
static struct object_id *
next_kept(struct kept *kept)
{
	if (kept->count + 1 >= kept->capacity) {
		kept->capacity = kept->capacity ? kept->capacity * 2 : 64;
		kept->items = memory_resize(kept->items, kept->capacity * sizeof *kept->items);
	}
	return &kept->items[kept->count];
}

static void
on_item(void *context, const struct json *object)
{
	struct listing *listing = context;
	struct kept *kept = &listing->kept;
	struct declaration declaration;

	hear(listing->reflector);
	if (decode(listing->reflector, object, &declaration)) {
		struct object_id *id = next_kept(kept);

		store(listing->reflector, &declaration);
		*id = declaration.object;
		id->namespace = arena_text(kept->names, id->namespace);
		id->name = arena_text(kept->names, id->name);
		kept->count++;
	}
	arena_reset(listing->reflector->arena);
}

/* Forgets what the list did not have. */
static void
keep_only(struct reflector *reflector, struct kept *kept)
{
	*next_kept(kept) = (struct object_id){.kind = reflector->definition->kind};
	inventory_lock(reflector->inventory);
	inventory_keep_only(reflector->inventory, reflector->definition->kind, kept->items);
	inventory_unlock(reflector->inventory);
	set_objects(reflector, kept->count);
	atomic_store(&reflector->synced, true);
	hear(reflector);
}

static void
kept_dispose(struct kept *kept)
{
	arena_free(kept->names);
	free(kept->items);
}

static bool
list(struct reflector *reflector, struct error *error)
{
	struct listing listing = {reflector, {.names = arena_new(NAMES_SIZE)}};
	bool done = kube_client_list(reflector->client, &reflector->collection, on_item, &listing,
		&reflector->version, error);

	if (done) {
		keep_only(reflector, &listing.kept);
		reflector->listed = true;
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
on_event(void *context, enum kube_event event, const struct json *object)
{
	struct reflector *reflector = context;
	struct declaration declaration;

	hear(reflector);
	reflector->told = true;
	if (event == KUBE_BOOKMARK || !decode(reflector, object, &declaration)) {
		arena_reset(reflector->arena);
		return;
	}
	if (event == KUBE_DELETED) {
		inventory_lock(reflector->inventory);
		inventory_remove(reflector->inventory, &declaration.object);
		inventory_unlock(reflector->inventory);
		set_objects(reflector, reflector->objects - (reflector->objects > 0));
	} else {
		store(reflector, &declaration);
		set_objects(reflector, reflector->objects + (event == KUBE_ADDED));
	}
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

/* Decides where to go on after a failure. */
static void
stumble(struct reflector *reflector, const struct error *error)
{
	int status = kube_client_status(reflector->client);

	if (is_not_installed(reflector)) {
		struct kept none = {0};

		keep_only(reflector, &none);
		kept_dispose(&none);
	} else if (error->kind == ERROR_DENIED) {
		atomic_store(&reflector->synced, false);
	}
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
	sigset_t all;

	sigfillset(&all); /* signals are for the main thread; a write to a closed connection is no
			     reason to die */
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!ending_is_announced(reflector->ending)) {
		struct error error = {0};

		if (reflector->listed ? watch(reflector, &error) : list(reflector, &error))
			continue;
		if (ending_is_announced(reflector->ending))
			break;
		report(reflector, &error);
		stumble(reflector, &error);
		ending_wait(reflector->ending, waiting_time(reflector, &error));
	}
	return NULL;
}

void
reflector_start(struct reflector *reflector)
{
	if (pthread_create(&reflector->thread, NULL, run, reflector) != 0)
		abort();
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
