#include "ledger/ledger.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/ending.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "ledger/inquiry.h"
#include "ledger/page_watch.h"
#include "ledger/writer.h"

struct ledger {
	struct ledger_settings settings;
	struct arena *arena;
	struct ending ending;
	struct book *book;
	struct page_watch *watch;
	struct writer *writer;
	struct inquiry *inquiry;
	atomic_bool readable;
};

static struct metric entries_gauge = METRIC_GAUGE(
	"peerwarden_ledger_reservations", "Reservations of all replicas that count.", NULL);
static struct metric pages_gauge =
	METRIC_GAUGE("peerwarden_ledger_pages", "Pages of the ledger.", NULL);
static struct metric bytes_gauge = METRIC_GAUGE(
	"peerwarden_ledger_page_bytes", "Bytes of reservations in the own page.", NULL);
static struct metric age_gauge = METRIC_GAUGE("peerwarden_ledger_age_seconds",
	"Time since the API server was last heard about the ledger's pages.", NULL);

static void
on_changed(void *context)
{
	struct ledger *ledger = context;

	ledger->settings.changed(ledger->settings.context);
}

static void
on_wanted(void *context)
{
	struct ledger *ledger = context;

	if (ledger->writer)
		writer_wake(ledger->writer);
}

/* Tells the entries of this process from those of an earlier one of the same name. */
static const char *
make_instance(struct arena *arena)
{
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
		abort();
	return arena_printf(arena, "%012llx", (unsigned long long)(bits & 0xffffffffffff));
}

static bool
open_parts(struct ledger *ledger, const struct page_place *place, struct error *error)
{
	const struct ledger_settings *settings = &ledger->settings;

	ledger->watch = page_watch_new(ledger->book, settings->inventory, settings->config,
		settings->namespace, &ledger->ending, error);
	ledger->writer = ledger->watch ? writer_new(ledger->book, settings->inventory,
						 settings->config, place, &ledger->ending, error)
				       : NULL;
	ledger->inquiry = ledger->writer ? inquiry_new(ledger->book, settings->inventory,
						   settings->config, place, &ledger->ending, error)
					 : NULL;
	return ledger->inquiry != NULL;
}

struct ledger *
ledger_open(const struct ledger_settings *settings, struct error *error)
{
	struct ledger *ledger = memory_alloc(sizeof *ledger);
	struct book_observer observer = {on_changed, on_wanted, ledger};
	struct page_place place;

	ledger->settings = *settings;
	ledger->arena = arena_new(SIZE_MAX);
	ending_init(&ledger->ending);
	atomic_store(&ledger->readable, true);
	place = (struct page_place){
		.namespace = arena_text(ledger->arena, settings->namespace),
		.name = arena_printf(ledger->arena, "peerwarden-ledger-%s", settings->replica),
		.instance = make_instance(ledger->arena),
		.lifetime = settings->lifetime,
	};
	ledger->book = book_new(settings->inventory, place.name, place.instance, &observer);
	if (!open_parts(ledger, &place, error)) {
		ledger_close(ledger);
		return NULL;
	}
	page_watch_start(ledger->watch);
	writer_start(ledger->writer);
	inquiry_start(ledger->inquiry);
	return ledger;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger->inquiry)
		writer_finish(ledger->writer);
	ending_announce(&ledger->ending);
	if (ledger->inquiry) {
		page_watch_interrupt(ledger->watch);
		writer_interrupt(ledger->writer);
		inquiry_interrupt(ledger->inquiry);
	}
	inquiry_free(ledger->inquiry);
	page_watch_free(ledger->watch);
	writer_free(ledger->writer);
	book_free(ledger->book);
	ending_dispose(&ledger->ending);
	arena_free(ledger->arena);
	free(ledger);
}

struct book *
ledger_book(const struct ledger *ledger)
{
	return ledger->book;
}

enum ledger_state
ledger_state(const struct ledger *ledger)
{
	if (!page_watch_is_synced(ledger->watch) || !writer_has_written(ledger->writer))
		return LEDGER_NOT_SYNCED;
	return atomic_load(&ledger->readable) ? LEDGER_READY : LEDGER_UNREADABLE;
}

int64_t
ledger_age(const struct ledger *ledger)
{
	int64_t age = page_watch_age(ledger->watch), trouble = writer_trouble(ledger->writer);

	return age > trouble ? age : trouble;
}

void
ledger_measure(struct ledger *ledger)
{
	struct book_size size;
	bool later;

	inventory_lock(ledger->settings.inventory);
	size = book_size(ledger->book);
	later = book_wants_write_later(ledger->book);
	inventory_unlock(ledger->settings.inventory);
	if (later)
		writer_wake(ledger->writer);
	atomic_store(&ledger->readable, size.unreadable == 0);
	metric_set(&entries_gauge, (double)size.entries);
	metric_set(&pages_gauge, (double)size.pages);
	metric_set(&bytes_gauge, (double)size.bytes);
	metric_set(&age_gauge, (double)ledger_age(ledger) / CLOCK_SECOND);
}
