#include "daemon/report_watch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/percent.h"
#include "base/text.h"
#include "base/thread.h"
#include "kube/kube_client.h"

#define FIRST_WAIT   (100 * CLOCK_MILLISECOND)
#define LONGEST_WAIT (10 * CLOCK_SECOND)
enum { PATH_SIZE = 4 * 1024 };

static struct metric synced_metric = METRIC_GAUGE("peerwarden_report_watch_synced",
	"1 when the policy reports of a resource have been listed.", "resource");

struct report_watch {
	struct report_watch_settings settings;
	struct kube_client *client;
	struct arena *path; /* holds what the collection says */
	struct kube_collection collection;
	pthread_t thread;
	bool started;

	/* Used by the thread only. */
	uint64_t version;
	bool listed;
	bool told; /* the watch has brought an event */
	unsigned failures;
};

const char *
report_watch_path(
	struct arena *arena, enum policy_report_form form, bool namespaced, const char *namespace)
{
	bool one = namespaced && *namespace;

	return arena_printf(arena, "/apis/%s/%s%s%s%s", policy_report_api(form),
		one ? "namespaces/" : "", one ? namespace : "", one ? "/" : "",
		policy_report_plural(form, namespaced));
}

const char *
report_watch_query(struct arena *arena)
{
	struct buffer query CLEANUP(buffer_dispose);

	buffer_init(&query, PATH_SIZE);
	buffer_append_text(&query, "labelSelector=");
	percent_append(&query, POLICY_REPORT_SELECTOR);
	return arena_text(arena, buffer_text(&query));
}

struct report_watch *
report_watch_new(const struct report_watch_settings *settings, struct error *error)
{
	struct kube_client *client = kube_client_new(settings->config, error);
	struct report_watch *watch;

	if (!client)
		return NULL;
	watch = memory_alloc(sizeof *watch);
	watch->settings = *settings;
	watch->client = client;
	watch->path = arena_new(PATH_SIZE);
	watch->collection.path =
		report_watch_path(watch->path, settings->form, settings->namespaced, "");
	watch->collection.query = report_watch_query(watch->path);
	return watch;
}

static void
set_synced(const struct report_watch *watch, bool synced)
{
	metric_set(&synced_metric, synced,
		policy_report_plural(watch->settings.form, watch->settings.namespaced));
}

static void
on_item(void *context, const struct json *report)
{
	const struct report_watch_observer *observer =
		&((struct report_watch *)context)->settings.observer;

	observer->saw(observer->context, report, false);
}

static bool
list(struct report_watch *watch, struct error *error)
{
	const struct report_watch_observer *observer = &watch->settings.observer;

	observer->began(observer->context);
	if (!kube_client_list(
		    watch->client, &watch->collection, on_item, watch, &watch->version, error))
		return false;
	watch->listed = true;
	set_synced(watch, true);
	observer->listed(observer->context);
	return true;
}

static void
on_event(void *context, enum kube_event event, const struct json *report)
{
	struct report_watch *watch = context;
	const struct report_watch_observer *observer = &watch->settings.observer;

	watch->told = true;
	if (event != KUBE_BOOKMARK)
		observer->saw(observer->context, report, event == KUBE_DELETED);
}

static void
on_open(void *context)
{
	struct report_watch *watch = context;

	set_synced(watch, true);
	watch->settings.observer.opened(watch->settings.observer.context);
}

/* A watch that ends at once in peace has told nothing: it waits like one that failed. */
static bool
follow(struct report_watch *watch, struct error *error)
{
	struct kube_watcher watcher = {on_open, on_event, watch};
	int64_t since = clock_monotonic();
	bool done;

	watch->told = false;
	done = kube_client_watch(
		watch->client, &watch->collection, &watcher, &watch->version, error);
	if (watch->told || clock_monotonic() - since > LONGEST_WAIT)
		watch->failures = 0;
	else if (done)
		return error_set(error, ERROR_TRANSIENT, "the watch ended at once");
	return done;
}

/* Not reached, cut or throttled: the version is as good as before. */
static void
stumble(struct report_watch *watch, const struct error *error)
{
	const struct report_watch_observer *observer = &watch->settings.observer;
	int status = kube_client_status(watch->client);
	bool absent = status == 404 && !*kube_client_reason(watch->client);

	if (error->kind != ERROR_TRANSIENT || (status != 0 && status != 200 && status != 429))
		watch->listed = false;
	set_synced(watch, watch->listed);
	if (status != 410 && (status != 200 || error->kind != ERROR_TRANSIENT))
		observer->lost(observer->context, absent, error);
	ending_wait(watch->settings.ending,
		jitter_back_off(FIRST_WAIT, LONGEST_WAIT, watch->failures++));
}

static void *
run(void *context)
{
	struct report_watch *watch = context;

	while (!ending_is_announced(watch->settings.ending)) {
		struct error error = {0};

		if (watch->listed ? follow(watch, &error) : list(watch, &error))
			continue;
		if (!ending_is_announced(watch->settings.ending))
			stumble(watch, &error);
	}
	return NULL;
}

void
report_watch_start(struct report_watch *watch)
{
	thread_start(&watch->thread, run, watch);
	watch->started = true;
}

void
report_watch_interrupt(struct report_watch *watch)
{
	kube_client_abort(watch->client);
}

void
report_watch_free(struct report_watch *watch)
{
	if (!watch)
		return;
	if (watch->started)
		pthread_join(watch->thread, NULL);
	kube_client_free(watch->client);
	arena_free(watch->path);
	free(watch);
}
