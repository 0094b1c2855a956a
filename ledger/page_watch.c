#include "ledger/page_watch.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "kube/list_watch.h"

#define FIRST_WAIT   (20 * CLOCK_MILLISECOND)
#define LONGEST_WAIT CLOCK_SECOND
enum { PATH_SIZE = 4 * 1024, PAGE_TREE_SIZE = 64 * 1024 * 1024 };

struct page_watch {
	struct book *book;
	struct inventory *inventory;
	struct list_watch *watch;
	struct arena *path; /* holds what the collection says */
	atomic_bool synced;

	/* Used by the thread only. */
	struct arena *arena;
	bool troubled;
};

/* A page that cannot be read keeps everybody from deciding, so it is told loudly. */
static void
take_page(struct page_watch *watch, const struct json *lease, bool gone)
{
	struct error error = {0};
	struct ledger_page page;
	bool good;

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
on_begin(void *context)
{
	struct page_watch *watch = context;

	inventory_lock(watch->inventory);
	book_begin_list(watch->book);
	inventory_unlock(watch->inventory);
}

static void
on_item(void *context, const struct json *lease)
{
	take_page(context, lease, false);
}

static bool
on_listed(void *context, uint64_t version, struct error *error)
{
	struct page_watch *watch = context;

	(void)version;
	(void)error;
	inventory_lock(watch->inventory);
	book_end_list(watch->book);
	inventory_unlock(watch->inventory);
	atomic_store(&watch->synced, true);
	return true;
}

static void
on_open(void *context)
{
	struct page_watch *watch = context;

	if (watch->troubled)
		log_info("the ledger's pages are watched again");
	watch->troubled = false;
}

static void
on_event(void *context, enum kube_event event, const struct json *lease)
{
	if (event != KUBE_BOOKMARK)
		take_page(context, lease, event == KUBE_DELETED);
}

static void
on_failure(void *context, const struct list_watch_failure *failure)
{
	struct page_watch *watch = context;

	if (!watch->troubled)
		log_warn("the watch of the ledger's pages was interrupted",
			LOG_TEXT("error", failure->error->message));
	watch->troubled = true;
}

struct page_watch *
page_watch_new(struct book *book, struct inventory *inventory, const struct kube_config *config,
	const char *namespace, struct ending *ending, struct error *error)
{
	struct page_watch *watch = memory_alloc(sizeof *watch);
	struct list_watch_settings wanted = {
		.config = config,
		.ending = ending,
		.first_wait = FIRST_WAIT,
		.longest_wait = LONGEST_WAIT,
		.observer = {on_begin, on_item, on_listed, on_open, on_event, on_failure, watch},
	};

	watch->book = book;
	watch->inventory = inventory;
	watch->path = arena_new(PATH_SIZE);
	watch->arena = arena_new(PAGE_TREE_SIZE);
	wanted.collection.path = page_collection(watch->path, namespace);
	wanted.collection.query = PAGE_SELECTOR;
	watch->watch = list_watch_new(&wanted, error);
	if (watch->watch)
		return watch;
	page_watch_free(watch);
	return NULL;
}

void
page_watch_start(struct page_watch *watch)
{
	list_watch_start(watch->watch);
}

void
page_watch_interrupt(struct page_watch *watch)
{
	list_watch_interrupt(watch->watch);
}

void
page_watch_free(struct page_watch *watch)
{
	if (!watch)
		return;
	list_watch_free(watch->watch);
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
	return list_watch_age(watch->watch);
}
