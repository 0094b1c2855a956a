#include "daemon/report_watch.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/percent.h"
#include "base/text.h"
#include "kube/list_watch.h"

#define FIRST_WAIT   (100 * CLOCK_MILLISECOND)
#define LONGEST_WAIT (10 * CLOCK_SECOND)
enum { PATH_SIZE = 4 * 1024 };

static struct metric synced_metric = METRIC_GAUGE("peerwarden_report_watch_synced",
	"1 when the policy reports of a resource have been listed.", "resource");

struct report_watch {
	struct report_watch_settings settings;
	struct list_watch *watch;
	struct arena *path; /* holds what the collection says */
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

static void
set_synced(const struct report_watch *watch, bool synced)
{
	metric_set(&synced_metric, synced,
		policy_report_plural(watch->settings.form, watch->settings.namespaced));
}

static void
on_begin(void *context)
{
	const struct report_watch_observer *observer =
		&((struct report_watch *)context)->settings.observer;

	observer->began(observer->context);
}

static void
on_item(void *context, const struct json *report)
{
	const struct report_watch_observer *observer =
		&((struct report_watch *)context)->settings.observer;

	observer->saw(observer->context, report, false);
}

static bool
on_listed(void *context, uint64_t version, struct error *error)
{
	struct report_watch *watch = context;

	(void)version;
	(void)error;
	set_synced(watch, true);
	watch->settings.observer.listed(watch->settings.observer.context);
	return true;
}

static void
on_event(void *context, enum kube_event event, const struct json *report)
{
	const struct report_watch_observer *observer =
		&((struct report_watch *)context)->settings.observer;

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

/* A version that is too old, and a watch that is cut or ends at once, are no news. */
static void
on_failure(void *context, const struct list_watch_failure *failure)
{
	struct report_watch *watch = context;
	const struct report_watch_observer *observer = &watch->settings.observer;
	bool absent = failure->status == 404 && !*failure->reason;

	set_synced(watch, failure->keeps);
	if (failure->status != 410 &&
		(failure->status != 200 || failure->error->kind != ERROR_TRANSIENT))
		observer->lost(observer->context, absent, failure->error);
}

struct report_watch *
report_watch_new(const struct report_watch_settings *settings, struct error *error)
{
	struct report_watch *watch = memory_alloc(sizeof *watch);
	struct list_watch_settings wanted = {
		.config = settings->config,
		.ending = settings->ending,
		.first_wait = FIRST_WAIT,
		.longest_wait = LONGEST_WAIT,
		.observer = {on_begin, on_item, on_listed, on_open, on_event, on_failure, watch},
	};

	watch->settings = *settings;
	watch->path = arena_new(PATH_SIZE);
	wanted.collection.path =
		report_watch_path(watch->path, settings->form, settings->namespaced, "");
	wanted.collection.query = report_watch_query(watch->path);
	watch->watch = list_watch_new(&wanted, error);
	if (watch->watch)
		return watch;
	report_watch_free(watch);
	return NULL;
}

void
report_watch_start(struct report_watch *watch)
{
	list_watch_start(watch->watch);
}

void
report_watch_interrupt(struct report_watch *watch)
{
	list_watch_interrupt(watch->watch);
}

void
report_watch_free(struct report_watch *watch)
{
	if (!watch)
		return;
	list_watch_free(watch->watch);
	arena_free(watch->path);
	free(watch);
}
