#include "ledger/page_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/jitter.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "kube/kube_client.h"

#define FIRST_WAIT   (20 * CLOCK_MILLISECOND)
#define LONGEST_WAIT CLOCK_SECOND
enum { PATH_SIZE = 4 * 1024, PAGE_TREE_SIZE = 64 * 1024 * 1024 };

struct page_watch {
	struct book *book;
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
	struct arena *arena;
	uint64_t version;
	bool listed;
	bool told; /* the watch has brought an event */
	unsigned failures;
	bool troubled;
};

struct page_watch *
page_watch_new(struct book *book, struct inventory *inventory, const struct kube_config *config,
	const char *namespace, struct ending *ending, struct error *error)
{
	struct kube_client *client = kube_client_new(config, error);
	struct page_watch *watch;

	if (!client)
		return NULL;
	watch = memory_alloc(sizeof *watch);
	watch->book = book;
	watch->inventory = inventory;
	watch->ending = ending;
	watch->client = client;
	watch->path = arena_new(PATH_SIZE);
	watch->arena = arena_new(PAGE_TREE_SIZE);
	watch->collection.path = page_collection(watch->path, namespace);
	watch->collection.query = PAGE_SELECTOR;
	atomic_store(&watch->heard, clock_monotonic());
	return watch;
}

static void
hear(struct page_watch *watch)
{
	atomic_store(&watch->heard, clock_monotonic());
}

/* A page that cannot be read keeps everybody from deciding, so it is told loudly. */
static void
take_page(struct page_watch *watch, const struct json *lease, bool gone)
{
	struct error error = {0};
	struct ledger_page page;
	bool good;

	hear(watch);
	inventory_lock(watch->inventory);
	good = page_decode(watch->arena, lease, &page, &error);
	if (gone && page.name)
		book_see_page_gone(watch->book, page.name, page.version);
	else if (good)
		good = book_see_page(watch->book, watch->arena, &page, &error);
	else
		book_see_unreadable(watch->book, page.name, page.version);
	inventory_unlock(watch->inventory);
	arena_reset(watch->arena);
	if (!good && !gone)
		log_error("a page of the ledger cannot be read", LOG_TEXT("error", error.message));
}

static void
on_item(void *context, const struct json *lease)
{
	take_page(context, lease, false);
}

static bool
list(struct page_watch *watch, struct error *error)
{
	bool done;

	inventory_lock(watch->inventory);
	book_begin_list(watch->book);
	inventory_unlock(watch->inventory);
	done = kube_client_list(
		watch->client, &watch->collection, on_item, watch, &watch->version, error);
	if (!done)
		return false;
	inventory_lock(watch->inventory);
	book_end_list(watch->book);
	inventory_unlock(watch->inventory);
	hear(watch);
	watch->listed = true;
	atomic_store(&watch->synced, true);
	return true;
}

static void
on_open(void *context)
{
	struct page_watch *watch = context;

	hear(watch);
	if (watch->troubled)
		log_info("the ledger's pages are watched again");
	watch->troubled = false;
}

static void
on_event(void *context, enum kube_event event, const struct json *lease)
{
	struct page_watch *watch = context;

	hear(watch);
	watch->told = true;
	if (event != KUBE_BOOKMARK)
		take_page(watch, lease, event == KUBE_DELETED);
}

static bool
follow(struct page_watch *watch, struct error *error)
{
	struct kube_watcher watcher = {on_open, on_event, watch};
	bool done;

	watch->told = false;
	done = kube_client_watch(
		watch->client, &watch->collection, &watcher, &watch->version, error);
	if (watch->told || done)
		watch->failures = 0;
	if (done)
		hear(watch);
	return done;
}

/* Not reached, cut or throttled: the version is as good as before. */
static void
stumble(struct page_watch *watch, const struct error *error)
{
	int status = kube_client_status(watch->client);

	if (error->kind != ERROR_TRANSIENT || (status != 0 && status != 200 && status != 429))
		watch->listed = false;
	if (!watch->troubled)
		log_warn("the watch of the ledger's pages was interrupted",
			LOG_TEXT("error", error->message));
	watch->troubled = true;
	ending_wait(watch->ending, jitter_back_off(FIRST_WAIT, LONGEST_WAIT, watch->failures++));
}

static void *
run(void *context)
{
	struct page_watch *watch = context;

	while (!ending_is_announced(watch->ending)) {
		struct error error = {0};

		if (watch->listed ? follow(watch, &error) : list(watch, &error))
			continue;
		if (!ending_is_announced(watch->ending))
			stumble(watch, &error);
	}
	return NULL;
}

void
page_watch_start(struct page_watch *watch)
{
	thread_start(&watch->thread, run, watch);
	watch->started = true;
}

void
page_watch_interrupt(struct page_watch *watch)
{
	kube_client_abort(watch->client);
}

void
page_watch_free(struct page_watch *watch)
{
	if (!watch)
		return;
	if (watch->started)
		pthread_join(watch->thread, NULL);
	kube_client_free(watch->client);
	arena_free(watch->path);
	arena_free(watch->arena);
	free(watch);
}

bool
page_watch_is_synced(const struct page_watch *watch)
{
	return atomic_load(&watch->synced);
}

int64_t
page_watch_age(const struct page_watch *watch)
{
	return clock_monotonic() - atomic_load(&watch->heard);
}
