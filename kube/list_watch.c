#include "kube/list_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/jitter.h"
#include "base/memory.h"
#include "base/thread.h"

#define LONGEST_FIRST_WAIT                                                                         \
	(1 * CLOCK_SECOND) /* while the trouble is young or the server is not reached */
#define YOUNG_TROUBLE (10 * CLOCK_SECOND)
#define STEADY_WATCH                                                                               \
	(10 * CLOCK_SECOND) /* one that lasts so long has left earlier failures behind */

struct list_watch {
	struct list_watch_settings settings;
	struct kube_client *client;
	pthread_t thread;
	bool started;
	_Atomic int64_t heard;

	/* Used by the thread only. */
	uint64_t version;
	bool listed;           /* a watch may go on from the version */
	bool told;             /* the watch has brought an event */
	unsigned failures;     /* in a row */
	int64_t trouble_since; /* 0 while all is well */
};

struct list_watch *
list_watch_new(const struct list_watch_settings *settings, struct error *error)
{
	struct kube_client *client = kube_client_new(settings->config, error);
	struct list_watch *watch;

	if (!client)
		return NULL;
	watch = memory_alloc(sizeof *watch);
	watch->settings = *settings;
	watch->client = client;
	list_watch_hear(watch);
	return watch;
}

void
list_watch_hear(struct list_watch *watch)
{
	atomic_store(&watch->heard, clock_monotonic());
}

int64_t
list_watch_age(const struct list_watch *watch)
{
	return clock_monotonic() - atomic_load(&watch->heard);
}

static void
on_item(void *context, const struct json *object)
{
	struct list_watch *watch = context;
	const struct list_watch_observer *observer = &watch->settings.observer;

	list_watch_hear(watch);
	observer->item(observer->context, object);
}

static bool
list(struct list_watch *watch, struct error *error)
{
	const struct list_watch_observer *observer = &watch->settings.observer;

	if (observer->began)
		observer->began(observer->context);
	if (!kube_client_list(watch->client, &watch->settings.collection, on_item, watch,
		    &watch->version, error))
		return false;
	list_watch_hear(watch);
	if (observer->listed && !observer->listed(observer->context, watch->version, error))
		return false;
	watch->listed = true;
	watch->trouble_since = 0;
	return true;
}

static void
on_open(void *context)
{
	struct list_watch *watch = context;
	const struct list_watch_observer *observer = &watch->settings.observer;

	list_watch_hear(watch);
	watch->trouble_since = 0;
	if (observer->opened)
		observer->opened(observer->context);
}

static void
on_event(void *context, enum kube_event event, const struct json *object)
{
	struct list_watch *watch = context;
	const struct list_watch_observer *observer = &watch->settings.observer;

	list_watch_hear(watch);
	watch->told = true;
	if (observer->event)
		observer->event(observer->context, event, object);
}

/* A watch that ends in peace goes on at once, unless the server does nothing but end it. */
static bool
follow(struct list_watch *watch, struct error *error)
{
	struct kube_watcher watcher = {on_open, on_event, watch};
	int64_t since = clock_monotonic();
	bool done;

	watch->told = false;
	done = kube_client_watch(
		watch->client, &watch->settings.collection, &watcher, &watch->version, error);
	if (done)
		list_watch_hear(watch);
	if (watch->told || clock_monotonic() - since >= STEADY_WATCH)
		watch->failures = 0;
	else if (done)
		return error_set(error, ERROR_TRANSIENT, "the watch ended at once");
	return done;
}

/* Not reached, cut or throttled: the version is as good as before. */
static bool
keeps_place(const struct list_watch *watch, const struct error *error)
{
	int status = kube_client_status(watch->client);

	return watch->listed && error->kind == ERROR_TRANSIENT &&
	       (status == 0 || status == 200 || status == 429);
}

static void
stumble(struct list_watch *watch, const struct error *error)
{
	const struct list_watch_observer *observer = &watch->settings.observer;
	struct list_watch_failure failure = {
		.error = error,
		.status = kube_client_status(watch->client),
		.reason = kube_client_reason(watch->client),
		.listed = watch->listed,
		.keeps = keeps_place(watch, error),
	};

	watch->listed = failure.keeps;
	if (!watch->trouble_since)
		watch->trouble_since = clock_monotonic();
	if (observer->failed)
		observer->failed(observer->context, &failure);
}

/* A server that starts again asks for five seconds but needs one: a mirror that is seconds behind
 * costs more than a few requests, so that what it asks for is bounded as well. */
static int64_t
waiting_time(struct list_watch *watch, const struct error *error)
{
	const struct list_watch_settings *settings = &watch->settings;
	bool unheard = kube_client_status(watch->client) == 0 && error->kind == ERROR_TRANSIENT;
	bool young = clock_monotonic() - watch->trouble_since < YOUNG_TROUBLE;
	int64_t longest = settings->longest_wait;
	int64_t asked = kube_client_retry_after(watch->client), wait;

	if ((unheard || young) && longest > LONGEST_FIRST_WAIT)
		longest = LONGEST_FIRST_WAIT;
	wait = jitter_back_off(settings->first_wait, longest, watch->failures++);
	if (asked > longest)
		asked = longest;
	return asked > wait ? asked : wait;
}

static void *
run(void *context)
{
	struct list_watch *watch = context;
	struct ending *ending = watch->settings.ending;

	while (!ending_is_announced(ending)) {
		struct error error = {0};

		if (watch->listed ? follow(watch, &error) : list(watch, &error))
			continue;
		if (ending_is_announced(ending))
			break;
		stumble(watch, &error);
		ending_wait(ending, waiting_time(watch, &error));
	}
	return NULL;
}

void
list_watch_start(struct list_watch *watch)
{
	thread_start(&watch->thread, run, watch);
	watch->started = true;
}

void
list_watch_interrupt(struct list_watch *watch)
{
	kube_client_abort(watch->client);
}

void
list_watch_free(struct list_watch *watch)
{
	if (!watch)
		return;
	if (watch->started)
		pthread_join(watch->thread, NULL);
	kube_client_free(watch->client);
	free(watch);
}
